"""What a campaign earned by group of customers, channel and product: which part of it paid (CAMP-14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from customer_insight.measurement import Comparison, campaign_result, holm, simultaneous_level
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.units import units
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.duck import Duck, identifier, quoted, rows
from guanxi.insight.columns import TIER_ON, tier_dates, with_fields
from guanxi.insight.queries import PUBLISHED_TABLE, published_run

LEVEL = 0.95


def grouping_day(campaign: Campaign, start: date) -> date | None:
    """As of which figures customers are grouped: those that the plan was made on, or the last before the start.

    Tiers of later days would be of the campaign's own making. None where no figures of before are known.
    """
    known = [day for day in tier_dates() if day < start]
    if campaign.insight_run and campaign.insight_run.as_of in known:
        return campaign.insight_run.as_of
    return max(known, default=None)


def breakdown(duck: Duck, campaign: Campaign, *, start: date, response: str) -> list[dict[str, Any]]:
    """A row per value tier and cell, each against the control of the same tier; after `units` and `copy_members`.

    All rows are one family: their intervals hold together at LEVEL and their p values are Holm's. Treated, held out
    and the contacts' cost add up to the whole; fixed cost counts in the whole only, and so does the adjustment by what
    was bought before. Empty where nothing is known of the tiers before the start.
    """
    day = grouping_day(campaign, start)
    if day is None:
        return []
    _group(duck, day, response)
    counted = (
        "SELECT tier, count(*) FROM grouped GROUP BY tier HAVING count(*) FILTER (cell <> 'control') > 0"
    )
    tiers = [tier for tier, _number in rows(duck, f"{counted} ORDER BY 2 DESC, 1")]
    level = simultaneous_level(LEVEL, len(tiers))
    found = [(tier, each) for tier in tiers for each in _of_tier(duck, tier, level)]
    adjusted = holm([each.margin.p_value for _tier, each in found])
    offers = _offers(campaign)
    return [
        {
            "group": tier,
            "as_of": day.isoformat(),
            "channel": campaign.channel,
            "offer": offers.get(each.cell, ""),
            **asdict(replace(each, margin_p_adjusted=p)),
        }
        for (tier, each), p in zip(found, adjusted, strict=True)
    ]


def _group(duck: Duck, day: date, response: str) -> None:
    """Table `grouped`: the units, each with the tier of that day."""
    lake.open_view(duck, PUBLISHED_TABLE, published_run().replica_version, view="measures")
    units(duck, response).create_view("measured", replace=True)
    field = f"{TIER_ON}.{day}"
    duck.execute(
        f"""CREATE OR REPLACE TABLE grouped AS
            SELECT measured.*, coalesce(tiers.{identifier(field)}, '') AS tier
            FROM measured JOIN ({with_fields(duck, "members", (field,))}) tiers USING (customer_id)"""
    )


def _of_tier(duck: Duck, tier: str, level: float) -> tuple[Comparison, ...]:
    """The cells within a tier."""
    own = f"tier = '{quoted(tier)}'"
    spent = rows(
        duck,
        f"""SELECT cell, sum(coalesce(cost, 0))::BIGINT FROM grouped LEFT JOIN reached USING (customer_id)
            WHERE {own} AND cell <> 'control' GROUP BY 1""",
    )
    costs: Mapping[str, int] = {cell: int(cost) for cell, cost in spent}
    chosen = duck.sql(f"SELECT * EXCLUDE tier FROM grouped WHERE {own}")
    return campaign_result(chosen, costs=costs, level=level).cells


def _offers(campaign: Campaign) -> dict[str, str]:
    """Cell → what it offers: its own product or that of the campaign."""
    plan = campaign.plan
    return {cell["code"]: cell.get("offer") or plan.get("offer", "") for cell in plan.get("cells", ())}
