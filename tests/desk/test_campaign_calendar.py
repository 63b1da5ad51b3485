"""The contact calendar: weeks by groups of customers, planned and sent, against the cap."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from campaigns.world import MIA, delivered, keys, launched, planned, shop
from desk.test_campaign_pages import own_home, person, text
from django.urls import reverse

from guanxi.campaigns.calendar import calendar, monday_of
from guanxi.outreach.policy import change_policy

__all__ = ["own_home"]
pytestmark = pytest.mark.django_db(transaction=True)
MARCH = date(2026, 3, 10)


def met(by: str = "all") -> dict[tuple[str, str], list[tuple[str, int, bool]]]:
    found = calendar(MARCH, 5, by)
    return {
        (week.isoformat(), group): [
            (touch.campaign.code, touch.people, touch.is_planned) for touch in touches
        ]
        for (week, group), touches in found.touches.items()
    }


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 3, 15)) == date(2026, 3, 9)


@pytest.mark.requirement("CAMP-18")
def test_plans_stand_by_whom_they_chose_and_what_went_out_by_the_ledger() -> None:
    """Ten alike customers; five of them get the letter of the sixteenth of March, once it is launched."""
    shop(dict.fromkeys(keys(10), 100))
    planned()
    assert met() == {("2026-03-16", "all"): [("spring", 10, True)]}
    launched()
    planned(code="later", start="2026-03-23T12:00:00+00:00", name="Later letter")
    assert met() == {
        ("2026-03-16", "all"): [("spring", 5, False)],
        ("2026-03-23", "all"): [("later", 10, True)],
    }
    delivered()
    by_tier = met("tier")
    assert sum(people for (week, _), [(_, people, _)] in by_tier.items() if week == "2026-03-16") == 5
    assert calendar(MARCH, 5, "all").groups == {"all": 10}
    load = calendar(MARCH, 5, "all").loads[date(2026, 3, 23), "all"]
    assert (load.per_person, load.campaigns, load.is_over) == (
        1.0,
        2,
        False,
    )  # five went out, five would, of ten


@pytest.mark.requirement("CAMP-17", "CAMP-18")
def test_an_overload_is_worded_and_every_number_opens_its_people() -> None:
    shop(dict.fromkeys(keys(10), 100))
    change_policy(changes={"max_contacts": 1, "min_gap_days": 0}, actor=MIA)
    planned()
    launched()
    delivered()
    planned(code="later", start="2026-03-23T12:00:00+00:00", name="Later letter")
    client = person("analyst")
    there = reverse("campaign_calendar")
    page = text(client, f"{there}?from=2026-03-10&by=tier")
    assert "Overload: 2 campaigns within 30 days" in page
    numbers = re.findall(r'<small><a href="([^"]+)">(\d+) customers</a>', page)
    assert len(numbers) > 2
    for href, number in numbers:
        opened = text(client, unescape(href))
        assert f"{number} customers</strong>" in opened or f"of {number}</p>" in opened or int(number) == 1, (
            href
        )
    assert "2026-03-09" in page
    assert "from=2026-04-13" in page
    assert "Decile 10" in text(client, f"{there}?by=decile&span=quarter")
    assert "No campaign reaches anybody in these weeks." in text(client, f"{there}?from=2025-01-32")
    assert person("salesperson").get(there).status_code == 403
