"""Weekday, month and year of a day number, as expressions every engine computes alike, and in Python."""

from __future__ import annotations

from datetime import date, timedelta

import narwhals as nw

from customer_insight.tables import EPOCH, day_number


def weekday_of(day: nw.Expr) -> nw.Expr:
    """1 for Monday to 7 for Sunday; 1970-01-01 was a Thursday. Days from 1970-01-01 on."""
    return (day + 3) % 7 + 1


def month_of(day: nw.Expr) -> nw.Expr:
    """Months since January 1970 (0), by whole-number arithmetic, so that it is the same on every engine.

    Counts from 1 March 1968 in years of 365.25 days, so that a leap day ends its year, and months of 153 / 5
    days within it: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", without the centuries. From then
    to 28 February 2100, for 2100 has no leap day.
    """
    since_march = day + 671
    year = (since_march * 4 + 3) // 1461
    year_day = since_march - year * 1461 // 4
    return year * 12 + (year_day * 5 + 2) // 153 - 22


def first_day_of_month(month: int) -> int:
    """The day number of the first day of a month counted from January 1970.

    >>> first_day_of_month(2)
    59
    """
    return day_number(date(1970 + month // 12, month % 12 + 1, 1))


def year_before(day: int) -> int:
    """The same date a year earlier; 29 February becomes the 28th.

    >>> year_before(day_number(date(2024, 2, 29))) == day_number(date(2023, 2, 28))
    True
    """
    when = EPOCH + timedelta(days=day)
    return day_number(
        when.replace(year=when.year - 1, day=28 if (when.month, when.day) == (2, 29) else when.day)
    )


def first_day_of_year(day: int) -> int:
    """1 January of the year the day lies in.

    >>> first_day_of_year(400)
    365
    """
    return day_number(date((EPOCH + timedelta(days=day)).year, 1, 1))
