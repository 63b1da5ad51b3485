"""Bill bands: every value in exactly one, every band in the report."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_insight.bands import BILL_BANDS, Bands, assign_bands, band_distribution
from customer_insight.tables import TableError


def bills(*amounts):
    return [{"customer_id": number, "bill": amount} for number, amount in enumerate(amounts, start=1)]


@pytest.mark.requirement("ANA-27", "BEN-04")
def test_ten_thousand_telephone_bills_give_the_printed_table(engine):
    counts = {3000: 2856, 7500: 4536, 15000: 1978, 25000: 409, 40000: 151, 60000: 70}
    table = engine.table(bills(*[bill for bill, count in counts.items() for _ in range(count)]))
    rows = engine.rows(band_distribution(table, by="bill"))
    assert [(row["label"], row["customers"], f"{row['share']:.1%}") for row in rows] == [
        ("<=50", 2856, "28.6%"),
        ("51-100", 4536, "45.4%"),
        ("101-200", 1978, "19.8%"),
        ("201-300", 409, "4.1%"),
        ("301-500", 151, "1.5%"),
        (">=501", 70, "0.7%"),
        ("total", 10000, "100.0%"),
    ]
    assert rows[-1]["share"] == 1
    assert sum(row["share"] for row in rows[:-1]) == pytest.approx(1)


@pytest.mark.requirement("ANA-27")
def test_a_bound_belongs_to_the_band_below_and_fifty_and_a_half_to_the_one_above(engine):
    edges = [0, 5000, 5001, 5050, 5100, 10000, 10001, 20000, 30000, 50000, 50001, 50050, -1]
    rows = engine.rows(assign_bands(engine.table(bills(*edges)), by="bill"))
    assert [row["band"] for row in sorted(rows, key=lambda row: row["customer_id"])] == [
        1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6, 6, 1,
    ]  # fmt: skip


@pytest.mark.requirement("ANA-27")
def test_empty_bands_keep_their_row_and_unknown_bills_are_in_none(engine):
    table = engine.table(bills(100, None, 60000), {"bill": pa.int64()})
    rows = engine.rows(band_distribution(table, by="bill"))
    assert [(row["band"], row["customers"], row["share"]) for row in rows] == [
        (1, 1, 0.5), (2, 0, 0), (3, 0, 0), (4, 0, 0), (5, 0, 0), (6, 1, 0.5), (7, 2, 1),
    ]  # fmt: skip


def test_nobody_at_all_has_bands_of_zero_and_no_shares(engine):
    table = engine.table([], {"customer_id": pa.int64(), "bill": pa.int64()})
    rows = engine.rows(band_distribution(table, by="bill", bands=Bands((100,))))
    assert [(row["label"], row["customers"], row["share"]) for row in rows] == [
        ("<=1", 0, None), (">=2", 0, None), ("total", 0, None),
    ]  # fmt: skip


def test_other_bands_and_other_units_can_be_asked_for(engine):
    yen = Bands(upper_bounds=(999, 1000, 5000), minor_per_unit=1)
    rows = engine.rows(band_distribution(engine.table(bills(999, 1000, 1001, 5001)), by="bill", bands=yen))
    assert [(row["label"], row["customers"]) for row in rows] == [
        ("<=999", 1), ("1000", 1), ("1001-5000", 1), (">=5001", 1), ("total", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bounds", "message"),
    [((), "must rise"), ((200, 100), "must rise"), ((100, 100), "must rise"), ((150,), "multiples of 100")],
)
def test_bands_with_gaps_or_overlaps_cannot_be_made(bounds, message):
    with pytest.raises(ValueError, match=message):
        Bands(upper_bounds=bounds)


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"lacks column\(s\) bill"):
        band_distribution(pl.DataFrame({"customer_id": [1]}), by="bill")


@settings(max_examples=50, deadline=None)
@given(
    bounds=st.lists(st.integers(-20, 20), min_size=1, max_size=6, unique=True).map(sorted),
    amounts=st.lists(st.floats(-25, 25), min_size=1, max_size=40),
)
def test_every_value_lies_in_exactly_one_band(bounds, amounts):
    bands = Bands(upper_bounds=tuple(bounds), minor_per_unit=1)
    table = pl.DataFrame(bills(*amounts))
    edges = [float("-inf"), *bounds, float("inf")]
    for number, band in assign_bands(table, by="bill", bands=bands).rows():
        inside = [edges[i] < amounts[number - 1] <= edges[i + 1] for i in range(len(edges) - 1)]
        assert inside.count(True) == 1
        assert inside[band - 1]
    rows = band_distribution(table, by="bill", bands=bands)
    assert rows["customers"][:-1].sum() == rows["customers"][-1] == len(amounts)
    assert rows["share"][:-1].sum() == pytest.approx(1)
    assert len(set(rows["label"])) == len(bounds) + 2


def test_the_default_is_the_table_of_the_source():
    assert BILL_BANDS.labels == ("<=50", "51-100", "101-200", "201-300", "301-500", ">=501")
