"""The customer's page says what the customer is likely to buy next, from what an analysis kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from desk.test_customer_pages import somebody, text_of
from insight.analysing import MIA, refresh, sell
from insight.test_next_product_analyses import PRODUCTS, SALES

from guanxi.customers.models import Party
from guanxi.insight.analyses import asking
from guanxi.insight.analyses.asking import ask

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def dollars_and_utc(settings: Any) -> None:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"


@pytest.mark.requirement("ANA-62")
def test_the_panel_leads_to_the_analysis_and_then_shows_what_it_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring("products", file_of(home, PRODUCTS, "products.csv"))
    sell(home, SALES, columns="customer,time,product,amount")
    refresh()
    t0, t6 = (f"/customers/{Party.objects.get(source_key=key).public_id}/" for key in ("t0", "t6"))
    browser = somebody("marketing_manager")
    assert "Nobody has asked yet, by these figures, what customers buy next. Ask what" in text_of(browser, t0)
    ask("next-products", {}, actor=MIA)
    monkeypatch.setattr(asking, "_compute", lambda *_args: pytest.fail("computed for a page"))
    page = text_of(browser, t0)
    assert "Estimates: the probability of a purchase within 28 days." in page
    assert "Bought before Green tea: 26.7 % due 2025-03-17, late Salt: 26.7 %" in page
    assert "Never bought None." in page
    assert "Never bought Rice: 20.0 % Salt: –" in text_of(browser, t6)
