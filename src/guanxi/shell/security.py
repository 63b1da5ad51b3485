"""What a page may load and run: only what this server sends, and nothing inline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def content_security_policy(
    respond: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: send the policy with every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        response["Content-Security-Policy"] = _policy()
        return response

    return middleware


def _policy() -> str:
    """A form may also lead to the company's own sign-in, where there is one."""
    if not settings.OIDC_URL:
        return POLICY
    company = urlsplit(settings.OIDC_URL)
    return POLICY.replace("form-action 'self'", f"form-action 'self' {company.scheme}://{company.netloc}")
