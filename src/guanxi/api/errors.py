"""What goes wrong, in one shape: {"error": {"code", "message", "where"}}, said in the language of the request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from guanxi.foundation.errors import DomainError, NotFound
from guanxi.wording.words import phrase, word

logger = logging.getLogger(__name__)
CODES = {
    400: "malformed", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 411: "length_required", 413: "too_large", 415: "unsupported_media_type", 422: "invalid",
    429: "too_many_requests", 500: "internal",
}  # fmt: skip


class Refused(DomainError):
    """A request that is not carried out, with the status that says so."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}


def not_allowed(permission: str) -> Refused:
    """What somebody is told who lacks a permission, by role or by the scopes of the token."""
    return Refused(403, _("This needs the permission %(permission)s.") % {"permission": word(permission)})


def answer(
    status: int, message: str, *, where: str | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The one shape of an error."""
    sayable = message.encode(errors="backslashreplace").decode()  # it may repeat what is no text
    body = {"error": {"code": CODES[status], "message": sayable, "where": where}}
    return JsonResponse(body, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})


def handle_errors(api: NinjaAPI) -> None:
    """Let every error of an operation be answered in this shape."""
    api.add_exception_handler(Exception, _internal)
    api.add_exception_handler(RecursionError, _too_deep)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(Http404, _nothing_here)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _unauthorized)
    api.add_exception_handler(DomainError, _domain_error)
    api.add_exception_handler(NotFound, _not_found)
    api.add_exception_handler(Refused, _refused)


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """The answer at an address that leads nowhere."""
    return answer(404, _("There is nothing at this address."))


def _internal(request: HttpRequest, error: Any) -> HttpResponse:
    """A defect: its traceback stays in the log."""
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer(500, _("This should not have happened; the log of the server says more."))


def _too_deep(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(422, _("%(name)s is nested too deeply.") % {"name": _("The document")}, where="body")


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(400, _("The body cannot be read as JSON."), where="body")


def _nothing_here(request: HttpRequest, error: Any) -> HttpResponse:
    return nothing_here(request)


def _unauthorized(request: HttpRequest, error: Any) -> HttpResponse:
    message = _("Send a token that is valid: Authorization: Bearer gx_….")
    return answer(401, message, headers={"WWW-Authenticate": "Bearer"})


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """The first thing that does not fit, and where: body.lesson, query.limit, header.idempotency-key."""
    first = error.errors[0]
    return answer(422, phrase(first["msg"]), where=".".join(map(str, first["loc"])))


def _domain_error(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(422, phrase(str(error)))


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(404, phrase(str(error)))


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error.status, phrase(str(error)), headers=error.headers)
