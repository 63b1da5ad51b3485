"""Endpoints are set up, tried and taken away; what is done stands in the audit without their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from foundation.web_servers import answering, serving
from webhooks.world import ADA, NOON, happened, one_pass, told

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import AuditEntry, AuditValues
from guanxi.foundation.web_addresses import BadAddress
from guanxi.webhooks import services
from guanxi.webhooks.models import Delivery, Endpoint
from guanxi.webhooks.queries import delivery_rows, endpoint_rows

pytestmark = pytest.mark.django_db


def test_an_endpoint_has_a_secret_of_its_own_that_stands_nowhere_else() -> None:
    one = services.add_endpoint(address="https://a.example/hook?key=hidden", actor=ADA)
    other = services.add_endpoint(address="https://b.example/hook", actor=ADA)
    assert one.secret.startswith("gxs_")
    assert len(one.secret) > 40
    assert one.secret != other.secret
    kept = str([*AuditValues.objects.values_list("body", flat=True), *endpoint_rows()])
    assert one.secret not in kept
    assert "hidden" not in kept
    assert "a.example" in kept
    assert endpoint_rows()[0]["address"] == "https://a.example/hook?…"


@pytest.mark.parametrize(
    ("address", "types", "error", "said"),
    [
        ("https://127.1/x", (), BadAddress, "unusual spelling"),
        ("https://a.example:22/", (), BadAddress, "Port 22"),
        (
            "https://b.example/",
            ("campaign.eaten",),
            DomainError,
            "no event campaign.eaten; there are: insight",
        ),
        ("https://a.example/hook", (), DomainError, "is told already"),
    ],
)
def test_what_cannot_be_told_is_refused(address: str, types: Any, error: type[Exception], said: str) -> None:
    services.add_endpoint(address="https://a.example/hook", actor=ADA)
    with pytest.raises(error, match=said):
        services.add_endpoint(address=address, events=types, actor=ADA)
    assert Endpoint.objects.count() == 1


def test_there_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_ENDPOINTS", 1)
    services.add_endpoint(address="https://a.example/", actor=ADA)
    with pytest.raises(DomainError, match="There are 1 endpoints; remove one first"):
        services.add_endpoint(address="https://b.example/", actor=ADA)


def test_without_the_setting_there_is_no_endpoint_without_https(settings: Any) -> None:
    settings.WEBHOOK_HTTP = False
    with pytest.raises(BadAddress, match="GUANXI_WEBHOOK_HTTP=1"):
        services.add_endpoint(address="http://a.example/", actor=ADA)


def test_a_test_goes_to_one_endpoint_alone() -> None:
    with serving() as one, serving() as other:
        endpoint = told(one, "import.undone")
        told(other)
        services.send_test(endpoint_id=endpoint.pk, actor=ADA)
        one_pass(clock.now())
    assert b'"type":"webhook.test"' in one.seen[0][3]
    assert other.seen == []


def test_what_was_given_up_or_delivered_is_sent_once_more_on_demand() -> None:
    with serving(answering(500)) as server:
        endpoint = told(server)
        happened()
        one_pass()
        Delivery.objects.update(state="given_up")
        server.answer = answering()
        services.redeliver(delivery_id=Delivery.objects.get().pk, actor=ADA)
        assert len(one_pass(clock.now())) == 1
    (row,) = delivery_rows(endpoint)
    assert (row["state"], row["attempts"], row["status"]) == ("delivered", 2, 200)
    assert [each["waiting"] for each in endpoint_rows()] == [0]
    Delivery.objects.update(state="pending")
    assert [each["waiting"] for each in endpoint_rows()] == [1]
    assert server.seen[0][3] == server.seen[1][3]


def test_nothing_is_sent_to_what_is_switched_off() -> None:
    with serving() as server:
        endpoint = told(server)
        happened()
        one_pass()
    Endpoint.objects.update(is_active=False)
    for refused in (
        lambda: services.send_test(endpoint_id=endpoint.pk, actor=ADA),
        lambda: services.redeliver(delivery_id=Delivery.objects.get().pk, actor=ADA),
    ):
        with pytest.raises(DomainError, match=f"Endpoint {endpoint.pk} is switched off; switch it on first"):
            refused()
    assert [row["state"] for row in endpoint_rows()] == ["switched off"]


def test_what_does_not_exist_is_said() -> None:
    for verb in (services.remove_endpoint, services.send_test, services.switch_on):
        with pytest.raises(NotFound, match="There is no endpoint 9"):
            verb(endpoint_id=9, actor=ADA)
    with pytest.raises(NotFound, match="There is no delivery 9"):
        services.redeliver(delivery_id=9, actor=ADA)


def test_each_verb_is_in_the_audit() -> None:
    with serving(answering(500)) as server:
        endpoint = told(server)
        happened()
        one_pass(NOON - timedelta(days=1))
    pk = endpoint.pk
    services.send_test(endpoint_id=pk, actor=ADA)
    services.redeliver(delivery_id=Delivery.objects.earliest("pk").pk, actor=ADA)
    services.switch_on(endpoint_id=pk, actor=ADA)
    services.remove_endpoint(endpoint_id=pk, actor=ADA)
    written = AuditEntry.objects.filter(object_kind="webhook", object_id=str(pk), actor="Ada").order_by("pk")
    assert list(written.values_list("verb", flat=True)) == [
        "added", "tested", "redelivered", "switched on", "removed",
    ]  # fmt: skip
    assert not Delivery.objects.exists()
