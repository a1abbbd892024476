"""The generated blocks of docs/clients.md, from the table that the tests hold each run against."""

from __future__ import annotations

from collections.abc import Iterator

from tests.clients.sdks import SDKS, Call


def summary() -> Iterator[str]:
    """One line an SDK."""
    yield "| SDK | Version | HTTP by | Gets here by | Calls | Good | Refused or failed, as really | Broken in itself |"
    yield "|---|---|---|---|---|---|---|---|"
    for sdk in SDKS:
        kinds = [_kind(call) for call in sdk.calls]
        counts = [str(kinds.count(kind)) for kind in ("good", "refused", "broken")]
        yield _row(f"[{sdk.name}](#{sdk.name})", sdk.version, sdk.over, sdk.pointed, str(len(kinds)), *counts)


def calls() -> Iterator[str]:
    """One table an SDK, one line a call."""
    for sdk in SDKS:
        yield f"### {sdk.name}"
        yield ""
        yield "| Call | Operation | What comes of it |"
        yield "|---|---|---|"
        for call in sdk.calls:
            operations = ", ".join(f"`{name}`" for name in call.operations)
            yield _row(f"`{call.name}`", operations or "–", _outcome(call))
        yield ""


def _kind(call: Call) -> str:
    if call.refused or call.result != "0":
        return "refused"
    return "broken" if call.finding else "good"


def _outcome(call: Call) -> str:
    if call.refused:
        _, code, message = call.refused
        return f"refused as the real API would: `{code}` {message}. Why: {call.finding}"
    if call.result != "0":
        return f"accepted; result `{call.result}`. Why: {call.finding}"
    if call.finding:
        return f"broken by itself: {call.finding}"
    if call.opens:
        return "holds the password"
    return "accepted" if call.operations else "reads our callback"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
