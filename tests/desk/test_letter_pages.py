"""What customers meet behind the links of their letters: without an account, without a cookie."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from outreach.world import ALICE, NOON, POLICY, admit, agrees, customer, launch, merged

from guanxi.customers import services as customers
from guanxi.customers.models import Consent
from guanxi.foundation import clock
from guanxi.foundation.models import AuditEntry, ChangeRow, Event
from guanxi.outreach.gate import held_back
from guanxi.outreach.links import click_address, unsubscribe_address
from guanxi.outreach.models import Click, Contact, Link, Suppression

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.com/spring?from=letter"


@pytest.fixture(autouse=True)
def public(settings: Any) -> None:
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def mailer() -> Client:
    """A mail program: it has no cookie and no token of ours."""
    return Client(enforce_csrf_checks=True)


def way_out(contact: Contact) -> str:
    return unsubscribe_address(contact.pk)


def written_to(key: str = "ann") -> Contact:
    party = customer(key)
    launch(party)
    return Contact.objects.get(party=party)


def test_looking_at_the_page_changes_nothing(mailer: Client) -> None:
    contact = written_to()
    for look in (mailer.get, mailer.head):
        answer = look(way_out(contact))
        assert answer.status_code == 200
        assert not answer.cookies
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; ")
    page = mailer.get(way_out(contact)).content.decode()
    assert '<form class="gx-form" method="post">' in page
    assert "csrf" not in page
    assert contact.address not in page
    assert Consent.objects.count() == 1


@pytest.mark.requirement("CAMP-17")
def test_who_unsubscribes_is_written_to_no_more(mailer: Client) -> None:
    contact = written_to()
    answer = mailer.post(
        way_out(contact), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert (answer.status_code, bool(answer.cookies)) == (200, False)
    assert "You are unsubscribed" in answer.content.decode()

    today = clock.business_date(clock.now())
    withdrawn = Consent.objects.get(source="unsubscribe")
    assert (withdrawn.party, withdrawn.channel, withdrawn.granted) == (contact.party, "email", False)
    assert (withdrawn.recorded_on, withdrawn.batch) == (today, None)
    assert ChangeRow.objects.filter(dataset="consents", row_id=withdrawn.pk).count() == 1
    entry = AuditEntry.objects.get(verb="unsubscribed")
    assert (entry.actor, entry.object_kind, entry.object_id) == (
        "customer",
        "customer",
        contact.party.public_id,
    )
    event = Event.objects.get(type="customer.unsubscribed")
    assert event.data == {"customer": contact.party.public_id, "channel": "email"}

    Contact.objects.all().update(due_at=NOON.replace(year=2025), contacted_at=NOON.replace(year=2025))
    assert admit(contact.party, campaign=2).suppressions == 1
    held = Suppression.objects.get(campaign_id=2)
    assert (held.reason, held.detail) == ("consent", f"refused on {today} (unsubscribe)")


def test_unsubscribing_twice_writes_once(mailer: Client) -> None:
    contact = written_to()
    for _time in range(3):
        assert mailer.post(way_out(contact)).status_code == 200
    assert Consent.objects.filter(source="unsubscribe").count() == 1
    assert AuditEntry.objects.filter(verb="unsubscribed").count() == 1
    assert Event.objects.filter(type="customer.unsubscribed").count() == 1


def test_consent_that_was_given_again_is_withdrawn_again(mailer: Client) -> None:
    contact = written_to()
    mailer.post(way_out(contact))
    Consent.objects.filter(source="unsubscribe").update(recorded_on="2026-02-01")
    agrees(contact.party, on="2026-03-01", source="web")
    assert not held(contact)
    mailer.post(way_out(contact))
    assert held(contact)
    assert Consent.objects.filter(source="unsubscribe").count() == 1


def held(contact: Contact) -> bool:
    answers = held_back(party_ids=[contact.party_id], channel="email", at=NOON, policy=POLICY, lock=False)
    return answers.get(contact.party_id, None) is not None and answers[contact.party_id].reason == "consent"


def test_it_holds_for_the_record_the_address_came_from_when_a_merge_is_taken_back(mailer: Client) -> None:
    """Bea's address was used for Ann, because the two were one customer; they are taken apart afterwards."""
    ann, bea = customer("ann", email=None), customer("bea")
    cat = customer("cat")
    merged(bea, ann)
    merged(cat, ann)
    launch(ann)
    contact = Contact.objects.get()
    mailer.post(way_out(contact))
    customers.unmerge(party="crm:bea", actor=ALICE)
    refused = set(Consent.objects.filter(source="unsubscribe").values_list("party__source_key", flat=True))
    source = "bea" if contact.address.startswith("bea") else "cat"
    assert refused == {"ann", source}


