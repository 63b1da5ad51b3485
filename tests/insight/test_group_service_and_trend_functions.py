"""Group totals, cost to serve, daily sales and trend: the same rows on every engine, and as printed in the docs."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from importlib import import_module
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from customer_insight.groups import group_totals
from customer_insight.service import cost_to_serve, margin_after_service
from customer_insight.tables import TableError
from customer_insight.trend import daily_sales, sales_trend

ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}


@pytest.fixture(params=ENGINES)
def made(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Columns as a table of one engine."""
    return lambda **columns: ENGINES[request.param](pa.table(columns))


def rows(table: Any) -> list[tuple[Any, ...]]:
    """The rows of any engine's table, sorted; NaN reads as None."""
    import narwhals as nw

    collected = nw.from_native(table).lazy().collect("pyarrow").to_native()
    found = [
        tuple(None if value != value else value for value in row.values()) for row in collected.to_pylist()
    ]
    return sorted(found, key=repr)


LINES = {
    "customer_id": [1, 1, 1, 2, 3, 3],
    "day": [5, 5, 15, 16, 4, 21],
    "amount": [400, -100, 300, 100, 50, 999],
}


@pytest.mark.parametrize("name", ["groups", "service", "trend"])
def test_examples_run_as_printed(name: str) -> None:
    result = doctest.testmod(import_module(f"customer_insight.{name}"))
    assert (result.attempted > 0, result.failed) == (True, 0)


def test_a_group_has_its_size_share_and_sums_and_an_unknown_amount_is_nothing(
    made: Callable[..., Any],
) -> None:
    values = made(
        tier=["MVC", "MVC", "BZ", "BZ", "BZ"],
        sales=[500, 300, 10, None, 5],
        worth=[2.5, 1.0, -1.5, -0.5, None],
    )
    assert rows(group_totals(values, by="tier", amounts=("sales", "worth"))) == [
        ("BZ", 3, 0.6, 15, -2.0),
        ("MVC", 2, 0.4, 800, 3.5),
    ]


def test_taking_goods_back_costs_as_much_as_selling_them(made: Callable[..., Any]) -> None:
    values = made(customer_id=[1, 2, 3], transaction_count=[4, 1, 0], return_count=[1, 0, 1])
    assert rows(cost_to_serve(values, per_order=150)) == [(1, 750.0), (2, 150.0), (3, 150.0)]


@pytest.mark.parametrize(("sales", "rate"), [([700, 300], 0.15), ([700, -700], None), ([-1, 0], None)])
def test_margin_after_service_is_known_only_where_sales_are_positive(
    made: Callable[..., Any], sales: list[int], rate: float | None
) -> None:
    values = made(sales_amount=sales, contribution=[200.0, -50.0])
    assert rows(margin_after_service(values)) == [(rate,)]


def test_a_day_is_netted_and_the_trend_is_the_same_from_days_as_from_lines(made: Callable[..., Any]) -> None:
    daily = daily_sales(made(**LINES), as_of=20)
    assert rows(daily) == [(1, 15, 300), (1, 5, 300), (2, 16, 100), (3, 4, 50)]
    expected = [(1, 300, 300, 0.0), (2, 100, 0, None), (3, 0, 50, -1.0)]
    assert rows(sales_trend(daily, as_of=20, window_days=10)) == expected
    assert rows(sales_trend(made(**LINES), as_of=20, window_days=10)) == expected


def test_days_on_the_edges_of_a_window_fall_into_one_of_them(made: Callable[..., Any]) -> None:
    lines = made(customer_id=[1] * 4, day=[0, 1, 10, 11], amount=[1, 20, 300, 4_000])
    assert rows(sales_trend(lines, as_of=20, window_days=10)) == [(1, 4_000, 320, 11.5)]


def test_a_missing_column_and_an_empty_window_are_refused() -> None:
    with pytest.raises(TableError, match=r"lacks column.* day"):
        sales_trend(pl.DataFrame({"customer_id": [1], "amount": [1]}), as_of=5)
    with pytest.raises(ValueError, match="window_days is at least 1, not 0"):
        sales_trend(pl.DataFrame(LINES), as_of=5, window_days=0)
