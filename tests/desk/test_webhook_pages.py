"""Administrators set endpoints up, try them and see every attempt."""

from __future__ import annotations

from typing import Any

import pytest
from desk.test_campaign_pages import person, text
from foundation.web_servers import NAME, Resolver, answering, serving
from webhooks.world import happened, one_pass, told

from guanxi.foundation import clock
from guanxi.webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db
LIST = "/settings/webhooks/"


@pytest.fixture(autouse=True)
def near(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.WEBHOOK_HOSTS, settings.WEBHOOK_HTTP = frozenset({NAME}), True
    Resolver(monkeypatch).answers[NAME] = [["127.0.0.1"]]


def test_the_secret_is_shown_when_an_endpoint_is_added_and_never_again() -> None:
    client = person("administrator")
    assert "Nobody is told of anything yet." in text(client, LIST)
    answer = client.post(LIST, {"address": " https://a.example/hook?key=k ", "event": ["campaign.launched"]})
    endpoint = Endpoint.objects.get()
    assert (endpoint.address, endpoint.events) == ("https://a.example/hook?key=k", ["campaign.launched"])
    assert endpoint.created_by == "Ada"
    assert endpoint.secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    for path in (LIST, f"{LIST}{endpoint.pk}/"):
        page = text(client, path)
        assert endpoint.secret not in page
        assert "https://a.example/hook?…" in page
        assert "key=k" not in page


def test_what_is_refused_stays_in_the_form() -> None:
    answer = person("administrator").post(LIST, {"address": "https://127.1/<b>", "event": ["import.undone"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "a number in an unusual spelling" in page.partition('role="alert">')[2]
    assert 'value="https://127.1/&lt;b&gt;"' in page
    assert 'value="import.undone" checked' in page
    assert not Endpoint.objects.exists()


def test_attempts_are_seen_and_something_is_sent_again() -> None:
    client = person("administrator")
    with serving(answering(500)) as server:
        endpoint = told(server)
        event = happened()
        one_pass(clock.now())
        page = text(client, f"{LIST}{endpoint.pk}/")
        assert event.public_id in page
        assert "500 · " in page
        assert "Failing since" in page
        again = f"{LIST}deliveries/{Delivery.objects.get().pk}/again/"
        assert again not in page
        Delivery.objects.update(state="given_up")
        assert again in text(client, f"{LIST}{endpoint.pk}/")

        server.answer = answering()
        sent = client.post(again, follow=True)
        assert "It is on its way once more" in sent.content.decode()
        one_pass(clock.now())
        page = text(client, f"{LIST}{endpoint.pk}/")
        assert [said in page for said in ("200 · ", "500 · ", "Failing since")] == [True, True, False]

        client.post(f"{LIST}{endpoint.pk}/test/")
        one_pass(clock.now())
    assert b"webhook.test" in server.seen[-1][3]


def test_what_was_switched_off_says_so_and_is_switched_on_again() -> None:
    client = person("administrator")
    endpoint = Endpoint.objects.create(
        address="https://a.example/",
        is_active=False,
        switched_off_at=clock.now(),
        failures=40,
        created_at=clock.now(),
    )
    page = text(client, f"{LIST}{endpoint.pk}/")
    assert "after 40 failures in a row" in page
    assert f"{LIST}{endpoint.pk}/test/" not in page
    assert client.post(f"{LIST}{endpoint.pk}/test/").status_code == 422
    client.post(f"{LIST}{endpoint.pk}/switch-on/")
    assert f"{LIST}{endpoint.pk}/test/" in text(client, f"{LIST}{endpoint.pk}/")
    client.post(f"{LIST}{endpoint.pk}/remove/")
    assert not Endpoint.objects.exists()
    text(client, f"{LIST}{endpoint.pk}/", 404)


def test_only_those_who_change_settings_come_here() -> None:
    analyst = person("analyst")
    for path in ("", "1/", "1/test/", "1/remove/", "1/switch-on/", "deliveries/1/again/"):
        assert analyst.post(LIST + path).status_code in {403, 405}
    assert analyst.get(LIST).status_code == 403
    assert LIST not in text(analyst, "/settings/")
    assert LIST in text(person("administrator"), "/settings/")
