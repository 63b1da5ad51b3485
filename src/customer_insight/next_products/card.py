"""The card of a model of next products, ready to store and to show (ANA-64)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from customer_insight.next_products.backtest import NextProductBacktest
from customer_insight.next_products.model import NextProductModel


@dataclass(frozen=True, slots=True, kw_only=True)
class NextProductCard:
    """What was fitted on which data and how good its lists were; as `drift.LearnedCard` for learned scores.

    ``window_start`` and ``window_end`` are the first and last day number of the data, both included. Raises
    ValueError for a window that ends before it starts or before the model's last day, or a back-test of days after
    the window.
    """

    version: str
    window_start: int
    window_end: int
    model: NextProductModel
    backtest: NextProductBacktest | None = None

    def __post_init__(self) -> None:
        if not self.window_start <= self.model.as_of <= self.window_end:
            raise ValueError(
                f"the model ends on day {self.model.as_of}, outside of {self.window_start} to {self.window_end}"
            )
        if self.backtest and self.backtest.holdout_end > self.window_end:
            raise ValueError(
                f"the back-test ends on day {self.backtest.holdout_end}, after the window ({self.window_end})"
            )

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "name": "next products",
            "version": self.version,
            "window_start": self.window_start,
            "window_end": self.window_end,
            "model": self.model.as_dict(),
            "backtest": self.backtest.as_dict() if self.backtest else None,
        }
