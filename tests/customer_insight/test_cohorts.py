"""Who comes back: cohort retention, purchase rates, time to the second purchase, moves between classes."""

from datetime import date

import pyarrow as pa
import pytest

from customer_insight.structure import class_migration, cohort_retention, purchase_rates, time_to_second
from customer_insight.tables import day_number


def line(customer, order, when, is_return=False, **more):
    day = when if isinstance(when, int) else day_number(date(*when))
    return {"customer_id": customer, "order_id": order, "day": day, "is_return": is_return, **more}


ORDERS = [
    line(1, 1, (2026, 1, 5)), line(1, 2, (2026, 1, 31)), line(1, 3, (2026, 2, 1)), line(1, 4, (2026, 4, 30)),
    line(2, 5, (2026, 1, 31)), line(2, 6, (2026, 3, 1)),
    line(3, 7, (2026, 2, 28)), line(3, 8, (2026, 3, 2), is_return=True),
    line(4, 9, (2026, 4, 1)),
    line(5, 10, (2026, 5, 1)),
]  # fmt: skip


def table_of(rows, *names):
    return sorted(tuple(row[name] for name in names) for row in rows)


@pytest.mark.requirement("ANA-70")
def test_retention_counts_each_month_s_buyers_of_each_month_s_newcomers(engine):
    rows = engine.rows(cohort_retention(engine.table(ORDERS), as_of=day_number(date(2026, 4, 30)), months=3))
    assert table_of(rows, "cohort", "age", "customers", "active", "retention") == [
        (202601, 0, 2, 2, 1.0), (202601, 1, 2, 1, 0.5), (202601, 2, 2, 1, 0.5), (202601, 3, 2, 1, 0.5),
        (202602, 0, 1, 1, 1.0), (202602, 1, 1, 0, 0.0), (202602, 2, 1, 0, 0.0),
        (202604, 0, 1, 1, 1.0),
    ]  # fmt: skip


@pytest.mark.requirement("ANA-70")
def test_an_unfinished_month_is_not_shown(engine):
    rows = engine.rows(cohort_retention(engine.table(ORDERS), as_of=day_number(date(2026, 4, 29)), months=3))
    assert max(row["cohort"] for row in rows) == 202602
    assert table_of(rows, "cohort", "age")[-1] == (202602, 1)


@pytest.mark.requirement("ANA-70")
def test_shops_have_cohorts_of_their_own(engine):
    lines = [
        line(1, 1, (2026, 1, 5), channel="north"),
        line(1, 2, (2026, 2, 5), channel="south"),
        line(2, 3, (2026, 1, 5), channel="north"),
    ]
    rows = engine.rows(
        cohort_retention(engine.table(lines), as_of=day_number(date(2026, 2, 28)), months=1, by="channel")
    )
    assert table_of(rows, "channel", "cohort", "age", "customers", "active") == [
        ("north", 202601, 0, 2, 2), ("north", 202601, 1, 2, 0), ("south", 202602, 0, 1, 1),
    ]  # fmt: skip


@pytest.mark.requirement("CAMP-21")
def test_first_second_and_further_purchases_of_a_campaign_s_customers(engine):
    members = [
        {"customer_id": n, "cohort": cohort, "start_day": 100}
        for n, cohort in [
            (1, "letter"),
            (2, "letter"),
            (3, "letter"),
            (4, "letter"),
            (5, "call"),
            (1, "call"),
        ]
    ]
    lines = [
        line(1, 1, 99), line(1, 2, 100), line(1, 3, 110), line(1, 4, 140),
        line(2, 5, 106), line(2, 6, 107, is_return=True), line(3, 7, 103), line(3, 8, 103), line(9, 9, 101),
        line(4, 10, 151),
    ]  # fmt: skip
    rows = engine.rows(purchase_rates(engine.table(members), engine.table(lines), as_of=150, up_to=4))
    names = ("cohort", "purchase", "members", "customers", "of_cohort", "of_previous", "mean_days")
    assert table_of(rows, *names) == [
        ("call", 1, 2, 1, 0.5, 0.5, 0.0), ("call", 2, 2, 1, 0.5, 1.0, 10.0), ("call", 3, 2, 1, 0.5, 1.0, 30.0),
        ("call", 4, 2, 0, 0.0, 0.0, None),
        ("letter", 1, 4, 3, 0.75, 0.75, 3.0), ("letter", 2, 4, 2, 0.5, pytest.approx(2 / 3), 5.0),
        ("letter", 3, 4, 1, 0.25, 0.5, 30.0), ("letter", 4, 4, 0, 0.0, 0.0, None),
    ]  # fmt: skip


@pytest.mark.requirement("CAMP-21", "ANA-70")
def test_the_repeat_curve_counts_only_those_who_have_had_the_time(engine):
    lines = [
        line(1, 1, 0), line(1, 2, 30), line(2, 3, 0), line(2, 4, 31), line(3, 5, 71), line(3, 6, 72), line(4, 7, 70),
    ]  # fmt: skip
    rows = engine.rows(time_to_second(engine.table(lines), as_of=100, within=(1, 30, 60, 200)))
    assert table_of(rows, "within_days", "customers", "again", "share") == [
        (1, 4, 1, 0.25), (30, 3, 1, pytest.approx(1 / 3)), (60, 2, 2, 1.0), (200, 0, 0, None),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="at least one number of days"):
        time_to_second(engine.table(lines), as_of=100, within=())


@pytest.mark.requirement("ANA-35")
def test_the_migration_matrix_says_where_each_class_went(engine):
    june = [
        {"customer_id": n, "class_code": c}
        for n, c in [(1, "MGC"), (2, "MGC"), (3, "MGC"), (4, "BZ"), (5, "MVC")]
    ]
    july = [
        {"customer_id": n, "class_code": c}
        for n, c in [(1, "MVC"), (2, "MGC"), (3, "MGC"), (5, "MVC"), (6, "BZ")]
    ]
    rows = engine.rows(class_migration(engine.table(june), engine.table(july)))
    matrix = {(row["from_class"], row["to_class"]): (row["customers"], row["from_share"]) for row in rows}
    assert matrix == {
        ("MGC", "MVC"): (1, pytest.approx(1 / 3)),
        ("MGC", "MGC"): (2, pytest.approx(2 / 3)),
        ("BZ", None): (1, 1.0),
        ("MVC", "MVC"): (1, 1.0),
        (None, "BZ"): (1, 1.0),
    }


def test_months_cannot_be_negative(engine):
    with pytest.raises(ValueError, match="months is at least 0, not -1"):
        cohort_retention(engine.table(ORDERS), as_of=0, months=-1)
    empty = engine.table(
        [], {"customer_id": pa.int64(), "order_id": pa.int64(), "day": pa.int64(), "is_return": pa.bool_()}
    )
    assert engine.rows(cohort_retention(empty, as_of=100)) == []
