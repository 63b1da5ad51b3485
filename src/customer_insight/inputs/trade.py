"""Tables of trade and money: order lines, opportunities, invoices, receipts and what was paid with which."""

from __future__ import annotations

from typing import Final

from customer_insight.inputs.definition import Column, TableDefinition

_CUSTOMER: Final = Column(kind="key", meaning="the resolved customer")
_DAY: Final = Column(kind="day", meaning="business date")
_CURRENCY: Final = Column(kind="text", meaning="the one currency of all amounts", optional=True)

ORDER_LINES: Final = TableDefinition(
    name="order_lines",
    columns={
        "customer_id": Column(kind="key", meaning="the resolved customer; lines without one are left out",
                              nullable=True),
        "order_id": Column(kind="key", meaning="one transaction"),
        "day": _DAY,
        "product_id": Column(kind="key", meaning="the product", nullable=True),
        "quantity": Column(kind="number", meaning="pieces; negative or flagged when goods came back",
                           nullable=True),
        "amount": Column(kind="money", meaning="what the customer paid, negative for a return"),
        "cost": Column(kind="money", meaning="what the goods cost us", nullable=True),
        "discount": Column(kind="money", meaning="taken off the list price, >= 0", nullable=True),
        "is_return": Column(kind="boolean", meaning="goods came back"),
        "channel": Column(kind="text", meaning="where it was bought", nullable=True, optional=True),
        "hour": Column(kind="whole number", meaning="hour of the day, 0 to 23", nullable=True, optional=True),
        "currency": _CURRENCY,
    },
)  # fmt: skip

OPPORTUNITIES: Final = TableDefinition(
    name="opportunities",
    unique="opportunity_id",
    columns={
        "customer_id": _CUSTOMER,
        "opportunity_id": Column(kind="key", meaning="one opportunity"),
        "opened_day": Column(kind="day", meaning="day it was opened"),
        "closed_day": Column(kind="day", meaning="day it was won or lost, null while open", nullable=True),
        "expected_amount": Column(kind="money", meaning="what it is expected to bring"),
        "currency": _CURRENCY,
    },
)

INVOICES: Final = TableDefinition(
    name="invoices",
    unique="invoice_id",
    positive=("amount",),
    columns={
        "customer_id": _CUSTOMER,
        "invoice_id": Column(kind="key", meaning="one invoice"),
        "day": Column(kind="day", meaning="invoice date"),
        "due_day": Column(kind="day", meaning="day it is due; the invoice date where null", nullable=True,
                          optional=True),
        "amount": Column(kind="money", meaning="what was billed, above zero"),
        "currency": _CURRENCY,
    },
)  # fmt: skip

RECEIPTS: Final = TableDefinition(
    name="receipts",
    unique="receipt_id",
    positive=("amount",),
    columns={
        "customer_id": _CUSTOMER,
        "receipt_id": Column(kind="key", meaning="one receipt"),
        "day": Column(kind="day", meaning="day the money came in"),
        "amount": Column(kind="money", meaning="what came in, above zero"),
        "currency": _CURRENCY,
    },
)

ALLOCATIONS: Final = TableDefinition(
    name="allocations",
    positive=("amount",),
    columns={
        "receipt_id": Column(kind="key", meaning="the receipt the money came with"),
        "invoice_id": Column(kind="key", meaning="the invoice it paid, in whole or in part"),
        "amount": Column(kind="money", meaning="how much of the receipt went to this invoice, above zero"),
    },
)
