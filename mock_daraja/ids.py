"""Identifiers in the formats of the real API, and the only caller of chance."""

from __future__ import annotations

import math
import random
import string
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import Final

from mock_daraja.clock import eat, eat_digits, start_of_day

TOKEN_LENGTH: Final = 28
"""Of an access token, captured (requests.md §1.4)."""
_ALPHANUMERIC: Final = string.ascii_letters + string.digits
_BASE36: Final = string.digits + string.ascii_uppercase
_DAYS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
_FIRST_RECEIPT_YEAR: Final = 2006
_LETTER_SERIAL_YEAR: Final = 2026  # the fourth character is a letter from 2026 on, a digit before (callbacks.md §7)
_SERIAL_DIGITS: Final = 7


class Reserved:
    """The latest ids that have room for nothing but time and MSISDN, and which of a server's sandboxes has each.
    `stands` says whether there is one of that name yet. For any thread."""

    def __init__(self, stands: Callable[[str], bool], most: int = 10_000) -> None:
        self._stands = stands
        self._most = most
        self._holders: dict[str, str] = {}
        self._lock = Lock()

    def is_free(self, reference: str, sandbox: str) -> bool:
        holder = self._holders.get(reference, sandbox)
        return holder == sandbox or not self._stands(holder)

    def take(self, reference: str, sandbox: str) -> bool:
        """False where another sandbox has it."""
        with self._lock:
            if not self.is_free(reference, sandbox):
                return False
            self._holders[reference] = sandbox
            if len(self._holders) > self._most:
                del self._holders[next(iter(self._holders))]
            return True


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
    """One sandbox's identifiers, each a hash of seed, sandbox, stream and the number of the draw in that stream.

    So the state is one integer a stream. `count` keeps it: given a stream, it counts from 0. Same seed, same sandbox
    and same calls give the same ids; two sandboxes never share one, whatever their seeds. How sure that is:

    - a token has 166 bits of the hash, a requestId 74 (its prefix), a ConversationID 64: never;
    - a receipt has room for 35: its serials begin at any of 4.35e10 places, another each day. Sandboxes that make n
      receipts in all on one sandbox day share one with a chance below n * n / 8.7e10: 1,000 receipts, 1 in 87,000. No
      receipt leads to a sandbox, so that where two do share one, each still has its own payment behind it;
    - a CheckoutRequestID is not drawn: its format has room for nothing but time and MSISDN. Who makes one has to see
      that no other sandbox has it (`Sandbox.new_reference`).
    """

    def __init__(self, seed: int, sandbox: str, count: Callable[[str], int]) -> None:
        self._hash = blake2b(f"{seed}:{sandbox}:".encode(), digest_size=32)
        self._count = count
        self._day = 0, "", 0  # the last of a receipt: its midnight, the letters and where its serials begin
        self.prefix = self._uuid("node", 0).partition("-")[2]
        self._first_request = 10_000 + self._bits("node", 1) % 2_000_000

    def _bits(self, stream: str, number: int) -> int:
        """256 bits."""
        state = self._hash.copy()
        state.update(f"{stream}:{number}".encode())
        return int.from_bytes(state.digest())

    def _draw(self, stream: str) -> int:
        return self._bits(stream, self._count(stream))

    def _uuid(self, stream: str, number: int) -> str:
        """A version 4 UUID."""
        digits = f"{self._bits(stream, number):064x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"

    def request_id(self) -> str:
        """requestId, MerchantRequestID and OriginatorConversationID: a UUID without its first group, then a counter.

        The prefix is constant per gateway node and the counter is shared by all products (requests.md §1.4); it
        rises by 1 to 3.
        """
        number = self._count("request")
        return f"{self.prefix}{self._first_request + 2 * number + self._bits('request', number) % 2}"

    def conversation_id(self, now_ms: int) -> str:
        """AG_YYYYMMDD_ + node 2010 + 16 hex digits (requests.md §1.4)."""
        return f"AG_{eat_digits(now_ms)[:8]}_2010{self._draw('conversation') >> 192:016x}"

    def checkout_request_id(self, now_ms: int, msisdn: str, fraction_digits: int) -> str:
        """ws_CO_DDMMYYYYHHmmss, 1 (2026) or 3 (2022-2025) sub-second digits, last nine digits of the MSISDN."""
        digits = eat_digits(now_ms)
        fraction = f"{now_ms % 1000:03}"[:fraction_digits]
        return f"ws_CO_{digits[6:8]}{digits[4:6]}{digits[:4]}{digits[8:]}{fraction}{msisdn[-9:]}"

    def token(self) -> str:
        """So many alphanumeric characters (requests.md §1.4)."""
        bits, letters = self._draw("token"), []
        for _ in range(TOKEN_LENGTH):
            bits, letter = divmod(bits, len(_ALPHANUMERIC))
            letters.append(_ALPHANUMERIC[letter])
        return "".join(letters)

    def receipt(self, now_ms: int) -> str:
        """Ten characters: year letter, month letter, day, then a serial that rises within the day.

        The real serial's algorithm is unknown (callbacks.md §7, inferred); ours is a base 36 counter that rises by 1
        to 59 from where the day began.
        """
        midnight_ms, number = start_of_day(now_ms), self._count("receipt")
        if self._day[0] != midnight_ms:
            self._day = midnight_ms, receipt_day(now_ms), self._first_serial(now_ms)
        _, day, first = self._day
        return day + _base36(first + 30 * number + self._bits("receipt", number) % 30)

    def _first_serial(self, now_ms: int) -> int:
        """Where the day begins."""
        bits = self._bits(f"day {receipt_day(now_ms)}", 0)
        first = 10 + bits % 20 if eat(now_ms).year >= _LETTER_SERIAL_YEAR else bits % 9
        serial: int = first * 36 ** (_SERIAL_DIGITS - 1) + (bits >> 64) % 36 ** (_SERIAL_DIGITS - 1)
        return serial

    def choice(self, options: tuple[str, ...]) -> str:
        return options[self._draw("choice") % len(options)]

    def chance(self) -> float:
        """From 0 up to but not including 1: what a rule's probability is held against."""
        return (self._draw("chance") >> 203) / (1 << 53)

    def uniform(self, least: float, most: float) -> float:
        return least + (most - least) * self.chance()

    def lognormal(self, median: float, sigma: float) -> float:
        """Half of the draws are below `median`; `sigma` is the standard deviation of their logarithms."""
        normal = math.sqrt(-2 * math.log(1 - self.chance())) * math.cos(2 * math.pi * self.chance())  # Box and Muller
        return median * math.exp(sigma * normal)


def _base36(number: int) -> str:
    digits = ""
    for _ in range(_SERIAL_DIGITS):
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
    return digits
