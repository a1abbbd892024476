"""Strictness: what went wrong in a sandbox without the test saying that it would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mock_daraja.client import Row
from mock_daraja.journal.failure import UNDELIVERED, refusal
from mock_daraja.testing.link import Link, Record
from mock_daraja.testing.timeline import because

_UNDER: Final = "\n       "
_REMEDY: Final = (
    "meant so? daraja.expect_errors(), as a call for the whole test or as a context for a part of it;"
    " or @pytest.mark.daraja(strict=False)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    key: str
    text: str
    callback: int | None = None


class Strictness:
    """`excused` holds the keys of what the test has expected."""

    def __init__(self, link: Link, *, strict: bool) -> None:
        self._link = link
        self.strict = strict
        self.excused: frozenset[str] = frozenset()

    def keys(self) -> frozenset[str]:
        return frozenset(each.key for each in findings(self._link.record()))

    def expect(self) -> ExpectedErrors:
        return ExpectedErrors(self)

    def complaint(self) -> str | None:
        """What a test is to fail with; None where all went well."""
        if not self.strict:
            return None
        found = [each for each in findings(self._link.record()) if each.key not in self.excused]
        if not found:
            return None
        lines = [each.text + self._traceback(each.callback) for each in found]
        many = f"{len(lines)} things" if len(lines) > 1 else "something"
        return "\n".join([f"{many} went wrong that this test did not expect", *lines, _REMEDY])

    def _traceback(self, callback: int | None) -> str:
        text = "" if callback is None else self._link.traceback(callback)
        return "".join(f"{_UNDER}{line}" for line in text.splitlines())


class ExpectedErrors:
    """Called, it lets anything go wrong in the whole test; entered, just what goes wrong before it is left."""

    def __init__(self, strictness: Strictness) -> None:
        self._strictness = strictness
        self._before: frozenset[str] = frozenset()
        self._was_strict = strictness.strict
        strictness.strict = False

    def __enter__(self) -> None:
        self._strictness.strict = self._was_strict
        self._before = self._strictness.keys()

    def __exit__(self, *_: object) -> None:
        self._strictness.excused |= self._strictness.keys() - self._before


def findings(record: Record) -> Iterator[Finding]:
    """Requests that no operation has, or that failed validation; callbacks that could not be delivered; one-shots
    that nothing used."""
    for exchange in record.exchanges:
        if (found := _exchange(exchange, "route", "validation")) is not None:
            yield found
    for exchange in record.strangers:
        if (found := _exchange(exchange, "route")) is not None:
            yield Finding(f"stranger {found.key}", found.text)
    for callback in record.callbacks:
        if callback["state"] in UNDELIVERED and callback["state"] != "dropped" and not _is_meant(callback, record):
            yield _callback(callback)
    for one_shot in record.one_shots:
        yield Finding(f"one-shot {one_shot['id']}", f"  one-shot {_words(one_shot)} was never used")


def _exchange(exchange: Row, *rooms: str) -> Finding | None:
    refused = refusal(exchange)
    if refused is None or refused["room"] not in rooms:
        return None
    text = f"  {exchange['id']:<4} {exchange['method']} {exchange['path']} -> {exchange['status']}"
    return Finding(exchange["id"], text + because(refused, _UNDER))


def _is_meant(callback: Row, record: Record) -> bool:
    """A sink refuses only what a test has told it to; and to refuse what is forged is well done."""
    last = callback["deliveries"][-1] if callback["deliveries"] else None
    if callback.get("forged") and last is not None and last["error"] is None:
        return True
    return str(callback["url"]).startswith(record.sinks)


def _callback(callback: Row) -> Finding:
    about = f"  c{callback['id']:<3} {callback['kind']} callback to {callback['url']}"
    return Finding(f"c{callback['id']}", f"{about} was not delivered: {callback['note']}", callback["id"])


def _words(one_shot: Row) -> str:
    def said(value: Any) -> str:
        return ", ".join(f"{name} {each}" for name, each in value.items())

    return f"{one_shot['id']} (when {said(one_shot['when']) or 'anything'}, then {said(one_shot['then'])})"
