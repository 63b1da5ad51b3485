"""Margin per order and its like: the delta method by hand and by simulation; CUPED's ratio; what winsorising did."""

import numpy as np
import pytest

from customer_insight.measurement import (
    CellSums,
    RatioSums,
    margin_effect,
    ratio_effect,
    ratio_sums,
    winsorising,
)
from customer_insight.tables import TableError

CUSTOMERS = [
    {"customer_id": 1, "cell": "mail", "margin": 5, "orders": 1},
    {"customer_id": 2, "cell": "mail", "margin": 15, "orders": 3},
    {"customer_id": 3, "cell": "mail", "margin": None, "orders": 0},
    {"customer_id": 4, "cell": "control", "margin": 4, "orders": 1},
    {"customer_id": 5, "cell": "control", "margin": 4, "orders": 3},
]


@pytest.mark.requirement("CAMP-13")
def test_sums_of_a_ratio_are_the_same_on_every_engine(engine):
    sums = ratio_sums(engine.table(CUSTOMERS), numerator="margin", denominator="orders")

    assert sums == {
        "control": RatioSums(customers=2, y=8, x=4, yy=32, xx=10, xy=16),
        "mail": RatioSums(customers=3, y=20, x=4, yy=250, xx=10, xy=50),
    }


@pytest.mark.requirement("CAMP-13")
def test_the_delta_method_worked_by_hand():
    treated = RatioSums(customers=4, y=40.0, x=8.0, yy=440.0, xx=20.0, xy=90.0)
    control = RatioSums(customers=4, y=32.0, x=8.0, yy=290.0, xx=20.0, xy=70.0)

    effect = ratio_effect(treated, control)

    # R = 5: 440 - 10 x 90 + 25 x 20 = 40, / 3 / (4 x 2**2) = .83333; R = 4: 290 - 8 x 70 + 16 x 20 = 50 -> 1.04167
    assert effect.standard_error == pytest.approx((0.833333 + 1.041667) ** 0.5, abs=1e-6)
    assert effect.difference.high == pytest.approx(1 + 1.959964 * 1.369306, abs=1e-5)
    # relative: .83333 / 16 + 25 x 1.04167 / 256 = .153809
    assert effect.relative.value == 0.25
    assert effect.relative.low == pytest.approx(0.25 - 1.959964 * 0.153809**0.5, abs=1e-5)


@pytest.mark.requirement("CAMP-13")
def test_the_interval_of_a_ratio_covers_the_truth_though_orders_of_a_customer_are_alike():
    covered = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        orders = 1 + random.poisson(3.0, 400)
        worth = random.gamma(2.0, 10.0, 400)  # every order of a customer is worth the same: expected ratio 20
        groups = [sums_of(orders[part] * worth[part], orders[part]) for part in (slice(200), slice(200, 400))]
        effect = ratio_effect(*groups)
        covered += effect.difference.low <= 0.0 <= effect.difference.high
    assert 0.93 <= covered / 400 <= 0.97  # 95 % and two standard errors of 400 draws


def sums_of(y, x):
    return RatioSums(len(y), y.sum(), x.sum(), (y * y).sum(), (x * x).sum(), (x * y).sum())


@pytest.mark.parametrize(
    ("treated", "control", "reason"),
    [
        (RatioSums(1, 1, 1, 1, 1, 1), RatioSums(2, 2, 2, 2, 2, 2), "too_few_treated"),
        (RatioSums(2, 2, 2, 2, 2, 2), RatioSums(2, 2, 0, 2, 0, 0), "no_denominator_control"),
        (RatioSums(2, 2, 2, 2, 2, 2), RatioSums(2, 4, 2, 8, 2, 4), "no_variation"),
    ],
)
def test_ratios_that_cannot_be_compared_say_why(treated, control, reason):
    effect = ratio_effect(treated, control)

    assert (effect.reason, effect.difference.value, effect.p_value) == (reason, None, None)


def test_a_customer_in_two_rows_is_refused(engine):
    with pytest.raises(TableError, match="6 rows for 5 customers"):
        ratio_sums(engine.table([*CUSTOMERS, CUSTOMERS[0]]), numerator="margin", denominator="orders")


@pytest.mark.requirement("CAMP-13")
def test_cuped_tells_what_it_leaves_of_the_variance():
    # pre and margin with correlation .8 in both groups: 1 - .64 is left, but for the pay for the slope (6 / 5)
    arm = CellSums(customers=4, margin=20.0, margin_squared=116.0, pre=10.0, pre_squared=30.0, cross=58.0)

    adjusted, plain = margin_effect(arm, arm), margin_effect(arm, arm, theta=0.0)

    assert (adjusted.adjustment, plain.adjustment) == ("CUPED", "none")
    assert adjusted.variance_ratio == pytest.approx(1.2 * (1 - 8.0**2 / (5.0 * 16.0)))
    assert plain.variance_ratio == 1.0


def test_winsorising_says_whom_it_touched_and_what_it_took(engine):
    rows = [{"margin": margin} for margin in (-50, 0, None, 10, 20, 30, 40, 50, 60, 10_000, 70)]

    # eleven margins, a null is 0: the .9 quantile is the tenth, 70, the .1 the second, 0
    stated = winsorising(engine.table(rows), at=0.9)

    assert (stated.low, stated.high, stated.customers) == (0.0, 70.0, 11)
    assert (stated.below, stated.above, stated.removed) == (1, 1, -50 + 9930)
