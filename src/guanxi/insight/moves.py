"""Who was in which tier on one date and in which on a later one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from customer_insight.conditions import All, Compare, Condition, IsKnown, IsUnknown
from customer_insight.conditions import Any as Either
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.insight.audience import browse_audience
from guanxi.insight.columns import TIER_ON


@dataclass(frozen=True)
class Moves:
    """How many customers were where on both dates; None stands for those who had no tier."""

    since: date
    until: date
    counts: dict[tuple[str | None, str | None], int]

    def people(self, was: str | None, now: str | None) -> Condition:
        """The condition that exactly those behind a number fulfil."""
        return moved(self.since, self.until, was, now)


def moved(since: date, until: date, was: str | None, now: str | None) -> Condition:
    """Was in one tier on a date, and in another on a later one."""
    return All((_in_tier(since, was), _in_tier(until, now)))


def tier_moves(since: date, until: date) -> Moves:
    """The tiers on two dates that figures were published as of, crossed (ANA-33, ANA-35).

    Who had a tier on neither date is left out. Raises DomainError before the first refresh.
    """
    before, after = _field(since), _field(until)
    had_one = Either((IsKnown(before), IsKnown(after)))
    with browse_audience(had_one, before, after) as (duck, found):
        found.create_view("found", replace=True)
        told = rows(
            duck,
            f"SELECT {identifier(before)}, {identifier(after)}, count(*) FROM found GROUP BY ALL ORDER BY ALL",
        )
    return Moves(since, until, {(was, now): count for was, now, count in told})


def _in_tier(day: date, tier: str | None) -> Condition:
    field = _field(day)
    return IsUnknown(field) if tier is None else Compare(field, "=", tier)


def _field(day: date) -> str:
    return f"{TIER_ON}.{day}"
