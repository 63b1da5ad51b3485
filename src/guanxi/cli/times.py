"""Dates and times as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from guanxi.foundation.clock import business_zone
from guanxi.foundation.errors import DomainError


def date_of(text: str) -> date:
    """A date written as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(_("%(text)r is not a date; write it as 2026-11-21.") % {"text": text}) from None


def instant_of(text: str) -> datetime:
    """A time written as 2026-11-21T14:30, in the business zone unless it names another; in UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise DomainError(
            _("%(text)r is not a time; write it as 2026-11-21T14:30.") % {"text": text}
        ) from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=business_zone())).astimezone(UTC)
