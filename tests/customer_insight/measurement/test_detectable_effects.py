"""Planning figures against the formulas worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_insight.measurement import (
    minimum_detectable_effect,
    minimum_detectable_rate,
    proposed_control_share,
    sample_size,
    sample_size_rate,
)


@pytest.mark.requirement("CAMP-08", "CAMP-22")
def test_the_minimum_detectable_effect_by_hand():
    # (1.959964 + 0.841621) x 100 x sqrt(1/50 + 1/50) = 2.801585 x 20
    assert minimum_detectable_effect(50, 50, 100.0) == pytest.approx(56.0317, abs=1e-4)
    # a covariate that explains three quarters of the variance halves it
    assert minimum_detectable_effect(50, 50, 100.0, r_squared=0.75) == pytest.approx(28.0159, abs=1e-4)
    assert minimum_detectable_effect(50, 0, 100.0) == float("inf")


def test_the_sample_sizes_by_hand():
    # 2 x (2.801585 x 100 / 50)**2 = 62.79 a group
    assert sample_size(50.0, 100.0) == 126
    # with 10 % held out: (2.801585 x 2)**2 / (0.1 x 0.9) = 348.84
    assert sample_size(50.0, 100.0, control_share=0.1) == 349
    # pooled .025: (1.959964 sqrt(2 x .025 x .975) + .841621 sqrt(.02 x .98 + .03 x .97))**2 / .01**2 = 3825.2
    assert sample_size_rate(0.02, 0.01) == 7651


def test_a_group_too_small_for_any_rise_says_so():
    assert minimum_detectable_rate(1, 1, 0.5) is None
    assert minimum_detectable_rate(0, 10, 0.02) is None


@given(n=st.integers(200, 10_000), base=st.floats(0.005, 0.3), share=st.floats(0.05, 0.5))
def test_the_detectable_rate_and_the_sample_size_are_each_others_inverse(n, base, share):
    control = round(n * share)
    rise = minimum_detectable_rate(n - control, control, base)

    assert rise is not None
    assert sample_size_rate(base, rise, control_share=control / n) == pytest.approx(n, abs=1)


@pytest.mark.requirement("CAMP-22")
def test_the_proposed_control_share_by_hand():
    # needed = (2.801585 x 1000 / 100)**2 / 10,000 = 0.078489
    # (1 - sqrt(1 - 4 x 0.078489)) / 2 = 0.0859 -> 9 %
    proposal = proposed_control_share(10_000, sd=1000.0, target=100.0)

    assert (proposal.share, proposal.control, proposal.reason) == (0.09, 900, "target")
    assert proposal.minimum_detectable_effect == pytest.approx(97.895, abs=1e-3)
    assert proposal.reaches_target


def test_a_large_audience_keeps_the_minimum_and_a_small_one_is_told_it_cannot():
    large = proposed_control_share(10_000_000, sd=1000.0, target=100.0)
    small = proposed_control_share(100, sd=1000.0, target=100.0)

    assert (large.share, large.reason, large.reaches_target) == (0.05, "minimum", True)
    assert (small.share, small.reason, small.reaches_target) == (0.5, "maximum", False)
    assert small.minimum_detectable_effect == pytest.approx(560.317, abs=1e-3)


@given(n=st.integers(100, 1_000_000), target=st.floats(1, 1000))
def test_a_proposal_that_reaches_its_target_can_detect_it_and_the_next_smaller_share_cannot(n, target):
    proposal = proposed_control_share(n, sd=500.0, target=target)

    rounding = 1 + 0.5 / proposal.control  # half a customer
    if proposal.reaches_target:
        assert proposal.minimum_detectable_effect <= target * rounding
    if proposal.reason == "target" and proposal.share > 0.05:
        fewer = round(n * (proposal.share - 0.01))
        assert minimum_detectable_effect(n - fewer, fewer, 500.0) * (1 + 0.5 / fewer) > target


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_that_leaves_a_group_empty_is_refused(share):
    with pytest.raises(ValueError, match="between 0 and 1"):
        sample_size(1.0, 1.0, control_share=share)
