"""Response and margin effects against figures worked by hand and printed in papers."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from customer_insight.measurement import (
    CellSums,
    holm,
    margin_effect,
    pooled_theta,
    response_effect,
    simultaneous_level,
    wilson,
)


def sums(margins, pre=None):
    y = np.asarray(margins, float)
    x = np.zeros(len(y)) if pre is None else np.asarray(pre, float)
    return CellSums(
        customers=len(y),
        margin=y.sum(),
        margin_squared=(y * y).sum(),
        pre=x.sum(),
        pre_squared=(x * x).sum(),
        cross=(x * y).sum(),
    )


def rate(responses, customers):
    return CellSums(customers=customers, responses=responses)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [  # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10, contrasts (a), (b) and (g)
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
@pytest.mark.requirement("CAMP-13")
def test_the_interval_of_two_rates_is_newcombes(treated, control, low, high):
    effect = response_effect(rate(*treated), rate(*control))

    assert (effect.difference.low, effect.difference.high) == pytest.approx((low, high), abs=5e-5)


def test_the_score_test_of_two_rates_worked_by_hand():
    effect = response_effect(rate(30, 100), rate(20, 100))

    # pooled 0.25, variance 0.25 x 0.75 x 2 / 100 = 0.00375, z = 0.1 / 0.061237 = 1.63299, p = 0.1025
    assert effect.difference.value == pytest.approx(0.1)
    assert effect.p_value == pytest.approx(0.10247, abs=1e-5)


def test_nobody_responding_is_no_difference_not_an_error():
    effect = response_effect(rate(0, 50), rate(0, 50))

    assert (effect.difference.value, effect.p_value) == (0.0, 1.0)
    assert effect.difference.low == pytest.approx(-effect.difference.high)


@given(customers=st.integers(1, 10_000), share=st.floats(0, 1))
def test_wilson_stays_inside_zero_and_one_and_around_the_rate(customers, share):
    responses = round(customers * share)
    low, high = wilson(responses, customers)

    assert 0 <= low <= responses / customers + 1e-12
    assert responses / customers - 1e-12 <= high <= 1


@pytest.mark.requirement("CAMP-13")
def test_welch_worked_by_hand():
    effect = margin_effect(sums([10, 20, 30]), sums([0, 10, 20]))

    # variances 100 and 100; se = sqrt(100 / 3 + 100 / 3) = 8.16497; df = 4; t(.975, 4) = 2.776445
    assert effect.difference.value == 10
    assert effect.standard_error == pytest.approx(8.16497, abs=1e-5)
    assert effect.degrees_of_freedom == pytest.approx(4)
    assert effect.difference.high == pytest.approx(10 + 2.776445 * 8.164966, abs=1e-4)
    assert effect.p_value == pytest.approx(0.2879, abs=1e-4)  # t = 1.22474 on 4
    assert effect.theta == 0
    assert effect.variance_reduction == 0


MARGINS = st.lists(st.integers(-1000, 1000), min_size=2, max_size=20).filter(lambda v: len(set(v)) > 1)


@given(treated=MARGINS, control=MARGINS)
def test_unadjusted_is_the_welch_test_of_scipy(treated, control):
    effect = margin_effect(sums(treated), sums(control))
    peer = ttest_ind(treated, control, equal_var=False)

    interval = peer.confidence_interval(0.95)
    assert effect.p_value == pytest.approx(peer.pvalue)
    assert (effect.difference.low, effect.difference.high) == pytest.approx((interval.low, interval.high))


def test_the_slope_is_pooled_over_groups_of_unequal_size_by_their_spread():
    # Sxx 2, Sxy 4 in three customers; Sxx 0.5, Sxy 0 in two: (4 + 0) / (2 + 0.5)
    assert pooled_theta(sums([0, 2, 4], pre=[0, 1, 2]), sums([5, 5], pre=[0, 1])) == pytest.approx(1.6)


@pytest.mark.requirement("CAMP-13")
def test_adjustment_worked_by_hand():
    # x is 0, 1, 2, 3 in both groups and a little higher on average in treated (1, 2, 3, 4).
    treated = sums([3, 3, 7, 7], pre=[1, 2, 3, 4])  # mean y 5, mean x 2.5; Sxx 5, Sxy 8, Syy 16
    control = sums([0, 0, 4, 4], pre=[0, 1, 2, 3])  # mean y 2, mean x 1.5; the same spread

    effect = margin_effect(treated, control)

    # theta = 8 / 5 = 1.6; adjusted effect = 3 - 1.6 x 1 = 1.4
    assert pooled_theta(treated, control) == pytest.approx(1.6)
    assert effect.difference.value == pytest.approx(1.4)
    assert effect.unadjusted.value == 3
    # residual sum of squares 16 - 1.6 x 8 = 3.2 in each; variance 3.2 / 3; k = 6 / 5
    # se = sqrt(2 x 1.2 x 3.2 / 3 / 4) = 0.8; unadjusted sqrt(2 x 16 / 3 / 4) = 1.63299
    assert effect.standard_error == pytest.approx(0.8)
    assert effect.unadjusted_standard_error == pytest.approx(1.63299, abs=1e-5)
    assert effect.variance_reduction == pytest.approx(1 - 0.64 / (8 / 3))
    assert effect.degrees_of_freedom == pytest.approx(6)


def test_a_perfect_fit_does_not_pass_for_certainty():
    effect = margin_effect(sums([2, 4], pre=[1, 2]), sums([0, 2], pre=[0, 1]))

    assert effect.theta == 0
    assert effect.standard_error == pytest.approx(sqrt(2))  # variances 2 and 2 over 2 each


@pytest.mark.parametrize(
    ("treated", "control", "reason"),
    [
        ([1, 2], [], "no_control"),
        ([], [1, 2], "nobody_treated"),
        ([1], [1, 2], "too_few_treated"),
        ([1, 2], [1], "too_few_control"),
        ([5, 5, 5], [1, 2, 3], "no_variation_treated"),
        ([1, 2, 3], [0, 0, 0], "no_variation_control"),
        ([0.1] * 7, [1, 2], "no_variation_treated"),  # rounding alone must not count as variation
    ],
)
def test_groups_that_cannot_be_compared_say_why(treated, control, reason):
    effect = margin_effect(sums(treated), sums(control))

    assert effect.reason == reason
    assert effect.difference.value is None
    assert effect.p_value is None


def test_holm_worked_by_hand():
    # sorted .01 .02 .04: x3 = .03, x2 = .04, x1 = .04
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values):
    adjusted = holm(p_values)

    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    ranked = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


def test_one_comparison_keeps_its_level():
    assert simultaneous_level(0.95, 1) == 0.95
    assert simultaneous_level(0.95, 2) == pytest.approx(0.974679)
