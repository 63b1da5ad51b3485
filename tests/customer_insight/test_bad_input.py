"""Whatever the rows hold, a function says which column is at fault, or does what its documentation says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from customer_insight.bands import assign_bands, band_distribution
from customer_insight.deciles import assign_deciles, assign_slices, money_deciles, purchase_deciles
from customer_insight.indicators import (
    buying_habits,
    channel_mix,
    sales_between,
    same_period_last_year,
    transaction_indicators,
)
from customer_insight.inputs import ORDER_LINES, check_table
from customer_insight.layers import layer_summary, value_layers
from customer_insight.leaving import buying_stopped, decliners, overdue
from customer_insight.lifetime import (
    backtest,
    fit_lifetime,
    fit_spend,
    opportunity_histories,
    purchase_histories,
    score_lifetime,
)
from customer_insight.margin import Margin, add_profit, unknown_cost_share
from customer_insight.measurement import campaign_result
from customer_insight.structure import (
    classify_by_indicator,
    cohort_of_customers,
    cohort_retention,
    concentration,
    flag_large_orders,
    rfm_classes,
    time_to_second,
)
from customer_insight.tables import TableError
from customer_insight.trend import daily_sales, sales_trend

pytestmark = pytest.mark.slow

Lines = pl.DataFrame
TYPES = {
    "customer_id": pl.Int64, "order_id": pl.Int64, "day": pl.Int64, "product_id": pl.Int64, "quantity": pl.Int64,
    "amount": pl.Int64, "cost": pl.Int64, "discount": pl.Int64, "is_return": pl.Boolean, "channel": pl.String,
}  # fmt: skip
AS_OF = 17_500
MARGIN = Margin(assumed_rate=0.25)
BUYERS = 40

OF_LINES: dict[str, Callable[[Any], Any]] = {
    "add_profit": lambda lines: add_profit(lines, margin=MARGIN),
    "unknown_cost_share": unknown_cost_share,
    "transaction_indicators": lambda lines: transaction_indicators(lines, as_of=AS_OF, margin=MARGIN),
    "sales_between": lambda lines: sales_between(lines, start=AS_OF - 90, end=AS_OF, margin=MARGIN),
    "buying_habits": lambda lines: buying_habits(lines, as_of=AS_OF),
    "channel_mix": lambda lines: channel_mix(lines, as_of=AS_OF),
    "same_period_last_year": lambda lines: same_period_last_year(lines, as_of=AS_OF, since=AS_OF - 90),
    "sales_trend": lambda lines: sales_trend(lines, as_of=AS_OF),
    "daily_sales": lambda lines: daily_sales(lines, as_of=AS_OF),
    "cohort_of_customers": lambda lines: cohort_of_customers(lines, as_of=AS_OF),
    "cohort_retention": lambda lines: cohort_retention(lines, as_of=AS_OF),
    "time_to_second": lambda lines: time_to_second(lines, as_of=AS_OF),
    "flag_large_orders": lambda lines: flag_large_orders(lines, at_least=500, as_of=AS_OF),
    "purchase_histories": lambda lines: purchase_histories(lines, as_of=AS_OF),
    "opportunity_histories": lambda lines: opportunity_histories(lines, as_of=AS_OF, period_days=28),
    "overdue": lambda lines: overdue(lines, as_of=AS_OF),
    "decliners": lambda lines: decliners(lines, as_of=AS_OF),
    "buying_stopped": lambda lines: buying_stopped(lines, as_of=AS_OF - 90, horizon_days=90),
}
WITHOUT_A_DAY = {"add_profit", "unknown_cost_share"}
OF_VALUES: dict[str, Callable[[Any], Any]] = {
    "assign_deciles": lambda values: assign_deciles(values, by="sales_amount"),
    "assign_slices": lambda values: assign_slices(values, by="sales_amount"),
    "money_deciles": lambda values: money_deciles(values, by="sales_amount"),
    "purchase_deciles": lambda values: purchase_deciles(values, by="sales_amount"),
    "value_layers": lambda values: value_layers(values, by="sales_amount"),
    "layer_summary": lambda values: layer_summary(values, by="sales_amount"),
    "assign_bands": lambda values: assign_bands(values, by="sales_amount"),
    "band_distribution": lambda values: band_distribution(values, by="sales_amount"),
    "concentration": lambda values: concentration(values, by="sales_amount"),
    "rfm_classes": rfm_classes,
    "classify_by_indicator": lambda values: classify_by_indicator(values, by="sales_amount", groups=5),
}


def line_of(
    customer: int | None,
    day: int,
    amount: int,
    order: int,
    *,
    channel: str | None = None,
    returned: bool = False,
) -> dict[str, Any]:
    return {
        "customer_id": customer, "order_id": order, "day": day, "product_id": 1, "quantity": 1, "amount": amount,
        "cost": None, "discount": 0, "is_return": returned, "channel": channel,
    }  # fmt: skip


def table(rows: list[dict[str, Any]]) -> Lines:
    return pl.DataFrame(rows, schema=TYPES)


GOOD = table(
    [
        line_of(buyer, AS_OF - 11 * buyer - 40 * n, 100 * buyer, 10 * buyer + n)
        for buyer in range(1, 9)
        for n in range(3)
    ]
)
days = st.integers(AS_OF - 800, AS_OF)
drawn_lines = st.lists(
    st.builds(
        line_of,
        st.integers(1, 5),
        days,
        st.integers(-(10**12), 10**12),
        st.integers(1, 9),
        channel=st.sampled_from([None, "web", "shop"]),
        returned=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
drawn_values = st.lists(
    st.fixed_dictionaries(
        {
            "sales_amount": st.one_of(st.none(), st.just(700), st.integers(-(10**13), 10**13)),
            "profit_amount": st.integers(-(10**12), 10**12),
            "recency_days": st.one_of(st.none(), st.integers(0, 3)),
            "transaction_count": st.integers(0, 3),
        }
    ),
    max_size=25,
)
MEASURES = ("sales_amount", "profit_amount", "recency_days", "transaction_count")
few = settings(max_examples=15, deadline=None)


def rows_of(result: Any) -> list[tuple[Any, ...]]:
    return sorted(result.rows(), key=repr)


def refusals(name: str, spoil: Callable[[Lines, str], Lines]) -> dict[str, str]:
    """Column -> what the function says when it is spoilt; a column that is not read changes nothing."""
    whole, refused = rows_of(OF_LINES[name](GOOD)), {}
    for column in ORDER_LINES.required:
        try:
            rest = rows_of(OF_LINES[name](spoil(GOOD, column)))
        except TableError as error:
            refused[column] = str(error)
        else:
            assert rest == whole or name == "add_profit"  # which hands every column on
    return refused


@pytest.mark.parametrize("name", OF_LINES)
def test_a_column_that_is_missing_is_named(name: str) -> None:
    refused = refusals(name, lambda lines, column: lines.drop(column))

    assert refused != {}
    for column, said in refused.items():
        assert said.startswith(f"table 'order_lines' lacks column(s) {column}; it has ")


@pytest.mark.parametrize("name", sorted(set(OF_LINES) - WITHOUT_A_DAY))
def test_a_column_of_the_wrong_type_is_named_with_its_remedy(name: str) -> None:
    refused = refusals(name, lambda lines, column: lines.with_columns(pl.lit("many").alias(column)))

    assert {"customer_id", "day"} <= set(refused)
    for column, said in refused.items():
        assert said.startswith(
            f"column {column!r} of 'order_lines' is String, not {ORDER_LINES.columns[column].kind}; "
        )


@pytest.mark.parametrize("name", sorted(set(OF_LINES) - WITHOUT_A_DAY))
@few
@given(lines=drawn_lines, later=drawn_lines, unknown=drawn_lines)
def test_orders_after_the_day_and_of_nobody_change_nothing(
    name: str, lines: list[dict[str, Any]], later: list[dict[str, Any]], unknown: list[dict[str, Any]]
) -> None:
    after = [line | {"day": line["day"] + 900, "order_id": line["order_id"] + 10} for line in later]
    nobody = [line | {"customer_id": None, "order_id": line["order_id"] + 20} for line in unknown]

    assert rows_of(OF_LINES[name](table([*after, *lines, *nobody]))) == rows_of(OF_LINES[name](table(lines)))


@pytest.mark.parametrize("name", OF_LINES)
def test_no_rows_and_one_row_are_enough(name: str) -> None:
    OF_LINES[name](table([]))
    one = OF_LINES[name](table([line_of(1, AS_OF, 500, 1)]))

    assert not any(isinstance(value, float) and math.isnan(value) for row in one.rows() for value in row)


@few
@given(lines=drawn_lines)
def test_sales_add_up_whatever_was_returned(lines: list[dict[str, Any]]) -> None:
    values = transaction_indicators(table(lines), as_of=AS_OF, margin=MARGIN)

    assert values["sales_amount"].sum() == sum(line["amount"] for line in lines)


@pytest.mark.parametrize("amount", [math.inf, -math.inf, math.nan, 0.5])
def test_an_amount_that_is_no_whole_number_is_refused(amount: float) -> None:
    spoilt = GOOD.with_columns(pl.col("amount").cast(pl.Float64) + amount)

    with pytest.raises(
        TableError, match="column 'amount' of 'order_lines' is Float64, not money; give whole"
    ):
        transaction_indicators(spoilt, as_of=AS_OF, margin=MARGIN)
    # pandas keeps integers with gaps as floats, so only a look at the values can tell.
    with pytest.raises(
        TableError, match=r"column 'amount' is (not whole|infinite or no number|empty) in 24 row"
    ):
        check_table(spoilt.to_pandas(), ORDER_LINES)


def test_amounts_of_two_currencies_are_refused_by_the_check() -> None:
    mixed = GOOD.with_columns(currency=pl.Series(["CNY", "EUR"] * (len(GOOD) // 2)))

    with pytest.raises(TableError, match="column 'currency' holds 1 more than one currency, convert to one"):
        check_table(mixed, ORDER_LINES)


@pytest.mark.parametrize("name", OF_VALUES)
def test_values_without_their_column_are_refused_by_name(name: str) -> None:
    with pytest.raises(TableError, match=r"table 'values' lacks column\(s\) .*; it has customer_id, other"):
        OF_VALUES[name](pl.DataFrame({"customer_id": [1], "other": [2]}))


@pytest.mark.parametrize("name", OF_VALUES)
def test_values_that_are_words_are_refused(name: str) -> None:
    words = pl.DataFrame({"customer_id": [1], **{measure: ["many"] for measure in MEASURES}})

    with pytest.raises(
        TableError, match=r"column '\w+' of 'values' is String, not a number; cast it to a number"
    ):
        OF_VALUES[name](words)


@pytest.mark.parametrize("name", OF_VALUES)
@few
@given(values=drawn_values)
def test_ties_losses_and_unknowns_are_placed_alike_whatever_their_order(
    name: str, values: list[dict[str, Any]]
) -> None:
    types = dict.fromkeys(("customer_id", "sales_amount", "profit_amount", "recency_days"), pl.Int64)
    frame = pl.DataFrame(
        [{"customer_id": number, **row} for number, row in enumerate(values, start=1)],
        schema=types | {"transaction_count": pl.Int64},
    )

    assert rows_of(OF_VALUES[name](frame.reverse())) == rows_of(OF_VALUES[name](frame))


@few
@given(values=st.lists(st.one_of(st.none(), st.integers(-5, 5)), max_size=40), groups=st.integers(1, 12))
def test_groups_part_the_customers_of_known_value_into_equal_sizes(
    values: list[int | None], groups: int
) -> None:
    frame = pl.DataFrame({"customer_id": range(len(values)), "worth": pl.Series(values, dtype=pl.Int64)})

    sizes = assign_deciles(frame, by="worth", groups=groups)["decile"].value_counts()["count"].to_list()

    known = sum(value is not None for value in values)
    assert sum(sizes) == known
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert len(sizes) == min(groups, known)


@pytest.mark.parametrize("unknown", [None, math.nan])
def test_no_number_is_an_unknown_value_on_every_engine(engine: Any, unknown: float | None) -> None:
    rows = [
        {"customer_id": 1, "worth": 2.5},
        {"customer_id": 2, "worth": unknown},
        {"customer_id": 3, "worth": 7.5},
    ]

    ranked = engine.rows(assign_deciles(engine.table(rows), by="worth", groups=2))

    assert {row["customer_id"]: row["decile"] for row in ranked} == {3: 1, 1: 2}


histories = {
    "one customer": [line_of(1, AS_OF - 90, 500, 1), line_of(1, AS_OF - 30, 500, 2)],
    "no repeat buyer": [line_of(buyer, AS_OF - buyer, 500, buyer) for buyer in range(1, BUYERS)],
    "all alike": [
        line_of(buyer, AS_OF - 100 + 20 * n, 500, 5 * buyer + n)
        for buyer in range(1, BUYERS)
        for n in range(4)
    ],
    "all on the last day": [line_of(buyer, AS_OF, 500, buyer) for buyer in range(1, BUYERS)],
    "only returns": [line_of(buyer, AS_OF - 9, -500, buyer, returned=True) for buyer in range(1, BUYERS)],
    "one who buys for a billion": [
        line_of(buyer, AS_OF - 100 + 20 * n, 10**11 if buyer == 1 else 1, 5 * buyer + n)
        for buyer in range(1, BUYERS)
        for n in range(4)
    ],
}


NOBODY_TWICE = "table 'histories' has no repeat buyer: spend per purchase cannot be fitted"
REFUSED = {
    "no repeat buyer": NOBODY_TWICE,
    "all on the last day": NOBODY_TWICE,
    "only returns": "table 'histories' has no row: no customer has bought by then",
}


@pytest.mark.parametrize("case", histories)
def test_lifetime_value_of_odd_bases_is_finite_or_refused_with_the_reason(case: str) -> None:
    past = purchase_histories(table(histories[case]), as_of=AS_OF)
    try:
        model, spend = fit_lifetime(past, as_of=AS_OF), fit_spend(past)
        scores = score_lifetime(
            past, model, spend, as_of=AS_OF, horizon_days=91, discount_rate_year=0.1, margin_rate=0.3
        )
    except TableError as error:
        told = str(error)
    else:
        told = ""
        assert all(math.isfinite(value) for row in scores.rows() for value in row)

    assert told.startswith(REFUSED.get(case, ""))
    assert (told != "") == (case in REFUSED)


def test_a_back_test_without_a_holdout_is_refused() -> None:
    with pytest.raises(ValueError, match=f"holdout_end {AS_OF} must lie after calibration_end {AS_OF}"):
        backtest(GOOD, calibration_end=AS_OF, holdout_end=AS_OF)


@few
@given(
    margins=st.lists(st.one_of(st.none(), st.integers(-(10**9), 10**9)), min_size=1, max_size=20),
    control=st.integers(0, 20),
)
def test_a_campaign_of_any_size_has_a_verdict_or_a_reason(margins: list[int | None], control: int) -> None:
    cells = ["control" if number < control else "letter" for number in range(len(margins))]
    assume("letter" in cells)
    units = pl.DataFrame(
        {
            "customer_id": range(len(margins)),
            "cell": cells,
            "responded": [margin is not None for margin in margins],
            "margin": pl.Series(margins, dtype=pl.Int64),
        }
    )

    result = campaign_result(units, costs={"letter": 100})

    assert result.verdict in {"gain", "loss", "cannot tell"}
    value = result.overall.incremental_profit.value
    assert (value is None and result.overall.reason != "") or math.isfinite(value or 0)
    assert nw.from_native(units).shape == (len(margins), 4)
