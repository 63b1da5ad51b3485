"""Departments and teams: what is below what, and making, moving and closing them."""

from __future__ import annotations

from collections import defaultdict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.staff.models import Unit, User


def units_below(unit_id: int) -> set[int]:
    """A unit and every unit below it."""
    children = defaultdict(list)
    for pk, parent in Unit.objects.values_list("pk", "parent_id"):
        children[parent].append(pk)
    found, queue = {unit_id}, [unit_id]
    while queue:
        queue = [pk for parent in queue for pk in children[parent] if pk not in found]
        found.update(queue)
    return found


def members_below(unit_id: int) -> list[int]:
    """Ids of the people in a unit and below it, whether or not they still sign in: their customers remain."""
    return list(User.objects.filter(unit__in=units_below(unit_id)).values_list("pk", flat=True))


def unit_named(unit_id: int | None) -> Unit | None:
    """A unit by its id; None stays None. Raises NotFound."""
    if unit_id is None:
        return None
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise NotFound(_("There is no department or team %(number)s.") % {"number": unit_id})
    return unit


def save_unit(
    *, name: str, kind: str, parent_id: int | None, actor: Actor, unit_id: int | None = None
) -> Unit:
    """Make a department or team, or change one. Raises DomainError for a circle or a name that is taken."""
    if not name.strip():
        raise DomainError(_("A department or team needs a name."))
    if kind not in Unit.Kind.values:
        raise DomainError(_("%(kind)r is neither a department nor a team.") % {"kind": kind})
    with transaction.atomic():
        list(Unit.objects.select_for_update().order_by("pk"))  # two moves at once cannot make a circle
        unit = unit_named(unit_id) or Unit()
        unit.parent = unit_named(parent_id)
        if unit.pk and unit.parent and unit.parent.pk in units_below(unit.pk):
            raise DomainError(_("%(name)s cannot be below itself.") % {"name": unit.name})
        unit.name, unit.kind = name.strip()[:80], kind
        try:
            with transaction.atomic():
                unit.save()
        except IntegrityError:
            raise DomainError(_("There is a %(name)s there already.") % {"name": unit.name}) from None
        audit.record(actor, "changed", "unit", unit.pk, name=unit.name, kind=kind, parent=parent_id)
    return unit


def remove_unit(*, unit_id: int, actor: Actor) -> None:
    """Close a unit that holds nobody and nothing. Raises DomainError otherwise."""
    with transaction.atomic():
        unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotFound(_("There is no department or team %(number)s.") % {"number": unit_id})
        if unit.members.exists() or unit.children.exists():
            raise DomainError(
                _("%(name)s still holds people or teams; move them first.") % {"name": unit.name}
            )
        audit.record(actor, "removed", "unit", unit.pk, name=unit.name)
        unit.delete()
