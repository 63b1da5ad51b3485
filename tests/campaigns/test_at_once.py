"""Two launches at once, a launch while customers are merged, the same launch twice: in threads, on either database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from campaigns.world import MIA, NOON, keys, launched, planned, shop
from django.db import connection

from guanxi.campaigns.models import Campaign, Member
from guanxi.campaigns.services.launch import start_launch
from guanxi.customers.models import PartyLink
from guanxi.customers.services import merge
from guanxi.foundation import configuration, jobs
from guanxi.outreach.models import Contact, Suppression

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch, own_home: None) -> None:
    """Ten customers in four transactions, so that the two get in each other's way."""
    monkeypatch.setattr("guanxi.campaigns.services.launch.BATCH", 3)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each returned, or the exception that it raised."""

    def run(work: Callable[[], object]) -> object:
        try:
            return work()
        except jobs.DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.requirement("CAMP-17")
def test_two_launches_at_once_share_the_one_contact_that_is_allowed() -> None:
    """One contact in thirty days, two campaigns for the same ten customers that hold out the same two.

    Each of the others is written to by one of them.
    """
    shop(dict.fromkeys(keys(10), 100))
    configuration.write("contact_policy", {"max_contacts": 1}, actor=MIA)
    for code in ("first", "second"):
        planned(code=code, control_share=0.2)
    at_once(lambda: launched("first"), lambda: launched("second"))
    assert set(Campaign.objects.values_list("state", flat=True)) == {"running"}
    assert set(Counter(Contact.objects.values_list("party__source_key", flat=True)).values()) == {1}
    assert (Contact.objects.count(), Suppression.objects.count()) == (8, 8)
    counted = Counter(Member.objects.values_list("role", flat=True))
    assert counted == {"target": 8, "suppressed": 8, "control": 4}


def test_a_launch_while_customers_are_merged_stops_neither() -> None:
    """Whoever is written to is a member, whoever was merged first is held back, and nobody is missing."""
    shop(dict.fromkeys(keys(10), 100))
    planned()

    def merge_pairs() -> None:
        for first, second in zip(keys(10)[::2], keys(10)[1::2], strict=True):
            merge(party=f"shop:{first}", into=f"shop:{second}", reason="same", actor=MIA)

    assert at_once(lambda: launched()["target"] > 0, merge_pairs) == [True, None]
    assert (PartyLink.objects.count(), Member.objects.count()) == (5, 10)
    targets = set(Member.objects.filter(role="target").values_list("party_id", flat=True))
    assert set(Contact.objects.values_list("party_id", flat=True)) == targets
    held = set(Member.objects.filter(reason="merged").values_list("party_id", flat=True))
    assert held <= set(PartyLink.objects.values_list("party_id", flat=True))


def test_the_same_launch_twice_at_once_is_done_once() -> None:
    """The second finds the job in the hands of the first, or finds the campaign running."""
    shop(dict.fromkeys(keys(10), 100))
    planned(control_share=0.2)

    def launch() -> object:
        return jobs.run_now(start_launch(code="spring", at=NOON, actor=MIA)).result["target"]

    answers = at_once(launch, launch)
    assert 8 in answers
    said = [str(answer) for answer in answers if answer != 8]
    assert all("is running in another process" in words or "only a planned one" in words for words in said)
    assert (Member.objects.count(), Contact.objects.count()) == (10, 8)
