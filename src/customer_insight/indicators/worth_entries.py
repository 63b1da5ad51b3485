"""What each indicator of cost to serve, profitability and share of customer means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from customer_insight.indicators.entry import AS_OF, Indicator, named


def _cost(name: str, formula: str, en: str, zh: str) -> Indicator:
    return Indicator(
        name=name, requirement="ANA-32", unit="minor units", direction="lower is better", formula=formula,
        undefined="never null", label_en=en, label_zh=zh,
    )  # fmt: skip


COST: Final[Mapping[str, Indicator]] = named(
    _cost("service_cost", "sum of costs of kind service", "Service cost", "服务费用"),
    _cost("contact_cost", "sum of costs of kind contact", "Contact cost", "接触费用"),
    _cost("delivery_cost", "sum of costs of kind delivery", "Delivery cost", "配送费用"),
    _cost("discount_cost", "sum of costs of kind discount", "Discount cost", "让利费用"),
    _cost("other_cost", "sum of costs of any other kind", "Other cost to serve", "其他维护费用"),
    _cost("cost_to_serve", "sum of the five kinds", "Cost to serve", "维护成本"),
)
"""Every column of `itemised_cost_to_serve` but ``customer_id``, in the order of the table."""

WORTH: Final[Mapping[str, Indicator]] = named(
    Indicator(
        name="contribution", requirement="ANA-39", unit="minor units", direction="higher is better",
        formula="profit_amount - cost_to_serve", undefined="null where either is unknown",
        label_en="Contribution", label_zh="贡献",
    ),
    Indicator(
        name="customer_profit", requirement="ANA-39", unit="minor units", direction="higher is better",
        formula="profit_amount - cost_to_serve - acquisition_cost", undefined="null where any of them is unknown",
        label_en="Customer profit", label_zh="客户创利", window="the window of profit_amount",
    ),
    Indicator(
        name="share_of_customer", requirement="ANA-31", unit="share", direction="higher is better",
        formula="sales_amount / category_spend (declared or estimated)",
        undefined="null where category_spend is unknown, not above 0, or below our own sales",
        label_en="Share of customer", label_zh="客户占有率", window="one period for both amounts",
    ),
    Indicator(
        name="untapped_amount", requirement="ANA-30", unit="minor units", direction="higher is better",
        formula="category_spend - sales_amount", undefined="null where share_of_customer is",
        label_en="Spend elsewhere", label_zh="未开发消费额", window=AS_OF,
    ),
)  # fmt: skip
"""Columns of `customer_profit`, `share_of_customer` and of the contribution."""
