"""Where a page sends people back to: only to an address of this server."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str = "home") -> HttpResponse:
    """To the page that the form named in `next`."""
    following = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        following, {request.get_host()}, require_https=request.is_secure()
    )
    return redirect(following if is_ours else otherwise)
