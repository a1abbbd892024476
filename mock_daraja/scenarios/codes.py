"""The catalogue of result codes, synchronous error codes and C2B validation replies: what each means and how to get it.

The data stands in codes.json beside this file and is read at the first look-up. Within an entry the first text is the
default of 2026; of several entries for one code and product the first is the default. Which code a request is answered
with is the engine's business.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from mock_daraja.errors import DarajaError
from mock_daraja.fields import beginning, is_slip
from mock_daraja.quoting import LONGEST
from mock_daraja.scenarios.model import Provenance

Kind = Literal["result", "error", "validation-reply", "answer"]
"""Final; synchronous; what a merchant may answer; and what an operation answers at once, and no transaction ends with
(STK query's 4999, say)."""

_TELLING: Final = 3
"""Characters by which one code is told from others."""
_DATA: Final = Path(__file__).with_name("codes.json")


class Text(Struct, frozen=True):
    """One wording, character for character. No `products` means all of the code's."""

    text: str
    products: tuple[str, ...]
    era: str
    provenance: str

    def fits(self, product: str) -> bool:
        return not self.products or product in self.products


class Code(Struct, frozen=True):
    """One meaning of one code. `texts` are newest first; `status` is the HTTP status of an error.

    `retryable` of None means that it depends, on what `remedy` says. A `page` is a fault of the gateway in front of
    Daraja, with a body of its own in place of Daraja's envelope. A code that is `borrowed` is another product's: the
    table of these has none for what happened, and that they give this one is inferred.
    """

    code: str
    kind: Kind
    name: str
    products: tuple[str, ...]
    texts: tuple[Text, ...]
    cause: str
    remedy: str
    retryable: bool | None
    provoke: str
    provenance: Provenance
    status: int | None = None
    page: bool = False
    borrowed: bool = False
    operations: tuple[str, ...] = ()  # of these alone, where there are any

    def wording(self, product: str) -> str:
        """The newest text for the product, or the newest there is."""
        return next((each.text for each in self.texts if each.fits(product)), self.texts[0].text)


BUSY: Final = DarajaError(500, "500.003.02", "System is busy. Please try again in few minutes.")
"""As the catalogue has it, which needn't be read to say so."""


@cache
def all_codes() -> tuple[Code, ...]:
    return msgspec.json.decode(_DATA.read_bytes(), type=dict[str, tuple[Code, ...]])["codes"]


def ready() -> None:
    """Have the file of codes read; in no time if it is."""
    _index()


def find(code: str) -> tuple[Code, ...]:
    """Every meaning of a code, in any case of letters; empty when there is none."""
    return _index().get(_folded(code), ())


def for_product(product: str) -> tuple[Code, ...]:
    return tuple(each for each in all_codes() if product in each.products)


def search(words: str) -> tuple[Code, ...]:
    """Codes that hold every word, in any case, in their code, name, texts, cause or remedy."""
    wanted = words.casefold().split()
    return tuple(each for each in all_codes() if _holds(each, wanted))


def outcome(code: str, product: str) -> Code | None:
    """What the code means as the end of a product's transaction; of another's, where this one never ends so."""
    return _preferred([each for each in find(code) if each.kind != "error"], product)


@lru_cache(maxsize=1024)  # every transaction asks
def text(code: str, product: str) -> str | None:
    """The ResultDesc (or ResponseDescription) to send with a code; None for a code that is no result.

    A product that never sends the code gets the words of one that does, so that a scenario may ask for it all the same.
    """
    entry = outcome(code, product)
    return None if entry is None else entry.wording(product)


def error(code: str, product: str, operation: str = "") -> DarajaError | None:
    """The refusal for a synchronous error code, as this product words it; None for a code that is no error. Of several
    meanings, one that is this operation's own.

    A dotted code (500.003.02) works for every product; a bare one (401, 409) only for those that have it. A gateway
    fault has no Daraja body and is none.
    """
    entries = [each for each in find(code) if each.kind == "error" and not each.page]
    if "." not in code:
        entries = [each for each in entries if product in each.products]
    if operation:
        fitting = [each for each in entries if not each.operations or operation in each.operations]
        entries = sorted(fitting, key=lambda each: not each.operations)
    entry = _preferred(entries, product)
    if entry is None or entry.status is None:
        return None
    return DarajaError(entry.status, entry.code, entry.wording(product))


def nearest(code: str) -> list[str]:
    """Up to three codes that were perhaps meant, best first."""
    return near(code, (entries[0].code for entries in _index().values()))[:3]


def near(asked: str, known: Iterable[str]) -> list[str]:
    """Those that a misspelt code may have been meant as, best first: most of it is their beginning, or one typing error
    lies between them. Short codes are too many for one to be near another."""
    wanted = _folded(asked[:LONGEST])
    found = [each for each in known if min(len(each), len(wanted)) >= _TELLING and _is_near(wanted, _folded(each))]
    from difflib import SequenceMatcher

    alike = SequenceMatcher(None, "", wanted)

    def distance(code: str) -> tuple[bool, float]:
        alike.set_seq1(_folded(code))
        return sorted(_folded(code)) != sorted(wanted), -alike.ratio()  # 1023 for 1032

    return sorted(found, key=distance)


def _is_near(asked: str, real: str) -> bool:
    return beginning(asked, real) > max(_TELLING, max(len(asked), len(real)) / 2) or is_slip(asked, real)


def _preferred(entries: list[Code], product: str) -> Code | None:
    return next((each for each in entries if product in each.products), entries[0] if entries else None)


def _folded(code: str) -> str:
    return code.strip().casefold()


def _holds(entry: Code, words: list[str]) -> bool:
    texts = (each.text for each in entry.texts)
    haystack = "\n".join((entry.code, entry.name, *texts, entry.cause, entry.remedy)).casefold()
    return all(word in haystack for word in words)


@cache
def _index() -> dict[str, tuple[Code, ...]]:
    index: dict[str, tuple[Code, ...]] = {}
    for entry in all_codes():
        key = _folded(entry.code)
        index[key] = (*index.get(key, ()), entry)
    return index
