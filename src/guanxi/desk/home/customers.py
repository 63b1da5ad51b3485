"""Panels for those who speak with customers: find one, and whom to call first."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.desk.customers.listing import names_of
from guanxi.desk.home.figures import SLIPPING, Shown, customers_where
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.audience import browse_audience
from guanxi.insight.catalogue import measure_text
from guanxi.insight.queries import current_run
from guanxi.outreach.gate import held_back
from guanxi.outreach.policy import read_policy
from guanxi.shell.components import Line
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import word

SHOWN: Final = 8
WORTH: Final = "indicator.lifetime_value"
CHANGE: Final = "indicator.sales_change"


def find(person: User) -> Shown:
    """The search, before anything else: somebody is on the phone."""
    return {"title": _("Find a customer")}


def at_risk(person: User) -> Shown:
    """The most valuable customers who are slipping away, and whether they may be written to now."""
    run = current_run()
    if run is None or not run.lifetime_card.get("name"):
        return None
    with browse_audience(SLIPPING, WORTH, CHANGE, sees=visible_to(person)) as (_duck, found):
        total = int(found.count("*").fetchall()[0][0])
        ordered = found.order(f"{identifier(WORTH)} DESC NULLS LAST, customer_id")
        rows = ordered.limit(SHOWN).fetchall()
    ids = [row[0] for row in rows]
    names = names_of(ids) if person.may(May.SEE_ADDRESSES) else {}
    may_write = _may_write(ids)
    return {
        "title": _("At risk: valuable, and buying less"),
        "lines": [
            Line(
                names.get(customer_id, public_id),
                reverse("customer", args=[public_id]),
                note=f"{measure_text('lifetime_value', worth)} · {measure_text('sales_change', change)}",
                badge=may_write[customer_id],
            )
            for customer_id, public_id, worth, change in rows
        ],
        "empty": _("None of your valuable customers buys much less than before."),
        "further": (customers_where(SLIPPING), _("All %(number)s of them") % {"number": f"{total:,}"}),
    }


def _may_write(customer_ids: list[int]) -> dict[int, str]:
    """Whether each may get an e-mail now, by the gate that every campaign passes."""
    held = held_back(
        party_ids=customer_ids, channel="email", at=clock.now(), policy=read_policy(), lock=False
    )
    return {
        each: _("no e-mail: %(why)s") % {"why": word(held[each].reason)}
        if each in held
        else _("may be written to")
        for each in customer_ids
    }
