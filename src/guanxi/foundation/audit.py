"""The append-only audit: a hash chain over salted digests; the values lie beside it and can be erased."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from guanxi.foundation import clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry, AuditHead, AuditValues

GENESIS = "0" * 64
CHAIN_LOCK = 7_240_017
"""Key of the advisory lock that makes the chain one line on PostgreSQL; SQLite has one writer anyway."""


def record(actor: Actor, verb: str, subject: str, subject_id: object, **values: Any) -> AuditEntry:
    """Append one entry, in the caller's transaction."""
    salt = secrets.token_hex(16)
    with transaction.atomic():
        _lock_chain()
        last = AuditEntry.objects.order_by("-id").first()
        entry = AuditEntry(
            at=clock.now().replace(microsecond=0),
            actor=actor.name,
            verb=verb,
            object_kind=subject,
            object_id=str(subject_id),
            digest=_digest(salt, values),
            previous_hash=last.hash if last else GENESIS,
        )
        entry.hash = _chain_hash(entry)
        entry.save()
        AuditHead.objects.update_or_create(pk=1, defaults={"hash": entry.hash})
        AuditValues.objects.create(entry=entry, salt=salt, body=values)
    return entry


def broken_links() -> Iterator[str]:
    """Say which entries were changed, removed or whose values do not fit their digest."""
    previous = GENESIS
    for entry in AuditEntry.objects.select_related("values").order_by("id").iterator():
        if entry.previous_hash != previous:
            yield f"entry {entry.pk}: the entry before it is missing or was changed"
        if entry.hash != _chain_hash(entry):
            yield f"entry {entry.pk}: was changed"
        kept = getattr(entry, "values", None)
        if kept and _digest(kept.salt, kept.body) != entry.digest:
            yield f"entry {entry.pk}: its values were changed"
        previous = entry.hash
    head = AuditHead.objects.filter(pk=1).first()
    if previous != (head.hash if head else GENESIS):
        yield "the newest entries are missing"


def erase_values(entry: AuditEntry) -> None:
    """Forget what an entry said; that it was written, by whom and about what stays, and the chain stays whole."""
    AuditValues.objects.filter(entry=entry).delete()


def _lock_chain() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def _digest(salt: str, values: dict[str, Any]) -> str:
    body = json.dumps(_as_stored(values), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest()


def _as_stored(value: Any) -> Any:
    """Values as any database gives them back: PostgreSQL returns 1e22 as a whole number, and every key is text."""
    if isinstance(value, dict):
        return {str(key): _as_stored(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_stored(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _chain_hash(entry: AuditEntry) -> str:
    parts = [entry.previous_hash, entry.at.isoformat(), entry.actor, entry.verb, entry.object_kind]
    return hashlib.sha256("\x1f".join([*parts, entry.object_id, entry.digest]).encode()).hexdigest()
