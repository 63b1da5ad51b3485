"""Money: integer minor units and a currency; one base currency for sums."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import gettext as _
from moneyed import CurrencyDoesNotExist, get_currency

from guanxi.foundation.errors import DomainError


def base_currency() -> str:
    """The currency in which this installation sums."""
    return str(settings.BASE_CURRENCY)


def minor_units(currency: str) -> int:
    """How many minor units make one unit: 100 for USD, 1 for JPY."""
    try:
        return int(get_currency(currency).sub_unit)
    except CurrencyDoesNotExist:
        raise DomainError(
            _("%(currency)r is not an ISO 4217 currency code such as CNY or USD.") % {"currency": currency}
        ) from None


def to_minor(amount: Decimal | int | str, currency: str | None = None) -> int:
    """Whole minor units, half a unit rounded away from zero, as the import rounds."""
    units = Decimal(str(amount)) * minor_units(currency or base_currency())
    return int(units.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_money(minor: float | int | None, currency: str | None = None) -> str:
    """An amount as people read it: 1,234.50 USD; a dash where it is undefined."""
    if minor is None:
        return "–"
    code = currency or base_currency()
    per_unit = minor_units(code)
    decimals = len(str(per_unit)) - 1
    return f"{float(minor) / per_unit:,.{decimals}f} {code}"


def whole_money(minor: float | int, currency: str | None = None) -> Decimal:
    """An amount in whole money, exact to the minor unit.

    >>> whole_money(123_450, "USD"), whole_money(99.6, "JPY")
    (Decimal('1234.50'), Decimal('100'))
    """
    per_unit = minor_units(currency or base_currency())
    units = Decimal(str(minor)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return units.scaleb(1 - len(str(per_unit)))
