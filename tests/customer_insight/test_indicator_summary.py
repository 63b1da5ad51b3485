"""The analysis table at a glance, and the span of classes by one indicator."""

import pyarrow as pa
import pytest

from customer_insight.indicators import indicator_summary
from customer_insight.structure import class_spans, classify_by_indicator
from customer_insight.tables import TableError

FIGURES = ("mean", "lowest", "lower_quartile", "median", "upper_quartile", "highest")


@pytest.mark.requirement("DATA-09")
def test_every_indicator_has_one_row_of_figures(engine):
    people = [(1, 10, "web"), (2, 20, None), (3, 40, None), (4, 70, "web"), (5, None, None)]
    values = [{"customer_id": n, "recency_days": r, "channel": c, "nothing": None} for n, r, c in people]
    types = {"recency_days": pa.int64(), "channel": pa.string(), "nothing": pa.int64()}
    table = engine.table(values, types)
    rows = engine.rows(indicator_summary(table, indicators=("channel", "recency_days", "nothing")))
    assert [(row["indicator"], row["customers"], row["known"], row["known_share"]) for row in rows] == [
        ("channel", 5, 2, 0.4), ("recency_days", 5, 4, 0.8), ("nothing", 5, 0, 0.0),
    ]  # fmt: skip
    assert [tuple(row[name] for name in FIGURES) for row in rows] == [
        (None,) * 6, (35.0, 10.0, 17.5, 30.0, 47.5, 70.0), (None,) * 6,
    ]  # fmt: skip


def test_what_is_not_there_is_named(engine):
    table = engine.table([{"customer_id": 1, "recency_days": 3}])
    with pytest.raises(TableError, match="lacks column"):
        indicator_summary(table, indicators=("tenure_days",))
    with pytest.raises(ValueError, match="at least one indicator"):
        indicator_summary(table, indicators=())


@pytest.mark.requirement("ANA-01")
def test_the_span_of_every_class(engine):
    values = [{"customer_id": n, "sales": s} for n, s in enumerate([100, 400, 500, 900], start=1)]
    placed = classify_by_indicator(engine.table(values), by="sales", boundaries=(400,))
    rows = sorted(engine.rows(class_spans(placed)), key=lambda row: row["class_number"])
    assert [tuple(row.values()) for row in rows] == [
        (1, 2, 0.5, 500, 900, 700.0),
        (2, 2, 0.5, 100, 400, 250.0),
    ]
