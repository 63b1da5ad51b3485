"""Who resembles the good customers: weights by hand, scores, reasons, and how well they rank."""

import json
from math import log

import numpy as np
import pyarrow as pa
import pytest

from customer_insight.profiles import (
    Cutting,
    LookAlikes,
    check_look_alikes,
    fit_look_alikes,
    look_alike_reasons,
    score_look_alikes,
)
from customer_insight.profiles.look_alike_check import auc_of_counts
from customer_insight.tables import TableError

ATTRIBUTES = ("town", "visits")


def rows_of(*counts):
    rows = [row for count, *row in counts for _ in range(count)]
    return [
        {"customer_id": n, "good": good, "town": town, "visits": visits}
        for n, (good, town, visits) in enumerate(rows)
    ]


KNOWN = rows_of(
    (30, True, "Lyon", 9), (10, True, "Nice", 9), (10, True, None, 1),
    (30, False, "Lyon", 1), (60, False, "Nice", 1), (10, False, "Nice", 9),
)  # fmt: skip
PROSPECTS = [
    {"customer_id": 1, "town": "Lyon", "visits": 20},
    {"customer_id": 2, "town": "Nice", "visits": 1},
    {"customer_id": 3, "town": "Pau", "visits": None},
    {"customer_id": 4, "town": None, "visits": None},
    {"customer_id": 5, "town": "Nice", "visits": 7},
]
CUTTING = Cutting(cuts={"visits": (5,)})


def weight(good, good_known, other, other_known, prior=10):
    b = (good + other) / (good_known + other_known)
    return log((good + prior * b) / (good_known + prior)) - log((other + prior * b) / (other_known + prior))


LYON, NICE = weight(30, 40, 30, 100), weight(10, 40, 70, 100)
FEW, MANY = weight(10, 50, 90, 100), weight(40, 50, 10, 100)


@pytest.mark.requirement("LIFE-08")
def test_a_weight_is_how_much_more_frequent_a_value_is_among_the_good(engine):
    model = fit_look_alikes(engine.table(KNOWN), good="good", attributes=ATTRIBUTES, cutting=CUTTING)

    assert (model.good, model.customers) == (50, 150)
    town, visits = model.attributes
    told = dict(zip(town.labels, town.weights, strict=True))
    assert told == pytest.approx({"Lyon": LYON, "Nice": NICE, "other": 0, "unknown": 0})
    assert dict(zip(visits.labels, visits.weights, strict=True)) == pytest.approx(
        {"≤ 5": FEW, "> 5": MANY, "unknown": 0}
    )
    assert pytest.approx(log(2.2)) == LYON  # (34.2857 / 50) / (34.2857 / 110)
    assert LookAlikes.from_dict(json.loads(json.dumps(model.as_dict()))) == model


@pytest.mark.requirement("LIFE-08")
def test_a_score_adds_up_the_weights_of_what_is_known(engine):
    model = fit_look_alikes(engine.table(KNOWN), good="good", attributes=ATTRIBUTES, cutting=CUTTING)

    rows = engine.rows(score_look_alikes(engine.table(PROSPECTS), model))

    told = {row["customer_id"]: (row["score"], row["known_attributes"]) for row in rows}
    assert told == {
        1: (pytest.approx(LYON + MANY), 2),
        2: (pytest.approx(NICE + FEW), 2),
        3: (0.0, 1),
        4: (None, 0),
        5: (pytest.approx(NICE + MANY), 2),
    }


@pytest.mark.requirement("LIFE-08")
def test_the_reasons_are_the_strongest_values_for_and_against(engine):
    model = fit_look_alikes(engine.table(KNOWN), good="good", attributes=ATTRIBUTES, cutting=CUTTING)

    one = engine.rows(look_alike_reasons(engine.table(PROSPECTS), model, top=1))
    both = engine.rows(look_alike_reasons(engine.table(PROSPECTS), model, top=2))

    names = ("customer_id", "place", "attribute", "value", "contribution")
    assert sorted(tuple(row[name] for name in names) for row in one) == [
        (1, 1, "visits", "> 5", pytest.approx(MANY)),
        (2, 1, "visits", "≤ 5", pytest.approx(FEW)),
        (5, 1, "visits", "> 5", pytest.approx(MANY)),
    ]
    assert (5, 2, "town", "Nice", pytest.approx(NICE)) in [tuple(row[name] for name in names) for row in both]
    assert len(both) == 6  # nothing is told of customers 3 and 4, of whom nothing counts


