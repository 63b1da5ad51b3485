"""Somebody of every role, who exists in the demo only, and who looks after whom."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.customers.models import Party
from guanxi.customers.queries import born
from guanxi.customers.services import assign_customers
from guanxi.demo import PASSWORD
from guanxi.foundation.actor import SYSTEM
from guanxi.staff.models import User
from guanxi.staff.roles import Role
from guanxi.staff.services import create_user
from guanxi.staff.units import save_unit

COLLEAGUE = "colleague@example.com"
"""A second salesperson, in another team."""


def create_people() -> None:
    """One account for each role, ROLE@example.com; sales people work in two teams of one department."""
    sales = save_unit(name=_("Sales"), kind="department", parent_id=None, actor=SYSTEM)
    north, south = (
        save_unit(name=name, kind="team", parent_id=sales.pk, actor=SYSTEM)
        for name in (_("North"), _("South"))
    )
    places = {Role.SALES_MANAGER: sales.pk, Role.SALESPERSON: north.pk}
    for role in Role:
        _create(f"{role.value}@example.com", role, places.get(role))
    _create(COLLEAGUE, Role.SALESPERSON, south.pk, name="Colleague")


def share_customers() -> None:
    """A quarter of the customers is looked after by each of the two salespeople; the others are in the pool."""
    ids = list(Party.objects.filter(born()).order_by("pk").values_list("pk", flat=True))
    for place, email in enumerate((f"{Role.SALESPERSON.value}@example.com", COLLEAGUE)):
        assign_customers(customer_ids=ids[place::4], owner=User.objects.get(email=email), actor=SYSTEM)


def _create(email: str, role: Role, unit_id: int | None, name: str = "") -> None:
    if User.objects.filter(email=email).exists():
        return
    with override("en"):
        name = name or str(role.label)
    create_user(email=email, password=PASSWORD, role=role.value, name=name, unit_id=unit_id, actor=SYSTEM)
