"""Reserved ids are whole runs that nobody else gets, however many ask at once; and amounts are whole minor units."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from guanxi.customers.models import Attribute
from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.ids import reserve_ids
from guanxi.foundation.money import format_money, minor_units, to_minor


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_runs_that_do_not_overlap_and_the_database_goes_on_behind_them() -> None:
    def reserve(count: int) -> range:
        try:
            first = reserve_ids(Attribute, count)
            return range(first, first + count)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(reserve, [1, 500, 3, 70] * 5))
    ids = sorted(number for run in runs for number in run)

    assert len(ids) == len(set(ids)) == 5 * 574
    assert ids[0] >= 1
    assert ids[-1] - ids[0] == len(ids) - 1
    assert Attribute.objects.create(code="next").pk == ids[-1] + 1


@pytest.mark.django_db(transaction=True)
def test_the_first_run_of_all_begins_above_zero_and_after_a_plain_row() -> None:
    plain = Attribute.objects.create(code="first").pk
    assert reserve_ids(Attribute, 10) == plain + 1
    assert Attribute.objects.create(code="second").pk == plain + 11
    assert reserve_ids(Attribute, 0) == plain + 12


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1.005", "USD", 101),
        ("-1.005", "USD", -101),
        (Decimal("12.344"), "CNY", 1234),
        (7, "JPY", 7),
        ("1.2345", "KWD", 1235),
    ],
)
def test_half_a_minor_unit_is_rounded_away_from_zero(amount: Any, currency: str, minor: int) -> None:
    assert to_minor(amount, currency) == minor


def test_money_reads_as_people_write_it(settings: Any) -> None:
    settings.BASE_CURRENCY = "USD"
    assert [format_money(123450), format_money(None), format_money(-5), format_money(1234, "JPY")] == [
        "1,234.50 USD",
        "–",
        "-0.05 USD",
        "1,234 JPY",
    ]
    with pytest.raises(DomainError, match=r"^'ZZZ' is not an ISO 4217 currency code such as CNY or USD\.$"):
        minor_units("ZZZ")


def test_the_business_counts_its_days_in_its_own_zone(settings: Any) -> None:
    from datetime import UTC, date, datetime

    settings.TIME_ZONE = "America/New_York"
    assert clock.business_date(datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC)) == date(2017, 12, 31)
    assert clock.at_business_time(date(2018, 7, 1), 9, 30) == datetime(2018, 7, 1, 13, 30, tzinfo=UTC)
