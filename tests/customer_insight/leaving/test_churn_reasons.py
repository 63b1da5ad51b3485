"""Reasons: contributions that add up, worked by hand, true to what moves leaving, stable, and in words."""

from dataclasses import replace

import numpy as np
import pytest

from customer_insight.leaving import SENTENCES, churn_reasons, contributions, reason_kind, reason_sentence
from customer_insight.tables import TableError
from customer_insight.uplift import Logistic

BASES = ("logistic", "boosted")


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize("base", BASES)
def test_contributions_add_up_to_the_distance_from_the_typical_customer(churn_models, later, base):
    model = churn_models[base]
    some = later.matrix[:50]

    parts = contributions(some, model)

    away = model.log_odds(some) - model.log_odds(model.typical[np.newaxis])
    assert parts.sum(axis=1) == pytest.approx(away, abs=1e-9)


def test_shapleys_values_of_an_interaction_worked_by_hand(churn_models):
    """Leaving needs both a and b; c does nothing: each of the two gets half of it."""

    class Both:
        def probability(self, matrix):
            return np.where((matrix[:, 0] > 0) & (matrix[:, 1] > 0), 0.8, 0.2)

    model = replace(churn_models["boosted"], features=("a", "b", "c"), learner=Both(), typical=np.zeros(3))

    [parts] = contributions(np.ones((1, 3)), model)

    assert parts == pytest.approx([np.log(4), np.log(4), 0.0])  # log odds from -log 4 to log 4


def test_the_customers_reasons_do_not_depend_on_who_else_is_asked_about(churn_models, later):
    for model in churn_models.values():
        together = contributions(later.matrix[:30], model)

        assert contributions(later.matrix[7:8], model)[0] == pytest.approx(together[7], abs=1e-12)


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize("base", BASES)
def test_what_moves_leaving_is_named_and_shoe_size_is_not(churn_models, telephone, engine, base):
    some = telephone.customers.slice(0, 60)

    rows = engine.rows(churn_reasons(engine.convert(some), churn_models[base]))

    first = [row["feature"] for row in rows if row["rank"] == 1]
    assert len(first) == 60
    assert first.count("shoe_size") <= 1
    price = [row for row in rows if row["feature"] == "price" and abs(row["value"] - row["typical"]) > 0.5]
    assert len(price) > 20
    assert {(row["value"] > row["typical"], row["direction"]) for row in price} == {
        (True, "raises"),
        (False, "lowers"),
    }
    assert all((row["contribution"] > 0) == (row["direction"] == "raises") for row in rows)


@pytest.fixture
def by_hand(churn_models):
    line = Logistic(
        -1.0,
        np.array([2.0, 1.0, 3.0]),
        np.array([10.0, 5.0, 0.0]),
        np.array([4.0, 1.0, 1.0]),
        np.zeros(4),
        True,
    )
    return replace(
        churn_models["logistic"], features=("age", "visits", "calls"), learner=line, typical=line.mean
    )


@pytest.mark.requirement("ANA-59")
def test_the_strongest_reasons_worked_by_hand(engine, by_hand):
    customers = [
        {"customer_id": 5, "age": 18.0, "visits": 1.0, "calls": None},
        {"customer_id": 6, "age": 10.0, "visits": 5.0, "calls": 0.0},
    ]

    rows = engine.rows(churn_reasons(engine.table(customers), by_hand))

    # age .5 a year x 8, visits 1 x -4: as strong as each other, the one the model names first leads; an unknown
    # value is no reason, and the typical customer has none
    told = [tuple(row.values()) for row in sorted(rows, key=lambda row: row["rank"])]
    assert told == [(5, 1, "age", 18.0, 10.0, 4.0, "raises"), (5, 2, "visits", 1.0, 5.0, -4.0, "lowers")]


def test_fewer_reasons_are_given_where_fewer_are_asked_for(engine, by_hand):
    customers = engine.table([{"customer_id": 5, "age": 18.0, "visits": 0.0, "calls": 9.0}])

    assert [row["feature"] for row in engine.rows(churn_reasons(customers, by_hand, most=1))] == ["calls"]
    with pytest.raises(ValueError, match="most is at least 1"):
        churn_reasons(customers, by_hand, most=0)


def test_nobody_asks_for_the_reasons_of_the_whole_base(by_hand):
    import polars as pl

    many = pl.DataFrame({"customer_id": range(10_001), "age": 1.0, "visits": 1.0, "calls": 1.0})
    with pytest.raises(TableError, match="10,000 customers at most"):
        churn_reasons(many, by_hand)


@pytest.mark.requirement("ANA-59")
@pytest.mark.parametrize(
    ("value", "typical", "direction", "sentence"),
    [
        (90.0, 21.5, "raises", "Silence is 90, above the usual 21.5, which raises the chance of leaving."),
        (3.0, 21.5, "lowers", "Silence is 3, below the usual 21.5, which lowers the chance of leaving."),
        (12345.6, None, "raises", "Silence is 12,346, which raises the chance of leaving."),
        (None, 2.0, "lowers", "Silence is unknown, which lowers the chance of leaving."),
    ],
)
def test_a_reason_in_words(value, typical, direction, sentence):
    reason = {"feature": "recency_days", "value": value, "typical": typical, "direction": direction}

    assert reason_sentence(reason, label={"recency_days": "Silence"}.get) == sentence


def test_a_sentence_can_be_said_in_another_language():
    chinese = {
        SENTENCES["above raises"]: "%(feature)s为%(value)s，高于通常的%(typical)s，流失可能性因此上升。"
    }
    reason = {"feature": "recency_days", "value": 90.0, "typical": 20.0, "direction": "raises"}

    told = reason_sentence(
        reason, label=lambda _: "未购天数", figure=lambda _, value: f"{value:.0f} 天", translate=chinese.get
    )

    assert told == "未购天数为90 天，高于通常的20 天，流失可能性因此上升。"


def test_every_kind_of_reason_has_a_sentence():
    kinds = {
        reason_kind(value=value, typical=typical, direction=direction)
        for value in (None, 1.0, 2.0, 3.0)
        for typical in (None, 2.0)
        for direction in ("raises", "lowers")
    }
    assert kinds == set(SENTENCES)
