"""The tables the measures read: what each column holds, and the one check at their door."""

from customer_insight.inputs.check import check_table, typed
from customer_insight.inputs.contact import COSTS, FEEDBACK_KINDS, INTERACTIONS, PROCESSES, TASKS
from customer_insight.inputs.customers import beside, everybody, nothing, of_customers, together
from customer_insight.inputs.definition import Column, Kind, TableDefinition
from customer_insight.inputs.trade import ALLOCATIONS, INVOICES, OPPORTUNITIES, ORDER_LINES, RECEIPTS
from customer_insight.inputs.window import check_window, in_window

__all__ = [
    "ALLOCATIONS",
    "COSTS",
    "FEEDBACK_KINDS",
    "INTERACTIONS",
    "INVOICES",
    "OPPORTUNITIES",
    "ORDER_LINES",
    "PROCESSES",
    "RECEIPTS",
    "TASKS",
    "Column",
    "Kind",
    "TableDefinition",
    "beside",
    "check_table",
    "check_window",
    "everybody",
    "in_window",
    "nothing",
    "of_customers",
    "together",
    "typed",
]
