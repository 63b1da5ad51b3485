"""The sums of a cell: the same from every engine, additive, and refused where a row is not a customer."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_insight.measurement import CellSums, cell_sums
from customer_insight.tables import TableError

WORLD = {
    "customer_id": [1, 2, 3, 4, 5],
    "cell": ["mail", "mail", "mail", "control", "control"],
    "responded": [1, 0, 1, 0, None],
    "margin": [500, None, -100, 300, 0],
    "pre_margin": [400, 100, None, 200, 0],
    "contacted": [1, 0, 1, 0, 0],
    "sales": [2000, 0, 0, 1200, 0],
}


@pytest.mark.requirement("CAMP-09", "CAMP-12")
def test_five_customers_give_the_same_sums_on_every_engine(engine):
    sums = cell_sums(engine.convert(pa.table(WORLD)))

    assert list(sums) == ["control", "mail"]
    assert sums["mail"] == CellSums(
        customers=3,
        contacted=2,
        responses=2,
        margin=400,  # 500 + 0 - 100
        margin_squared=260_000,  # 250,000 + 0 + 10,000
        pre=500,
        pre_squared=170_000,  # 160,000 + 10,000 + 0
        cross=200_000,  # 500 x 400 + 0 x 100 - 100 x 0
        responder_margin=400,
        responder_sales=2000,
    )
    assert (sums["control"].customers, sums["control"].responses, sums["control"].margin) == (2, 0, 300)


def test_winsorising_pulls_both_tails_in_to_the_pooled_quantile(engine):
    margins = [*range(100, 1100, 100), 100_000]  # 11 values: the 0.9 quantile is the 10th, the 0.1 the 2nd
    units = {
        "customer_id": list(range(11)),
        "cell": ["mail"] * 10 + ["control"],
        "responded": [0] * 11,
        "margin": margins,
    }

    sums = cell_sums(engine.convert(pa.table(units)), winsorise_at=0.9)

    assert sums["control"].margin == 1000
    assert sums["mail"].margin == 200 + sum(range(200, 1100, 100))


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(["a", "control"]), st.booleans(), st.integers(-(10**9), 10**9)), max_size=30
    ),
    cut=st.integers(0, 30),
)
def test_sums_add_up_over_any_partition_of_the_customers(rows, cut):
    def sums(part):
        cells, responded, margins = zip(*part, strict=True) if part else ((), (), ())
        units = pl.DataFrame(
            {"customer_id": range(len(part)), "cell": cells, "responded": responded, "margin": margins},
            schema_overrides={"cell": pl.String, "responded": pl.Boolean, "margin": pl.Int64},
        )
        return cell_sums(units)

    first, second, whole = sums(rows[:cut]), sums(rows[cut:]), sums(rows)

    for cell in whole:
        added = first.get(cell, CellSums()) + second.get(cell, CellSums())
        assert added.customers == whole[cell].customers
        assert added.margin == whole[cell].margin
        assert added.margin_squared == pytest.approx(whole[cell].margin_squared, rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"customer_id": [1, 1, 3, 4, 5]}, "5 rows for 4 customers"),
        ({"cell": ["mail", None, "mail", "control", "control"]}, "'cell' is null in 1 rows"),
        ({"responded": [2, 0, 1, 0, 0]}, "not 0 or 1 throughout cell 'mail'"),
    ],
)
def test_a_table_that_would_mislead_is_refused(change, message):
    with pytest.raises(TableError, match=message):
        cell_sums(pl.DataFrame(WORLD | change))


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match=r"'units' lacks column\(s\) margin"):
        cell_sums(pl.DataFrame(WORLD).drop("margin"))
