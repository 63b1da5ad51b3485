"""Tables of contact and service: interactions with their feedback, tasks, processes, costs of serving."""

from __future__ import annotations

from typing import Final

from customer_insight.inputs.definition import Column, TableDefinition

FEEDBACK_KINDS: Final = ("praise", "complaint", "suggestion")
"""What feedback may be (ANA-19 to ANA-21); an interaction of another kind, or of none, is no feedback."""

_CUSTOMER: Final = Column(kind="key", meaning="the resolved customer")

INTERACTIONS: Final = TableDefinition(
    name="interactions",
    unique="interaction_id",
    columns={
        "customer_id": _CUSTOMER,
        "interaction_id": Column(kind="key", meaning="one touch"),
        "day": Column(kind="day", meaning="business date"),
        "channel": Column(kind="text", meaning="telephone, letter, shop, …", nullable=True),
        "direction": Column(kind="text", meaning="in: the customer began; out: we did"),
        "feedback_kind": Column(kind="text", meaning=", ".join(FEEDBACK_KINDS), nullable=True),
        "answered_day": Column(kind="day", meaning="day it was answered, null where it was not",
                               nullable=True, optional=True),
    },
)  # fmt: skip

TASKS: Final = TableDefinition(
    name="tasks",
    unique="task_id",
    columns={
        "customer_id": _CUSTOMER,
        "task_id": Column(kind="key", meaning="one task linked to the customer"),
        "day": Column(kind="day", meaning="day it was set"),
    },
)

PROCESSES: Final = TableDefinition(
    name="processes",
    unique="process_id",
    columns={
        "customer_id": _CUSTOMER,
        "process_id": Column(kind="key", meaning="one record of sales or service progress"),
        "day": Column(kind="day", meaning="day it was begun"),
    },
)

COSTS: Final = TableDefinition(
    name="costs",
    columns={
        "customer_id": _CUSTOMER,
        "day": Column(kind="day", meaning="business date"),
        "kind": Column(kind="text", meaning="service, contact, delivery, discount or another word"),
        "amount": Column(kind="money", meaning="what it cost us"),
        "currency": Column(kind="text", meaning="the one currency of all amounts", optional=True),
    },
)
