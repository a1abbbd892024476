"""A figure with its aim, and the table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """`better` says on which side of the aim a value is good. Without an aim it is shown for comparison."""

    benchmark: str
    what: str
    value: float
    unit: str
    aim: float | None
    better: Literal["more", "less"]
    detail: str = ""

    @property
    def reached(self) -> bool | None:
        if self.aim is None:
            return None
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim


_VERDICTS: Final = {True: "ok", False: "short", None: ""}
HEADS: Final = ("benchmark", "figure", "value", "aim", "", "detail")


def cells(figure: Figure) -> tuple[str, ...]:
    """What stands under `HEADS`."""
    bound = "≥" if figure.better == "more" else "≤"
    aim = "" if figure.aim is None else f"{bound} {figure.aim:,.2f}"
    value = f"{figure.value:,.2f} {figure.unit}"
    return figure.benchmark, figure.what, value, aim, _VERDICTS[figure.reached], figure.detail


def table(figures: Sequence[Figure]) -> str:
    rows = [HEADS, *map(cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
