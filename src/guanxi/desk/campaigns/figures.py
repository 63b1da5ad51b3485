"""The three figures that results lead with, each with its interval drawn against zero, and what to do about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.foundation.money import format_money
from guanxi.wording.words import label

WIDTH: Final = 100
"""Of the drawing, in its own units."""


JUDGING: Final = {"incremental_responses": 0, "response": 0, "margin": 1, "roi": 2}
"""What a goal is judged by → the place of the leading figure that says it."""


@dataclass(frozen=True)
class Figure:
    """A figure with the places of its interval in a drawing that holds zero; no places where nothing is known."""

    name: str
    value: str
    interval: str
    is_clear: bool
    """Whether the interval lies on one side of zero."""
    zero: float = 0
    low: float = 0
    high: float = 0
    middle: float = 0
    judges: bool = False
    """Whether the goal of the campaign is judged by this figure."""


def leading_figures(result: Mapping[str, Any]) -> list[Figure]:
    """Incremental response, margin and return on investment, in this order."""
    overall = result["overall"]
    figures = [
        _figure("incremental response rate", overall["response"]["difference"], _points),
        _figure("incremental margin", overall["incremental_margin"], format_money),
        _figure("return on investment", overall["roi"], lambda value: f"{100 * value:,.0f} %"),
    ]
    by = JUDGING.get(result["judged_by"] or "")
    return [replace(each, judges=place == by) for place, each in enumerate(figures)]


def _points(value: float) -> str:
    return _("%(value)s points") % {"value": f"{100 * value:+.2f}"}


def _figure(name: str, estimate: Mapping[str, Any], shown: Callable[[float], str]) -> Figure:
    known: list[float | None] = [estimate[name] for name in ("value", "low", "high")]
    value, low, high = known
    if value is None or low is None or high is None:
        return Figure(label(name), "–", _("nothing is known of its chance"), is_clear=False)
    first, last = min(low, 0.0), max(high, 0.0)

    def place(at: float) -> float:
        return round(4 + (WIDTH - 8) * (at - first) / ((last - first) or 1), 2)

    interval = _("%(low)s to %(high)s") % {"low": shown(low), "high": shown(high)}
    clear = low > 0 or high < 0
    return Figure(label(name), shown(value), interval, clear, place(0), place(low), place(high), place(value))


def stop_rule(result: Mapping[str, Any]) -> str:
    """What follows from the results: go on, stop, or wait, and until when."""
    if not result["has_control"]:
        return _(
            "Nothing can be decided by these figures: nobody was held out. Hold a control out next time."
        )
    if result["verdict"] == "gain":
        return _("Go on: even the lower limit of the interval repays the cost.")
    if result["verdict"] == "loss":
        return _("Stop: even the upper limit of the interval does not repay the cost.")
    if not result["complete"]:
        said = _("Wait: the measured days end on %(day)s; decide when they are over and measured.")
        return said % {"day": result["window"][1]}
    return _("Do not repeat it as it is: a larger audience or control would have to show whether it pays.")
