"""A letter sent to a colleague before it goes to customers: by the same channel, on no ledger, counted by nobody."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry
from guanxi.outreach.delivery.channels import CannotOpen, EmailChannel
from guanxi.outreach.delivery.letters import Claimed, Ending, Letter, LinkTo
from guanxi.outreach.models import Contact

MOST, WITHIN = 20, timedelta(hours=1)
"""How many trials one person may send in which time."""
TRIAL = "tried"


def require_trial_allowed(actor: Actor, at: datetime) -> None:
    """Raise DomainError for somebody who has sent as many trials as one may."""
    sent = AuditEntry.objects.filter(actor=actor.name, verb=TRIAL, at__gt=at - WITHIN).count()
    if sent >= MOST:
        raise DomainError(
            _("You have sent %(most)s trial letters within an hour; wait a while.") % {"most": MOST}
        )


def send_trial(
    *,
    address: str,
    subject: str,
    body: str,
    name: str,
    links: Mapping[str, str],
    at: datetime,
    language: str = "",
) -> Ending:
    """Send one letter and say what became of it; a channel that cannot be opened has failed.

    Its links (name → address) lead straight to where they lead, and it has none to unsubscribe by.
    """
    # No contact has this number, so that the message has an identity of its own.
    number = -secrets.randbelow(1 << 60) - 1
    contact = Claimed(number, 0, 0, "", "email", address, attempts=0)
    channel = EmailChannel()
    try:
        channel.open()
        leads = [LinkTo(link, 0, leads_to) for link, leads_to in links.items()]
        return channel.send(Letter(contact, subject, body, name, leads, language), at)
    except CannotOpen as error:
        return Ending(number, Contact.State.FAILED, str(error))
    finally:
        channel.close()


def record_trial(actor: Actor, subject: str, key: object) -> None:
    """Note in the audit that somebody sent a trial; it counts against what one may send."""
    audit.record(actor, TRIAL, "draft", key, about=subject)
