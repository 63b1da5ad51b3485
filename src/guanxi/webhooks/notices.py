"""Telling administrators by mail that an endpoint was switched off: it failed silently for a day, this must not."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from guanxi.foundation import clock, jobs
from guanxi.foundation.actor import SYSTEM
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.staff.models import User
from guanxi.staff.roles import Role
from guanxi.webhooks.models import Endpoint
from guanxi.webhooks.queries import shown_address

NOTICE: Final = "webhook notice"
"""Kind of job."""


def start_notice(endpoint: Endpoint) -> Job:
    """Write the job in the caller's transaction: mail is sent when it is certain that the endpoint is off."""
    return jobs.enqueue(NOTICE, str(endpoint.pk), {"endpoint": endpoint.pk}, SYSTEM)


def run_notice(running: RunningJob) -> dict[str, Any]:
    """The job: one mail to every administrator, in the language of each. One that died half-way may tell some twice.

    An endpoint that is on again, or gone, is nothing to tell of.
    """
    running.advance("deliver")
    endpoint = Endpoint.objects.filter(pk=running.arguments["endpoint"], is_active=False).first()
    if endpoint is None:
        return {"told": 0}
    told = administrators()
    for administrator in told:
        with translation.override(administrator.language or settings.LANGUAGE_CODE):
            mail_of(endpoint, administrator.email).send()
    return {"told": len(told)}


def administrators() -> list[User]:
    """Who may switch it on again, and has an address."""
    found = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email="")
    return list(found.order_by("pk"))


def mail_of(endpoint: Endpoint, to: str) -> EmailMessage:
    """What an administrator is told, in the language of now."""
    address = shown_address(endpoint)
    said = _(
        "%(address)s is told nothing more: it has failed %(failures)s times in a row since %(since)s.\n\n"
        "See under Settings, Webhooks what it answered, mend the receiver, and switch the endpoint on again. "
        "What happens until then is not kept for it.\n\n"
        "%(where)s"
    )
    return EmailMessage(
        _("Webhook switched off: %(address)s") % {"address": address},
        said
        % {
            "address": address,
            "failures": f"{endpoint.failures:,}",
            "since": _since(endpoint),
            "where": settings.PUBLIC_URL or f"guanxi webhooks switch-on {endpoint.pk}",
        },
        to=[to],
    )


def _since(endpoint: Endpoint) -> str:
    since = endpoint.failing_since or endpoint.switched_off_at
    return clock.business_minute(since) if since else "–"
