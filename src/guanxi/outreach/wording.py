"""What is said of messages that wait, for the command line and the pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.outreach.queries import DUE, LATER, PAUSED, QUIET


def waiting_said(done: Mapping[str, Any]) -> str:
    """How many messages a worker left and why, from what it did; empty for none."""
    said = {
        QUIET: _("%(number)s in quiet hours until %(until)s"),
        LATER: _("%(number)s not yet due, the next at %(next)s"),
        PAUSED: _("%(number)s of paused campaigns"),
        DUE: _("%(number)s due"),
    }
    places = {"until": done["quiet_until"], "next": _business_time(done["next_due"])}
    return _(", ").join(
        said[reason] % (places | {"number": f"{number:,}"}) for reason, number in done["waiting"].items()
    )


def _business_time(instant: datetime | None) -> str:
    return clock.business_minute(instant) if instant else ""
