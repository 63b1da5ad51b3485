"""Which campaigns an analysis can be asked about, who was in them, and when answers about them are old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.assignment import CONTROL
from customer_insight.tables import day_number
from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.queries import campaign_named, measured_window
from guanxi.customers.queries import RESOLVED_PARTIES, born, visible_sql
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.analyses.data import Data
from guanxi.insight.analyses.definition import Parameter
from guanxi.insight.members import forget_members
from guanxi.insight.models import AnalysisAnswer

GROUP: Final = "effects"
ENROLLED: Final = "enrolled"
"""Table of everybody in the campaigns asked about: customer_id, campaign, cell, start_day, end_day."""


def measured() -> QuerySet[Campaign]:
    """Campaigns with results against a control, the newest first."""
    found = Campaign.objects.filter(born(), results__has_control=True)
    return found.order_by("-measure_from", "-pk")


def measured_choices() -> Mapping[str, str]:
    """Code to name of campaigns that were measured against a control."""
    return {each.code: each.name for each in measured()}


def begun_choices() -> Mapping[str, str]:
    """Code to name of campaigns that somebody is in."""
    inside = Member.objects.visible().filter(campaign=OuterRef("pk"))
    begun = Campaign.objects.filter(Exists(inside), born()).exclude(state=Campaign.State.PLANNED)
    return {each.code: each.name for each in begun.order_by("-measure_from", "-pk")}


def latest_measured() -> str:
    """The newest campaign that was measured against a control; empty for none."""
    return next(iter(measured_choices()), "")


def one_measured() -> Parameter:
    """The parameter that chooses one of them."""
    return Parameter(
        name="campaign", label=gettext_lazy("Campaign"), kind="choice", default=latest_measured,
        choices=measured_choices, optional=True,
    )  # fmt: skip


def no_campaign() -> str:
    """What is said where no campaign can be asked about."""
    return _("No campaign was measured against a control yet: launch one with a control, and measure it.")


def enrol(data: Data, codes: list[str]) -> list[Campaign]:
    """Leave the table of everybody in some campaigns; the campaigns that have a first day are returned."""
    campaigns = [each for each in map(campaign_named, codes) if measured_window(each)]
    windows = {each.pk: measured_window(each) for each in campaigns}
    ids = ", ".join(str(pk) for pk in windows) or "0"
    copy_truth(
        data.duck,
        "memberships",
        f"""SELECT coalesce(resolved.customer_id, row.party_id) AS customer_id, row.campaign_id, row.cell
            FROM campaigns_member row LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = row.party_id
            WHERE row.campaign_id IN ({ids}) AND {visible_sql("row")} AND row.role IN ('target', 'control')""",
    )
    data.duck.execute(
        "CREATE OR REPLACE TABLE windows (campaign_id BIGINT, campaign VARCHAR, start_day BIGINT, end_day BIGINT)"
    )
    for each in campaigns:
        start, until = _window(windows[each.pk])
        data.duck.execute(
            "INSERT INTO windows VALUES (?, ?, ?, ?)",
            [each.pk, each.code, day_number(start), day_number(until)],
        )
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE {ENROLLED} AS
            SELECT customer_id, campaign, any_value(cell) AS cell, any_value(start_day) AS start_day,
                   any_value(end_day) AS end_day
            FROM memberships JOIN windows USING (campaign_id) SEMI JOIN chosen USING (customer_id)
            GROUP BY customer_id, campaign HAVING count(DISTINCT cell) = 1"""
    )
    return campaigns


def _window(found: tuple[date, date] | None) -> tuple[date, date]:
    if found is None:
        raise ValueError("a campaign without a first day has no window")
    return found


def enrolled(data: Data, columns: str, *, with_control: bool) -> Any:
    """Columns of everybody enrolled, each by campaign; without control those only whom it was meant for."""
    where = "" if with_control else f"WHERE cell <> '{CONTROL}'"
    return data.duck.sql(f"SELECT {columns} FROM {ENROLLED} {where}")


def forget() -> None:
    """Remove what was answered about campaigns: another has been measured since, and figures have changed."""
    answers = AnalysisAnswer.objects.filter(question__code__in=CODES).select_related("question", "run")
    for each in answers:
        forget_members(each.question.digest, each.run)
    answers.delete()


CODES: Final = ("looking-early", "uplift", "commission", "purchases-after", "allocate")
"""The analyses that rest on campaigns."""
