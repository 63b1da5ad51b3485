"""What is sent to an endpoint, and the signature by which it knows that we sent it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime

from guanxi.foundation.models import Event

SECRET_PREFIX = "gxs_"  # noqa: S105 - by which people and scanners know what it is


def new_secret() -> str:
    """256 bits that only the endpoint and we know."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def body_of(event: Event) -> bytes:
    """The event as JSON; the same bytes at every attempt."""
    told = {
        "id": event.public_id,
        "type": event.type,
        "created_at": event.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": event.data,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def headers_of(event: Event, secret: str, at: datetime) -> dict[str, str]:
    """The headers of an attempt: which event it is, and when and by whom it was signed."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Guanxi-Event-Id": event.public_id,
        "Guanxi-Signature": signature(secret, body_of(event), at),
    }


def signature(secret: str, body: bytes, at: datetime) -> str:
    """`t=<unix seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`: an old call cannot be sent again as a new one."""
    seconds = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"
