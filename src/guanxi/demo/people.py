"""Somebody of every role, who exists in the demo only."""

from __future__ import annotations

from django.utils.translation import override

from guanxi.demo import PASSWORD
from guanxi.foundation.actor import SYSTEM
from guanxi.staff.roles import Role
from guanxi.staff.services import create_user


def create_people() -> None:
    """One account for each role: ROLE@example.com."""
    for role in Role:
        with override("en"):
            name = str(role.label)
        create_user(
            email=f"{role.value}@example.com", password=PASSWORD, role=role.value, name=name, actor=SYSTEM
        )
