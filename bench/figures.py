"""A figure with its aim, and the table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """`better` says on which side of the aim a value is good."""

    benchmark: str
    what: str
    value: float
    unit: str
    aim: float
    better: Literal["more", "less"]
    detail: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim


def table(figures: Sequence[Figure]) -> str:
    rows = [("benchmark", "figure", "value", "aim", "", "detail")]
    for figure in figures:
        bound = "≥" if figure.better == "more" else "≤"
        rows.append(
            (
                figure.benchmark,
                figure.what,
                f"{figure.value:,.2f} {figure.unit}",
                f"{bound} {figure.aim:,.2f}",
                "ok" if figure.reached else "short",
                figure.detail,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
