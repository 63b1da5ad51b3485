import threading
from collections import Counter

import pytest
from django.db import connection
from outreach.world import ALICE, NOON, admit, contacted, customer, launch, merged, utc

from guanxi.customers import services as customers
from guanxi.customers.queries import profile
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry
from guanxi.outreach import services
from guanxi.outreach.models import Contact, Dispatch, Suppression
from guanxi.outreach.policy import ContactPolicy
from guanxi.outreach.queries import counts
from guanxi.outreach.services import Admitted


@pytest.mark.django_db
@pytest.mark.requirement("CAMP-17")
def test_each_candidate_becomes_a_contact_or_a_suppression_with_its_reason() -> None:
    ann, bea = customer("ann"), customer("bea", consent=False)
    assert admit(ann, bea) == Admitted(contacts=1, suppressions=1)
    contact, suppression = Contact.objects.get(), Suppression.objects.get()
    assert (contact.party, contact.state, contact.address, contact.cost) == (
        ann,
        "planned",
        "ann@example.com",
        5,
    )
    assert (contact.due_at, contact.cell, contact.attempts) == (NOON, "a", 0)
    assert (suppression.party, suppression.reason, suppression.decided_at) == (bea, "consent", NOON)
    assert suppression.detail == "refused on 2026-01-01 (crm)"


@pytest.mark.django_db
def test_a_launch_that_is_run_again_writes_nothing_twice() -> None:
    ann, bea, cat = customer("ann"), customer("bea", consent=False), customer("cat")
    assert admit(ann, bea) == Admitted(1, 1)
    assert admit(ann, bea) == Admitted(0, 0)
    assert admit(ann, bea, cat) == Admitted(1, 0)
    assert Counter(Contact.objects.values_list("party__source_key", flat=True)) == {"ann": 1, "cat": 1}


@pytest.mark.django_db
def test_a_customer_of_two_source_records_is_admitted_once_as_the_survivor() -> None:
    ann, bea, cat = customer("ann"), customer("bea"), customer("cat")
    merged(bea, ann)
    assert admit(bea, ann) == Admitted(1, 0)
    assert Contact.objects.get().party == ann
    merged(ann, cat)
    assert admit(cat) == Admitted(0, 0)


@pytest.mark.django_db
@pytest.mark.requirement("CAMP-17")
def test_what_one_campaign_planned_holds_back_the_next() -> None:
    ann = customer("ann")
    admit(ann, campaign=1)
    assert admit(ann, campaign=2) == Admitted(0, 1)
    assert admit(ann, campaign=3, due=utc("2026-03-19 12:00")) == Admitted(1, 0)
    assert Suppression.objects.get().detail == "contact on 2026-03-16 12:00 UTC by campaign 1, gap 3 days"


@pytest.mark.django_db
def test_five_thousand_candidates_in_few_queries(django_assert_max_num_queries) -> None:
    parties = [customer(str(n)) for n in range(5)] + [customer(f"no{n}", consent=None) for n in range(3)]
    with django_assert_max_num_queries(14):
        assert admit(*parties) == Admitted(5, 3)


@pytest.mark.django_db
@pytest.mark.requirement("CAMP-09", "CAMP-12")
def test_counts_say_where_everybody_stands() -> None:
    admit(*[customer(str(n)) for n in range(3)], customer("no", consent=False), customer("off", email=None))
    Contact.objects.filter(party__source_key="0").update(state="delivered")
    found = counts(1)
    assert {state: n for state, n in found.contacts.items() if n} == {"planned": 2, "delivered": 1}
    assert found.suppressed == {"address": 1, "consent": 1}
    assert (found.open, set(found.contacts)) == (2, set(Contact.State.values))


@pytest.mark.django_db
def test_a_dispatch_goes_its_way_and_each_step_is_in_the_audit() -> None:
    for verb in ("prepare", "start", "pause", "resume", "finish", "start", "stop"):
        getattr(services, verb)(campaign_id=1, actor=ALICE)
    verbs = AuditEntry.objects.filter(object_kind="dispatch", actor="alice").order_by("id")
    assert list(verbs.values_list("verb", flat=True)) == [
        "prepared", "started", "paused", "resumed", "finished", "started", "stopped",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_step_that_does_not_fit_is_refused_in_words() -> None:
    with pytest.raises(NotFound, match="Campaign 1 has no dispatch; prepare it first"):
        services.start(campaign_id=1, actor=ALICE)
    launch(customer("ann"))
    with pytest.raises(DomainError, match="is running and cannot be resumed"):
        services.resume(campaign_id=1, actor=ALICE)
    with pytest.raises(DomainError, match="still has contacts to deliver"):
        services.finish(campaign_id=1, actor=ALICE)
    with pytest.raises(DomainError, match="is running already"):
        services.prepare(campaign_id=1, actor=ALICE)
    assert Dispatch.objects.get().state == "running"


@pytest.mark.django_db
def test_stopping_cancels_what_has_not_been_handed_over() -> None:
    parties = [customer(str(n)) for n in range(5)]
    launch(*parties)
    states = ["planned", "claimed", "handed_over", "delivered", "unknown"]
    for party, state in zip(parties, states, strict=True):
        Contact.objects.filter(party=party).update(state=state)
    services.stop(campaign_id=1, actor=ALICE)
    left = Contact.objects.order_by("party_id").values_list("state", flat=True)
    assert list(left) == ["cancelled", "cancelled", "handed_over", "delivered", "unknown"]


@pytest.mark.django_db
@pytest.mark.parametrize("subject", ["", " ", "a\nBcc: x@example.com", "x" * 201])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(DomainError, match="The subject for cell a must be one line"):
        services.write_messages(1, {"a": (subject, "body")})


@pytest.mark.django_db
def test_the_profile_shows_contacts_made_and_not_made_under_every_record() -> None:
    ann, bea = customer("ann"), customer("bea")
    contacted(bea, "2026-01-05 09:00")
    customers.merge(party="crm:bea", into="crm:ann", reason="same person", actor=ALICE)
    admit(ann, policy=ContactPolicy(max_contacts=1, window_days=90))
    shown = profile("crm:ann")
    assert [(row["campaign"], row["state"]) for row in shown["contacts"]] == [(90, "delivered")]
    assert [(row["campaign"], row["reason"]) for row in shown["suppressions"]] == [(1, "cap")]


@pytest.mark.requirement("CAMP-17")
@pytest.mark.django_db(transaction=True)
def test_launches_at_once_cannot_overrun_the_cap() -> None:
    """Six campaigns admit the same 40 customers at once; the cap is one contact."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: launches cannot run at once; set DATABASE_URL to PostgreSQL")
    ids = [customer(str(n)).pk for n in range(40)]
    once, gate, errors = ContactPolicy(max_contacts=1, min_gap_days=0), threading.Barrier(6), []

    def one_launch(campaign: int) -> None:
        try:
            gate.wait()
            order = ids if campaign % 2 else ids[::-1]
            for start in range(0, 40, 10):
                services.admit(
                    campaign_id=campaign, step=1, channel="email", at=NOON, due_at=NOON, cost=0, policy=once,
                    candidates=[(party, "a") for party in order[start : start + 10]],
                )  # fmt: skip
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one_launch, args=(campaign,)) for campaign in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Counter(Contact.objects.values_list("party_id", flat=True)) == dict.fromkeys(ids, 1)
    assert Suppression.objects.filter(reason="cap").count() == 5 * 40
