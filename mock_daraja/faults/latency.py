"""The answer comes late: always by as much, or by what a distribution gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Acts, Send, Wait
from mock_daraja.faults.attributes import MOST_MS, bad, number, whole
from mock_daraja.ids import Ids
from mock_daraja.quoting import shown

_FORMS: Final[dict[Any, tuple[str, ...]]] = {
    None: ("ms",),
    "uniform": ("min", "max"),
    "lognormal": ("median", "sigma", "max"),
}
_REMEDY: Final = "give ms, or distribution: uniform with min and max, or lognormal with median, sigma and max"
_MOST_SIGMA: Final = 10  # e to the power of ten times that is still a number


@dataclass(frozen=True, slots=True)
class Latency:
    """Times are milliseconds on the sandbox's clock; `sigma` is the standard deviation of the time's logarithm."""

    ms: int | None = None
    distribution: str | None = None
    min: int | None = None
    max: int | None = None
    median: int | None = None
    sigma: float | None = None

    def __post_init__(self) -> None:
        self._check_form()
        least = {"min": 0, "median": 1, "max": self.min or self.median or 0}
        for attribute in _FORMS[self.distribution]:
            value = getattr(self, attribute)
            if attribute == "sigma":
                number(attribute, value, "standard deviations", most=_MOST_SIGMA)
            else:
                whole(attribute, value, "milliseconds", least=least.get(attribute, 0), most=MOST_MS)

    def _check_form(self) -> None:
        if self.distribution not in tuple(_FORMS):
            raise bad("distribution", self.distribution, "uniform or lognormal")
        form = _FORMS[self.distribution]
        for attribute in ("ms", "min", "max", "median", "sigma"):
            is_given = getattr(self, attribute) is not None
            if is_given and attribute not in form:
                beside = "without a distribution" if self.distribution is None else f"beside {self.distribution}"
                raise Problem(f"the attribute {shown(attribute)} means nothing {beside}", remedy=_REMEDY)
            if not is_given and attribute in form:
                raise Problem(f"the attribute {shown(attribute)} is missing", remedy=_REMEDY)

    def draw(self, ids: Ids) -> int:
        """How late, in milliseconds, the answer is to be this time."""
        if self.distribution == "uniform":
            assert self.min is not None and self.max is not None
            return round(ids.uniform(self.min, self.max))
        if self.distribution == "lognormal":
            assert self.median is not None and self.sigma is not None and self.max is not None
            return round(min(self.max, ids.lognormal(self.median, self.sigma)))
        assert self.ms is not None
        return self.ms

    def acts(self, response: bytes, now_ms: int) -> Acts:
        assert self.ms is not None  # drawn, where a distribution was asked for: faults.drawn
        yield Wait(now_ms + self.ms)
        yield Send(response)
