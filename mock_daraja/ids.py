"""Identifiers in the formats of the real API, from one seeded generator, and the only caller of `random`."""

from __future__ import annotations

import math
import random
import string
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.clock import eat, eat_digits

_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_BASE36: Final = string.digits + string.ascii_uppercase
_DAYS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_FIRST_RECEIPT_YEAR: Final = 2006
_LETTER_SERIAL_YEAR: Final = 2026  # the fourth character is a letter from 2026 on, a digit before (callbacks.md §7)
_SERIAL_DIGITS: Final = 7


def fresh_seed() -> int:
    """A seed nobody chose, for a server that was given none."""
    return random.SystemRandom().randrange(2**32)


def receipt_day(ms: int) -> str:
    """The first three characters of a receipt: year letter A = 2006, month letter, day 1-9 A-V."""
    moment = eat(ms)
    year = string.ascii_uppercase[(moment.year - _FIRST_RECEIPT_YEAR) % 26]
    return year + string.ascii_uppercase[moment.month - 1] + _DAYS[moment.day]


def zero_receipt(ms: int) -> str:
    """TransactionID of a result without a financial transaction: the day and seven zeros (callbacks.md §3.1)."""
    return receipt_day(ms) + "0" * _SERIAL_DIGITS


class Ids:
    """One sandbox's identifiers. Same seed and same calls give the same ids. Guarded by the sandbox's lock."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.prefix = self._uuid_tail()
        self._counter = self._random.randrange(10_000, 2_000_000)
        self._day = ""
        self._serial = 0

    def _uuid_tail(self) -> str:
        return self.uuid().partition("-")[2]

    def uuid(self) -> str:
        """A version 4 UUID: responseRefID and the like."""
        digits = f"{self._random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def request_id(self) -> str:
        """requestId, MerchantRequestID and OriginatorConversationID: a UUID without its first group, then a counter.

        The prefix is constant per gateway node and the counter is shared by all products (requests.md §1.4).
        """
        self._counter += self._random.randrange(1, 4)
        return f"{self.prefix}{self._counter}"

    def conversation_id(self, now_ms: int) -> str:
        """AG_YYYYMMDD_ + node 2010 + 16 hex digits (requests.md §1.4)."""
        return f"AG_{eat_digits(now_ms)[:8]}_2010{self._random.getrandbits(64):016x}"

    def checkout_request_id(self, now_ms: int, msisdn: str, fraction_digits: int) -> str:
        """ws_CO_DDMMYYYYHHmmss, 1 (2026) or 3 (2022-2025) sub-second digits, last nine digits of the MSISDN."""
        digits = eat_digits(now_ms)
        fraction = f"{now_ms % 1000:03}"[:fraction_digits]
        return f"ws_CO_{digits[6:8]}{digits[4:6]}{digits[:4]}{digits[8:]}{fraction}{msisdn[-9:]}"

    def token(self) -> str:
        """28 alphanumeric characters (requests.md §1.4)."""
        return "".join(self._random.choices(_ALPHANUMERIC, k=28))

    def receipt(self, now_ms: int) -> str:
        """Ten characters: year letter, month letter, day, then a serial that rises within the day.

        The real serial's algorithm is unknown (callbacks.md §7, inferred); ours is a base 36 counter.
        """
        moment, day = eat(now_ms), receipt_day(now_ms)
        if day != self._day:
            self._day = day
            first = self._random.randrange(10, 30) if moment.year >= _LETTER_SERIAL_YEAR else self._random.randrange(9)
            self._serial = first * 36 ** (_SERIAL_DIGITS - 1) + self._random.randrange(36 ** (_SERIAL_DIGITS - 1))
        self._serial += self._random.randrange(1, 60)
        return day + _base36(self._serial)

    def snapshot(self) -> dict[str, Any]:
        """Where the generator is, for `restore`."""
        return {**vars(self), "_random": self._random.getstate()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Go on from there: the same calls give the same ids again."""
        self._random.setstate(saved["_random"])
        vars(self).update({name: value for name, value in saved.items() if name != "_random"})

    def choice(self, options: tuple[str, ...]) -> str:
        return self._random.choice(options)

    def chance(self) -> float:
        """From 0 up to but not including 1: what a rule's probability is held against."""
        return self._random.random()

    def uniform(self, least: float, most: float) -> float:
        return self._random.uniform(least, most)

    def lognormal(self, median: float, sigma: float) -> float:
        """Half of the draws are below `median`; `sigma` is the standard deviation of their logarithms."""
        return self._random.lognormvariate(math.log(median), sigma)


def _base36(number: int) -> str:
    digits = ""
    for _ in range(_SERIAL_DIGITS):
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits
