"""The addresses below `/api/v1/`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _

from guanxi.api.errors import answer, nothing_here
from guanxi.api.reference import openapi_document, reference
from guanxi.api.v1 import api
from guanxi.staff.access import everybody


def _in_one_shape(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A method that an address does not take is answered like every other error."""

    @wraps(view)
    def shaped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        message = _("This address does not take %(method)s.") % {"method": request.method}
        return answer(405, message, headers={"Allow": response.headers["Allow"]})

    return shaped


def _shaped(pattern: URLPattern) -> URLPattern:
    """Named apart from the pages: an operation and a page may be called the same."""
    return URLPattern(
        pattern.pattern, _in_one_shape(pattern.callback), pattern.default_args, f"api_{pattern.name}"
    )


OPERATIONS = [found for found in api.urls[0] if isinstance(found, URLPattern) and found.name != "api-root"]
urlpatterns = [
    path("", reference, name="api_reference"),
    path("openapi.json", openapi_document, name="openapi"),
    *map(_shaped, OPERATIONS),
    re_path(r"^(?P<rest>.*)$", everybody(nothing_here), name="api_nothing"),
]
