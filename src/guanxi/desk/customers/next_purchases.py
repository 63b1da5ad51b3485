"""The part of a customer's page that says what they are likely to buy next, as an analysis kept it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from customer_insight.tables import day_number
from guanxi.customers.models import Party
from guanxi.insight.analyses.data import calendar_day
from guanxi.insight.models import InsightRun
from guanxi.insight.next_lists import CODE, next_of
from guanxi.insight.queries import current_run
from guanxi.shell.tables import share_cell
from guanxi.staff.models import User
from guanxi.staff.roles import May


def next_purchases(customer: Party, person: User) -> dict[str, Any] | None:
    """Both lists of estimates, or the way to get them; None before the first refresh. Nothing is computed here."""
    run = current_run()
    if run is None:
        return None
    href = reverse("analysis", args=[CODE]) if person.may(May.SEE_INSIGHT) else ""
    found = next_of(customer.pk, run)
    if found is None:
        return {"href": href, "lists": None}
    titles = {"again": _("Bought before"), "new": _("Never bought")}
    lists = [(title, [_row(row, run) for row in found[name]]) for name, title in titles.items()]
    return {"href": href, "days": found["days"], "lists": lists}


def _row(row: dict[str, Any], run: InsightRun) -> dict[str, Any]:
    due = None if row["due_day"] is None else round(row["due_day"])
    return {
        "label": row["label"],
        "probability": share_cell(row["probability"]).text,
        "due": calendar_day(due),
        "is_late": due is not None and due < day_number(run.as_of),
    }
