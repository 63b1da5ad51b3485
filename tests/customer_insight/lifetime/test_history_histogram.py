"""The stored histogram: parts add up, a day moves only who bought, and a fit from it is the fit from histories."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.lifetime import (
    HISTOGRAM,
    HISTORIES,
    distinct_histories,
    fit_bgnbd,
    fit_pareto_nbd,
    histogram_changes,
    merge_histograms,
    merge_histories,
    purchase_histories,
)
from customer_insight.tables import TableError, day_number

CALIBRATION_END = day_number(date(1997, 9, 30))
TRIPLE = ("x", "first_day", "last_day")


@pytest.mark.requirement("ANA-28")
def test_a_fit_from_the_histogram_equals_the_fit_from_histories(engine: Any, cdnow: pl.DataFrame) -> None:
    """Three partitions by customer, histogrammed apart and merged."""
    parts = [
        distinct_histories(engine.convert(cdnow.filter(pl.col("customer_id") % 3 == rest).to_arrow()))
        for rest in range(3)
    ]

    merged = merge_histograms(*parts)

    assert set(engine.rows(merged)[0]) == set(HISTOGRAM)
    assert fit_bgnbd(merged, as_of=CALIBRATION_END) == fit_bgnbd(cdnow, as_of=CALIBRATION_END)
    assert fit_pareto_nbd(merged, as_of=CALIBRATION_END) == fit_pareto_nbd(cdnow, as_of=CALIBRATION_END)


def test_a_histogram_holds_for_any_later_observation_date(cdnow: pl.DataFrame) -> None:
    histogram = distinct_histories(cdnow)

    for as_of in (CALIBRATION_END, CALIBRATION_END + 100):
        assert fit_bgnbd(histogram, as_of=as_of) == fit_bgnbd(cdnow, as_of=as_of)


def test_a_week_moves_only_the_customers_who_bought(engine: Any, cdnow_lines: pl.DataFrame) -> None:
    """The histogram of September 30, plus the changes of a week, is the histogram of October 7."""
    monday, sunday = CALIBRATION_END, CALIBRATION_END + 7
    bought = cdnow_lines.filter(pl.col("day").is_between(monday + 1, sunday))["customer_id"].unique()
    lines = engine.convert(cdnow_lines.to_arrow())
    theirs = engine.convert(cdnow_lines.filter(pl.col("customer_id").is_in(bought.to_list())).to_arrow())
    base = distinct_histories(purchase_histories(lines, as_of=monday))

    changes = histogram_changes(
        purchase_histories(theirs, as_of=monday), purchase_histories(theirs, as_of=sunday)
    )

    told = sorted(
        tuple(row[name] for name in HISTOGRAM) for row in engine.rows(merge_histograms(base, changes))
    )
    whole = distinct_histories(purchase_histories(lines, as_of=sunday))
    assert told == sorted(tuple(row[name] for name in HISTOGRAM) for row in engine.rows(whole))
    assert sum(row["count"] for row in engine.rows(changes)) == 0
    assert len(bought) < 100


def test_histories_of_two_spans_add_up(engine: Any, cdnow_lines: pl.DataFrame) -> None:
    cut = day_number(date(1997, 3, 1))
    some = cdnow_lines.filter(pl.col("day") <= CALIBRATION_END)
    earlier, later = (
        purchase_histories(engine.convert(part.to_arrow()), as_of=CALIBRATION_END)
        for part in (some.filter(pl.col("day") <= cut), some.filter(pl.col("day") > cut))
    )

    merged = engine.rows(merge_histories(earlier, later))

    whole = purchase_histories(some, as_of=CALIBRATION_END).sort("customer_id").to_dicts()
    assert sorted(merged, key=lambda row: row["customer_id"]) == whole
    assert list(merged[0]) == list(HISTORIES)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 30), st.integers(1, 500)), min_size=2, max_size=40),
    st.integers(0, 30),
)
def test_any_cut_gives_the_same_histories(lines: list[tuple[int, int, int]], cut: int) -> None:
    table = pl.DataFrame(lines, schema=["customer_id", "day", "amount"], orient="row")
    parts = [
        purchase_histories(table.filter(side), as_of=30)
        for side in (pl.col("day") <= cut, pl.col("day") > cut)
    ]

    merged = merge_histories(*parts).sort("customer_id")

    assert merged.to_dicts() == purchase_histories(table, as_of=30).sort("customer_id").to_dicts()


def test_overlapping_spans_are_refused_with_their_number(cdnow: pl.DataFrame) -> None:
    with pytest.raises(TableError, match=r"is not after 'last_day' of 'earlier' for 2357 customer"):
        merge_histories(cdnow, cdnow)


def test_a_missing_column_is_named(cdnow: pl.DataFrame) -> None:
    with pytest.raises(TableError, match=r"lacks column\(s\) count"):
        merge_histograms(cdnow.select(TRIPLE))
