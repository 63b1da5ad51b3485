"""What an analysis may read: the published figures and the copy they came from, of the customers that were chosen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Condition, ConditionError, parse
from customer_insight.margin import Margin
from customer_insight.tables import EPOCH, day_number
from guanxi.foundation.engine.duck import Duck, identifier, rows
from guanxi.foundation.errors import DomainError
from guanxi.insight.assumptions import Assumptions, parse_assumptions
from guanxi.insight.audience import CUSTOMERS, audience_fields, open_audience
from guanxi.insight.columns import with_fields
from guanxi.insight.measures import prepare_lines
from guanxi.insight.models import InsightRun
from guanxi.insight.queries import published, published_run
from guanxi.insight.replica import open_replica

MEMBERS: Final = "members"
"""The view that an analysis leaves where it says something of each customer."""


class Data:
    """The engine with the copy open: what was published, order lines, and any field of the customers chosen.

    Every relation has `customer_id`, the resolved customer, and only rows of the customers chosen. Days are day
    numbers, money is minor units: what `customer_insight` reads.
    """

    def __init__(self, duck: Duck, run: InsightRun) -> None:
        self.duck, self.run = duck, run
        self.day: date = run.as_of
        self.as_of: int = day_number(run.as_of)
        self.assumptions: Assumptions = parse_assumptions(run.assumptions)
        self.tables: list[str] = []
        """Names of the tables that are to be kept with the answer."""

    @property
    def margin(self) -> Margin:
        """How profit is told where no cost is known."""
        return Margin(assumed_rate=self.assumptions.margin_rate)

    def lines(self) -> Any:
        """The order lines up to the date of the figures, as `customer_insight.inputs.ORDER_LINES` describes them."""
        return self.duck.sql("SELECT lines.* FROM lines SEMI JOIN chosen USING (customer_id)")

    def measures(self) -> Any:
        """The published wide rows."""
        return self.duck.sql("SELECT measures.* FROM measures SEMI JOIN chosen USING (customer_id)")

    def customers(self, *fields: str) -> Any:
        """Everybody chosen with a column per field of audiences, by its name. Raises DomainError for an unknown one."""
        return self.duck.sql(with_fields(self.duck, "chosen", fields))

    def products(self) -> Any:
        """What is known of each product: product_id, name, department, category, brand, unit_cost."""
        return self.duck.sql(
            """SELECT product_id, any_value(name) AS name, any_value(department) AS department,
                      any_value(category) AS category, any_value(brand) AS brand, any_value(unit_cost) AS unit_cost
               FROM products GROUP BY product_id"""
        )

    def recorded(self, dataset: str) -> Any:
        """The rows of another dataset of the copy, each by its resolved customer."""
        name = identifier(dataset)
        return self.duck.sql(
            f"""SELECT coalesce(resolved.customer_id, rows.party_id) AS customer_id, rows.* EXCLUDE (party_id)
                FROM {name} rows LEFT JOIN resolved USING (party_id)
                WHERE coalesce(resolved.customer_id, rows.party_id) IN (SELECT customer_id FROM chosen)"""
        )

    def keep(self, name: str, relation: Any) -> Any:
        """Compute a relation once, into a table, and return it."""
        self.duck.execute(f"DROP TABLE IF EXISTS {identifier(name)}")
        relation.create(name)
        return self.duck.table(name)

    def members(self, relation: Any, column: str) -> None:
        """Say what the analysis found of each customer: a column of a relation with `customer_id`."""
        self.keep(MEMBERS, relation.select("customer_id", column))
        self.duck.execute(f"ALTER TABLE {MEMBERS} RENAME COLUMN {identifier(column)} TO value")

    def no_members(self, *, number: bool = False) -> None:
        """Say that the analysis found nothing of anybody, for want of data."""
        kind = "DOUBLE" if number else "VARCHAR"
        self.members(
            self.duck.sql(f"SELECT customer_id, NULL::{kind} AS said FROM chosen WHERE false"), "said"
        )

    def beside(self, name: str, relation: Any) -> None:
        """Have a table with `customer_id` kept beside the answer; it is sorted by its columns in their order."""
        self.keep(name, relation)
        self.tables.append(name)

    def has(self, dataset: str) -> bool:
        """Whether a dataset of the copy has a row."""
        return bool(rows(self.duck, f"SELECT 1 FROM {identifier(dataset)} LIMIT 1"))


@contextmanager
def open_data(among: str = "", run: InsightRun | None = None) -> Iterator[Data]:
    """The data of the published run; `among` is a condition, as JSON, that chooses customers.

    Raises DomainError before the first refresh and for a condition that cannot be read.
    """
    run = run or published_run()
    if not among:
        with published(run) as duck:
            open_replica(duck)
            duck.execute(f"CREATE TEMP TABLE chosen AS {CUSTOMERS}")
            yield _ready(duck, run)
        return
    with open_audience(read_among(among), run) as (duck, found):
        found.create("chosen_ids")
        duck.execute(
            f"CREATE TEMP TABLE chosen AS SELECT * FROM ({CUSTOMERS}) SEMI JOIN chosen_ids USING (customer_id)"
        )
        yield _ready(duck, run)


def read_among(among: str) -> Condition:
    """The condition that chooses customers. Raises DomainError."""
    try:
        return parse(json.loads(among), audience_fields())
    except (ValueError, ConditionError, RecursionError) as error:
        raise DomainError(
            _("The choice of customers cannot be read: %(why)s")
            % {"why": str(error).partition("; known fields")[0]}
        ) from None


def _ready(duck: Duck, run: InsightRun) -> Data:
    prepare_lines(duck, run.as_of)
    return Data(duck, run)


def records(relation: Any) -> list[dict[str, Any]]:
    """A small relation as rows that JSON can keep; sums of the engine are whole numbers again."""
    return [
        {name: plain(value) for name, value in row.items()} for row in relation.to_arrow_table().to_pylist()
    ]


def plain(value: Any) -> Any:
    """A value as JSON keeps it; what is no number at all is unknown."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value != value:
        return None
    return value.isoformat() if isinstance(value, date) else value


def calendar_day(number: int | None) -> str | None:
    """A day number as people write it."""
    return None if number is None else (EPOCH + timedelta(days=number)).isoformat()
