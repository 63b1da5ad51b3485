"""Who calls: a program with a token or, to read, somebody who has signed in to the pages."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from guanxi.api.errors import Refused, not_allowed
from guanxi.foundation import clock
from guanxi.foundation.actor import Actor
from guanxi.staff.models import ApiToken, User
from guanxi.staff.roles import May
from guanxi.staff.tokens import note_use, token_of
from guanxi.staff.visibility import Sees, visible_to

MINUTE: Final = 60
NAME_LENGTH: Final = 60


@dataclass(frozen=True)
class Caller:
    """A person, and the token of the program that acts in the person's name."""

    user: User
    token: ApiToken | None = None

    def may(self, permission: May) -> bool:
        """Whether the role, and with a token also its scopes, allow something."""
        return self.token.may(permission) if self.token else self.user.may(permission)

    @property
    def actor(self) -> Actor:
        """The name under which the audit keeps what the program did."""
        name = self.user.actor.name
        return Actor(f"{name[:NAME_LENGTH]} (API token {self.token.pk})") if self.token else Actor(name)

    @property
    def sees(self) -> Sees:
        """Whose customers."""
        return visible_to(self.user)


class Call(HttpRequest):
    """A request that came through one of these rules."""

    auth: Caller


class Bearer(HttpBearer):
    """The rule of an operation: its one permission."""

    def __init__(self, permission: May) -> None:
        super().__init__()
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Caller | None:
        if "Authorization" in request.headers:
            caller: Caller | None = super().__call__(request)
        else:
            caller = _signed_in(request)
        if caller and not caller.may(self.permission):
            raise not_allowed(self.permission)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = token_of(token, at=clock.now())
        if found is None:
            return None
        _require_patience(found)
        note_use(found, day=clock.business_date(clock.now()))
        return Caller(found.user, found)


def _signed_in(request: HttpRequest) -> Caller | None:
    """The session of a browser opens what only reads: whatever changes something must carry a token."""
    user: Any = request.user
    return Caller(user) if request.method == "GET" and isinstance(user, User) and user.is_active else None


def _require_patience(token: ApiToken) -> None:
    """Count the requests of a token in this minute. Raises Refused with the seconds until the next."""
    minute, second = divmod(int(time.time()), MINUTE)
    key = f"api-requests-{token.pk}-{minute}"
    cache.add(key, 0, timeout=2 * MINUTE)
    if cache.incr(key) > settings.API_REQUESTS_PER_MINUTE:
        raise Refused(
            429,
            _("More than %(most)s requests in a minute; wait a little.")
            % {"most": f"{settings.API_REQUESTS_PER_MINUTE:,}"},
            {"Retry-After": str(MINUTE - second)},
        )
