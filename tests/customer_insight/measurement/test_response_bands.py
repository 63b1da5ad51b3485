"""Quadrants and their response bands, ends included."""

import pytest

from customer_insight.measurement import quadrant, response_band


@pytest.mark.parametrize(
    ("initiator", "interactivity", "expected"),
    [
        ("outbound", "passive", "traditional"),
        ("inbound", "passive", "informational"),
        ("outbound", "interactive", "differentiated"),
        ("inbound", "interactive", "relationship"),
    ],
)
@pytest.mark.requirement("CAMP-29")
def test_the_four_quadrants(initiator, interactivity, expected):
    assert quadrant(initiator, interactivity) == expected


@pytest.mark.parametrize(
    ("strategy", "low", "high"),
    [
        pytest.param("traditional", 2, 5, marks=pytest.mark.requirement("BEN-06")),
        pytest.param("informational", 1, 3, marks=pytest.mark.requirement("BEN-07")),
        pytest.param("differentiated", 6, 15, marks=pytest.mark.requirement("BEN-08")),
        pytest.param("relationship", 18, 30, marks=pytest.mark.requirement("BEN-09")),
    ],
)
def test_a_band_includes_both_its_ends(strategy, low, high):
    rates = [(10 * low - 1) / 1000, low / 100, high / 100, (10 * high + 1) / 1000]

    assert [response_band(rate, strategy) for rate in rates] == ["below", "in", "in", "above"]
