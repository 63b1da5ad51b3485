"""All measures of all customers as of a date, from the copy, by `customer_insight`; nothing is defined here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from customer_insight.bands import assign_bands
from customer_insight.deciles import assign_deciles
from customer_insight.groups import whole_totals
from customer_insight.indicators import transaction_indicators
from customer_insight.layers import value_layers
from customer_insight.margin import Margin, unknown_cost_share
from customer_insight.schemes import classify
from customer_insight.service import cost_to_serve
from customer_insight.tables import EPOCH, day_number
from customer_insight.tiers import contribution
from customer_insight.trend import daily_sales, sales_trend
from guanxi.foundation.engine.duck import Duck, keep, rows, value
from guanxi.foundation.errors import DomainError
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.money import base_currency
from guanxi.insight.assumptions import Assumptions
from guanxi.insight.thresholds import Thresholds

SCHEME = "value tiers"


@dataclass(frozen=True)
class Measured:
    """What a computation says beside the table `measures` that it leaves in the engine."""

    customers: int
    totals: dict[str, Any]
    lifetime_card: dict[str, Any]


def prepare_lines(duck: Duck, as_of: date) -> None:
    """View `lines`: the order lines up to a date by resolved customer, as customer_insight wants them."""
    duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW lines AS
            SELECT coalesce(resolved.customer_id, line.party_id) AS customer_id, line.order_id, line.day,
                   line.product_id, line.quantity, line.amount, line.cost, line.discount, line.is_return,
                   line.channel, line.hour
            FROM order_lines line LEFT JOIN resolved USING (party_id)
            WHERE line.party_id IS NOT NULL AND line.day <= {day_number(as_of)}"""
    )


def last_day(duck: Duck) -> date:
    """The last business date on which the copy has an order; raises DomainError when it has none."""
    day = value(duck, "SELECT max(day) FROM order_lines WHERE party_id IS NOT NULL")
    if day is None:
        raise DomainError(
            _("There are no orders of known customers yet; import some with `guanxi import orders FILE`.")
        )
    return EPOCH + timedelta(days=int(day))


def compute(
    running: RunningJob, duck: Duck, as_of: date, assumptions: Assumptions, thresholds: Thresholds
) -> Measured:
    """Leave the table `measures` (one wide row per customer with orders) in the engine.

    Raises DomainError when nobody bought anything up to the date.
    """
    prepare_lines(duck, as_of)
    margin, day = Margin(assumed_rate=assumptions.margin_rate), day_number(as_of)
    running.advance("indicators", 1, 6)
    keep(duck, "indicators", transaction_indicators(duck.table("lines"), as_of=day, margin=margin))
    if not value(duck, "SELECT count(*) FROM indicators"):
        raise DomainError(
            _("Nobody bought anything up to %(as_of)s; choose a later --as-of.") % {"as_of": as_of}
        )
    _serve(duck, assumptions)
    running.advance("trend", 2, 6)
    keep(duck, "daily", daily_sales(duck.table("lines"), as_of=day))
    keep(duck, "trend", sales_trend(duck.table("daily"), as_of=day, window_days=assumptions.trend_days))
    running.advance("lifetime value", 3, 6)
    # SciPy is slow to import, and every other command does without it.
    from guanxi.insight.lifetime_values import lifetime_values

    card = lifetime_values(duck, day, assumptions)
    running.advance("classes", 4, 6)
    _classes(duck, thresholds)
    _assemble(duck)
    return Measured(int(value(duck, "SELECT count(*) FROM measures")), _totals(duck, as_of), card)


def _serve(duck: Duck, assumptions: Assumptions) -> None:
    """What serving each customer cost, and what is left of the profit after it."""
    per_order = assumptions.cost_to_serve_per_order
    keep(duck, "service", cost_to_serve(duck.table("indicators"), per_order=per_order))
    duck.execute(
        "CREATE OR REPLACE TEMP VIEW served AS SELECT * FROM indicators JOIN service USING (customer_id)"
    )
    keep(duck, "contributions", contribution(duck.view("served")))


def _classes(duck: Duck, thresholds: Thresholds) -> None:
    """Deciles, bill bands, layers and tiers, each a table."""
    keep(duck, "sales_deciles", assign_deciles(duck.table("indicators"), by="sales_amount"))
    keep(duck, "profit_deciles", assign_deciles(duck.table("indicators"), by="profit_amount"))
    bands = thresholds.bands
    keep(duck, "banded", assign_bands(duck.table("indicators"), by="average_transaction_amount", bands=bands))
    keep(duck, "value_layer", value_layers(duck.table("lifetime"), by="lifetime_value"))
    keep(duck, "potential_layer", value_layers(duck.table("trend"), by="sales_change"))
    duck.execute(
        """CREATE OR REPLACE TABLE tier_inputs AS
           SELECT customer_id, value.layer AS value_layer, potential.layer AS potential_layer, contribution
           FROM contributions LEFT JOIN value_layer value USING (customer_id)
           LEFT JOIN potential_layer potential USING (customer_id)"""
    )
    keep(duck, "tiers", classify(duck.table("tier_inputs"), thresholds.tier_scheme))


def _assemble(duck: Duck) -> None:
    duck.execute(
        """CREATE OR REPLACE TABLE measures AS
           SELECT indicators.*, recent_sales, earlier_sales, sales_change,
                  sales_deciles.decile AS sales_decile, profit_deciles.decile AS profit_decile,
                  banded.band AS bill_band,
                  p_alive, expected_purchases, expected_spend, lifetime_value,
                  service.cost_to_serve, tier_inputs.contribution, tier_inputs.value_layer,
                  tier_inputs.potential_layer, tiers.class_code AS tier, tiers.rule AS tier_rule
           FROM indicators
           LEFT JOIN trend USING (customer_id)
           LEFT JOIN lifetime USING (customer_id)
           JOIN sales_deciles USING (customer_id)
           JOIN profit_deciles USING (customer_id)
           LEFT JOIN banded USING (customer_id)
           JOIN service USING (customer_id)
           JOIN tier_inputs USING (customer_id)
           JOIN tiers USING (customer_id)"""
    )


def _totals(duck: Duck, as_of: date) -> dict[str, Any]:
    """What the figures rest on: window, sales, and how much of them had no cost or no customer."""
    first, lines, orders = rows(duck, "SELECT min(day), count(*), count(DISTINCT order_id) FROM lines")[0]
    share = unknown_cost_share(duck.table("lines")).fetchall()[0]
    sales, profit = whole_totals(
        duck.table("measures"), amounts=("sales_amount", "profit_amount")
    ).fetchall()[0][1:]
    anonymous = rows(
        duck,
        f"""SELECT count(*), coalesce(sum(amount), 0) FROM order_lines
            WHERE party_id IS NULL AND day <= {day_number(as_of)}""",
    )[0]
    return {
        "first_day": (EPOCH + timedelta(days=int(first))).isoformat(),
        "last_day": as_of.isoformat(),
        "lines": int(lines),
        "orders": int(orders),
        "sales_minor": int(sales),
        "profit_minor": float(profit),
        "sales_without_cost_share": share[-1],
        "lines_without_customer": int(anonymous[0]),
        "sales_without_customer_minor": int(anonymous[1]),
        "currency": base_currency(),
    }
