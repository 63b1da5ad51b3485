"""What the business assumes where its data are silent; shown wherever a figure rests on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from guanxi.foundation import configuration
from guanxi.foundation.configuration import require_number, require_whole, with_defaults

SETTING = "insight_assumptions"
DEFAULT: dict[str, Any] = {
    "margin_rate": 0.30,
    "cost_to_serve_per_order": 0,
    "horizon_days": 365,
    "discount_rate_year": 0.10,
    "trend_days": 91,
}


@dataclass(frozen=True)
class Assumptions:
    """Margin where no cost is known (share of sales), cost to serve per order (minor units), value horizon and rate."""

    margin_rate: float
    cost_to_serve_per_order: int
    horizon_days: int
    discount_rate_year: float
    trend_days: int

    def __post_init__(self) -> None:
        """Raise DomainError, naming the value, where an assumption makes no sense."""
        require_number(self.margin_rate, "margin_rate", 0, 1)
        require_whole(self.cost_to_serve_per_order, "cost_to_serve_per_order", 0, 10**12)
        require_whole(self.horizon_days, "horizon_days", 1, 36_500)
        require_number(self.discount_rate_year, "discount_rate_year", -0.99, 10)
        require_whole(self.trend_days, "trend_days", 1, 3_650)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read_assumptions() -> Assumptions:
    """The assumptions that the business set, the defaults for the rest."""
    return parse_assumptions(configuration.read(SETTING))


def parse_assumptions(given: Any) -> Assumptions:
    """The assumptions of a stored value. Raises DomainError for impossible ones."""
    return Assumptions(**with_defaults(SETTING, given, DEFAULT))
