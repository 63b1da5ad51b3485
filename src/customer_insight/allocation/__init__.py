"""Whom to contact with what over which channel, within capacities, budgets, quotas and contact limits."""

from customer_insight.allocation.candidates import CANDIDATES, Contacts, allocate_contacts
from customer_insight.allocation.limits import AllocationError, Limit
from customer_insight.allocation.plan import Plan, allocate

__all__ = ["CANDIDATES", "AllocationError", "Contacts", "Limit", "Plan", "allocate", "allocate_contacts"]
