"""Logistic regression against published estimates, and where it has no maximum."""

import numpy as np
import pytest

from customer_insight.uplift import fit_logistic

# Dalal, Fowlkes and Hoadley (1989), JASA 84:945-957, table 1: 23 launches of the space shuttle, temperature in degrees
# Fahrenheit, thermal distress of an O-ring. The estimates are those R's glm prints for them.
TEMPERATURE = [66, 70, 69, 68, 67, 72, 73, 70, 57, 63, 70, 78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58]
DISTRESS = [0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1]


def test_the_challenger_launches_give_the_published_estimates():
    model = fit_logistic(np.array(TEMPERATURE, float)[:, None], np.array(DISTRESS, float), ridge=0.0)

    assert model.converged
    assert model.raw_intercept == pytest.approx(15.0429, abs=5e-5)
    assert model.raw_slopes[0] == pytest.approx(-0.2322, abs=5e-5)
    assert model.standard_errors[1] / model.scale[0] == pytest.approx(0.1082, abs=5e-5)
    # The probability of distress at 31 degrees, the day of the accident.
    assert model.probability(np.array([[31.0]]))[0] == pytest.approx(0.9996, abs=5e-5)


def test_a_weight_of_two_is_the_row_twice():
    x, y = np.array(TEMPERATURE, float)[:, None], np.array(DISTRESS, float)
    weight = np.where(np.arange(23) < 5, 2.0, 1.0)

    weighted = fit_logistic(x, y, weight=weight, ridge=0.0)
    repeated = fit_logistic(np.vstack([x, x[:5]]), np.append(y, y[:5]), ridge=0.0)

    assert weighted.raw_slopes[0] == pytest.approx(repeated.raw_slopes[0], rel=1e-6)


def test_an_outcome_told_apart_has_no_maximum_without_ridge_and_one_with_it():
    x, y = np.arange(10.0)[:, None], (np.arange(10) >= 5).astype(float)

    assert fit_logistic(x, y, ridge=0.0).slopes[0] > 10  # it rises for as long as one lets it
    ridged = fit_logistic(x, y)
    assert ridged.converged
    assert 0 < ridged.slopes[0] < 5


def test_what_is_unknown_counts_as_the_mean_and_what_never_varies_as_nothing():
    x = np.column_stack([np.array([0.0, 1.0, np.nan, 2.0, 3.0, np.nan]), np.full(6, 7.0), np.full(6, np.nan)])

    model = fit_logistic(x, np.array([0.0, 0.0, 1.0, 1.0, 1.0, 0.0]))

    assert model.slopes[1:].tolist() == [0.0, 0.0]
    unknown, mean = model.probability(np.array([[np.nan, 7.0, np.nan], [1.5, 7.0, 3.0]]))
    assert unknown == pytest.approx(mean)
