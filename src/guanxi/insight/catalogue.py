"""Every measure that insight publishes of a customer: what it means, its unit and its labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from customer_insight.indicators import CATALOGUE, Indicator
from guanxi.foundation.language import is_chinese
from guanxi.foundation.money import format_money
from guanxi.insight.models import CustomerInsight

_NEVER: Final = "never null"
_NO_MODEL: Final = "null before the first repeat purchase of the base"

_MORE: Final = (
    Indicator(
        name="recent_sales", requirement="ANA-60", unit="minor units", direction="higher is better",
        formula="sum of amount over the last trend_days", undefined="null before any sale",
        label_en="Recent sales", label_zh="近期销售额", window="the last trend_days up to as_of",
    ),
    Indicator(
        name="earlier_sales", requirement="ANA-60", unit="minor units", direction="neither",
        formula="sum of amount over the trend_days before those", undefined="null before any sale",
        label_en="Earlier sales", label_zh="前期销售额", window="the trend_days before the last ones",
    ),
    Indicator(
        name="sales_change", requirement="ANA-60", unit="share", direction="higher is better",
        formula="recent_sales / earlier_sales - 1", undefined="null where nothing was bought earlier",
        label_en="Sales change", label_zh="销售变化率", window="the two windows of trend_days up to as_of",
    ),
    Indicator(
        name="sales_decile", requirement="ANA-24", unit="count", direction="lower is better",
        formula="which tenth of the customers, the highest sales_amount first", undefined=_NEVER,
        label_en="Money decile by sales", label_zh="销售额等级",
    ),
    Indicator(
        name="profit_decile", requirement="ANA-24", unit="count", direction="lower is better",
        formula="which tenth of the customers, the highest profit_amount first", undefined=_NEVER,
        label_en="Money decile by profit", label_zh="利润等级",
    ),
    Indicator(
        name="bill_band", requirement="ANA-27", unit="count", direction="neither",
        formula="number of the band that holds average_transaction_amount",
        undefined="null without a valid transaction",
        label_en="Bill band", label_zh="账单区间",
    ),
    Indicator(
        name="p_alive", requirement="ANA-28", unit="share", direction="higher is better",
        formula="BG/NBD probability that the customer still buys (Fader, Hardie, Lee 2005)", undefined=_NO_MODEL,
        label_en="P(alive)", label_zh="活跃概率", window="all purchases up to as_of",
    ),
    Indicator(
        name="expected_purchases", requirement="ANA-28", unit="count", direction="higher is better",
        formula="BG/NBD conditional expectation of purchase days within horizon_days", undefined=_NO_MODEL,
        label_en="Expected purchases", label_zh="预期购买次数", window="horizon_days after as_of",
    ),
    Indicator(
        name="expected_spend", requirement="ANA-28", unit="minor units", direction="higher is better",
        formula="Gamma-Gamma expectation of the spend of a purchase day", undefined=_NO_MODEL,
        label_en="Expected spend per purchase", label_zh="预期单次消费",
    ),
    Indicator(
        name="lifetime_value", requirement="ANA-28", unit="minor units", direction="higher is better",
        formula="discounted expected_purchases x expected_spend x margin after cost to serve", undefined=_NO_MODEL,
        label_en="Lifetime value", label_zh="终身价值", window="horizon_days after as_of",
    ),
    Indicator(
        name="cost_to_serve", requirement="ANA-32", unit="minor units", direction="lower is better",
        formula="(transaction_count + return_count) x cost_to_serve_per_order", undefined=_NEVER,
        label_en="Cost to serve", label_zh="服务成本",
    ),
    Indicator(
        name="value_layer", requirement="ANA-29", unit="count", direction="lower is better",
        formula="which fifth of the customers, the highest lifetime_value first", undefined=_NO_MODEL,
        label_en="Layer of actual value", label_zh="实际价值层",
    ),
    Indicator(
        name="potential_layer", requirement="ANA-30", unit="count", direction="lower is better",
        formula="which fifth of the customers, the highest sales_change first (stands in for strategic value)",
        undefined="null when sales_change is null", label_en="Layer of strategic value", label_zh="战略价值层",
    ),
)  # fmt: skip

PUBLISHED: Final = frozenset(field.attname for field in CustomerInsight._meta.concrete_fields)
MEASURES: Final = {**CATALOGUE, **{measure.name: measure for measure in _MORE}}
"""Every measure by its name: those of the library, and those that a refresh adds or takes at another rate."""


@dataclass(frozen=True)
class Renamed:
    """What the business calls a measure, and whether it is offered for analyses."""

    label_en: str
    label_zh: str
    is_shown: bool


RENAMED: Final[dict[str, Renamed]] = {}
"""By measure; `guanxi.insight.indicator_names` takes over here what somebody edited."""


def is_offered(name: str) -> bool:
    """Whether a measure is offered for analyses."""
    return name not in RENAMED or RENAMED[name].is_shown


def measure_label(name: str) -> str:
    """The name of a measure for people; other columns are returned as they are."""
    known = RENAMED.get(name) or MEASURES.get(name)
    if known is None:
        return name
    return known.label_zh if is_chinese() else known.label_en


def measure_text(name: str, value: float | None) -> str:
    """The value of a measure for people, in its unit.

    >>> measure_text("gross_margin_rate", 0.2505), measure_text("recency_days", 3), measure_text("product_count", None)
    ('25.1 %', '3 days', '–')
    """
    unit = MEASURES[name].unit
    if value is None:
        return "–"
    if unit == "minor units":
        return format_money(value)
    if unit == "share":
        return f"{100 * value:.1f} %"
    number = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
    return _("%(number)s days") % {"number": number} if unit == "days" else number


def catalogue_rows() -> list[dict[str, str]]:
    """The measures as a table for people (ANA-02 to ANA-10): label, formula, unit, window and when it is undefined."""
    return [
        {
            "indicator": name,
            "label": measure_label(name),
            "formula": measure.formula,
            "unit": measure.unit,
            "window": measure.window,
            "undefined": measure.undefined,
            "requirement": measure.requirement or "",
        }
        for name, measure in MEASURES.items()
        if name in PUBLISHED
    ]
