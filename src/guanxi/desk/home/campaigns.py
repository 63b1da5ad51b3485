"""Panels about campaigns: what runs, what comes, what it earned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.campaigns import queries, wording
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.people import CONTACTS
from guanxi.customers.queries import born
from guanxi.desk.campaigns.contents import number
from guanxi.desk.home.figures import Shown
from guanxi.foundation import clock
from guanxi.outreach.models import Contact
from guanxi.outreach.queries import Counts, counts
from guanxi.shell.components import Line
from guanxi.staff.models import User
from guanxi.wording.words import word

AHEAD: Final = timedelta(days=14)
SHOWN: Final = 5
State = Campaign.State
UNDER_WAY: Final = (State.LAUNCHING, State.RUNNING, State.PAUSED)


def _campaigns(*states: Campaign.State) -> QuerySet[Campaign]:
    found = Campaign.objects.filter(born())
    return found.filter(state__in=states) if states else found


def running(person: User) -> Shown:
    """Campaigns under way, each with how far it is and with its people by state."""
    found = _campaigns(*UNDER_WAY).order_by("starts_at", "pk")
    return {
        "title": _("Campaigns under way"),
        "campaigns": [_progress(campaign, counts(campaign.pk)) for campaign in found[:SHOWN]],
        "empty": _("No campaign is under way."),
        "further": (reverse("campaigns"), _("All campaigns")),
    }


def _progress(campaign: Campaign, counted: Counts) -> dict[str, object]:
    whole = sum(counted.contacts.values())
    percent = 100 * (whole - counted.open) // whole if whole else None
    states = {state: n for state, n in counted.contacts.items() if n}
    return {
        "line": [
            Line(
                campaign.name,
                _page(campaign),
                campaign.code,
                badge=str(word(campaign.state)),
                percent=percent,
            )
        ],
        "numbers": [
            (str(word(Contact.State(state))), number(n, campaign.code, CONTACTS, state=state))
            for state, n in states.items()
        ],
    }


def _page(campaign: Campaign) -> str:
    return reverse("campaign", args=[campaign.code])


def planned(person: User) -> Shown:
    """What goes out within two weeks."""
    until = clock.now() + AHEAD
    found = _campaigns(State.PLANNED).filter(starts_at__lte=until).order_by("starts_at", "pk")
    return {
        "title": _("Planned for the next 14 days"),
        "lines": [
            Line(campaign.name, _page(campaign), note=f"{_begins(campaign)} · {_reach(campaign)}")
            for campaign in found[:SHOWN]
        ],
        "empty": _("Nothing is planned."),
        "further": (reverse("campaign_plan"), _("Plan a campaign")),
    }


def _begins(campaign: Campaign) -> str:
    begins = campaign.starts_at
    return clock.business_minute(begins) if begins else ""


def _reach(campaign: Campaign) -> str:
    return _("%(number)s customers") % {"number": f"{campaign.estimate.get('reach', 0):,}"}


def results(person: User) -> Shown:
    """The last results, each with its interval."""
    found = _campaigns().exclude(measured_at=None).order_by("-measured_at", "-pk")
    return {
        "title": _("Last results"),
        "lines": list(_earned(found[:SHOWN])),
        "empty": _("Nothing is measured yet."),
    }


def closed(person: User) -> Shown:
    """The return on investment of closed campaigns, as far as a control can tell it."""
    found = _campaigns(State.CLOSED).order_by("-measured_at", "-pk")
    return {
        "title": _("Return on investment of closed campaigns"),
        "lines": list(_earned(found[:SHOWN])),
        "empty": _("No campaign is closed yet."),
    }


def _earned(found: Iterable[Campaign]) -> Iterable[Line]:
    for campaign in found:
        result = campaign.results
        note, verdict = f"{campaign.code} · {_('without a control nothing can be told')}", "cannot tell"
        if result["has_control"]:
            roi = wording.roi(result["overall"]["roi"])
            note, verdict = _("return on investment %(roi)s") % {"roi": roi}, result["verdict"]
        yield Line(campaign.name, _page(campaign), note=note, badge=str(word(verdict)))


def sown(person: User) -> Shown:
    """Campaigns whose measured days are over and whose results nobody has looked at."""
    rows = queries.campaign_rows(clock.business_date(clock.now()))
    waiting = [row for row in rows if row["sown_but_not_harvested"]]
    if not waiting:
        return None
    return {
        "title": _("Sown but not harvested: these campaigns have no results yet."),
        "lines": [
            Line(row["name"], reverse("campaign", args=[row["campaign"]]), note=row["campaign"])
            for row in waiting[:SHOWN]
        ],
        "further": (
            reverse("campaigns"),
            _("All %(number)s of them") % {"number": f"{len(waiting):,}"},
        ),
    }
