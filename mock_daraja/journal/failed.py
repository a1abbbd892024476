"""Why a transaction failed and what to do about it, in words: the one text of it that `why`, the journal, the log, the
report card and a failing test show. It is made of the JSON shape that ends.py gives a failed transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

RETRYABLE: Final[Mapping[bool | None, str]] = {True: "yes", False: "no", None: "it depends: see the remedy"}


def facts(transaction: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Label and text, in the order to be read; nothing of one that has not failed, or whose code nobody knows."""
    failure = transaction["failure"]
    if failure is None:
        return
    yield "cause", failure["cause"]
    yield "remedy", failure["remedy"]
    yield "retryable", RETRYABLE[failure["retryable"]]
    yield "source", known_from(failure["provenance"])


def known_from(provenance: Mapping[str, str]) -> str:
    date = provenance["date"]
    return f"{provenance['level']}: {provenance['source']}" + (f", {date}" if date else "")


def fact_lines(transaction: Mapping[str, Any]) -> list[str]:
    return [f"{label}: {text}" for label, text in facts(transaction)]


def failed_lines(transaction: Mapping[str, Any], prefix: str = "") -> list[str]:
    """How it ended, and what is known of that; `prefix` is that of its sandbox's numbers."""
    why = f" ({transaction['why']})" if transaction["why"] else ""
    head = f"{prefix}t{transaction['id']} failed: {transaction['result']} {transaction['result_desc']}{why}"
    return [head, *fact_lines(transaction)]
