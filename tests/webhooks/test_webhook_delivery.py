"""An endpoint hears of every event at least once, whatever it or the worker does."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from foundation.web_servers import NAME, answering, serving
from webhooks.world import ADA, NOON, happened, one_pass, told

from guanxi.foundation import clock, events
from guanxi.foundation.models import AuditEntry, Event
from guanxi.outreach.worker import run_worker
from guanxi.webhooks import delivery, services
from guanxi.webhooks.delivery import Outcome, wait_after
from guanxi.webhooks.models import Attempt, Delivery, Endpoint
from guanxi.webhooks.queries import delivery_rows
from guanxi.webhooks.signing import signature

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_reaches_those_who_want_it_with_the_signature_of_each() -> None:
    with serving() as one, serving() as other, serving() as third:
        first, second = told(one), told(other, "campaign.launched")
        told(third, "insight.refreshed")
        event = happened(cells={"coupon": 5})
        assert len(one_pass()) == 2
    assert third.seen == []
    for server, endpoint in ((one, first), (other, second)):
        method, path, headers, body = server.seen[0]
        assert (method, path) == ("POST", "/hook")
        assert json.loads(body) == {
            "id": event.public_id,
            "type": "campaign.launched",
            "created_at": event.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "data": {"campaign": "spring", "cells": {"coupon": 5}},
        }
        assert headers["Guanxi-Event-Id"] == event.public_id
        assert headers["Guanxi-Signature"] == signature(endpoint.secret, body, NOON)
        assert headers["Guanxi-Signature"].startswith(f"t={int(NOON.timestamp())},v1=")
    assert one.seen[0][2]["Guanxi-Signature"] != other.seen[0][2]["Guanxi-Signature"]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert one_pass(NOON + timedelta(days=2)) == []


def test_what_is_rolled_back_was_never_told() -> None:
    with serving() as server:
        told(server)
        with transaction.atomic():
            events.emit("campaign.closed", campaign="spring")
            transaction.set_rollback(True)
        assert one_pass() == []
    assert not Event.objects.exists()


def test_an_event_without_a_transaction_or_of_no_type_is_a_mistake() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        events.emit("campaign.closed", campaign="spring")
    with pytest.raises(ValueError, match="is no type of event"), transaction.atomic():
        events.emit("campaign.eaten")


def test_a_failure_is_tried_again_later_and_later_and_the_endpoint_rests_meanwhile() -> None:
    with serving(answering(500)) as server:
        endpoint = told(server)
        happened()
        assert len(one_pass()) == 1
        endpoint.refresh_from_db()
        only = Delivery.objects.get()
        assert (only.state, only.tries, endpoint.failures) == ("pending", 1, 1)
        assert timedelta(seconds=15) <= only.due_at - NOON <= timedelta(seconds=30)

        happened()  # the endpoint rests, so the new one waits too
        assert one_pass(NOON + timedelta(seconds=10)) == []
        server.answer = answering(204, b"")
        assert len(one_pass(NOON + timedelta(seconds=40))) == 2
    endpoint.refresh_from_db()
    assert (endpoint.failures, endpoint.failing_since, endpoint.rests_until) == (0, None, None)
    assert list(Attempt.objects.order_by("pk").values_list("status", "error")) == [
        (500, ""),
        (204, ""),
        (204, ""),
    ]


@pytest.mark.parametrize("status", [199, 301, 302, 400, 404, 410, 500])
def test_only_a_2xx_counts(status: int) -> None:
    assert not Outcome(status, 1).is_good
    assert Outcome(202, 1).is_good


def test_waits_grow_to_an_hour_and_half_of_each_is_chance() -> None:
    assert [wait_after(tries, 1).total_seconds() for tries in (1, 2, 3, 7, 8, 10_000)] == [
        30, 60, 120, 1920, 3600, 3600,
    ]  # fmt: skip
    assert wait_after(8, 0) == timedelta(minutes=30)


def test_an_endpoint_that_fails_for_a_day_is_switched_off_and_says_so() -> None:
    at, calls = NOON, 0
    with serving(answering(503)) as server:
        endpoint = told(server)
        happened()
        while at < NOON + timedelta(hours=30):
            calls += len(one_pass(at))
            at += timedelta(minutes=10)
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert NOON + timedelta(hours=24) <= endpoint.switched_off_at <= NOON + timedelta(hours=26)
    assert Delivery.objects.get().state == "given_up"
    assert 20 < calls < 60
    entry = AuditEntry.objects.get(verb="switched off")
    assert (entry.actor, entry.object_id) == ("system", str(endpoint.pk))

    happened()
    assert one_pass(at) == []
    services.switch_on(endpoint_id=endpoint.pk, actor=ADA)
    with serving(port=server.port):
        happened()
        assert len(one_pass(at)) == 1


def test_one_bad_event_does_not_hold_up_the_others() -> None:
    """A receiver that chokes on one event takes all others; in the end that one is given up."""

    def answer(handler: Any) -> None:
        answering(400 if handler.headers["Guanxi-Event-Id"] == bad.public_id else 200)(handler)

    with serving(answer) as server:
        endpoint = told(server)
        bad = happened()
        at = NOON
        for _hour in range(26):
            happened()
            for _turn in range(3):
                one_pass(at)
                at += timedelta(minutes=20)
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert Delivery.objects.get(event=bad).state == "given_up"
    assert set(Delivery.objects.exclude(event=bad).values_list("state", flat=True)) == {"delivered"}


def test_the_log_says_why_no_answer_came() -> None:
    with serving() as server:
        endpoint = told(server)
    happened()
    one_pass()
    (row,) = delivery_rows(endpoint)
    assert (row["status"], row["error"], row["attempts"], row["state"]) == (
        None,
        "no connection",
        1,
        "pending",
    )


def test_what_may_no_longer_be_called_is_not(settings: Any) -> None:
    with serving() as server:
        told(server)
        settings.WEBHOOK_HOSTS = frozenset()
        happened()
        one_pass()
        settings.WEBHOOK_HTTP = False
        one_pass(NOON + timedelta(minutes=5))
    assert server.seen == []
    assert set(Attempt.objects.values_list("error", flat=True)) == {"not allowed"}


def test_a_dead_worker_leaves_a_lease_that_runs_out() -> None:
    with serving() as server:
        told(server)
        happened()
        delivery.announce(NOON)
        assert len(delivery.claim(NOON)) == 1  # and then it is killed
        assert one_pass(NOON + timedelta(seconds=59)) == []
        assert len(one_pass(NOON + timedelta(seconds=61))) == 1
    assert Delivery.objects.get().state == "delivered"


def test_a_worker_that_was_taken_for_dead_does_not_undo_what_another_did() -> None:
    with serving() as server:
        told(server)
        happened()
        delivery.announce(NOON)
        (slow,) = delivery.claim(NOON)
        one_pass(NOON + timedelta(seconds=61))
        delivery.write_down(slow, Outcome(None, 90_000, "too slow"), NOON + timedelta(seconds=90))
    assert Delivery.objects.get().state == "delivered"
    assert Attempt.objects.count() == 2


def test_two_workers_never_have_the_same_delivery() -> None:
    with serving() as server:
        told(server)
        happened()
        delivery.announce(NOON)
        assert (len(delivery.claim(NOON)), len(delivery.claim(NOON))) == (1, 0)


def test_a_slow_endpoint_gets_two_at_a_time_and_keeps_nobody_waiting() -> None:
    with serving() as slow, serving() as quick:
        first, second = told(slow), told(quick)
        for _number in range(5):
            happened()
        delivery.announce(NOON)
        claimed = [each.endpoint_id for each in delivery.claim(NOON)]
    assert claimed == [first.pk, first.pk, second.pk, second.pk]


def test_an_endpoint_that_is_removed_while_it_is_called_leaves_nothing() -> None:
    with serving() as server:
        endpoint = told(server)
        happened()
        delivery.announce(NOON)
        (claimed,) = delivery.claim(NOON)
        services.remove_endpoint(endpoint_id=endpoint.pk, actor=ADA)
        delivery.write_down(claimed, Outcome(200, 5), NOON)
    assert not Attempt.objects.exists()
    assert Event.objects.exists()


def test_old_events_are_forgotten_with_their_log_and_new_ones_are_not() -> None:
    with serving() as server:
        told(server)
        old, new = happened(), happened()
        one_pass()
    Event.objects.filter(pk=old.pk).update(created_at=NOON - timedelta(days=31))
    Event.objects.filter(pk=new.pk).update(created_at=NOON - timedelta(days=29))
    assert (delivery.forget_old(NOON), delivery.forget_old(NOON)) == (1, 0)
    assert list(Event.objects.all()) == [new]
    assert list(Attempt.objects.values_list("delivery__event", flat=True)) == [new.pk]


def test_a_worker_tells_beside_its_other_work_and_is_not_held_up(home: Any, settings: Any) -> None:
    """One receiver takes a second to answer; a run that has nothing else to do waits for it, and for no retry."""
    settings.EMAIL_BACKEND = "guanxi.outreach.outbox.OutboxBackend"

    def answer(handler: Any) -> None:
        time.sleep(0.6)
        answering()(handler)

    with serving(answer) as slow, serving() as quick, serving(answering(500)) as broken:
        for server in (slow, quick, broken):
            told(server)
        happened()
        run_worker(once=True, connections=1, now=clock.now)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["delivered", "delivered", "pending"]
    assert (len(slow.seen), len(quick.seen), len(broken.seen)) == (1, 1, 1)
    assert Endpoint.objects.get(address__contains=f"{NAME}:{broken.port}").failures == 1
