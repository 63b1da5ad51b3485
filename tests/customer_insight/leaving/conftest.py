"""One simulated year of contracts with known truth, and a model of each base, for all tests of churn."""

import pytest

from customer_insight.leaving import churn_frame, churn_sample, contracts_ended, fit_churn
from customer_insight.simulation import simulate_churn

CUT_OFF, LATER, HORIZON = 200, 270, 60


@pytest.fixture(scope="session")
def telephone():
    return simulate_churn(12_000, seed=4, start_day=0, days=360)


def known_on(world, as_of):
    """The customers of a cut-off as a training sample."""
    outcomes = contracts_ended(world.contracts, as_of=as_of, horizon_days=HORIZON)
    frame = churn_frame(world.customers, outcomes)
    return churn_sample(frame, features=world.features, as_of=as_of, horizon_days=HORIZON)


@pytest.fixture(scope="session")
def learned(telephone):
    return known_on(telephone, CUT_OFF)


@pytest.fixture(scope="session")
def later(telephone):
    return known_on(telephone, LATER)


@pytest.fixture(scope="session")
def churn_models(learned):
    return {base: fit_churn(learned, base=base) for base in ("logistic", "boosted")}
