"""Who works with the product: people, their roles, departments and teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guanxi.foundation.errors import DomainError
from guanxi.shell.tables import Cell, Table
from guanxi.shell.typed import whole_number
from guanxi.staff import units
from guanxi.staff.access import Request, may
from guanxi.staff.models import Unit, User
from guanxi.staff.roles import May, Role
from guanxi.staff.services import change_user, create_user, set_password
from guanxi.wording.words import phrase


@require_safe
@may(May.MANAGE_PEOPLE)
def people_page(request: Request) -> HttpResponse:
    """Everybody who signs in, and the tree of departments and teams."""
    return _people(request)


@require_POST
@may(May.MANAGE_PEOPLE)
def person_add(request: Request) -> HttpResponse:
    """Create somebody; what was typed stays where that is refused."""
    typed = request.POST.dict()
    try:
        person = create_user(
            email=typed.get("email", ""),
            password=typed.pop("password", ""),
            role=typed.get("role", ""),
            name=typed.get("name", ""),
            unit_id=_unit_id(typed),
            actor=request.user.actor,
        )
    except DomainError as error:
        return _people(request, typed=typed, complaint=phrase(str(error)))
    messages.success(request, _("%(email)s may sign in.") % {"email": person.email})
    return redirect("people")


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.MANAGE_PEOPLE)
def person_page(request: Request, user_id: int) -> HttpResponse:
    """What one person does, where, and whether they may sign in."""
    person, complaint = get_object_or_404(User, pk=user_id), ""
    if request.method == "POST":
        try:
            _change(request, person)
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            messages.success(request, _("Saved; it takes effect with the person's next click."))
            return redirect("people")
    shown = {
        "person": person,
        "roles": Role.choices,
        "units": _unit_choices(),
        "complaint": complaint,
        "typed": request.POST.dict() if complaint else {},
        "customers": person.assignments.count(),
    }
    return render(request, "desk/settings/person.html", shown, status=422 if complaint else 200)


@require_POST
@may(May.MANAGE_PEOPLE)
def unit_save(request: Request) -> HttpResponse:
    """Make, rename, move or close a department or team."""
    typed = request.POST.dict()
    unit_id = whole_number(typed.get("unit_id", ""))
    try:
        if typed.get("do") == "remove" and unit_id is not None:
            units.remove_unit(unit_id=unit_id, actor=request.user.actor)
        else:
            units.save_unit(
                name=typed.get("name", ""),
                kind=typed.get("kind", ""),
                parent_id=whole_number(typed.get("parent", "")),
                actor=request.user.actor,
                unit_id=unit_id,
            )
    except DomainError as error:
        return _people(request, typed_unit=typed, complaint=phrase(str(error)))
    messages.success(request, _("Departments and teams are saved."))
    return redirect("people")


def _change(request: Request, person: User) -> None:
    if password := request.POST.get("password", ""):
        set_password(user_id=person.pk, password=password, actor=request.user.actor)
        return
    change_user(
        user_id=person.pk,
        role=request.POST.get("role", ""),
        unit_id=_unit_id(request.POST.dict()),
        is_active=request.POST.get("is_active") == "yes",
        name=request.POST.get("name", ""),
        actor=request.user.actor,
    )


def _people(
    request: Request,
    *,
    typed: dict[str, str] | None = None,
    typed_unit: dict[str, str] | None = None,
    complaint: str = "",
) -> HttpResponse:
    shown = {
        "people": _people_table(),
        "units": _tree(),
        "unit_choices": _unit_choices(),
        "unit_kinds": Unit.Kind.choices,
        "roles": Role.choices,
        "typed": typed or {},
        "typed_unit": typed_unit or {},
        "complaint": complaint,
    }
    return render(request, "desk/settings/people.html", shown, status=422 if complaint else 200)


def _people_table() -> Table:
    columns = ("name", "e-mail", "role", "department or team", "last signed in", "may sign in")
    people = User.objects.select_related("unit").order_by("-is_active", "email")
    rows = [
        (
            Cell(person.get_full_name() or person.email, href=reverse("person", args=[person.pk])),
            person.email,
            person.get_role_display(),
            person.unit.name if person.unit else "",
            person.last_login,
            person.is_active,
        )
        for person in people
    ]
    return Table(columns, rows)


def _tree() -> list[dict[str, Any]]:
    """Every unit below its parent, with its depth and how many people are in it."""
    below: dict[int | None, list[Unit]] = {}
    for unit in Unit.objects.prefetch_related("members").order_by("name"):
        below.setdefault(unit.parent_id, []).append(unit)

    def walk(parent: int | None, depth: int) -> list[dict[str, Any]]:
        rows = []
        for unit in below.get(parent, []):
            rows.append({"unit": unit, "depth": depth, "people": len(unit.members.all())})
            rows += walk(unit.pk, depth + 1)
        return rows

    return walk(None, 0)


def _unit_choices() -> list[tuple[int, str]]:
    return [(row["unit"].pk, "\u2003" * row["depth"] + row["unit"].name) for row in _tree()]


def _unit_id(typed: dict[str, str]) -> int | None:
    return whole_number(typed.get("unit", ""))
