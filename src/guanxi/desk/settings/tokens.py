"""One's own tokens: what programs that act in this person's name sign in with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.shell.typed import whole_number
from guanxi.staff.access import Request, signed_in
from guanxi.staff.models import ApiToken
from guanxi.staff.roles import May
from guanxi.staff.tokens import LONGEST_DAYS, NAME_LENGTH, create_token, revoke_token
from guanxi.wording.words import phrase

DAYS = (30, 90, 180, LONGEST_DAYS)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def token_list(request: Request) -> HttpResponse:
    """This person's tokens, and the form for the next. The text of a new one stands in this answer and nowhere else."""
    text = complaint = ""
    if request.method == "POST":
        try:
            _token, text = create_token(
                user=request.user,
                name=request.POST.get("name", ""),
                scopes=request.POST.getlist("scope"),
                days=_days(request.POST.get("days", "")),
                actor=request.user.actor,
            )
        except DomainError as error:
            complaint = phrase(str(error))
    typed = request.POST if complaint else {}
    shown = {
        "tokens": [_listed(token) for token in request.user.api_tokens.order_by("-id")],
        "permissions": [permission for permission in May if request.user.may(permission)],
        "chosen": request.POST.getlist("scope") if complaint else [],
        "name": typed.get("name", ""),
        "days": typed.get("days", "90"),
        "choices": [str(days) for days in DAYS],
        "name_length": NAME_LENGTH,
        "text": text,
        "complaint": complaint,
    }
    return render(request, "desk/settings/tokens.html", shown, status=422 if complaint else 200)


def _days(typed: str) -> int:
    """How many days were chosen; what is no number is refused like one that is too small."""
    return whole_number(typed, 4) or 0


def _listed(token: ApiToken) -> dict[str, object]:
    state = "revoked" if token.revoked_at else "valid" if token.is_valid(clock.now()) else "expired"
    return {"token": token, "state": state}


@require_POST
@signed_in
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    """End one of one's own tokens for ever."""
    token = revoke_token(token_id, user=request.user, actor=request.user.actor)
    messages.success(request, _("%(name)s can no longer use the API in your name.") % {"name": token.name})
    return redirect("tokens")
