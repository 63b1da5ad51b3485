"""`guanxi insight show lifetime-value`: CDNOW imported as orders gives the parameters that were published for it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from insight.analysing import assume, guanxi, insight_of, refresh, sell, shown

from guanxi.insight.models import CustomerInsight

pytestmark = pytest.mark.django_db(transaction=True)


def cdnow() -> list[tuple[str, str, float]]:
    """Customer, day and amount of the 1/10 sample in the lifetimes wheel.

    Eight first orders were free; our rule asks for positive net sales, so they cost a cent here.
    """
    spec = importlib.util.find_spec("lifetimes")
    assert spec is not None
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "CDNOW_sample.txt"
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return [(row[1], f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}", max(0.01, float(row[4]))) for row in rows]


@pytest.mark.requirement("ANA-28")
def test_cdnow_through_the_product_has_the_published_parameters_and_a_back_test(home: Path) -> None:
    """Fader, Hardie & Lee (2005), Table 2: r 0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9582.4."""
    assume(margin_rate=0.30, cost_to_serve_per_order=100, horizon_days=273, discount_rate_year=0.15)
    sell(home, cdnow())
    refresh("1997-09-30")
    card = guanxi("insight", "show", "lifetime-value")

    assert (card["name"], card["as_of"], card["window_start"]) == ("BG/NBD", "1997-09-30", "1997-01-01")
    assert (card["customers"], card["repeat_buyers"]) == (2_357, 946)
    assert {name: round(e["value"], 3) for name, e in card["parameters"].items()} == {
        "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426,
    }  # fmt: skip
    assert card["log_likelihood"] == pytest.approx(-9582.4, abs=0.05)
    assert {"horizon_days": 273, "discount_rate_year": 0.15, "margin_rate": 0.30}.items() <= card[
        "assumptions"
    ].items()
    test = card["backtest"]
    assert (test["calibration_end"], test["holdout_end"], len(test["deciles"])) == (
        "1997-05-17",
        "1997-09-30",
        10,
    )
    assert test["predicted"]["mae"] < test["naive"]["mae"]

    choice = card["choice"]
    assert (choice["model"], choice["calibration_end"], choice["actual_total"]) == (
        "BG/NBD",
        "1997-05-17",
        1136,
    )
    assert [each["name"] for each in choice["candidates"]] == ["BG/NBD", "MBG/NBD", "Pareto/NBD", "NBD"]

    told = " ".join(shown("insight", "show", "lifetime-value").split())
    assert "BG/NBD is kept: the squared error is" in told
    assert "BG/NBD (a 0.7929, alpha 4.414, b 2.426, r 0.2426)" in told
    assert "273 days at 15.0 % a year" in told
    assert told.split("cost to serve ")[1][:6] == "27.1 %"
    assert "Back-test of BG/NBD: fitted until 1997-05-17, predicting until 1997-09-30" in told


@pytest.mark.requirement("ANA-28")
def test_lifetime_value_is_expected_margin_after_cost_to_serve(home: Path) -> None:
    assume(margin_rate=0.30, cost_to_serve_per_order=0, discount_rate_year=0.0)
    sell(home, cdnow())
    refresh("1997-09-30")
    free, rate = insight_of("shop:1516"), guanxi("insight", "show", "lifetime-value")["margin_rate"]
    assert rate == pytest.approx(0.30, abs=1e-4)  # profit is whole cents on every line
    assert free["lifetime_value"] == pytest.approx(free["expected_purchases"] * free["expected_spend"] * rate)

    assume(margin_rate=0.30, cost_to_serve_per_order=300, discount_rate_year=0.0)
    refresh("1997-09-30")
    served = insight_of("shop:1516")
    totals = [(row.sales_amount, row.contribution) for row in CustomerInsight.objects.all()]
    left = sum(contribution for _, contribution in totals) / sum(sales for sales, _ in totals)
    assert left < 0.25
    assert served["lifetime_value"] == pytest.approx(free["lifetime_value"] * left / rate)


def test_before_anybody_has_come_back_there_is_no_lifetime_value_and_everything_else_is_there(
    home: Path,
) -> None:
    sell(home, [("ann", "2026-01-01", 10), ("bob", "2026-01-02", 30)])
    assert refresh()["lifetime_model"] is None

    assert insight_of("shop:bob")["sales_decile"] == 1
    assert [insight_of("shop:bob")[name] for name in ("lifetime_value", "p_alive", "value_layer", "tier")] == [
        None, None, None, "MIGRATOR",
    ]  # fmt: skip
    assert "Nobody has come back" in shown("insight", "show", "lifetime-value")
    assert [row["customers"] for row in guanxi("insight", "show", "layers")] == [0] * 5
