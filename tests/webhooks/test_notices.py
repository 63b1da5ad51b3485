"""Administrators hear by mail that an endpoint was switched off: each in their language, once the fact is certain."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from foundation.web_servers import answering, serving
from webhooks.world import ADA, NOON, happened, one_pass, told

from guanxi.foundation import jobs
from guanxi.foundation.models import Job
from guanxi.staff.models import User
from guanxi.webhooks import services
from guanxi.webhooks.models import Endpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_memory(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def person(name: str, role: str = "administrator", **more: Any) -> None:
    User.objects.create_user(username=name, email=f"{name}@example.com", role=role, **more)


def failed_for(hours: int) -> Endpoint:
    """An endpoint that answers 503 for so long."""
    at = NOON
    with serving(answering(503)) as server:
        endpoint = told(server, path="/hook?key=secret")
        happened()
        while at < NOON + timedelta(hours=hours):
            one_pass(at)
            at += timedelta(minutes=30)
    endpoint.refresh_from_db()
    return endpoint


def test_every_administrator_is_told_once_what_failed_since_when_and_what_to_do() -> None:
    person("ann")
    person("bea", language="zh-hans")
    person("gone", is_active=False)
    person("mia", role="marketing_manager")
    endpoint = failed_for(28)
    assert (endpoint.is_active, len(mail.outbox)) == (False, 0)
    job = jobs.run_next()
    assert job is not None
    assert (job.kind, job.state, job.result) == ("webhook notice", "done", {"told": 2})
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"], ["bea@example.com"]]
    letter = mail.outbox[0]
    assert letter.subject.startswith("Webhook switched off: http://")
    assert f"has failed {endpoint.failures} times in a row since 2026-03-16 12:00" in letter.body
    assert f"guanxi webhooks switch-on {endpoint.pk}" in letter.body
    assert "secret" not in letter.subject + letter.body
    assert jobs.run_next() is None


def test_an_endpoint_that_fails_for_less_than_a_day_troubles_nobody() -> None:
    person("ann")
    assert failed_for(5).is_active
    assert not Job.objects.exists()


def test_one_that_is_on_again_before_the_mail_left_is_nothing_to_tell_of() -> None:
    person("ann")
    services.switch_on(endpoint_id=failed_for(28).pk, actor=ADA)
    job = jobs.run_next()
    assert job is not None
    assert (job.state, job.result, mail.outbox) == ("done", {"told": 0}, [])


def test_a_mail_server_that_refuses_fails_the_job_and_not_the_worker(settings: Any) -> None:
    person("ann")
    failed_for(28)
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    job = jobs.run_next()
    assert job is not None
    assert job.state == "failed"
