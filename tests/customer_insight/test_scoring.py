"""The scoring table of the source: nine customers, totals, their mean 29.1, stars at or above it."""

import polars as pl
import pytest

from customer_insight.scoring import score_candidates
from customer_insight.tables import TableError

# Legible in the source: the rows of relation and policy, seven values of the first row, seven totals and the mean.
# The rest fills the table so that the totals are those printed and the two lost ones sum to 40.
TABLE = {
    "(first row)": (7, 9, 5, 5, 5, 5, 3, 7, 5),
    "客户关系": (7, 9, 5, 7, 7, 3, 7, 1, 5),
    "政策支持": (9, 7, 9, 7, 3, 9, 3, 1, 3),
    "fill 1": (9, 9, 7, 5, 7, 5, 7, 3, 5),
    "fill 2": (9, 9, 5, 3, 5, 1, 1, 3, 3),
    "fill 3": (1, 3, 1, 1, 1, 1, 1, 1, 3),
}
SCORES = [
    {"customer_id": number, "criterion": criterion, "score": score}
    for criterion, row in TABLE.items()
    for number, score in enumerate(row, start=1)
]


def scored(engine, scores=SCORES, **parameters):
    rows = engine.rows(score_candidates(engine.table(scores), **parameters))
    return {row.pop("customer_id"): row for row in rows}


@pytest.mark.requirement("ANA-22", "ANA-23", "BEN-05")
def test_totals_42_46_32_are_starred_and_28_28_24_22_are_not(engine):
    rows = scored(engine)
    assert [rows[number]["total"] for number in range(1, 8)] == [42, 46, 32, 28, 28, 24, 22]
    assert rows[8]["total"] + rows[9]["total"] == 40
    assert {f"{row['mean_total']:.1f}" for row in rows.values()} == {"29.1"}
    assert rows[1]["mean_total"] == pytest.approx(262 / 9)
    assert [number for number, row in sorted(rows.items()) if row["starred"]] == [1, 2, 3]
    # equals share a rank, here also the 24 that was filled in
    assert [rows[number]["rank"] for number in range(1, 8)] == [2, 1, 3, 4, 4, 6, 8]


@pytest.mark.requirement("ANA-23")
def test_a_total_equal_to_the_mean_is_starred(engine):
    rows = scored(
        engine, [{"customer_id": n, "criterion": "relation", "score": s} for n, s in [(1, 3), (2, 5), (3, 7)]]
    )
    assert [rows[number]["starred"] for number in (1, 2, 3)] == [False, True, True]


@pytest.mark.requirement("ANA-22")
def test_weights_move_totals_and_equal_weights_change_no_rank(engine):
    plain, doubled = scored(engine), scored(engine, weights=dict.fromkeys(TABLE, 2))
    assert [row["rank"] for row in plain.values()] == [plain[n]["rank"] for n in plain]
    assert {n: row["rank"] for n, row in plain.items()} == {n: row["rank"] for n, row in doubled.items()}
    only = scored(engine, weights=dict.fromkeys([name for name in TABLE if name != "政策支持"], 0))
    assert [only[number]["total"] for number in range(1, 10)] == [9, 7, 9, 7, 3, 9, 3, 1, 3]


@pytest.mark.requirement("ANA-22")
def test_who_lacks_a_criterion_has_no_total_and_does_not_touch_the_mean(engine):
    rows = scored(engine, [*SCORES, {"customer_id": 10, "criterion": "客户关系", "score": 9}])
    assert (rows[10]["criteria"], rows[10]["total"], rows[10]["starred"], rows[10]["rank"]) == (
        1,
        None,
        None,
        None,
    )
    assert rows[10]["mean_total"] == rows[1]["mean_total"] == pytest.approx(262 / 9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customer_id": 1, "criterion": "new", "score": 4}, r"none of 1, 3, 5, 7, 9 in 1 row\(s\)"),
        ({"customer_id": 1, "criterion": "new", "score": None}, r"1 row\(s\) of 'scores' lack"),
        ({"customer_id": 1, "criterion": "客户关系", "score": 9}, r"1 pair\(s\) .* are scored twice"),
    ],
)
def test_scores_off_the_steps_empty_or_doubled_are_refused(engine, wrong, message):
    with pytest.raises(TableError, match=message):
        score_candidates(engine.table([*SCORES, wrong]))


def test_weights_below_zero_or_of_no_criterion_are_refused():
    with pytest.raises(ValueError, match=r"unknown \['weather'\], below 0 \['客户关系'\]"):
        score_candidates(pl.DataFrame(SCORES), weights={"weather": 1, "客户关系": -1})
