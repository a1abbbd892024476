"""Which outcomes of the catalogue the integration has met, product by product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from mock_daraja.journal.report.card import Check
from mock_daraja.journal.report.evidence import Journal, counted


def meets_outcomes(journal: Journal) -> Iterator[Check]:
    """A check for each product that was used; it warns of common outcomes that have not come up."""
    seen: dict[str, Counter[str]] = {}
    for row in journal.transactions.values():
        codes = seen.setdefault(row.operation.partition(".")[0], Counter())
        if row.result is not None:
            codes[row.result] += 1
    for product, codes in seen.items():
        yield _of_product(journal, product, codes)
    if not seen:
        remedy = "pay something; `mock-daraja codes` lists what may come of it"
        yield Check("outcomes", "Meets the common outcomes", "not seen", "no transaction", (), remedy, docs="codes")


def _of_product(journal: Journal, product: str, codes: Counter[str]) -> Check:
    check = partial(Check, f"outcomes-{product}", f"Meets the common outcomes of {product}", docs="codes")
    met = ", ".join(f"{code} ({number})" if number > 1 else code for code, number in sorted(codes.items())) or "none"
    missing = tuple(each for each in journal.declared.expected.get(product, ()) if each.ref not in codes)
    if not missing:
        return check("pass", f"result codes seen: {met}")
    summary = f"result codes seen: {met}; {counted(len(missing), 'common one')} not yet"
    remedy = f"bring them about, one test each; `mock-daraja codes --product {product}` has the rest"
    return check("warn", summary, missing, remedy)
