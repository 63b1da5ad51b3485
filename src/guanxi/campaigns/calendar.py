"""Which campaigns reach which group of customers in which week, and how that stands to the contact policy (CAMP-18)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from customer_insight import conditions
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.overlaps import GROUPS, NO_GROUP, groups_of_audience
from guanxi.customers.queries import RESOLVED_PARTIES, born, visible_sql
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.audience import browse_audience
from guanxi.outreach.gate import COUNTED
from guanxi.outreach.policy import read_policy

ALL: Final = "all"
GROUPINGS: Final = (*GROUPS, ALL)
WEEK: Final = timedelta(days=7)
EVERYBODY: Final = conditions.Any((conditions.IsKnown("class.tier"), conditions.IsUnknown("class.tier")))


@dataclass(frozen=True)
class Touch:
    """A campaign that reaches a group in a week: so many people, by so many contacts."""

    campaign: Campaign
    week: date
    group: str
    people: int
    contacts: float
    is_planned: bool
    """By the plan's estimate; everything else is counted on the ledger."""


@dataclass(frozen=True)
class Load:
    """What a group gets in the window of the contact policy that ends with a week."""

    per_person: float
    campaigns: int
    most: int

    @property
    def is_over(self) -> bool:
        """Whether somebody whom all of them chose would be contacted more often than allowed."""
        return self.campaigns > self.most


@dataclass(frozen=True)
class Calendar:
    """Weeks, groups with their sizes, and what happens where they meet."""

    weeks: list[date]
    groups: dict[str, int]
    touches: dict[tuple[date, str], list[Touch]]
    loads: dict[tuple[date, str], Load]


def monday_of(day: date) -> date:
    """The first day of a week."""
    return day - timedelta(days=day.weekday())


def calendar(first: date, weeks: int, grouping: str) -> Calendar:
    """So many weeks from the week of a day on, by a grouping of GROUPINGS."""
    policy = read_policy()
    shown = [monday_of(first) + number * WEEK for number in range(weeks)]
    before = -(-policy.window_days // WEEK.days)
    every = [shown[0] - number * WEEK for number in range(before, 0, -1)] + shown
    found: dict[tuple[date, str], list[Touch]] = defaultdict(list)
    for touch in (*_on_the_ledger(every, grouping), *_planned(every, grouping)):
        found[touch.week, touch.group].append(touch)
    sizes = _sizes(grouping)
    groups = sizes | {group: 0 for _week, group in found if group not in sizes}
    loads = {(week, group): _load(found, week, group, groups[group], before, policy.max_contacts)
             for week in shown for group in groups}  # fmt: skip
    return Calendar(shown, groups, dict(found), loads)


def _sizes(grouping: str) -> dict[str, int]:
    sizes = groups_of_audience(EVERYBODY)
    return sizes[grouping] if grouping in GROUPS else {ALL: sum(sizes["tier"].values())}


def _load(
    found: dict[tuple[date, str], list[Touch]], week: date, group: str, size: int, before: int, most: int
) -> Load:
    near = [touch for back in range(before) for touch in found.get((week - back * WEEK, group), [])]
    contacts = sum(touch.contacts for touch in near)
    return Load(contacts / size if size else 0.0, len({touch.campaign.pk for touch in near}), most)


def _on_the_ledger(weeks: Sequence[date], grouping: str) -> Iterator[Touch]:
    """What went out or waits to go out, exactly."""
    first, end = clock.at_business_time(weeks[0]), clock.at_business_time(weeks[-1] + WEEK)
    fields = [GROUPS[grouping]] if grouping in GROUPS else []
    shown = identifier(fields[0]) if fields else f"'{ALL}'"
    with browse_audience(EVERYBODY, *fields) as (duck, people):
        people.create_view("people_shown", replace=True)
        copy_truth(duck, "felt", _felt(first, end))
        duck.execute("CREATE OR REPLACE TABLE weeks_shown (week DATE, starts TIMESTAMP, ends TIMESTAMP)")
        bounds = [[week, _plain(week), _plain(week + WEEK)] for week in weeks]
        duck.executemany("INSERT INTO weeks_shown VALUES (?, ?, ?)", bounds)
        counted = rows(
            duck,
            f"""SELECT campaign_id, week, coalesce(CAST({shown} AS VARCHAR), '{NO_GROUP}'),
                       count(DISTINCT customer_id), count(*)
                FROM felt JOIN weeks_shown ON CAST(CAST(felt_at AS VARCHAR)[:19] AS TIMESTAMP) >= starts
                                          AND CAST(CAST(felt_at AS VARCHAR)[:19] AS TIMESTAMP) < ends
                LEFT JOIN people_shown USING (customer_id) GROUP BY ALL ORDER BY ALL""",
        )
    campaigns = Campaign.objects.in_bulk({row[0] for row in counted})
    for number, week, group, people_reached, contacts in counted:
        yield Touch(campaigns[number], week, group, people_reached, contacts, is_planned=False)


def _felt(first: datetime, end: datetime) -> str:
    """The contacts that customers felt or will feel between two instants."""
    zone = "+00" if connection.vendor == "postgresql" else ""
    states = ", ".join(f"'{state}'" for state in COUNTED)
    felt_at = "coalesce(contact.contacted_at, contact.due_at)"
    return f"""SELECT contact.campaign_id, coalesce(resolved.customer_id, contact.party_id) AS customer_id,
                      {felt_at} AS felt_at
               FROM outreach_contact contact
               LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = contact.party_id
               WHERE {felt_at} >= '{first:%Y-%m-%d %H:%M:%S}{zone}' AND {felt_at} < '{end:%Y-%m-%d %H:%M:%S}{zone}'
                 AND contact.state IN ({states}) AND {visible_sql("contact")}"""


def _plain(day: date) -> datetime:
    """When a business day begins, in UTC and without a zone, as the engine compares it."""
    return clock.at_business_time(day).replace(tzinfo=None)


def _planned(weeks: Sequence[date], grouping: str) -> Iterator[Touch]:
    """What is planned and not launched: whom the plan chose, and how many of them would be contacted."""
    first, end = clock.at_business_time(weeks[0]), clock.at_business_time(weeks[-1] + WEEK)
    planned = Campaign.objects.filter(
        born(), state=Campaign.State.PLANNED, starts_at__gte=first, starts_at__lt=end
    )
    for campaign in planned.order_by("starts_at", "pk"):
        estimate = campaign.estimate
        treated = sum(estimate["cells"].values()) / estimate["reach"] if estimate["reach"] else 0
        week = monday_of(clock.business_date(campaign.starts_at or first))
        for group, people in _chosen(estimate, grouping).items():
            yield Touch(campaign, week, group, people, people * treated, is_planned=True)


def _chosen(estimate: dict[str, Any], grouping: str) -> dict[str, int]:
    """Group → people of a plan; plans of earlier versions did not say."""
    if grouping in GROUPS and "groups" in estimate:
        return dict(estimate["groups"][grouping])
    return {ALL if grouping == ALL else NO_GROUP: estimate["reach"]}
