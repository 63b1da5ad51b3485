"""The whole catalogue: every indicator by name, the three families, and the subjects of analysis (ANA-01)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.contact_entries import CONTACT, OPPORTUNITY
from customer_insight.indicators.entry import Indicator
from customer_insight.indicators.financial_entries import FINANCIAL
from customer_insight.indicators.habit_entries import HABITS, YEARLY
from customer_insight.indicators.transaction_entries import INDICATORS
from customer_insight.indicators.worth_entries import COST, WORTH

FAMILIES: Final[Mapping[str, Mapping[str, Indicator]]] = {
    "transaction": {**INDICATORS, **OPPORTUNITY, **YEARLY, **HABITS, **COST, **WORTH},
    "financial": FINANCIAL,
    "contact": CONTACT,
}
"""The three families of the single-indicator classification (ANA-01) with what is derived from them."""

CATALOGUE: Final[Mapping[str, Indicator]] = {
    name: entry for family in FAMILIES.values() for name, entry in family.items()
}
"""Every indicator by its name, which is its column."""

SUBJECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "churn": (
        "recency_days", "transaction_count", "tenure_days", "average_cycle_days", "cycle_spread_days",
        "next_expected_day", "yearly_sales_change", "yearly_count_change", "return_rate", "complaint_count",
        "complaint_ratio", "contact_count", "last_contact_day", "average_arrears_rate",
    ),
    "value": (
        "sales_amount", "profit_amount", "gross_margin_rate", "average_transaction_amount", "discount_share",
        "return_amount", "cost_to_serve", "contribution", "average_collection_days", "average_arrears_amount",
        "expected_sales_amount",
    ),
    "propensity": (
        "products_held", "product_count", "favourite_product_id", "usual_channel", "usual_channel_share",
        "channel_count", "usual_weekday", "usual_hour", "discount_share", "recency_days", "transaction_count",
        "average_transaction_amount", "inbound_count", "open_opportunity_count",
    ),
}  # fmt: skip
"""Subject of analysis -> the behaviour variables it starts from (DATA-09)."""
