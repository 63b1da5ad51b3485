"""One value of a plan at a time: what it may be, and what is said of it where it cannot be that."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import to_minor

LEAST_CONTROL = 0.01


class PlanError(DomainError):
    """The plan cannot be carried out as written; the message names the field."""


def read_code(value: object, name: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", value):
        raise PlanError(
            _("%(name)s is 1 to 40 letters, digits, dots, dashes or underscores, not %(value)r.")
            % {"name": name, "value": value}
        )
    return value


def read_text(values: dict[str, Any], name: str, most: int, where: str = "") -> str:
    text = values.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > most:
        raise PlanError(
            _("%(name)s%(where)s is a text of 1 to %(most)s characters.")
            % {"name": name, "where": where, "most": f"{most:,}"}
        )
    return text.strip()


def read_text_or_none(values: dict[str, Any], name: str, most: int, where: str = "") -> str:
    return read_text(values, name, most, where) if values.get(name, "") != "" else ""


def read_one_of(values: dict[str, Any], name: str, allowed: tuple[str, ...], *, default: str = "") -> str:
    value = values[name] or default
    if value not in allowed:
        raise PlanError(
            _("%(name)s is one of %(allowed)s, not %(value)r.")
            % {"name": name, "allowed": ", ".join(allowed), "value": value}
        )
    return str(value)


def read_money(values: dict[str, Any], name: str) -> int:
    try:
        amount = Decimal(str(values[name]))
        if not amount.is_finite() or amount < 0 or amount > 10**12:
            raise InvalidOperation
    except InvalidOperation:
        raise PlanError(
            _("%(name)s is an amount of money, 0 or more, not %(values)r.")
            % {"name": name, "values": values[name]}
        ) from None
    return to_minor(amount)


def read_share(values: dict[str, Any], name: str, *, most: float) -> float:
    share = values[name]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= most:
        raise PlanError(
            _("%(name)s is a share from 0 to %(most)s, not %(share)r.")
            % {"name": name, "most": most, "share": share}
        )
    return float(share)


def read_control_share(values: dict[str, Any]) -> float:
    """Every campaign holds out a control: without one nothing could be said about what it caused."""
    share = read_share(values, "control_share", most=0.9)
    if share < LEAST_CONTROL:
        raise PlanError(
            _("control_share is at least %(least_control)s: without a control no effect can be shown.")
            % {"least_control": LEAST_CONTROL}
        )
    return share


def read_days(values: dict[str, Any], name: str) -> int:
    days = values[name]
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 730:
        raise PlanError(
            _("%(name)s is a whole number of days from 1 to 730, not %(days)r.")
            % {"name": name, "days": days}
        )
    return days


def read_instant(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise PlanError(
                _("start is a time such as 2026-12-01T09:00:00, not %(value)r.") % {"value": value}
            ) from None
    if isinstance(value, date | time) and not isinstance(value, datetime):
        raise PlanError(
            _("start needs a day and a time of day, such as 2026-12-01T09:00:00, not %(value)s.")
            % {"value": value.isoformat()}
        )
    if not isinstance(value, datetime):
        raise PlanError(_("start is a time such as 2026-12-01T09:00:00, not %(value)r.") % {"value": value})
    return (value if value.tzinfo else value.replace(tzinfo=clock.business_zone())).astimezone(UTC)
