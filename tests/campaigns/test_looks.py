"""Looking early: each measuring is a look, and the intervals of all looks hold together."""

from __future__ import annotations

import pytest
from campaigns.test_results import CONTROL, COUPON, SPENT, campaign, spent
from campaigns.world import measured

from guanxi.campaigns.models import Campaign
from guanxi.campaigns.queries import looks
from guanxi.campaigns.wording import look_said

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("CAMP-13")
def test_every_measuring_is_a_look_and_takes_a_wider_interval() -> None:
    """Levels 1 - 0.05 / (k (k + 1)): 97.5 %, 99.17 %. The effect is worked out in test_results: 30.00 ± t · 2.3717.

    With 5.882 degrees of freedom t is 2.987 at 97.5 %.
    """
    campaign()
    spent(SPENT)
    first, second = measured(), measured()
    assert [(each["look"]["number"], round(each["look"]["level"], 4)) for each in (first, second)] == [
        (1, 0.975),
        (2, 0.9917),
    ]
    assert first["look"]["margin"] == pytest.approx({"value": 3_000, "low": 2_291.5, "high": 3_708.5}, abs=1)
    assert second["look"]["margin"]["low"] < first["look"]["margin"]["low"] < 2_416.86
    assert second["look"]["incremental_profit"]["value"] == pytest.approx(14_500)
    assert second["look"]["verdict"] == "gain"
    assert looks(Campaign.objects.get()) == 2
    assert measured()["look"]["number"] == 3


def test_it_is_said_while_the_campaign_runs_and_after_several_looks() -> None:
    campaign(measure_days=30)
    spent(SPENT)
    running = measured()
    assert look_said(running).startswith(
        "Looking early: this is look 1. With an interval of 97.5 %, all looks"
    )
    assert not look_said(running | {"complete": True})
    assert "this is look 2" in look_said(measured() | {"complete": True})


def test_a_headline_that_looks_do_not_allow_is_said_to_be_so() -> None:
    """Margins 60, 90, 30, 78 and 42 against about 30: what one look might call a gain is none at the third."""
    campaign(measure_days=30)
    wide = dict(zip(COUPON + CONTROL, [200, 300, 100, 260, 140, 100, 110, 90, 105, 95], strict=True))
    spent(wide)
    found = [measured() for _look in range(3)]
    said = look_said(found[-1] | {"verdict": "gain"})
    assert found[-1]["look"]["verdict"] == "cannot tell"
    assert said.endswith("The headline is made for a single look and says more than so many looks allow.")
