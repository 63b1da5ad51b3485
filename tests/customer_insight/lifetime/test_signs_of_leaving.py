"""Which sign of leaving was right about CDNOW's customers in the 39 weeks after the calibration."""

import json
from datetime import date

import pytest

from customer_insight.leaving import check_overdue
from customer_insight.lifetime import fit_bgnbd, fit_pareto_nbd
from customer_insight.tables import day_number

CALIBRATION_END = day_number(date(1997, 9, 30))


@pytest.fixture(scope="module")
def checks(cdnow_lines, cdnow):
    """One back-test per model over the same customers."""
    fits = {"BG/NBD": fit_bgnbd, "Pareto/NBD": fit_pareto_nbd}
    return {
        name: check_overdue(
            cdnow_lines,
            calibration_end=CALIBRATION_END,
            holdout_end=CALIBRATION_END + 273,
            model=fit(cdnow, as_of=CALIBRATION_END),
        )
        for name, fit in fits.items()
    }


@pytest.mark.requirement("ANA-59")
def test_expected_purchases_and_recency_tell_who_stays_away(checks):
    everybody = checks["BG/NBD"].everybody

    assert (everybody.customers, everybody.silent) == (2357, 1673)
    assert everybody.recency.value == pytest.approx(0.7714, abs=5e-5)
    assert everybody.expected.value == pytest.approx(0.7725, abs=5e-4)
    assert (everybody.overdue_ratio, everybody.gap_chance) == (None, None)  # most bought once


@pytest.mark.requirement("ANA-59")
def test_p_alive_of_bg_nbd_misleads_about_those_who_bought_once(checks):
    """It is 1 for each of them, and they are the ones who stay away."""
    assert checks["BG/NBD"].everybody.p_alive.value == pytest.approx(0.3158, abs=5e-4)
    assert checks["Pareto/NBD"].everybody.p_alive.value == pytest.approx(0.7263, abs=5e-4)


@pytest.mark.requirement("ANA-59")
def test_among_regulars_the_own_cycle_tells_no_more_than_the_model(checks):
    regulars = checks["BG/NBD"].regulars

    assert (regulars.customers, regulars.silent) == (507, 173)
    figures = {
        name: getattr(regulars, name).value for name in ("recency", "p_alive", "overdue_ratio", "gap_chance")
    }
    assert figures == pytest.approx(
        {"recency": 0.6956, "p_alive": 0.6925, "overdue_ratio": 0.6703, "gap_chance": 0.6627}, abs=5e-4
    )
    assert regulars.overdue_ratio.low > 0.6
    assert json.loads(json.dumps(checks["BG/NBD"].as_dict()))["regulars"]["customers"] == 507
