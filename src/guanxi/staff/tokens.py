"""Tokens by which programs use the API in somebody's name: made, found and revoked."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.staff.models import ApiToken, User
from guanxi.staff.roles import May
from guanxi.wording.words import word

LONGEST_DAYS: Final = 365
NAME_LENGTH: Final = 80
_SECRET_BYTES: Final = 32
_SHAPE: Final = re.compile(r"gx_([1-9][0-9]{0,17})_([0-9a-f]{64})")
_NO_HASH: Final = "0" * 64
"""Compared where there is no such token, so that both answers take the same time."""


def create_token(
    *, user: User, name: str, scopes: Collection[str], days: int, actor: Actor
) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which is kept nowhere: whoever asked sees it once.

    Raises DomainError for a name, a scope or a time that cannot be.
    """
    _require_name(name)
    _require_scopes(user, scopes)
    if not 1 <= days <= LONGEST_DAYS:
        raise DomainError(_("A token is valid for 1 to %(most)s days.") % {"most": LONGEST_DAYS})
    secret, at = secrets.token_hex(_SECRET_BYTES), clock.now()
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=user,
            name=name.strip(),
            secret_hash=_hash(secret),
            scopes=sorted(set(scopes)),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
        audit.record(
            actor,
            "created",
            "token",
            token.pk,
            user=user.email,
            name=token.name,
            scopes=token.scopes,
            days=days,
        )
    return token, f"gx_{token.pk}_{secret}"


def revoke_token(token_id: int, *, actor: Actor, user: User | None = None) -> ApiToken:
    """End a token for ever; with `user` only one of theirs. Raises NotFound where there is none that still works."""
    with transaction.atomic():
        tokens = ApiToken.objects.select_for_update().filter(pk=token_id, revoked_at=None)
        token = (tokens.filter(user=user) if user else tokens).first()
        if token is None:
            raise NotFound(_("There is no token %(number)s that could be revoked.") % {"number": token_id})
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        audit.record(actor, "revoked", "token", token.pk, name=token.name)
    return token


def token_of(text: str, *, at: datetime) -> ApiToken | None:
    """The token that a text is, if it opens anything at that instant."""
    shape = _SHAPE.fullmatch(text)
    number, secret = shape.groups() if shape else ("0", "")
    token = ApiToken.objects.select_related("user").filter(pk=int(number)).first()
    is_right = hmac.compare_digest(_hash(secret), token.secret_hash if token else _NO_HASH)
    return token if token and is_right and token.is_valid(at) else None


def note_use(token: ApiToken, *, day: date) -> None:
    """Keep the last day on which a token was used; one write a day at most."""
    if token.last_used_on != day:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=day)


def _require_name(name: str) -> None:
    if not 1 <= len(name.strip()) <= NAME_LENGTH or "\0" in name:
        raise DomainError(
            _("Name the program that will use the token, in 1 to %(most)s characters.")
            % {"most": NAME_LENGTH}
        )


def _require_scopes(user: User, scopes: Collection[str]) -> None:
    if not scopes:
        raise DomainError(_("Choose at least one thing that the token may do."))
    for scope in scopes:
        if scope not in set(May):
            raise DomainError(
                _("There is no permission %(scope)r; there are: %(all)s.")
                % {"scope": scope, "all": ", ".join(May)}
            )
        if not user.may(May(scope)):
            raise DomainError(
                _("%(person)s may not %(scope)s, so no token of theirs may.")
                % {"person": user.email, "scope": word(scope)}
            )


def _hash(secret: str) -> str:
    """A plain hash is enough: the secret is 256 random bits, which nobody guesses from it."""
    return hashlib.sha256(secret.encode()).hexdigest()
