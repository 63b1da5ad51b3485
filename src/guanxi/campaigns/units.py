"""The customers of a campaign as `customer_insight.measurement` wants them: one row each, with what they bought."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from customer_insight.indicators import sales_between
from customer_insight.margin import Margin
from customer_insight.tables import day_number
from guanxi.campaigns.queries import PAID
from guanxi.customers.queries import RESOLVED_PARTIES, visible_sql
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import Duck, rows, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.insight.measures import prepare_lines

PRE_DAYS = 91
"""Days before an imported campaign that serve as its pre-period; a plan says its own."""
LONG_AGO = day_number(date(1900, 1, 1))
RESPONDED = {"order": "coalesce(after.transaction_count, 0) > 0", "recorded": "subjects.recorded"}
"""What counts as a response: bought in the window, alike in every cell; or a response that was recorded."""


def sales_windows(duck: Duck, *, start: date, days: int, pre_days: int, margin_rate: float) -> None:
    """Tables `after` and `before` (customer_id, sales_amount, profit_amount, transaction_count) around a start date.

    `after` covers `days` days from the start, `before` the `pre_days` days up to the evening before.
    """
    end = start + timedelta(days=days - 1)
    prepare_lines(duck, end)
    windows = {"after": (start, end), "before": (start - timedelta(days=pre_days), start - timedelta(days=1))}
    for name, (first, last) in windows.items():
        bought = sales_between(
            duck.table("lines"),
            start=day_number(first),
            end=day_number(last),
            margin=Margin(assumed_rate=margin_rate),
        )
        duck.execute(f"DROP TABLE IF EXISTS {name}")
        bought.create(name)


def units(duck: Duck, responded: str) -> Any:
    """Relation of units from table `subjects` (customer_id, cell, contacted, recorded) and the sales windows."""
    return duck.sql(
        f"""SELECT subjects.customer_id, subjects.cell, CASE WHEN {RESPONDED[responded]} THEN 1 ELSE 0 END AS responded,
                   coalesce(after.profit_amount, 0) AS margin, coalesce(before.profit_amount, 0) AS pre_margin,
                   coalesce(after.sales_amount, 0) AS sales, subjects.contacted
            FROM subjects LEFT JOIN after USING (customer_id) LEFT JOIN before USING (customer_id)"""
    )


def copy_members(duck: Duck, campaign_id: int, start: date, until: date) -> None:
    """Tables `subjects` (customer_id, cell, contacted, recorded), `reached` (customer_id, cost), `mixed` (customer_id).

    Customers are resolved now. One whose records were assigned to different cells, and merged since, was treated in
    both ways and says nothing about either: it is in `mixed`, not in `subjects`. Such a customer goes missing from both
    sides at once, so leaving it out favours neither. Responses count from the first to the last measured day.
    """
    resolved = f"LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = row.party_id"
    customer = "coalesce(resolved.customer_id, row.party_id) AS customer_id"
    own = f"{resolved} WHERE row.campaign_id = {campaign_id} AND {visible_sql('row')}"
    drawn = (
        f"SELECT {customer}, row.cell FROM campaigns_member row {own} AND row.role IN ('target', 'control')"
    )
    copy_truth(duck, "drawn", drawn)
    paid = ", ".join(f"'{state}'" for state in PAID)
    copy_truth(
        duck,
        "touched",
        f"SELECT {customer}, row.cost FROM outreach_contact row {own} AND row.state IN ({paid})",
    )
    copy_truth(duck, "answered", f"SELECT {customer}, row.responded_at FROM campaigns_response row {own}")
    first, end = (clock.at_business_time(day) for day in (start, until + timedelta(days=1)))
    window = " AND ".join(
        f"CAST(CAST(responded_at AS VARCHAR) AS TIMESTAMP) {sign} TIMESTAMP '{at:%Y-%m-%d %H:%M:%S}'"
        for sign, at in ((">=", first), ("<", end))
    )
    duck.execute(
        f"""CREATE OR REPLACE TABLE reached AS SELECT customer_id, sum(cost)::BIGINT AS cost FROM touched GROUP BY 1;
            CREATE OR REPLACE TABLE responders AS
              SELECT customer_id, count(*) AS responses FROM answered WHERE {window} GROUP BY 1;
            CREATE OR REPLACE TABLE mixed AS
              SELECT customer_id FROM drawn GROUP BY 1 HAVING count(DISTINCT cell) > 1;
            CREATE OR REPLACE TABLE subjects AS
              SELECT customer_id, any_value(cell) AS cell,
                     customer_id IN (SELECT customer_id FROM reached) AS contacted,
                     customer_id IN (SELECT customer_id FROM responders) AS recorded
              FROM drawn ANTI JOIN mixed USING (customer_id) GROUP BY customer_id"""
    )


def costs_by_cell(duck: Duck) -> tuple[dict[str, int], int]:
    """What the contacts of each measured cell cost, and of everybody else: of control, and of those left out."""
    spent = rows(
        duck,
        """SELECT coalesce(cell, 'control'), sum(coalesce(cost, 0))::BIGINT
           FROM reached FULL JOIN subjects USING (customer_id) GROUP BY 1""",
    )
    costs = {cell: int(cost) for cell, cost in spent}
    return costs, costs.pop("control", 0)


def new_customers(duck: Duck, start: date) -> int:
    """How many of those contacted bought for the first time ever in the window; after `sales_windows`."""
    before = sales_between(
        duck.table("lines"), start=LONG_AGO, end=day_number(start) - 1, margin=Margin(assumed_rate=0)
    )
    before.create_view("ever_before")
    return int(
        value(
            duck,
            """SELECT count(*) FROM subjects JOIN after USING (customer_id)
               WHERE contacted AND cell <> 'control' AND after.transaction_count > 0 AND customer_id NOT IN
                 (SELECT customer_id FROM ever_before WHERE transaction_count > 0)""",
        )
    )
