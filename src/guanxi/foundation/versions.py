"""Two tabs, two people, one thing: whoever saves second is told what the first one changed, and overwrites nothing.

A form carries the version of the value that it showed; the service compares it, in the transaction that writes.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry


class ChangedMeanwhile(DomainError):
    """Somebody changed the same thing after it had been shown; `now` is what it is by now."""

    def __init__(self, said: str, now: Any) -> None:
        super().__init__(said)
        self.now = now


def version_of(value: Any) -> str:
    """A short name of a JSON value that every change changes.

    >>> version_of({"a": 1, "b": 2}) == version_of({"b": 2, "a": 1}), version_of({}) == version_of([])
    (True, False)
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def require_unchanged(kind: str, key: object, *, seen: str, now: Any) -> None:
    """Raise ChangedMeanwhile, naming who and when by the audit, unless the value is the one that was seen."""
    if version_of(now) == seen:
        return
    if not (last := last_change(kind, key)):
        raise ChangedMeanwhile(_("This was changed after you had opened it; look at both values."), now)
    said = _("%(by)s changed this at %(at)s, after you had opened it; look at both values.")
    raise ChangedMeanwhile(said % last, now)


def last_change(kind: str, key: object) -> dict[str, str]:
    """Who (`by`) did the last thing to an object and when (`at`), by the audit; empty where nobody did anything."""
    last = AuditEntry.objects.filter(object_kind=kind, object_id=str(key)).order_by("-id").first()
    if last is None:
        return {}
    return {"by": last.actor, "at": clock.business_minute(last.at)}
