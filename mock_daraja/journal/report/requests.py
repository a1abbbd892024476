"""How the integration asks: its tokens, its Timestamps, and what Daraja would not take from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from mock_daraja import wire
from mock_daraja.clock import eat_digits, is_timestamp, parse_instant
from mock_daraja.exchange import UNREAD, Exchange
from mock_daraja.journal.redact import redact_query
from mock_daraja.journal.report.card import Check, Evidence
from mock_daraja.journal.report.evidence import Journal, counted, fields_of, seconds, status_of

_NEAR_MS: Final = 5 * 60_000
_EAT_MS: Final = 3 * 3600_000
_ENDING_MS: Final = 60_000  # a token this near its end may be replaced
_NOT_MEANT: Final = ("/", "/favicon.ico", "/robots.txt")  # browsers and health checks


def reuses_tokens(journal: Journal) -> Check:
    """A token that is asked for long before the app's last one expires is one too many."""
    check = partial(Check, "tokens", "Reuses tokens", docs=journal.declared.token_docs)
    token = journal.declared.token
    until: dict[str | None, int] = {}
    calls = sum(row.operation not in (None, token) for row in journal.exchanges)
    grants, needless = 0, list[Evidence]()
    for row in journal.exchanges:
        if row.operation != token or status_of(row) != 200:
            continue
        grants += 1
        left_ms = until.get(row.app_key, 0) - row.received_ms
        if left_ms > _ENDING_MS:
            needless.append(Evidence(row.id, f"the token before it had {seconds(left_ms)} to go"))
        granted = wire.json_object(row.reply.body if row.reply else b"")
        until[row.app_key] = row.received_ms + int(granted.get("expires_in") or 0) * 1000
    said = f"{counted(grants, 'token')} for {counted(calls, 'call')}"
    if needless:
        each = ", one for each" if grants >= calls else ""
        remedy = "keep the token until shortly before expires_in is over: Daraja limits how often one may be asked for"
        return check("warn", f"{said}{each}", tuple(needless), remedy)
    if grants and calls > 1:
        return check("pass", said)
    return check("not seen", said, (), "make two calls or more")


def stamps_in_eat(journal: Journal) -> Check:
    """Timestamp against the sandbox's clock, with which a client's own need not agree: only three hours tell much."""
    check = partial(Check, "timestamps", "Sends Timestamps in East Africa Time", docs=journal.declared.push_docs)
    utc, far, near = list[Evidence](), list[Evidence](), 0
    for row in journal.exchanges:
        stamp = str(fields_of(row).get("Timestamp", ""))
        if not is_timestamp(stamp):
            continue
        apart_ms = parse_instant(f"{stamp[:8]}T{stamp[8:]}") - row.received_ms
        line = Evidence(row.id, f"{stamp}, where it was {eat_digits(row.received_ms)} in EAT")
        if abs(apart_ms) <= _NEAR_MS:
            near += 1
        elif abs(apart_ms + _EAT_MS) <= _NEAR_MS:
            utc.append(line)
        else:
            far.append(line)
    noted = f"; {len(far)} far from the sandbox's clock" if far else ""
    if utc:
        remedy = "make it in the zone Africa/Nairobi (UTC+3), whatever the zone of the server"
        summary = f"{counted(len(utc), 'Timestamp')} three hours behind: that is UTC{noted}"
        return check("fail", summary, tuple(utc), remedy)
    if near:
        return check("pass", f"{counted(near, 'Timestamp')} in EAT{noted}", tuple(far))
    if far:
        remedy = "let client and sandbox have one time: a real clock, or the sandbox's `now` in the client"
        summary = f"{counted(len(far), 'Timestamp')} so far from the sandbox's clock that the zone can't be told"
        return check("not seen", summary, tuple(far), remedy, docs="clocks.md#advancing")
    return check("not seen", "no Timestamp was sent", (), "push something")


def asks_known_paths(journal: Journal) -> Check:
    check = partial(Check, "paths", "Asks for paths and methods that there are", docs="products.md#paths")
    meant = [row for row in journal.exchanges if row.path not in _NOT_MEANT]
    if wrong := _refused(meant, "route"):
        return check("fail", f"{counted(len(wrong), 'request')} led nowhere", wrong, "compare the URL and the method")
    return _passed(check, len(meant), "led to an operation")


def sends_good_fields(journal: Journal) -> Check:
    check = partial(
        Check, "fields", "Sends fields as Daraja wants them", docs="products.md#what-a-request-goes-through"
    )
    if wrong := _refused(journal.exchanges, "validation"):
        remedy = "`mock-daraja why ID` says which field, and what would have done"
        return check("warn", f"{counted(len(wrong), 'request')} had a field that is missing or wrong", wrong, remedy)
    return _passed(check, sum(bool(row.body) and row.operation is not None for row in journal.exchanges), "passed")


def is_let_in(journal: Journal) -> Check:
    """Everything else that Daraja refuses of its own accord. What a scenario refused is no fault of the caller's."""
    check = partial(Check, "refusals", "Is refused nothing else", docs="codes.md#codes")
    if wrong := _refused(journal.exchanges, UNREAD, "access", "product"):
        remedy = "`mock-daraja why ID` says why; one that was meant, such as of an expired token, needs no mending"
        return check("warn", f"{counted(len(wrong), 'request')} refused", wrong, remedy)
    return _passed(check, len(journal.exchanges), "was let in")


def is_warned(journal: Journal) -> Check:
    """What M-Pesa takes, and the caller most likely did not mean."""
    check = partial(Check, "warnings", "Is warned of nothing", docs="codes.md#codes")
    rows = journal.exchanges
    warned = [(row, step) for row in rows for step in row.steps if step.verdict == "warning"]
    if warned:
        lines = tuple(Evidence(row.id, redact_query(f"{row.method} {row.path}: {step.text}")) for row, step in warned)
        remedy = "`mock-daraja why ID` says what to do about each; M-Pesa itself would not have said anything"
        return check("warn", counted(len(warned), "warning"), lines, remedy)
    return _passed(check, len(rows), "was taken without a warning")


def _refused(rows: Iterable[Exchange], *rooms: str) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(row.id, redact_query(f"{row.method} {row.path} {status_of(row) or 'no answer'}: {row.why}"))
        for row in rows
        if (step := row.refusal) is not None and step.room in rooms
    )


def _passed(check: Callable[..., Check], number: int, said: str) -> Check:
    if number == 0:
        return check("not seen", "no request came", (), "send one")
    return check("pass", f"{counted(number, 'request')}, and each {said}")
