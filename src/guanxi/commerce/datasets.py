"""What the copy for analyses holds of commerce. Names and meanings are those of `customer_insight.inputs.trade`."""

from __future__ import annotations

from django.conf import settings

from guanxi.commerce.models import InvoiceDetail, Opportunity, Order, ProductDetail, Receipt, ServiceCost
from guanxi.customers.queries import visible_sql
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.registry import Dataset


def _day(column: str, name: str = "day") -> str:
    """A date as the number of its day since 1970-01-01."""
    return f"({column}::DATE - DATE '1970-01-01')::INTEGER AS {name}"


def _changed(table: str) -> str:
    return f"SELECT id FROM {table} WHERE batch_id = {{batch}} OR superseded_by_id = {{batch}}"


def business_hour(instant: str, zone: str) -> str:
    """The hour of the business's clock, 0 to 23.

    Null at midnight to the second: an order of which the source gave only the date stands there, and its hour is not
    known.
    """
    utc = f"CAST(CAST({instant} AS VARCHAR) AS TIMESTAMP)"
    clock = f"({utc} AT TIME ZONE 'UTC') AT TIME ZONE '{quoted(zone)}'"
    return f"CASE WHEN CAST({clock} AS TIME) <> TIME '00:00:00' THEN extract(hour FROM {clock}) END::INTEGER"


ORDER_LINES = Dataset(
    name="order_lines",
    model=Order,
    key="order_id",
    rows=f"""SELECT sale.id AS order_id, sale.party_id, sale.business_date, sale.placed_at, sale.channel,
                    line.product_id, line.quantity, line.amount, line.cost, line.discount,
                    CASE WHEN line.is_return THEN 1 ELSE 0 END AS is_return, sale.batch_id
             FROM commerce_order sale JOIN commerce_orderline line ON line.order_id = sale.id
             WHERE {visible_sql("sale")}""",
    changed=_changed("commerce_order"),
    columns=f"""order_id::BIGINT AS order_id, party_id::BIGINT AS party_id, {_day("business_date")},
                {business_hour("placed_at", str(settings.TIME_ZONE))} AS hour,
                nullif(channel, '')::VARCHAR AS channel, product_id::BIGINT AS product_id,
                quantity::DOUBLE AS quantity, amount::BIGINT AS amount, cost::BIGINT AS cost,
                discount::BIGINT AS discount, is_return::INTEGER::BOOLEAN AS is_return, batch_id::BIGINT AS batch_id""",
)
PRODUCT_DETAILS = Dataset(
    name="products",
    model=ProductDetail,
    key="detail_id",
    rows=f"""SELECT detail.id AS detail_id, detail.product_id, detail.name, detail.department, detail.category,
                    detail.brand, detail.unit_cost, detail.batch_id
             FROM commerce_productdetail detail WHERE {visible_sql("detail")}""",
    changed=_changed("commerce_productdetail"),
    columns="""detail_id::BIGINT AS detail_id, product_id::BIGINT AS product_id, name, department, category, brand,
               unit_cost::BIGINT AS unit_cost, batch_id::BIGINT AS batch_id""",
)
OPPORTUNITIES = Dataset(
    name="opportunities",
    model=Opportunity,
    key="opportunity_id",
    rows=f"""SELECT chance.id AS opportunity_id, chance.party_id, chance.opened_on, chance.closed_on,
                    chance.expected_amount, chance.outcome, chance.batch_id
             FROM commerce_opportunity chance WHERE {visible_sql("chance")}""",
    changed=_changed("commerce_opportunity"),
    columns=f"""opportunity_id::BIGINT AS opportunity_id, party_id::BIGINT AS party_id,
                {_day("opened_on", "opened_day")}, {_day("closed_on", "closed_day")},
                expected_amount::BIGINT AS expected_amount, nullif(outcome, '')::VARCHAR AS outcome,
                batch_id::BIGINT AS batch_id""",
)
INVOICES = Dataset(
    name="invoices",
    model=InvoiceDetail,
    key="detail_id",
    rows=f"""SELECT detail.id AS detail_id, detail.invoice_id, detail.party_id, detail.issued_on, detail.due_on,
                    detail.amount, detail.batch_id
             FROM commerce_invoicedetail detail WHERE {visible_sql("detail")}""",
    changed=_changed("commerce_invoicedetail"),
    columns=f"""detail_id::BIGINT AS detail_id, invoice_id::BIGINT AS invoice_id, party_id::BIGINT AS party_id,
                {_day("issued_on")}, {_day("due_on", "due_day")}, amount::BIGINT AS amount,
                batch_id::BIGINT AS batch_id""",
)
RECEIPTS = Dataset(
    name="receipts",
    model=Receipt,
    key="receipt_id",
    rows=f"""SELECT receipt.id AS receipt_id, receipt.party_id, receipt.received_on, receipt.amount, receipt.batch_id
             FROM commerce_receipt receipt WHERE {visible_sql("receipt")}""",
    changed=_changed("commerce_receipt"),
    columns=f"""receipt_id::BIGINT AS receipt_id, party_id::BIGINT AS party_id, {_day("received_on")},
                amount::BIGINT AS amount, batch_id::BIGINT AS batch_id""",
)
ALLOCATIONS = Dataset(
    name="allocations",
    model=Receipt,
    key="receipt_id",
    rows=f"""SELECT part.receipt_id, part.invoice_id, receipt.party_id, part.amount, receipt.batch_id
             FROM commerce_receipt receipt JOIN commerce_allocation part ON part.receipt_id = receipt.id
             WHERE {visible_sql("receipt")}""",
    changed=_changed("commerce_receipt"),
    columns="""receipt_id::BIGINT AS receipt_id, invoice_id::BIGINT AS invoice_id, party_id::BIGINT AS party_id,
               amount::BIGINT AS amount, batch_id::BIGINT AS batch_id""",
)
COSTS = Dataset(
    name="costs",
    model=ServiceCost,
    key="cost_id",
    rows=f"""SELECT booking.id AS cost_id, booking.party_id, booking.booked_on, booking.kind, booking.amount,
                    booking.batch_id
             FROM commerce_servicecost booking WHERE {visible_sql("booking")}""",
    changed=_changed("commerce_servicecost"),
    columns=f"""cost_id::BIGINT AS cost_id, party_id::BIGINT AS party_id, {_day("booked_on")}, kind,
                amount::BIGINT AS amount, batch_id::BIGINT AS batch_id""",
)
DATASETS = (ORDER_LINES, PRODUCT_DETAILS, OPPORTUNITIES, INVOICES, RECEIPTS, ALLOCATIONS, COSTS)
