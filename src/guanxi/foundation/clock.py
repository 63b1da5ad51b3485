"""The one place that reads the clock; everything below takes time as a parameter."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)


def business_zone() -> ZoneInfo:
    """The zone in which this business counts its days."""
    return ZoneInfo(settings.TIME_ZONE)


def business_date(instant: datetime) -> date:
    """The business date on which an instant falls."""
    return instant.astimezone(business_zone()).date()


def business_minute(instant: datetime) -> str:
    """An instant as people of this business say it, to the minute."""
    return f"{instant.astimezone(business_zone()):%Y-%m-%d %H:%M}"


def at_business_time(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The UTC instant of a wall-clock time on a business date."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=business_zone()).astimezone(UTC)
