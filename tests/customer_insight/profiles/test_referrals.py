"""Who brings customers, what they are worth, and how the referred compare with others."""

import doctest

import pyarrow as pa
import pytest

from customer_insight.measurement.estimates import simultaneous_level
from customer_insight.measurement.response import response_effect
from customer_insight.measurement.units import CellSums
from customer_insight.profiles import referrals as module
from customer_insight.profiles.referrals import referral_influence, referred_against_others
from customer_insight.tables import TableError


def links(*pairs):
    return [{"customer_id": customer, "referrer_id": referrer} for customer, referrer in pairs]


CHAIN = links((2, 1), (3, 1), (4, 2), (5, 4), (6, 5), (7, 3))
VALUES = [{"customer_id": n, "profit": 10**n} for n in range(1, 7)]


@pytest.mark.requirement("ANA-70")
def test_what_a_referrer_brought_directly_and_through_others(engine):
    rows = engine.rows(referral_influence(engine.table(CHAIN), engine.table(VALUES), by="profit", depth=3))

    assert sorted(tuple(row.values()) for row in rows) == [
        (1, 2, 3, 1_100, 110_000),  # 4 and 7 at two steps, 5 at three, 6 beyond; 7 has no value
        (2, 1, 2, 10_000, 1_100_000),
        (3, 1, 0, 0, 0),
        (4, 1, 1, 100_000, 1_000_000),
        (5, 1, 0, 1_000_000, 0),
    ]


def test_referrals_in_a_circle_count_nobody_for_himself_or_twice(engine):
    circle = engine.table(links((1, 2), (2, 3), (3, 1)))

    rows = engine.rows(referral_influence(circle, engine.table(VALUES), by="profit", depth=6))

    assert sorted(tuple(row.values()) for row in rows) == [
        (1, 1, 1, 1000, 100), (2, 1, 1, 10, 1000), (3, 1, 1, 100, 10),
    ]  # fmt: skip


@pytest.mark.requirement("LIFE-14")
def test_referred_customers_against_all_others(engine):
    people = [{"referred": True, "retained": n < 56, "profit": 500 + n % 5} for n in range(70)]
    people += [
        {"referred": False, "retained": n < 48, "profit": 400 + n % 3 if n < 60 else None} for n in range(80)
    ]

    rows = engine.rows(
        referred_against_others(engine.table(people), referred="referred", measures=("retained", "profit"))
    )

    shares, numbers = (tuple(row.values()) for row in rows)
    at = simultaneous_level(0.95, 2)
    newcombe = response_effect(
        CellSums(customers=70, responses=56), CellSums(customers=80, responses=48), level=at
    )
    assert shares[:5] == ("retained", 70, 80, 0.8, 0.6)
    assert shares[5:8] == pytest.approx((0.2, newcombe.difference.low, newcombe.difference.high))
    assert numbers[:5] == ("profit", 70, 60, 502.0, 401.0)
    # variances 2 x 70 / 69 and 2/3 x 60 / 59: se**2 = 2 / 69 + 2 / 177, t = 2.266 at 97.47 % with 114 degrees
    assert numbers[5:8] == pytest.approx((101.0, 101 - 0.4548, 101 + 0.4548), abs=2e-3)
    assert rows[0]["p_adjusted"] == pytest.approx(rows[0]["p_value"])
    assert rows[0]["p_value"] == pytest.approx(0.0081, abs=1e-3)


def test_where_a_side_is_missing_nothing_is_compared(engine):
    people = [{"referred": False, "profit": n} for n in range(5)]

    (row,) = engine.rows(
        referred_against_others(engine.table(people), referred="referred", measures=("profit",))
    )

    assert (row["referred_customers"], row["referred_mean"], row["other_mean"]) == (0, None, 2.0)
    assert (row["difference"], row["p_value"], row["p_adjusted"]) == (None, None, None)


def test_what_cannot_be_meant_is_refused(engine):
    with pytest.raises(TableError, match="more than once"):
        referral_influence(engine.table(links((2, 1), (2, 3))), engine.table(VALUES), by="profit")
    with pytest.raises(ValueError, match="depth"):
        referral_influence(engine.table(CHAIN), engine.table(VALUES), by="profit", depth=0)
    table = pa.table({"referred": [True, False], "town": ["a", "b"]})
    with pytest.raises(TableError, match="'town' is String"):
        referred_against_others(table, referred="referred", measures=("town",))
    with pytest.raises(ValueError, match="at least one"):
        referred_against_others(table, referred="referred", measures=())


def test_the_examples_of_referrals_hold():
    result = doctest.testmod(module)
    assert (result.attempted > 0, result.failed) == (True, 0)
