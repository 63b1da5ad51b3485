"""Errors on pages: what is wrong and what to do, in the frame, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guanxi.foundation.errors import DomainError, NotFound
from guanxi.wording.words import phrase


class _DomainErrors:
    """Shows what a service refused, in its own words."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        status = 404 if isinstance(error, NotFound) else 422
        return render(request, "shell/refused.html", {"message": phrase(str(error))}, status=status)


def domain_errors(respond: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a DomainError becomes a page that says it."""
    return _DomainErrors(respond)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for those who may not see another."""
    return render(request, "shell/not_allowed.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere."""
    return render(request, "shell/not_found.html", status=404)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form that was open so long that its token is gone; the browser has kept what was typed."""
    return render(request, "shell/form_too_old.html", status=403)
