"""A request that comes twice is carried out once: the second is given the answer of the first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from ninja import Header

from guanxi.api.callers import Call
from guanxi.api.errors import Refused
from guanxi.api.models import KeptAnswer
from guanxi.foundation import clock

KEPT_FOR: Final = timedelta(hours=24)
GIVEN_UP_AFTER: Final = timedelta(minutes=10)
"""When a request that never ended, because its process died, may be carried out by another."""
SHAPE: Final = r"^[\x21-\x7e]{1,100}$"
MEANING: Final = "1 to 100 visible ASCII characters; the same key within 24 hours is the same request"
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=SHAPE, description=MEANING)]
NeededKey = Annotated[str, Header(alias="Idempotency-Key", pattern=SHAPE, description=MEANING)]
Answer = tuple[int, dict[str, Any]]


def once(request: Call, key: str | None, act: Callable[[], Answer], *, body: str | None = None) -> Answer:
    """Do something once for a key; without a key, do it.

    `body` is the SHA-256 of a body that was streamed past Django. Raises Refused (409) where the key was used for
    another request, or the first is still being worked on. An act that fails frees its key.
    """
    if key is None:
        return act()
    kept, is_ours = _claimed(request, key, _hash(request, body))
    if not is_ours:
        return kept.status or 200, kept.body
    try:
        status, told = act()
    except BaseException:
        kept.delete()
        raise
    KeptAnswer.objects.filter(pk=kept.pk).update(status=status, body=told)
    return status, told


def _claimed(request: Call, key: str, request_hash: str) -> tuple[KeptAnswer, bool]:
    """The row of a key, and whether it is this request that is to be carried out."""
    at, user = clock.now(), request.auth.user
    KeptAnswer.objects.filter(expires_at__lte=at).delete()
    KeptAnswer.objects.filter(user=user, key=key, status=None, created_at__lt=at - GIVEN_UP_AFTER).delete()
    try:
        with transaction.atomic():
            kept = KeptAnswer.objects.create(
                user=user, key=key, request_hash=request_hash, created_at=at, expires_at=at + KEPT_FOR
            )
        return kept, True
    except IntegrityError:
        return _earlier(user.pk, key, request_hash), False


def _earlier(user_id: int, key: str, request_hash: str) -> KeptAnswer:
    kept = KeptAnswer.objects.filter(user=user_id, key=key).first()
    if kept is None or (kept.status is None and kept.request_hash == request_hash):
        raise Refused(409, _("The same request is being worked on; ask again soon."), {"Retry-After": "1"})
    if kept.request_hash != request_hash:
        raise Refused(409, _("This Idempotency-Key was used for another request; take a new one."))
    return kept


def _hash(request: Call, body: str | None) -> str:
    """What makes two requests the same: method, address and body. How long one would wait does not count."""
    asked = request.GET.copy()
    asked.pop("wait", None)
    content = body or hashlib.sha256(request.body).hexdigest()
    parts = (request.method, request.path, asked.urlencode(), content)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
