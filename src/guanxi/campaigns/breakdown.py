"""What a campaign earned by group of customers, channel and product: which part of it paid (CAMP-14)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from customer_insight.measurement import Breakdown, Part
from customer_insight.measurement import breakdown as broken_down
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.units import units
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.duck import Duck, identifier, quoted
from guanxi.insight.columns import TIER_ON, tier_dates, with_fields
from guanxi.insight.queries import PUBLISHED_TABLE, published_run

TREATMENTS: Final = ("cell", "channel", "offer")
"""What customers were meant for."""


def grouping_day(campaign: Campaign, start: date) -> date | None:
    """As of which figures customers are grouped: those that the plan was made on, or the last before the start.

    Tiers of later days would be of the campaign's own making. None where no figures of before are known.
    """
    known = [day for day in tier_dates() if day < start]
    if campaign.insight_run and campaign.insight_run.as_of in known:
        return campaign.insight_run.as_of
    return max(known, default=None)


def breakdown(duck: Duck, campaign: Campaign, *, start: date, response: str) -> dict[str, Any]:
    """Parts of results: `groups`, a row per value tier and cell, and `breakdown`: their sums, the best and the worst.

    After `units` and `copy_members`. Each row is compared with the control of its own tier, and a sum is the sum of
    its rows, so totals reconcile; fixed cost counts in the campaign's own whole only. Nothing where nothing is known
    of the tiers before the start.
    """
    day = grouping_day(campaign, start)
    if day is None:
        return {"groups": [], "breakdown": None}
    found = broken_down(_grouped(duck, campaign, day, response), groups=("group",), treatments=TREATMENTS)
    return {
        "groups": [_row(part) | {"as_of": day.isoformat()} for part in found.cells],
        "breakdown": {
            "as_of": day.isoformat(),
            "level": found.level,
            "cell_level": found.cell_level,
            "sums": [_row(part) | {"over": "".join(part.by)} for part in _told(found)],
            "best": found.best and dict(found.best.by),
            "worst": found.worst and dict(found.worst.by),
            "apart": asdict(found.apart),
        },
    }


def _grouped(duck: Duck, campaign: Campaign, day: date, response: str) -> Any:
    """The units, each with the tier of that day, what it was meant for and what was spent on it."""
    lake.open_view(duck, PUBLISHED_TABLE, published_run().replica_version, view="measures")
    units(duck, response).create_view("measured", replace=True)
    field = f"{TIER_ON}.{day}"
    duck.execute("CREATE OR REPLACE TABLE offered (cell VARCHAR, offer VARCHAR)")
    if offers := _offers(campaign):
        duck.executemany("INSERT INTO offered VALUES (?, ?)", [list(each) for each in offers.items()])
    return duck.sql(
        f"""SELECT measured.*, coalesce(tiers.{identifier(field)}, '') AS "group",
                   '{quoted(campaign.channel)}' AS channel, coalesce(offered.offer, '') AS offer, reached.cost
            FROM measured JOIN ({with_fields(duck, "subjects", (field,))}) tiers USING (customer_id)
            LEFT JOIN offered ON offered.cell = measured.cell
            LEFT JOIN reached ON reached.customer_id = measured.customer_id"""
    )


def _told(found: Breakdown) -> Iterable[Part]:
    """The sums over one dimension, where there is more than one of it, and the whole."""
    single = [part for part in found.sums if len(part.by) == 1]
    for name in ("group", *TREATMENTS):
        parts = [part for part in single if name in part.by]
        if len(parts) > 1:
            yield from parts
    yield found.whole


def _row(part: Part) -> dict[str, Any]:
    """A part as results keep it, by the names that a cell's comparison has."""
    figures = asdict(part)
    return {
        **figures.pop("by"),
        **figures,
        "margin": {"difference": asdict(part.margin_per_customer), "p_value": part.p_value},
        "margin_p_adjusted": part.p_adjusted,
        "profit_per_customer": asdict(part.profit_per_customer),
    }


def _offers(campaign: Campaign) -> dict[str, str]:
    """Cell → what it offers: its own product or that of the campaign."""
    plan = campaign.plan
    return {cell["code"]: cell.get("offer") or plan.get("offer", "") for cell in plan.get("cells", ())}
