"""Keeping a list under a name: save, change, rename, share, open with, remove and bring back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from guanxi.desk.customers import filters
from guanxi.desk.customers import saved_views as views
from guanxi.desk.customers.state import ListState, read_state
from guanxi.desk.customers.undos import VIEW_REMOVED
from guanxi.desk.models import SavedView
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.shell.toasts import undoable
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.wording.words import phrase


@require_POST
@may(May.SEE_CUSTOMERS)
def view_save(request: Request) -> HttpResponse:
    """Keep the list under a new name."""
    state = _state(request)
    try:
        view = views.save_view(name=request.POST.get("name", ""), query=state.query, owner=request.user)
        if "is_shared" in request.POST:
            views.share_view(view_id=view.pk, is_shared=True, owner=request.user)
    except DomainError as error:
        messages.error(request, phrase(str(error)))
        return redirect(
            reverse("customers") + state.address(panel="views", name=request.POST.get("name", ""))
        )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _open(view)


@require_POST
@may(May.SEE_CUSTOMERS)
def view_change(request: Request, view_id: int) -> HttpResponse:
    """Let a view ask for what the list shows now."""
    view = views.change_view(view_id=view_id, query=_state(request).query, owner=request.user)
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return _open(view)


@require_POST
@may(May.SEE_CUSTOMERS)
def view_rename(request: Request, view_id: int) -> HttpResponse:
    """Give a view another name."""
    try:
        view = views.rename_view(view_id=view_id, name=request.POST.get("name", ""), owner=request.user)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, phrase(str(error)))
        return redirect(
            reverse("customers") + _state(request).changed(view=str(view_id)).address(panel="views")
        )
    return _open(view)


@require_POST
@may(May.SEE_CUSTOMERS)
def view_share(request: Request, view_id: int) -> HttpResponse:
    """Let colleagues open a view, or no longer."""
    is_shared = request.POST.get("is_shared") == "yes"
    view = views.share_view(view_id=view_id, is_shared=is_shared, owner=request.user)
    said = (
        _("Colleagues can open “%(name)s” now; each sees the customers whom they may see.")
        if is_shared
        else _("“%(name)s” is yours alone again.")
    )
    messages.success(request, said % {"name": view.name})
    return _open(view)


@require_POST
@may(May.SEE_CUSTOMERS)
def view_default(request: Request, view_id: int) -> HttpResponse:
    """Open the list with a view from now on, or with all customers again."""
    view = views.view_for(request.user, str(view_id)) if request.POST.get("is_default") == "yes" else None
    views.open_with(view=view, person=request.user)
    said = (
        _("The list opens with “%(name)s” from now on.")
        if view
        else _("The list opens with all customers again.")
    )
    messages.success(request, said % {"name": view.name if view else ""})
    found = view or views.view_for(request.user, str(view_id))
    return _open(found) if found else redirect("customers")


@require_POST
@may(May.SEE_CUSTOMERS)
def view_remove(request: Request, view_id: int) -> HttpResponse:
    """Take a view away; the message offers to bring it back."""
    view = views.remove_view(view_id=view_id, owner=request.user)
    undoable(
        request, _("The view “%(name)s” is removed.") % {"name": view.name}, VIEW_REMOVED, view=str(view.pk)
    )
    return redirect(reverse("customers") + "?view=all")


def _state(request: Request) -> ListState:
    """What the list shows, from the hidden fields of the form; read, so that only what makes sense is kept."""
    return read_state(request.POST, filters.reader_fields())


def _open(view: SavedView) -> HttpResponse:
    return redirect(f"{reverse('customers')}?{QueryDict(view.query).urlencode()}&view={view.pk}")