def test_equally_strong_reasons_come_in_the_order_of_the_attributes(engine):
    rows = [{"customer_id": n, "good": n < 40, "b": "yes" if n < 50 else "no"} for n in range(100)]
    rows = [{**row, "a": row["b"]} for row in rows]
    model = fit_look_alikes(engine.table(rows), good="good", attributes=("b", "a"))

    told = engine.rows(look_alike_reasons(engine.table(rows[:1]), model))

    assert [(row["place"], row["attribute"]) for row in sorted(told, key=lambda row: row["place"])] == [
        (1, "b"),
        (2, "a"),
    ]


@pytest.mark.requirement("LIFE-08")
def test_the_check_learns_from_others_than_it_ranks(engine):
    random = np.random.default_rng(5)
    visits, noise = random.normal(size=4000), random.integers(0, 50, 4000).astype(str)
    good = random.random(4000) < 1 / (1 + np.exp(1.5 - visits))
    table = pa.table({"customer_id": np.arange(4000), "good": good, "visits": visits, "noise": noise})

    check = check_look_alikes(engine.convert(table), good="good", attributes=("visits", "noise"))
    chance = check_look_alikes(
        engine.convert(table), good="good", attributes=("noise",), cutting=Cutting(at_least=5)
    )

    assert check.auc.value == pytest.approx(0.733, abs=0.005)
    assert check.usable
    assert check.auc.high - check.auc.low == pytest.approx(0.036, abs=0.004)
    assert not chance.usable
    assert sum(tenth.customers for tenth in check.tenths) == pytest.approx(4000)
    assert sum(tenth.good for tenth in check.tenths) == pytest.approx(int(good.sum()))
    assert check.tenths[0].lift > 1.8 > 0.5 > check.tenths[-1].lift
    assert json.loads(json.dumps(check.as_dict()))["usable"] is True


def test_the_area_and_its_variance_by_hand():
    # goods at steps 2, 3, others at 1, 2: pairs won 1 + 1/2 + 1 + 1 of 4; placements of goods .75, 1, of others 1, .75
    auc, variance = auc_of_counts(np.array([0.0, 1.0, 1.0]), np.array([1.0, 1.0, 0.0]))
    assert auc == 0.875
    assert variance == pytest.approx(2 * 0.125**2 / 1 / 2 * 2)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"customer_id": 1, "good": True, "town": "Lyon"}], "1 of 1 are 'good'"),
        ([{"customer_id": 1, "good": False, "town": "Lyon"}], "0 of 1 are 'good'"),
    ],
)
def test_one_kind_of_customers_teaches_nothing(engine, rows, message):
    with pytest.raises(TableError, match=message):
        fit_look_alikes(engine.table(rows), good="good", attributes=("town",))


def test_what_cannot_be_meant_is_said():
    table = pa.table({"customer_id": [1, 2], "good": [True, False], "town": ["a", "b"]})
    with pytest.raises(ValueError, match="prior is above 0"):
        fit_look_alikes(table, good="good", attributes=("town",), prior=0)
    with pytest.raises(ValueError, match="folds is at least 2"):
        check_look_alikes(table, good="good", attributes=("town",), folds=1)
    model = fit_look_alikes(table, good="good", attributes=("town",))
    with pytest.raises(ValueError, match="top is at least 1"):
        look_alike_reasons(table, model, top=0)
    with pytest.raises(TableError, match=r"lacks column\(s\) town"):
        score_look_alikes(table.select(["customer_id"]), model)
