"""What keeping customers brings: profitability, cost of retaining and cost of losing, by period and segment."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.indicators import sales_between
from customer_insight.profiles import loyalty_benefit
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.analyses.arranging import attribute_column, is_value, sheet_of, together
from guanxi.insight.analyses.data import Data, calendar_day, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.parameters import attributes


def _compute(data: Data, asked: Asked) -> Raw:
    days = asked["days"]
    ends = [data.as_of - number * days for number in range(asked["periods"])]
    _standing(data, asked["by"])
    for end in (*ends, ends[-1] - days):
        bought = sales_between(data.lines(), start=end - days + 1, end=end, margin=data.margin)
        data.keep(f"bought_{end}", bought.filter("transaction_count > 0"))
    parts = " UNION ALL ".join(_period(end, days) for end in ends)
    data.duck.execute(f"CREATE OR REPLACE TABLE loyalty_periods AS {parts}")
    now = f"SELECT customer_id, {_STATE} AS state FROM loyalty_periods WHERE period = {data.as_of}"
    data.members(data.duck.sql(now), "state")
    found = records(loyalty_benefit(data.duck.table("loyalty_periods"), by=("segment",)))
    found.sort(key=lambda row: (-row["period"], row["segment"] is None, row["segment"] or ""))
    return {
        "periods": [
            {
                **row,
                "from_day": calendar_day(row["period"] - days + 1),
                "until_day": calendar_day(row["period"]),
                "is_last": row["period"] == data.as_of,
            }
            for row in found
        ]
    }


_STATE: Final = "CASE WHEN is_lost THEN 'lost' WHEN is_new THEN 'new' ELSE 'retained' END"


def _standing(data: Data, by: str) -> None:
    """Tables `loyalty_people` (customer_id, segment), `loyalty_first` (their first purchase), `loyalty_costs`."""
    data.customers(by).create_view("loyalty_fields", replace=True)
    data.lines().create_view("loyalty_lines", replace=True)
    data.recorded("costs").create_view("loyalty_booked", replace=True)
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE loyalty_people AS
              SELECT customer_id, CAST({identifier(by)} AS VARCHAR) AS segment FROM loyalty_fields;
            CREATE OR REPLACE TABLE loyalty_first AS
              SELECT customer_id, min(day) AS first_day FROM loyalty_lines WHERE NOT is_return GROUP BY customer_id;
            CREATE OR REPLACE TABLE loyalty_costs AS SELECT customer_id, day, amount FROM loyalty_booked"""
    )


def _period(end: int, days: int) -> str:
    """A query of CUSTOMER_PERIODS for one period: who bought in it or in the one before.

    What was booked on a customer won in the period was spent on winning, else on keeping. A lost customer is taken to
    have been worth the profit of the period before.
    """
    start = end - days + 1
    return f"""
        SELECT people.customer_id, {end} AS period, people.segment,
               coalesce(now.profit_amount, 0)::BIGINT AS profit,
               now.customer_id IS NULL AS is_lost, coalesce(first.first_day >= {start}, FALSE) AS is_new,
               CASE WHEN coalesce(first.first_day >= {start}, FALSE) THEN 0 ELSE coalesce(cost.booked, 0) END::BIGINT
                 AS retention_cost,
               CASE WHEN first.first_day >= {start} THEN coalesce(cost.booked, 0) ELSE 0 END::BIGINT
                 AS acquisition_cost,
               CASE WHEN now.customer_id IS NULL THEN then_.profit_amount END::BIGINT AS lost_value
        FROM loyalty_people people
        LEFT JOIN bought_{end} now USING (customer_id)
        LEFT JOIN bought_{end - days} then_ USING (customer_id)
        LEFT JOIN loyalty_first first USING (customer_id)
        LEFT JOIN (SELECT customer_id, sum(amount) AS booked FROM loyalty_costs WHERE day BETWEEN {start} AND {end}
                   GROUP BY customer_id) cost USING (customer_id)
        WHERE now.customer_id IS NOT NULL OR then_.customer_id IS NOT NULL"""


def _show(raw: Raw, asked: Asked) -> Shown:
    found = raw["periods"]
    title = _("What keeping customers brings and losing them costs")
    sheet = sheet_of(
        "periods",
        title,
        [
            Column("from_day", "day", _("From")),
            Column("until_day", "day", _("Until")),
            attribute_column(asked["by"], "segment"),
            Column("customers", "number"),
            Column("profit", "money"),
            Column("profit_per_customer", "money", _("Profit a customer")),
            Column("retained", "count", _("Retained")),
            Column("retention_cost_per_retained", "money", _("Cost of retaining one")),
            Column("lost", "count", _("Lost")),
            Column("lost_value", "money", _("Value lost")),
            Column("replacement_cost", "money", _("Cost of replacing")),
            Column("loss_cost_per_lost", "money", _("Cost of losing one")),
        ],
        found,
        opens_of={name: [_opening(raw, asked, row, name) for row in found] for name in ("retained", "lost")},
    )
    return Shown(
        lead=_("Profitability, cost of retaining and cost of losing, for periods of %(days)s days.")
        % {"days": asked["days"]},
        sheets=[sheet],
        drawings=[
            Drawing(
                sheet="periods", kind="lines", title=_("Profit a customer"), names="until_day",
                values=["profit_per_customer"], by="segment",
            )
        ],
        notes=[
            _("Lost: bought in the period before and not in this one. New: bought for the first time ever in it."),
            _(
                "Costs are those booked: on new customers for winning, on others for keeping. Value lost: the profit "
                "of the period before. Cost of replacing: lost × what a new customer cost; unknown where nobody was "
                "won."
            ),
            _("Segments are those of now."),
        ],
    )  # fmt: skip


def _opening(raw: Raw, asked: Asked, row: dict[str, Any], state: str) -> Any:
    """The customers of a count, for the last period: of earlier ones nobody's state is kept."""
    if not row["is_last"]:
        return None
    segment = is_value(asked["by"], row["segment"])
    return together(is_value(raw["field"], state), segment)


LOYALTY_BENEFIT: Final = Analysis(
    code="loyalty-benefit",
    group="profiles",
    name=gettext_lazy("What keeping customers brings"),
    question=gettext_lazy("What do kept customers earn, and what does it cost to keep or to lose them?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="by", label=gettext_lazy("Segments by"), kind="choice", default="class.tier", choices=attributes
        ),
        Parameter(
            name="days", label=gettext_lazy("Days of a period"), kind="whole", default=91, low=1, high=3650
        ),
        Parameter(name="periods", label=gettext_lazy("Periods"), kind="whole", default=4, low=1, high=24),
    ),
    requirements=("ANA-74",),
    members="text",
)  # fmt: skip
