"""Two who act on one campaign: the second is told what the first did, nothing is done twice, nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from campaigns.world import AFTER, MIA, delivered, launched, measured, orders, planned
from desk.test_campaign_pages import SPENT, own_home, person, spring, text
from django.test import Client
from django.urls import reverse

from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.seen import require_as_seen, versions
from guanxi.campaigns.services import control
from guanxi.campaigns.services.measure import close
from guanxi.foundation import jobs
from guanxi.foundation.models import AuditEntry, Job
from guanxi.foundation.versions import ChangedMeanwhile

__all__ = ["own_home"]
pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {"analysis": "It <paid> off.", "lesson": "Write in May."}


def shown(client: Client, verb: str) -> dict[str, str]:
    """What the form of a verb sends along from the page as it stands now."""
    form = text(client, reverse("campaign", args=["spring"])).partition(
        reverse(f"campaign_{verb}", args=["spring"])
    )
    found = re.search(r'name="seen" value="(\w+)"', form[2])
    assert found
    return {"seen": found[1]}


def send(client: Client, verb: str, form: dict[str, str]) -> tuple[int, str]:
    answer = client.post(reverse(f"campaign_{verb}", args=["spring"]), form)
    return answer.status_code, answer.content.decode()


def state() -> str:
    return Campaign.objects.get().state


def done() -> None:
    """A campaign that was measured and may be closed."""
    spring()
    launched()
    delivered()
    orders([(key, AFTER, amount) for key, amount in SPENT.items()])
    measured()


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_who_acts_on_a_page_of_before_is_told_who_did_what_and_nothing_is_done(verb: str) -> None:
    spring()
    launched()
    client = person()
    old = shown(client, verb)
    control.pause(code="spring", actor=MIA)
    status, page = send(client, verb, old)
    assert (status, state()) == (409, "paused")
    assert re.search(
        r"Mia changed campaign spring at \d{4}-\d\d-\d\d \d\d:\d\d, after you had opened it; it is paused now\.",
        page,
    )
    assert 'action="' + reverse("campaign_resume", args=["spring"]) in page
    assert send(client, "stop", shown(client, "stop"))[0] == 302
    assert state() == "stopped"


def test_a_launch_that_came_to_its_end_meanwhile_can_still_be_stopped() -> None:
    spring()
    Campaign.objects.update(state="launching")
    old = versions(Campaign.objects.get())["move"]
    Campaign.objects.update(state="running")
    require_as_seen(Campaign.objects.get(), "move", old)
    Campaign.objects.update(state="paused")
    with pytest.raises(ChangedMeanwhile):
        require_as_seen(Campaign.objects.get(), "move", old)


def test_a_plan_that_nobody_has_seen_is_not_launched() -> None:
    spring()
    client = person()
    old = shown(client, "launch")
    planned(cost_per_contact=2)
    status, page = send(client, "launch", old)
    assert (status, state(), Job.objects.filter(kind="campaign launch").exists()) == (409, "planned", False)
    assert "Mia changed campaign spring" in page
    assert send(client, "launch", shown(client, "launch"))[0] == 302


def test_a_lesson_from_figures_that_are_others_by_now_comes_back_and_can_be_sent_again() -> None:
    done()
    client = person()
    old = shown(client, "close")
    orders([("c01", "2026-03-21", 1_000.0)])
    measured()
    status, page = send(client, "close", old | TYPED)
    assert (status, state()) == (409, "running")
    assert "It &lt;paid&gt; off.</textarea>" in page
    assert "Write in May.</textarea>" in page
    assert send(client, "close", shown(client, "close") | TYPED)[0] == 302
    assert state() == "closed"


@pytest.mark.requirement("CAMP-06")
def test_a_lesson_for_a_campaign_that_somebody_else_closed_stands_beside_theirs() -> None:
    done()
    client = person()
    old = shown(client, "close")
    close(code="spring", analysis="Theirs.", lesson="Their lesson.", actor=MIA)
    status, page = send(client, "close", old | TYPED)
    assert status == 409
    assert "What you had typed, which was not kept" in page
    assert "It &lt;paid&gt; off." in page
    assert "Their lesson." in page
    assert Campaign.objects.get().lesson == "Their lesson."
    assert AuditEntry.objects.filter(verb="closed").count() == 1


def test_a_draft_does_not_replace_a_plan_that_its_writer_has_not_seen() -> None:
    spring()
    client = person()
    client.post(reverse("campaign_reopen", args=["spring"]))
    draft = CampaignDraft.objects.get()
    review = reverse("draft", args=[draft.pk, "review"])

    def seen() -> dict[str, str]:
        page = text(client, review).partition(f'action="{reverse("draft_planning", args=[draft.pk])}"')[2]
        return {"seen": re.search(r'name="seen" value="(\w+)"', page)[1]}  # type: ignore[index]

    assert "Planning from the draft replaces that plan." not in text(client, review)
    old = seen()
    planned(name="Planned by a program")
    there = reverse("draft_planning", args=[draft.pk])
    refused = client.post(there, old)
    assert refused.status_code == 409
    assert "Mia changed campaign spring" in refused.content.decode()
    assert "Mia planned this campaign anew" in text(client, review)

    assert client.post(there, seen()).status_code == 302
    planned(name="Planned again before the job ran")
    job = jobs.run_next()
    assert job is not None
    assert (job.state, Campaign.objects.get().name) == ("failed", "Planned again before the job ran")
    assert client.post(there, seen()).status_code == 302
    jobs.run_next()
    assert Campaign.objects.get().name == "Spring coupon"
