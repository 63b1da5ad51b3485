"""What happened here that other systems may want to know: written with what it tells, sent by a worker later."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from guanxi.foundation import clock
from guanxi.foundation.models import Event

TYPES: Final = {
    "insight.refreshed": gettext_noop("new figures are published"),
    "import.published": gettext_noop("a file was imported"),
    "import.undone": gettext_noop("an import was taken back"),
    "campaign.launched": gettext_noop("a campaign was launched"),
    "campaign.finished": gettext_noop("a campaign has nothing left to send"),
    "campaign.measured": gettext_noop("a campaign was measured"),
    "campaign.closed": gettext_noop("a campaign was closed"),
    "customer.unsubscribed": gettext_noop("a customer wants no more letters"),
}
"""Type → what it says happened."""


def emit(event_type: str, **data: Any) -> Event:
    """Note an event, in the caller's transaction: it is told of if and only if what it tells is committed.

    The data name things by the ids that others know them by, and hold nothing about a person. Raises ValueError for a
    type that is not in TYPES, TransactionManagementError outside a transaction.
    """
    if event_type not in TYPES:
        raise ValueError(f"{event_type!r} is no type of event")
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "an event is written in the transaction of what it tells"
        )
    return Event.objects.create(
        public_id=new_event_id(), type=event_type, data=data, created_at=clock.now().replace(microsecond=0)
    )


def new_event_id() -> str:
    """An id that nobody can guess."""
    return f"evt_{secrets.token_hex(10)}"
