"""Response rates beside their usual bands, through the service that measures: a hundred were written to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from campaigns.world import BEFORE, NOON, keys, measured, orders, refresh

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.customers.models import Party
from guanxi.outreach.models import Contact

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hundred(home: object) -> list[Party]:
    """A hundred customers of an imported campaign; they only need to be there."""
    orders([(key, day, 10.0) for key in keys(2, "buyer") for day in (BEFORE, "2026-03-12")])
    refresh()
    names = [f"n{number}" for number in range(100)]
    Party.objects.bulk_create(Party(public_id=n, source="n", source_key=n, created_at=NOON) for n in names)
    return list(Party.objects.filter(source="n").order_by("pk"))


def campaign_of(customers: list[Party], initiator: str, interactivity: str) -> Campaign:
    campaign = Campaign.objects.create(
        code="x", source="n", source_key="x", name="x", state="imported", channel="mail", created_at=NOON,
        initiator=initiator, interactivity=interactivity, starts_at=NOON, measure_from=NOON.date(),
    )  # fmt: skip
    Member.objects.bulk_create(Member(campaign=campaign, party=p, role="target", cell="a") for p in customers)
    Contact.objects.bulk_create(
        Contact(campaign_id=campaign.pk, party=p, cell="a", channel="mail", state="delivered", due_at=NOON,
                contacted_at=NOON) for p in customers
    )  # fmt: skip
    return campaign


@pytest.mark.requirement("CAMP-29", "BEN-06", "BEN-07", "BEN-08", "BEN-09")
@pytest.mark.parametrize(
    ("initiator", "interactivity", "quadrant", "low", "high"),
    [
        ("outbound", "passive", "traditional", 2, 5),
        ("inbound", "passive", "informational", 1, 3),
        ("outbound", "interactive", "differentiated", 6, 15),
        ("inbound", "interactive", "relationship", 18, 30),
    ],
)
def test_the_response_rate_stands_beside_the_band_of_its_quadrant(
    hundred: list[Party], initiator: str, interactivity: str, quadrant: str, low: int, high: int
) -> None:
    """Both ends belong to the band. Nobody has responded: no rate, no band."""
    campaign = campaign_of(hundred, initiator, interactivity)
    assert measured("x")["benchmark"] is None
    found = {}
    for wanted in sorted({max(low - 1, 1), low, high, high + 1}):
        answered = Response.objects.count()
        Response.objects.bulk_create(
            Response(campaign=campaign, party=party, responded_at=NOON + timedelta(days=1))
            for party in hundred[answered:wanted]
        )
        benchmark = measured("x")["benchmark"]
        assert (benchmark["quadrant"], benchmark["response_rate"]) == (quadrant, wanted / 100)
        found[wanted] = benchmark["band"]
    outside = {low - 1: "below", high + 1: "above"} if low > 1 else {high + 1: "above"}
    assert found == {low: "in", high: "in"} | outside
