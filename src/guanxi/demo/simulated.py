"""Case (c): a simulated base, whose purchases follow a known process and whose campaign has a known effect."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from django.utils.translation import gettext as _

from customer_insight.simulation import Effect, SimulatedResponse, simulate_base, simulate_response
from customer_insight.tables import day_number
from guanxi.campaigns.models import Campaign
from guanxi.campaigns.queries import campaign_named, member_rows
from guanxi.cli.output import out
from guanxi.demo import ADMIN
from guanxi.demo.people import create_people, share_customers
from guanxi.demo.steps import chapter, guanxi, say
from guanxi.foundation.home import folder
from guanxi.foundation.money import format_money

PLANS = Path(__file__).parent / "plans"
CUSTOMERS, SEED = 30_000, 20260105
START, YEAR, AFTER = date(2025, 1, 5), 365, 56
EFFECT = Effect(response_rate=0.10, order_factor=1.0)
CODE = "new-year"


def main() -> None:
    """Simulate a year, run a campaign on it, simulate what it did, and compare the result with the truth."""
    chapter(_("5. Case (c): a simulated base with a known effect"))
    say(
        _(
            "%(number)s invented customers buy for a year. Whoever gets the voucher makes one extra order with a "
            "probability of 10 %% on average. The report knows nothing of that and must cover it."
        )
        % {"number": f"{CUSTOMERS:,}"}
    )
    base = simulate_base(CUSTOMERS, seed=SEED, start_day=day_number(START), days=YEAR)
    made = folder("demo")
    _write_customers(base.customers, made / "customers.parquet")
    _write_orders(base.order_lines, made / "orders.parquet")
    guanxi("init", "--admin", ADMIN)
    create_people()
    guanxi("import", "customers", made / "customers.parquet", "--observed-on", "2025-12-31")
    share_customers()
    guanxi("import", "orders", made / "orders.parquet")
    guanxi("insight", "refresh", "--as-of", "2026-01-04")
    guanxi("campaign", "plan", PLANS / "new-year.toml")
    guanxi("campaign", "launch", CODE, "--at", "2026-01-05T09:00")
    guanxi("worker", "--once", "--at", "2026-01-05T10:00")
    treated = [row["key"] for row in member_rows(campaign_named(CODE), ["target"], None)]
    after = simulate_response(base.habits, base.habits.flags(treated), seed=SEED, days=AFTER, effect=EFFECT)
    _write_orders(after.order_lines, made / "orders-after.parquet")
    _write_responses(after, made / "responses.parquet")
    guanxi("import", "orders", made / "orders-after.parquet")
    guanxi("import", "responses", made / "responses.parquet")
    guanxi("insight", "refresh")
    guanxi("campaign", "results", CODE)
    _compare(after)


def _compare(after: SimulatedResponse) -> None:
    truth = after.expected_margin_per_treated
    effect = Campaign.objects.get(code=CODE).results["overall"]["margin"]["difference"]
    covers = _(
        "The truth: %(truth)s of incremental margin per treated customer. The interval %(low)s to %(high)s covers it."
    )
    misses = _(
        "The truth: %(truth)s of incremental margin per treated customer. The interval %(low)s to %(high)s does not "
        "cover it."
    )
    said = covers if effect["low"] <= truth <= effect["high"] else misses
    figures = {"truth": truth, "low": effect["low"], "high": effect["high"]}
    shown = {name: format_money(amount) for name, amount in figures.items()}
    out.print(said % shown + "\n", style="bold", markup=False)


def _write_customers(people: pa.Table, target: Path) -> None:
    columns = {
        "customer": people["customer_key"],
        "name": people["name"],
        "email": people["email"],
        "language": people["language"],
        "city": people["city"],
        "birth_year": people["birth_year"],
        "consent_email": people["email_consent"],
        "consent_sms": people["sms_consent"],
        "acquired_on": _days(people["joined_day"]),
    }
    pa.parquet.write_table(pa.table(columns), target)


def _write_orders(lines: pa.Table, target: Path) -> None:
    """Order lines as a shop would export them: money in whole units with two decimals."""
    columns = {
        "order": pc.binary_join_element_wise("O", lines["order_id"].cast(pa.string()), ""),
        "customer": lines["customer_key"],
        "date": _days(lines["day"]),
        "product": pc.binary_join_element_wise("P", lines["product_id"].cast(pa.string()), ""),
        "quantity": lines["quantity"],
        "amount": _units(lines["amount"]),
        "cost": _units(lines["cost"]),
        "discount": _units(lines["discount"]),
        "is_return": lines["is_return"],
    }
    pa.parquet.write_table(pa.table(columns), target)


def _write_responses(after: SimulatedResponse, target: Path) -> None:
    count = after.responses.num_rows
    columns = {
        "campaign": pa.array([CODE] * count),
        "customer": after.responses["customer_key"],
        "time": _days(after.responses["day"]),
        "reference": pc.binary_join_element_wise("O", after.responses["order_id"].cast(pa.string()), ""),
    }
    pa.parquet.write_table(pa.table(columns), target)


def _days(days: pa.ChunkedArray) -> pa.ChunkedArray:
    return days.cast(pa.int32()).cast(pa.date32())


def _units(minor: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(minor.cast(pa.float64()), 100.0)
