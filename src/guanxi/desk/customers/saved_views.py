"""Saving, sharing and removing views of lists. A view belongs to who saved it; a shared one is others' to open."""

from __future__ import annotations

from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guanxi.desk.models import DefaultView, SavedView
from guanxi.foundation import audit, clock
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.shell.typed import whole_number
from guanxi.staff.models import User

PAGE: Final = SavedView.Page.CUSTOMERS
LONGEST: Final = 80


def views_of(person: User) -> QuerySet[SavedView]:
    """The views that somebody may open: their own, then what colleagues share, by name."""
    seen = Q(owner=person) | Q(is_shared=True, owner__is_active=True)
    return SavedView.objects.filter(seen, page=PAGE, removed_at=None).select_related("owner").order_by("name")


def view_for(person: User, number: str) -> SavedView | None:
    """The view that an address names, if this person may open it."""
    return views_of(person).filter(pk=whole_number(number) or 0).first()


def default_of(person: User) -> SavedView | None:
    """The view with which the list opens for somebody."""
    chosen = DefaultView.objects.filter(user=person, page=PAGE).values("view_id")
    return views_of(person).filter(pk__in=chosen).first()


def save_view(*, name: str, query: str, owner: User) -> SavedView:
    """Keep what a list was asked for under a new name. Raises DomainError for a name that is taken or none."""
    with transaction.atomic():
        view = SavedView(name=_name(name), query=query, owner=owner, page=PAGE)
        _write(view)
        audit.record(owner.actor, "created", "saved view", view.pk, name=view.name, query=query)
    return view


def change_view(*, view_id: int, query: str, owner: User) -> SavedView:
    """Let a view ask for something else from now on. Raises NotFound for one that is not this person's."""
    with transaction.atomic():
        view = _own(view_id, owner)
        before, view.query = view.query, query
        _write(view)
        audit.record(owner.actor, "changed", "saved view", view.pk, before=before, query=query)
    return view


def rename_view(*, view_id: int, name: str, owner: User) -> SavedView:
    """Give a view another name. Raises DomainError for a name that is taken or none."""
    with transaction.atomic():
        view = _own(view_id, owner)
        before, view.name = view.name, _name(name)
        _write(view)
        audit.record(owner.actor, "renamed", "saved view", view.pk, before=before, name=view.name)
    return view


def share_view(*, view_id: int, is_shared: bool, owner: User) -> SavedView:
    """Let colleagues open a view, or no longer."""
    with transaction.atomic():
        view = _own(view_id, owner)
        view.is_shared = is_shared
        _write(view)
        if not is_shared:
            DefaultView.objects.filter(view=view).exclude(user=owner).delete()
        audit.record(owner.actor, "shared" if is_shared else "kept to oneself", "saved view", view.pk)
    return view


def remove_view(*, view_id: int, owner: User) -> SavedView:
    """Take a view away, until it is restored."""
    with transaction.atomic():
        view = _own(view_id, owner)
        view.removed_at = clock.now()
        _write(view)
        audit.record(owner.actor, "removed", "saved view", view.pk, name=view.name)
    return view


def restore_view(*, view_id: int, owner: User) -> SavedView:
    """Bring a removed view back. Raises DomainError where its name was given to another one meanwhile."""
    with transaction.atomic():
        view = SavedView.objects.select_for_update().filter(pk=view_id, owner=owner).first()
        if view is None:
            raise _none()
        view.removed_at = None
        _write(view)
        audit.record(owner.actor, "restored", "saved view", view.pk, name=view.name)
    return view


def open_with(*, view: SavedView | None, person: User) -> None:
    """Let the list open with a view for somebody from now on, or with all customers again."""
    if view is None:
        DefaultView.objects.filter(user=person, page=PAGE).delete()
    else:
        DefaultView.objects.update_or_create(user=person, page=PAGE, defaults={"view": view})


def _own(view_id: int, owner: User) -> SavedView:
    found = SavedView.objects.select_for_update().filter(pk=view_id, owner=owner, removed_at=None).first()
    if found is None:
        raise _none()
    return found


def _none() -> NotFound:
    return NotFound(_("You have no such view; views of colleagues can be opened and saved as your own."))


def _name(typed: str) -> str:
    name = " ".join(typed.replace("\0", "").split())
    if not 0 < len(name) <= LONGEST:
        raise DomainError(_("A view needs a name of 1 to %(most)s characters.") % {"most": LONGEST})
    return name


def _write(view: SavedView) -> None:
    view.changed_at = clock.now()
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise DomainError(_("You have a view called “%(name)s” already.") % {"name": view.name}) from None
