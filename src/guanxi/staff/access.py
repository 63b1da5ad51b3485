"""The rule on every view: who may. A test walks all addresses and fails where a view has none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from guanxi.staff.models import User
from guanxi.staff.roles import May

View = Callable[..., HttpResponse]


class Request(HttpRequest):
    """A request behind one of these rules: somebody has signed in."""

    user: User
    htmx: HtmxDetails


Rule = May | Literal["everybody", "signed in"]


def may(permission: May) -> Callable[[View], View]:
    """Let those see a view who have the permission; send nobody to sign in, refuse the others."""

    def ruled(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not isinstance(request.user, User):
                return _to_sign_in(request)
            if not request.user.may(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _marked(guarded, permission)

    return ruled


def signed_in(view: View) -> View:
    """Let everybody see a view who has signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    return _marked(guarded, "signed in")


def everybody(view: View) -> View:
    """Let everybody see a view, signed in or not."""
    return _marked(view, "everybody")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To sign in, and then to the page that was asked for; after a form, to the page that it stood on."""
    if request.method in {"GET", "HEAD"}:
        return redirect_to_login(request.get_full_path())
    came_from = urlsplit(request.headers.get("Referer", ""))
    return redirect_to_login(came_from.path if came_from.netloc == request.get_host() else "/")


def _marked(view: View, rule: Rule) -> View:
    view.rule = rule  # type: ignore[attr-defined]
    return view