@pytest.mark.parametrize("token", ["nothing", "7.x", "7." + "x" * 43, "%00", "关系", "x" * 3000])
@pytest.mark.parametrize("door", ["u", "c"])
def test_a_token_that_is_not_ours_gets_a_page_that_helps(door: str, token: str, mailer: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = mailer.get(f"/{door}/{token}")
    assert (answer.status_code, bool(answer.cookies), len(asked)) == (404, False, 0)
    assert "This link leads nowhere" in answer.content.decode()
    if door == "u":
        assert mailer.post(f"/{door}/{token}").status_code == 404


def test_a_letter_that_is_gone_is_said_to_be(mailer: Client) -> None:
    for answer in (mailer.get(unsubscribe_address(99)), mailer.post(unsubscribe_address(99))):
        assert answer.status_code == 404
        assert "guanxi@example.com" in answer.content.decode()
    assert mailer.get(click_address(99, 99, SHOP)).status_code == 404


def test_the_page_speaks_the_language_of_the_browser(mailer: Client) -> None:
    page = mailer.get(way_out(written_to()), headers={"accept-language": "zh-CN"}).content.decode()
    assert '<html lang="zh-hans">' in page


def linked(contact: Contact) -> tuple[Link, str]:
    link = Link.objects.create(campaign_id=contact.campaign_id, name="shop", address=SHOP)
    return link, click_address(contact.pk, link.pk, SHOP)


def test_a_click_is_counted_and_leads_to_the_stored_address(mailer: Client) -> None:
    contact = written_to()
    link, address = linked(contact)
    for _time in range(3):
        answer = mailer.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, SHOP)
        assert not answer.cookies
        assert "no-store" in answer.headers["Cache-Control"]
    click = Click.objects.get()
    assert (click.contact, click.link, click.count) == (contact, link, 3)
    assert click.first_at < click.last_at


def test_programs_that_only_ask_where_a_link_leads_do_not_count(mailer: Client) -> None:
    answer = mailer.head(linked(written_to())[1])
    assert (answer.status_code, answer.headers["Location"]) == (302, SHOP)
    assert not Click.objects.exists()


def test_nothing_in_a_request_says_where_to_go(mailer: Client) -> None:
    address = linked(written_to())[1]
    for tail in ("?url=https://evil.example", "?next=//evil.example", "#https://evil.example"):
        assert mailer.get(address + tail).headers["Location"] == SHOP


def test_a_link_of_another_campaign_is_not_followed(mailer: Client) -> None:
    contact = written_to()
    other = Link.objects.create(campaign_id=2, name="shop", address=SHOP)
    assert mailer.get(click_address(contact.pk, other.pk, SHOP)).status_code == 404
    assert not Click.objects.exists()


def test_the_work_of_a_click_does_not_grow(mailer: Client) -> None:
    address = linked(written_to())[1]
    mailer.get(address)
    with CaptureQueriesContext(connection) as second:
        mailer.get(address)
    for _time in range(20):
        mailer.get(address)
    with CaptureQueriesContext(connection) as last:
        mailer.get(address)
    assert len(last) == len(second) <= 6
