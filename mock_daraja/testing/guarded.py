"""Rows whose secrets are there for a test to use, and don't stand in the report of one that fails: pytest shows both
sides of an assertion as Python does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from mock_daraja.journal.named import is_secret
from mock_daraja.journal.redact import CUT, redact_content, redact_text
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, TransactionRow

_FORMATTER: Final = logging.Formatter()
Hide = Callable[[str], str]
AnyRow = TypeVar("AnyRow", ExchangeRow, TransactionRow, CallbackRow)


class SecretText(str):
    """Text like any other, but for how Python shows it."""

    __slots__ = ("_shown",)
    _shown: str

    @classmethod
    def of(cls, text: str, shown: str) -> SecretText:
        made = cls(text)
        made._shown = shown
        return made

    def __repr__(self) -> str:
        return repr(self._shown)


class SecretNumber(int):
    """The same of a number, such as a PIN that was sent as one."""

    def __repr__(self) -> str:
        return CUT


class SecretsFilter(logging.Filter):
    """For the loggers of this package: pytest shows what they log in the report of a failing test."""

    def __init__(self, hide: Hide) -> None:
        super().__init__()
        self._hide = hide
        self._loggers: list[logging.Logger] = []

    def begin(self) -> None:
        names = [each for each in logging.root.manager.loggerDict if each.partition(".")[0] == "mock_daraja"]
        self._loggers = [logging.getLogger(each) for each in names]
        for logger in self._loggers:
            logger.addFilter(self)

    def end(self) -> None:
        for logger in self._loggers:
            logger.removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """A formatter takes the text of an exception that is there already."""
        with suppress(Exception):  # a message that doesn't go with its arguments is the formatter's to complain of
            record.msg, record.args = self._shown(record.getMessage()), ()
            if record.exc_info:
                record.exc_text = self._shown(_FORMATTER.formatException(record.exc_info))
        return True

    def _shown(self, text: str) -> str:
        return self._hide(redact_text(text))


def guarded(row: AnyRow, hide: Hide) -> AnyRow:
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    changes = {name: new for name, value in values.items() if (new := _guarded(value, hide)) is not value}
    return replace(row, **changes) if changes else row


def _guarded(value: Any, hide: Hide, name: str = "") -> Any:
    """The same object where nothing is secret in it."""
    if isinstance(value, str):
        shown = CUT if value and is_secret(name) else hide(redact_content(value))
        return value if shown == value else SecretText.of(value, shown)
    if isinstance(value, int) and not isinstance(value, bool) and is_secret(name):
        return SecretNumber(value)
    if isinstance(value, dict):
        pairs = [(_guarded(key, hide), _guarded(each, hide, key)) for key, each in value.items()]
        is_same = all(
            new is old
            for pair, before in zip(pairs, value.items(), strict=True)
            for new, old in zip(pair, before, strict=True)
        )
        return value if is_same else dict(pairs)
    if isinstance(value, list):
        several = [_guarded(each, hide, name) for each in value]
        return value if all(new is old for new, old in zip(several, value, strict=True)) else several
    return value
