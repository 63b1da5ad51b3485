"""Where the links of letters lead: out of the letters for good, or to the shop by way of here.

Customers come without an account, and programs that scan letters come too. So nothing here sets a cookie, a GET never
changes what a customer agreed to, a token that is not ours costs one signature, and one that is ours a few rows by key.
"""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from guanxi.foundation.errors import NotFound
from guanxi.outreach import services
from guanxi.outreach.links import clicked_by, contact_of
from guanxi.outreach.queries import is_contact, link_address
from guanxi.staff.access import everybody


@csrf_exempt  # a mail program posts on its reader's behalf (RFC 8058); the token says for whom
@require_http_methods(["GET", "HEAD", "POST"])
@everybody
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button; pressing it, or the button of a mail program, takes consent to the channel back."""
    contact_id = contact_of(token)
    if contact_id is None:
        return _gone(request)
    if request.method != "POST":
        return _page(request, "desk/letters/unsubscribe.html") if is_contact(contact_id) else _gone(request)
    try:
        services.unsubscribe(contact_id=contact_id)
    except NotFound:
        return _gone(request)
    return _page(request, "desk/letters/unsubscribed.html")


@require_safe
@everybody
@never_cache
def click(request: HttpRequest, token: str) -> HttpResponse:
    """Note the click and lead on to the stored address; a HEAD, which only programs send, is not noted."""
    clicked = clicked_by(token)
    if clicked is None:
        return _gone(request)
    try:
        follow = link_address if request.method == "HEAD" else services.record_click
        return _unlisted(HttpResponseRedirect(follow(contact_id=clicked.contact_id, link_id=clicked.link_id)))
    except NotFound:
        return _gone(request)


def _gone(request: HttpRequest) -> HttpResponse:
    return _page(request, "desk/letters/gone.html", status=404)


def _page(request: HttpRequest, template: str, status: int = 200) -> HttpResponse:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return _unlisted(
        render(request, template, {"sender": name or address, "address": address}, status=status)
    )


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Nothing that a letter leads to belongs into a search engine."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
