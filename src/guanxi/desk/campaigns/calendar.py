"""The contact calendar as a page shows it: weeks down, groups of customers across, each number opening its people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from customer_insight import conditions
from guanxi.campaigns.calendar import ALL, GROUPINGS, Calendar, Load, Touch, calendar, monday_of
from guanxi.campaigns.overlaps import GROUPS, NO_GROUP
from guanxi.desk.campaigns.drafts.steps import audience_parts
from guanxi.desk.customers import filters
from guanxi.foundation import clock
from guanxi.outreach.policy import read_policy
from guanxi.wording.words import word

SPANS: Final = {"month": 5, "quarter": 13}
"""How far a page looks, in weeks."""


def parse_business_day(text: str) -> date:
    """The day that an address names; today for none or a wrong one."""
    try:
        return parse_date(text) or clock.business_date(clock.now())
    except ValueError:
        return clock.business_date(clock.now())


def calendar_context(first: date, span: str, by: str) -> dict[str, Any]:
    """Everything that the page shows."""
    span = span if span in SPANS else "month"
    by = by if by in GROUPINGS else "tier"
    found, policy = calendar(first, SPANS[span], by), read_policy()
    step = timedelta(weeks=SPANS[span])
    return {
        "groups": [(_group(by, name), size) for name, size in found.groups.items()],
        "rows": [_week(found, week, by) for week in found.weeks],
        "is_empty": not any(week in found.weeks for week, _group in found.touches),
        "first": found.weeks[0],
        "last": found.weeks[-1] + timedelta(days=6),
        "most": policy.max_contacts,
        "window": policy.window_days,
        "earlier": _address(found.weeks[0] - step, span, by),
        "later": _address(found.weeks[0] + step, span, by),
        "today": _address(None, span, by),
        "spans": [(said, _address(first, name, by), name == span) for name, said in _spans()],
        "groupings": [(said, _address(first, span, name), name == by) for name, said in _groupings()],
    }


def _spans() -> list[tuple[str, str]]:
    return [("month", _("Month")), ("quarter", _("Quarter"))]


def _groupings() -> list[tuple[str, str]]:
    return [("tier", _("By value tier")), ("decile", _("By sales decile")), (ALL, _("Everybody"))]


def _group(by: str, name: str) -> str:
    if name == ALL:
        return _("Everybody")
    if name == NO_GROUP:
        return _("In no group")
    return _("Decile %(number)s") % {"number": name} if by == "decile" else str(word(name))


def _address(first: date | None, span: str, by: str) -> str:
    return "?" + urlencode({"from": first.isoformat() if first else "", "span": span, "by": by})


def _week(found: Calendar, week: date, by: str) -> dict[str, Any]:
    today = clock.business_date(clock.now())
    return {
        "from": week,
        "to": week + timedelta(days=6),
        "is_now": week == monday_of(today),
        "cells": [_cell(found, week, group, by) for group in found.groups],
    }


def _cell(found: Calendar, week: date, group: str, by: str) -> dict[str, Any]:
    load: Load = found.loads[week, group]
    touches = found.touches.get((week, group), [])
    return {
        "group": _group(by, group),
        "load": load,
        "per_person": f"{load.per_person:.2f}",
        "touches": [_touch(touch, by) for touch in touches],
    }


def _touch(touch: Touch, by: str) -> dict[str, Any]:
    return {
        "campaign": touch.campaign,
        "people": touch.people,
        "href": _people(touch, by),
        "is_planned": touch.is_planned,
    }


def _people(touch: Touch, by: str) -> str:
    """The people of a number: on the ledger those contacted in the week, of a plan those it chose."""
    if not touch.is_planned:
        narrowed = {"week": touch.week.isoformat()} | ({by: touch.group} if _is_narrowed(touch, by) else {})
        return f"{reverse('campaign_members', args=[touch.campaign.code, 'contacts'])}?{urlencode(narrowed)}"
    parts = audience_parts(touch.campaign.plan)
    if _is_narrowed(touch, by):
        group = int(touch.group) if by == "decile" else touch.group
        parts.append(conditions.Compare(GROUPS[by], "=", group))
    return f"{reverse('customers')}?{urlencode({'where': filters.where_of(parts)})}"


def _is_narrowed(touch: Touch, by: str) -> bool:
    return by in GROUPS and touch.group != NO_GROUP
