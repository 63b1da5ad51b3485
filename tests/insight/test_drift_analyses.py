"""Whether customers have changed since the models were fitted, and the figures from refresh to refresh (ANA-64)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from insight.analysing import MIA, columns, refresh, sell, shown

from guanxi.insight.analyses.asking import ask
from guanxi.insight.models import InsightRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def dollars_and_utc(home: Path, settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.mark.requirement("ANA-64")
def test_the_first_figures_have_nothing_to_be_compared_with(home: Path) -> None:
    sell(home, [("a", "2025-01-03", "10.00")])
    refresh()
    answer = ask("drift", {}, actor=MIA)
    assert answer.raw == {"columns": [], "then": None}
    assert "These are the first figures" in shown("insight", "show", "drift")


@pytest.mark.requirement("ANA-64")
def test_drift_compares_with_the_customers_the_models_were_fitted_on(home: Path) -> None:
    """20 customers in ten bins of two; the lower ten then move to the last bin: five bins are empty (half a customer
    each), which gives 5 (.025 - .1) ln(.025 / .1) + (.6 - .1) ln(.6 / .1) = 1.41574."""
    sell(home, [(f"c{n}", "2025-01-03", f"{n + 1}.00") for n in range(20)])
    refresh("2025-01-31")
    first = InsightRun.objects.get()
    sell(home, [(f"c{n}", "2025-02-01", "90.00") for n in range(10)])
    refresh("2025-02-28")
    answer = ask("drift", {}, actor=MIA)
    assert answer.raw
    assert (answer.raw["then"], answer.question.arguments["since"]) == ("2025-01-31", str(first.pk))
    sales = next(each for each in answer.raw["columns"] if each["column"] == "sales_amount")
    assert sales["index"] == pytest.approx(1.41574, abs=1e-5)
    # With twenty customers chance alone explains as much: .1 times the 99 % point of chi squared with 9 degrees.
    assert (sales["by_chance"], sales["verdict"]) == (pytest.approx(2.1666, abs=1e-4), "stable")
    assert [round(share, 2) for share in sales["shares_now"]] == [0, 0, 0, 0, 0, 0.1, 0.1, 0.1, 0.1, 0.6, 0]
    history = ask("history", {}, actor=MIA)
    assert history.raw
    assert columns(history.raw["runs"], "as_of", "customers", "orders", "sales") == [
        ("2025-01-31", 20, 20, 21_000),
        ("2025-02-28", 20, 30, 111_000),
    ]
