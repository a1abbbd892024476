"""Strictness: what went wrong in a sandbox without the test saying that it would."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.client import Row
from mock_daraja.exchange import UNREAD
from mock_daraja.journal.shapes import refusal
from mock_daraja.testing.failing import shown
from mock_daraja.testing.link import Link
from mock_daraja.testing.real_hosts import REMEDY as REAL_HOSTS_REMEDY

_MOST: Final = 7
_REMEDY: Final = (
    "meant so? daraja.expect_errors(), as a call for the whole test or as a context for a part of it;"
    " or @pytest.mark.daraja(strict=False)"
)


class Strictness:
    """`excused` holds the keys of what the test has expected."""

    def __init__(self, link: Link, *, strict: bool) -> None:
        self._link = link
        self.strict = strict
        self.excused: frozenset[str] = frozenset()
        self.reached: list[str] = []
        """Safaricom's hosts that something tried to reach. Whoever has taken the error for another is told here."""

    def findings(self) -> dict[str, str]:
        """What went wrong so far: real hosts that something tried to reach; requests that did not come whole, that no
        operation has, or that failed validation; callbacks that could not be delivered; one-shots that nothing used.
        A line each, by a key of its own."""
        link, record = self._link, self._link.record()
        found = {f"host {each}": f"{each} would have been reached: {REAL_HOSTS_REMEDY}" for each in self.reached}
        for exchange in record.exchanges:
            if text := _refused(exchange, UNREAD, "route", "validation"):
                found[exchange["id"]] = text
        for exchange in record.strangers:
            if text := _refused(exchange, UNREAD, "route"):
                found[f"stranger {exchange['id']}"] = text
        for callback in record.callbacks:
            if callback["state"] in ("failed", "refused") and not _is_meant(link, callback):
                about = f"c{callback['id']}, {callback['kind']} callback to {callback['url']}"
                found[f"c{callback['id']}"] = f"{about}, was not delivered: {callback['note']}"
        for one_shot in record.one_shots:
            found[f"one-shot {one_shot['id']}"] = f"one-shot {_words(one_shot)} was never used"
        return found

    def complaint(self) -> str | None:
        """What a test is to fail with, in ten lines; None where all went well."""
        if not self.strict:
            return None
        lines = [text for key, text in self.findings().items() if key not in self.excused]
        if not lines:
            return None
        many = f"{len(lines)} things" if len(lines) > 1 else "something"
        cut = len(lines) - _MOST
        before = [f"... {cut} before these"] if cut > 0 else []
        said = [f"{many} went wrong that this test did not expect", f"  {_REMEDY}", *before, *lines[-_MOST:]]
        return shown(self._link, said)


class ExpectedErrors:
    """Called, it lets anything go wrong in the whole test; entered, just what goes wrong before it is left."""

    def __init__(self, strictness: Strictness) -> None:
        self._strictness = strictness
        self._was_strict = strictness.strict
        strictness.strict = False

    def __enter__(self) -> None:
        self._strictness.strict = self._was_strict
        self._before = self._strictness.findings().keys()

    def __exit__(self, *_: object) -> None:
        self._strictness.excused |= self._strictness.findings().keys() - self._before


def _refused(exchange: Row, *rooms: str) -> str:
    """Where one of these rooms refused it; else nothing."""
    refused = refusal(exchange)
    if refused is None or refused["room"] not in rooms:
        return ""
    asked = f"{exchange['method']} {exchange['path']}".rstrip()
    return f"{exchange['id']}, {asked} -> {exchange['status'] or 'no answer'}: {exchange['why']}"


def _is_meant(link: Link, callback: Row) -> bool:
    """A sink refuses only what a test has told it to; and to refuse what is forged is well done."""
    last = callback["deliveries"][-1] if callback["deliveries"] else None
    if callback.get("forged") and last is not None and last["error"] is None:
        return True
    return str(callback["url"]).startswith(f"{link.control_url}/sink/")


def _words(one_shot: Row) -> str:
    def said(value: Any) -> str:
        return ", ".join(f"{name} {each}" for name, each in value.items())

    return f"{one_shot['id']} (when {said(one_shot['when']) or 'anything'}, then {said(one_shot['then'])})"
