"""Panels about what all customers are worth together, and about the run that measured it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from customer_insight.conditions import All, Compare, Condition, as_dict
from guanxi.desk.insight.lifetime import lifetime
from guanxi.desk.insight.reports import REPORTS
from guanxi.foundation.money import format_money
from guanxi.insight import queries
from guanxi.insight.audience import count_audience
from guanxi.insight.kept_risk import likely_to_leave
from guanxi.shell.components import Line, Stat
from guanxi.staff.models import User
from guanxi.staff.visibility import Sees, visible_to
from guanxi.wording.words import label, word

RECENT: Final = Compare("indicator.recency_days", "<=", 90)
VALUABLE: Final = Compare("indicator.value_layer", "<=", 2)
SLIPPING: Final = All((VALUABLE, Compare("indicator.sales_change", "<=", -0.25)))
"""The better two fifths by lifetime value whose sales fell by a quarter or more."""
Shown = Mapping[str, Any] | None


def customers_where(condition: Condition) -> str:
    """The address of the customers who fulfil a condition."""
    return f"{reverse('customers')}?{urlencode({'where': json.dumps(as_dict(condition))})}"


def figures(person: User) -> Shown:
    """How many customers were analysed, and what they bought."""
    run = queries.current_run()
    if run is None:
        return None
    insight, note = reverse("insight"), _("as of %(day)s") % {"day": f"{run.as_of:%Y-%m-%d}"}
    return {
        "stats": [
            Stat(_("Customers analysed"), f"{run.customers:,}", reverse("customers"), note),
            Stat(_("Sales"), format_money(run.totals["sales_minor"]), insight),
            Stat(_("Profit"), format_money(run.totals["profit_minor"]), insight),
            Stat(_("Orders"), f"{run.totals['orders']:,}", insight),
        ],
        "note": queries.profit_note(),
    }


def value(person: User) -> Shown:
    """What the customers of each tier are worth."""
    if queries.current_run() is None:
        return None
    rows = [row | queries.tier_words(row) for row in queries.tier_table()]
    return {
        "title": _("Value of the customers"),
        "lines": [
            Line(
                row["name"],
                customers_where(Compare("class.tier", "=", row["tier"])),
                note=_("%(number)s customers") % {"number": f"{row['customers']:,}"},
                badge=format_money(row["lifetime_value"]),
            )
            for row in rows
        ],
        "further": (reverse("insight_report", args=["tiers"]), _("Tiers and their rules")),
    }


def retention(person: User) -> Shown:
    """How many still buy, and how many of the valuable ones are slipping away."""
    run = queries.current_run()
    if run is None or not run.lifetime_card.get("name"):
        return None
    sees = visible_to(person)
    leaving = likely_to_leave(run)
    return {
        "stats": [
            Stat(
                _("Still buying"),
                f"{count_audience(RECENT, sees=sees):,}",
                customers_where(RECENT),
                _("bought within the last 90 days"),
            ),
            Stat(
                _("Valuable and slipping"),
                f"{count_audience(SLIPPING, sees=sees):,}",
                customers_where(SLIPPING),
                _("two best layers, sales down by 25 % or more"),
            ),
            *([_leaving(leaving, sees)] if leaving else []),
        ]
    }


def _leaving(leaving: Condition, sees: Sees) -> Stat:
    return Stat(
        _("Likely to leave"),
        f"{count_audience(leaving, sees=sees):,}",
        customers_where(leaving),
        _("more likely than not, by the latest answer kept"),
    )


def moves(person: User) -> Shown:
    """Who changed tier since the figures before these."""
    if queries.current_run() is None:
        return None
    rows = queries.move_table()
    newest = [row for row in rows if row["on"] == rows[0]["on"]]
    title = (
        _("Moves between tiers on %(day)s") % {"day": newest[0]["on"]} if newest else _("Moves between tiers")
    )
    tiers = reverse("insight_report", args=["tiers"])
    return {
        "title": title,
        "lines": [
            Line(
                f"{word(row['from']) or '–'} → {word(row['to']) or '–'}", tiers, badge=f"{row['customers']:,}"
            )
            for row in newest
        ],
        "empty": _("Nobody has moved yet: moves appear from the second refresh on."),
    }


def model(person: User) -> Shown:
    """The run, its model and how well that has predicted."""
    run = queries.current_run()
    if run is None:
        return None
    report, back_test = lifetime(), []
    if report.get("backtest"):
        back_test = [
            Line(label(name), reverse("insight_report", args=["lifetime-value"]), badge=text)
            for name, text in report["backtest"]["pairs"]
        ]
    card = [Line(label(name), note=text) for name, text in report.get("pairs", [])[:2]]
    return {
        "title": _("Model and back-test"),
        "lines": [*card, *back_test],
        "empty": _("Nobody has come back to buy again yet, so nothing tells what customers will do."),
    }


def reports(person: User) -> Shown:
    """The ways to all reports."""
    return {
        "title": _("Reports"),
        "lines": [
            Line(str(name), reverse("insight_report", args=[key])) for key, (name, _read) in REPORTS.items()
        ],
    }
