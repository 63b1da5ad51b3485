"""The customer's page says what the customer is likely to buy next, from what an analysis kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from desk.test_customer_pages import somebody, text_of
from insight.analysing import refresh

from guanxi.customers.models import Party
from guanxi.desk.customers import next_purchases

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = {
    "days": 28,
    "again": [
        {"label": "Green tea", "probability": 0.2667, "due_day": 20_164.0},  # 17 March
        {"label": "Rice", "probability": 0.1, "due_day": 20_200.4},
        {"label": "Salt", "probability": None, "due_day": None},
    ],
    "new": [],
}


@pytest.mark.requirement("ANA-62")
def test_the_panel_leads_to_the_analysis_and_then_shows_what_it_kept(
    home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    bring("orders", file_of(home, "order,customer,time,amount\n1,ann,2025-03-31,10.00\n"))
    refresh()
    page = f"/customers/{Party.objects.get().public_id}/"
    browser = somebody("marketing_manager")
    assert "Nobody has asked yet, by these figures, what customers buy next. Ask what" in text_of(
        browser, page
    )
    assert 'href="/insight/analyses/next-products/"' in browser.get(page).content.decode()
    monkeypatch.setattr(next_purchases, "next_of", lambda *_args: LISTS)
    told = text_of(browser, page)
    assert "Estimates: the probability of a purchase within 28 days. How good they are" in told
    assert (
        "Bought before Green tea: 26.7 % due 2025-03-17, late Rice: 10.0 % due 2025-04-22 Salt: – Never bought None."
        in told
    )
