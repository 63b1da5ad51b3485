"""A plan written step by step: kept at every change, complained of beside the field, estimated, planned."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from campaigns.world import MIA, PLAN, keys, launched, planned, shop
from desk.test_campaign_pages import own_home, person, said, text
from django.conf import settings
from django.test import Client
from django.urls import reverse

from guanxi.campaigns.models import Campaign, CampaignDraft
from guanxi.campaigns.plan_text import read_plan_text
from guanxi.campaigns.services import drafts
from guanxi.foundation import jobs
from guanxi.foundation.models import AuditEntry, Job
from guanxi.outreach.models import Contact

__all__ = ["own_home"]
pytestmark = pytest.mark.django_db(transaction=True)
EVERYBODY = json.dumps({"op": "known", "field": "indicator.transaction_count"})
STEPS: dict[str, dict[str, str]] = {
    "goal": {
        "name": "Spring letter", "code": "spring", "goal": "return", "response": "order",
        "expected_response_rate": "10", "expected_margin_per_response": "20",
    },
    "offer": {"offer": "5 off", "channel": "email", "initiator": "outbound", "interactivity": ""},
    "cells": {"control_share": "50", "cells.0.code": "coupon", "cells.0.share": "1", "cells.0.offer": ""},
    "content": {"cells.0.subject": "Hello ${name|customer}", "cells.0.body": "5 off\r\nfor you"},
    "schedule": {"start": "2026-03-16T12:00", "measure_days": "28", "pre_days": "91"},
    "cost": {"budget": "1,000", "cost_per_contact": "1", "fixed_cost": ""},
}  # fmt: skip
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ten() -> None:
    """Ten alike customers who agree to e-mail."""
    shop(dict.fromkeys(keys(10), 100))


def begun(client: Client, where: str = EVERYBODY) -> CampaignDraft:
    answer = client.post(reverse("campaign_plan"), {"where": where})
    draft = CampaignDraft.objects.latest("pk")
    assert answer.headers["Location"] == reverse("draft", args=[draft.pk, "goal"])
    return draft


def send(client: Client, draft: CampaignDraft, key: str, values: dict[str, str], **headers: Any) -> Any:
    """Send a step as a page does that showed the newest version."""
    draft.refresh_from_db()
    form = {"version": str(draft.version), "page": "one"} | values
    return client.post(reverse("draft", args=[draft.pk, key]), form, headers=headers or None)


def written(client: Client) -> CampaignDraft:
    draft = begun(client)
    for key, values in STEPS.items():
        assert send(client, draft, key, values).status_code == 302
    draft.refresh_from_db()
    return draft


@pytest.mark.requirement("CAMP-08", "CAMP-18", "CAMP-22")
def test_the_steps_make_the_document_that_planning_takes(ten: None) -> None:
    client = person()
    assert "10 customers" in text(client, f"{reverse('campaign_plan')}?where={EVERYBODY}")
    draft = written(client)
    assert draft.document == {
        "code": "spring",
        "name": "Spring letter",
        "goal": "return",
        "response": "order",
        "audience": {"op": "known", "field": "indicator.transaction_count"},
        "offer": "5 off",
        "channel": "email",
        "initiator": "outbound",
        "interactivity": "",
        "control_share": 0.5,
        "start": "2026-03-16T12:00",
        "measure_days": 28,
        "pre_days": 91,
        "budget": 1000,
        "cost_per_contact": 1,
        "fixed_cost": "",
        "expected_response_rate": 0.1,
        "expected_margin_per_response": 20,
        "salt": draft.document["salt"],
        "cells": [
            {"code": "coupon", "subject": "Hello ${name|customer}", "body": "5 off\nfor you", "share": 1, "offer": ""}
        ],
    }  # fmt: skip

    review = text(client, reverse("draft", args=[draft.pk, "review"]))
    assert "Before it can be planned" not in review
    waiting = client.post(reverse("draft_planning", args=[draft.pk])).headers["Location"]
    assert "The plan is being made" in text(client, waiting)
    assert run("campaign plan").state == "done"
    assert client.get(waiting).headers["Location"] == reverse("campaign", args=["spring"])
    assert client.get(waiting, headers=HTMX).headers["HX-Redirect"] == reverse("campaign", args=["spring"])
    assert not CampaignDraft.objects.exists()
    assert Campaign.objects.get().estimate["reach"] == 10


def run(kind: str) -> Job:
    """Run what waits until a job of that kind has ended."""
    while job := jobs.run_next():
        if job.kind == kind:
            return job
    raise AssertionError(kind)


def test_what_is_missing_is_said_on_the_last_page_with_the_step_to_mend_it(ten: None) -> None:
    client = person()
    draft = begun(client, where="")
    page = text(client, reverse("draft", args=[draft.pk, "review"]))
    for step in ("goal", "recipients", "offer", "content", "schedule", "cost"):
        assert (
            f'<li><a href="{reverse("draft", args=[draft.pk, step])}">' in page.partition("Before it can")[2]
        )
    assert reverse("draft_planning", args=[draft.pk]) not in page
    assert client.post(reverse("draft_planning", args=[draft.pk])).status_code == 422
    assert "Nobody is chosen yet." in page


def test_a_form_that_keeps_itself_complains_beside_the_field_and_loses_nothing(ten: None) -> None:
    client = person()
    draft = begun(client)
    values = STEPS["goal"] | {"expected_margin_per_response": "a lot <b>", "add_cell": "yes"}
    answer = send(client, draft, "goal", values, **HTMX).content.decode()
    assert "Kept at" in answer
    complaint = re.search(r'id="said-expected_margin_per_response"[^>]*>([^<]*)<', answer)
    assert complaint
    assert complaint[1].startswith("What one response earns is an amount of money")
    assert 'id="draft-version" value="2"' in answer
    page = text(client, reverse("draft", args=[draft.pk, "goal"]))
    assert 'value="a lot &lt;b&gt;"' in page
    assert 'value="Spring letter"' in page


@pytest.mark.parametrize("page", ["one", "two"])
def test_two_who_change_the_same_field_are_told_and_nothing_is_overwritten(ten: None, page: str) -> None:
    """The same page may send what it kept a moment ago again; another one is told."""
    client = person()
    draft = begun(client)
    there = reverse("draft", args=[draft.pk, "goal"])
    assert client.post(there, {"version": "1", "page": "one", "name": "Spring"}).status_code == 302
    second = client.post(there, {"version": "1", "page": page, "name": "Autumn", "code": "a"})
    draft.refresh_from_db()
    if page == "one":
        assert (second.status_code, draft.document["name"], draft.version) == (302, "Autumn", 3)
        return
    assert (second.status_code, draft.document["name"], draft.version) == (409, "Spring", 2)
    shown = second.content.decode()
    assert "Ada changed this after you had opened it" in shown
    assert "<td>Spring</td><td>Autumn</td>" in shown
    assert 'value="Autumn"' in shown

    kept = client.post(there, {"page": page, "name": "Autumn", "version": ["2", "2"]})
    draft.refresh_from_db()
    assert (kept.status_code, draft.document["name"]) == (302, "Autumn")


def test_two_who_change_different_fields_do_not_disturb_each_other(ten: None) -> None:
    client = person()
    draft = begun(client)
    client.post(reverse("draft", args=[draft.pk, "goal"]), {"version": "1", "page": "one", "name": "Spring"})
    answer = client.post(
        reverse("draft", args=[draft.pk, "offer"]), {"version": "1", "page": "two", "offer": "5"}
    )
    draft.refresh_from_db()
    assert (answer.status_code, draft.document["name"], draft.document["offer"]) == (302, "Spring", "5")


def test_conditions_are_added_counted_while_typed_and_removed(ten: None) -> None:
    client = person()
    draft = begun(client)
    typed = {"field": "indicator.sales_amount", "op": ">", "value": "1,000"}
    assert "0 customers would be left." in send(client, draft, "recipients", typed, **HTMX).content.decode()
    assert (
        "is not a number"
        in send(client, draft, "recipients", typed | {"value": "x"}, **HTMX).content.decode()
    )
    refused = send(client, draft, "recipients", typed | {"value": "x", "add": "yes"})
    assert refused.status_code == 422
    assert '<input name="value" value="x"' in refused.content.decode()

    assert send(client, draft, "recipients", typed | {"add": "yes"}).status_code == 302
    draft.refresh_from_db()
    assert draft.document["audience"]["of"][1] == {
        "op": ">",
        "field": "indicator.sales_amount",
        "value": 100000,
    }
    assert "0</a> <span>customers are chosen" in text(client, reverse("draft", args=[draft.pk, "recipients"]))
    send(client, draft, "recipients", {"remove": "1"})
    page = text(client, reverse("draft", args=[draft.pk, "recipients"]))
    assert "10</a> <span>customers are chosen" in page
    assert "By value tier" in page
    send(client, draft, "recipients", {"remove": "0"})
    draft.refresh_from_db()
    assert draft.document["audience"] == ""


def test_the_panel_follows_shares_and_cost_from_one_estimate(ten: None) -> None:
    """Ten may be contacted: five at 1.00 each bring 5 x 0.1 x 20.00; with a control of 2 there are eight."""
    client = person()
    draft = written(client)
    run("campaign estimate")
    cost = text(client, reverse("draft", args=[draft.pk, "cost"]))
    assert (said(cost, "cost"), said(cost, "expected profit")) == ("5.00 USD of 1,000.00 USD", "5.00 USD")
    assert said(cost, "break-even response rate") == "5.00 %"
    answer = send(client, draft, "cells", STEPS["cells"] | {"control_share": "20"}, **HTMX).content.decode()
    assert (said(answer, "control"), said(answer, "cells")) == ("2", "coupon 8")
    assert not Job.objects.filter(state="waiting").exists()

    send(client, draft, "schedule", STEPS["schedule"] | {"measure_days": "7"})
    assert "Reckoned before the last changes." in text(client, reverse("draft", args=[draft.pk, "cost"]))
    assert Job.objects.filter(kind="campaign estimate", state="waiting").count() == 1


@pytest.mark.requirement("CAMP-17", "CAMP-18")
def test_other_campaigns_that_reach_the_same_customers_are_shown(ten: None) -> None:
    planned(name="Other one")
    client = person()
    draft = written(client)
    send(client, draft, "goal", STEPS["goal"] | {"code": "later"})
    drafts.start_estimate(draft_id=draft.pk, actor=MIA)
    run("campaign estimate")
    assert shared(draft) == [("spring", "planned", 10)]
    launched()
    drafts.start_estimate(draft_id=draft.pk, actor=MIA)
    run("campaign estimate")
    draft.refresh_from_db()
    assert shared(draft) == [("spring", "running", 5)]
    assert draft.estimate["suppressed"] == {"gap": 5}
    page = text(client, reverse("draft", args=[draft.pk, "recipients"]))
    assert f'<a href="{reverse("campaign", args=["spring"])}">Other one</a>' in page


def shared(draft: CampaignDraft) -> list[tuple[str, str, int]]:
    draft.refresh_from_db()
    return [(row["campaign"], row["state"], row["customers"]) for row in draft.estimate["conflicts"]]


def test_a_trial_goes_to_the_writer_alone_and_not_on_the_ledger(ten: None) -> None:
    client = person()
    draft = written(client)
    trial = reverse("draft_trial", args=[draft.pk])
    assert client.post(trial, {"cell": "0"}).headers["Location"] == reverse(
        "draft", args=[draft.pk, "content"]
    )
    assert run("trial letter").result == {"state": "delivered"}
    (letter,) = (Path(settings.HOME) / "outbox").glob("*.eml")
    assert "To: marketing_manager@example.com" in letter.read_text()
    assert "Subject: Hello Ada" in letter.read_text()
    assert not Contact.objects.exists()
    assert AuditEntry.objects.filter(verb="tried", actor="Ada").count() == 1
    assert client.post(trial, {"cell": "7"}).status_code == 422
    for _ in range(19):
        client.post(trial, {"cell": "0"})
    refused = client.post(trial, {"cell": "0"})
    assert refused.status_code == 422
    assert "You have sent 20 trial letters within an hour" in refused.content.decode()


def test_the_letter_is_shown_as_a_customer_reads_it_the_name_only_to_those_who_may(ten: None) -> None:
    client = person()
    draft = written(client)
    page = text(client, reverse("draft", args=[draft.pk, "content"]))
    assert "<strong>Hello customer</strong>" in page
    assert "as customer c01 would read it" in page
    assert "as customer c02 would read it" in text(
        client, f"{reverse('draft', args=[draft.pk, 'content'])}?customer=1"
    )


def test_a_draft_goes_to_the_text_and_back(ten: None) -> None:
    client = person()
    draft = written(client)
    there = reverse("draft_text", args=[draft.pk])
    page = client.get(there)
    kept = page.context["text"]
    assert read_plan_text(kept) == draft.document
    form = {"version": str(draft.version), "page": "text"}
    broken = client.post(there, form | {"plan": "goal = = "})
    assert (broken.status_code, "goal = = " in broken.content.decode()) == (422, True)
    shorter = kept.replace('name = "Spring letter"', 'name = "May"').replace('offer = "5 off"\n', "", 1)
    assert client.post(there, form | {"plan": shorter}).headers["Location"].endswith("/review/")
    draft.refresh_from_db()
    assert (draft.document["name"], "offer" in draft.document) == ("May", False)
    later = client.post(there, {"version": "1", "page": "old", "plan": kept})
    assert later.status_code == 422
    assert "Nothing was overwritten" in later.content.decode()


def test_a_planned_campaign_is_reopened_until_it_is_launched(ten: None) -> None:
    planned()
    client = person()
    reopen = reverse("campaign_reopen", args=["spring"])
    first = client.post(reopen).headers["Location"]
    assert client.post(reopen).headers["Location"] == first
    draft = CampaignDraft.objects.get()
    assert draft.document["salt"] == "spring 2026"
    send(client, draft, "goal", {"name": "Better name"})
    client.post(reverse("draft_planning", args=[draft.pk]))
    run("campaign plan")
    assert [(c.code, c.name, c.salt) for c in Campaign.objects.all()] == [
        ("spring", "Better name", "spring 2026")
    ]
    client.post(reopen)
    launched()
    assert client.post(reopen).status_code == 422
    draft = CampaignDraft.objects.get()
    client.post(reverse("draft_planning", args=[draft.pk]))
    assert "it is running" in run("campaign plan").error


def test_a_new_draft_may_not_take_the_code_of_another_campaign(ten: None) -> None:
    planned()
    client = person()
    draft = written(client)
    page = text(client, reverse("draft", args=[draft.pk, "review"]))
    assert "Campaign spring exists already; choose another code." in page


def test_an_earlier_plan_is_copied_under_another_code_and_draw(ten: None) -> None:
    planned()
    client = person()
    answer = client.post(reverse("campaign_plan"), {"like": "spring"})
    draft = CampaignDraft.objects.get()
    assert answer.headers["Location"] == reverse("draft", args=[draft.pk, "goal"])
    assert draft.document["name"] == PLAN["name"]
    assert draft.document["code"] == f"campaign-{draft.pk}"
    assert draft.document["salt"] != "spring 2026"
    assert "start" not in draft.document
    assert client.post(reverse("campaign_plan"), {"like": "nothing"}).status_code == 404


def test_a_draft_is_deleted_and_audited(ten: None) -> None:
    client = person()
    draft = begun(client)
    assert client.get(reverse("draft_discard", args=[draft.pk])).status_code == 405
    client.post(reverse("draft_discard", args=[draft.pk]))
    assert not CampaignDraft.objects.exists()
    assert AuditEntry.objects.filter(object_kind="draft", verb="discarded").count() == 1
    text(client, reverse("draft", args=[draft.pk, "goal"]), 404)


def test_a_job_that_runs_again_after_a_crash_plans_once(ten: None) -> None:
    client = person()
    draft = written(client)
    job = drafts.start_plan(draft_id=draft.pk, actor=MIA)
    run("campaign plan")
    Job.objects.filter(pk=job.pk).update(state="waiting", worker="")
    again = run("campaign plan")
    assert (again.state, again.result, Campaign.objects.count()) == ("done", {"campaign": "spring"}, 1)


def test_only_those_who_run_campaigns_see_drafts(ten: None) -> None:
    draft = begun(person())
    reader = person("analyst")
    for name, args in (("draft", [draft.pk, "goal"]), ("draft_text", [draft.pk]), ("campaign_plan", [])):
        assert reader.get(reverse(name, args=args)).status_code == 403
