"""Settings rows: thresholds and policies that the business sets, with their defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.foundation import audit, clock
from guanxi.foundation.actor import Actor
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.models import Setting
from guanxi.foundation.versions import require_unchanged


@dataclass(frozen=True)
class Definition:
    """What a setting is until the business sets it, and what it may be."""

    default: Any
    check: Callable[[Any], object]
    """Raises DomainError for a value that makes no sense."""


DEFINITIONS: dict[str, Definition] = {}
"""Filled by the rooms at start."""


def read(name: str) -> Any:
    """The value the business set, or the default; of an object, what the business left out is the default's."""
    row, default = Setting.objects.filter(name=name).first(), DEFINITIONS[name].default
    if row is None:
        return default
    return default | row.value if isinstance(default, dict) else row.value


def write(name: str, value: Any, *, actor: Actor, seen: str | None = None) -> None:
    """Set a value; the old one stays in the audit. Of an object only the values that are named change.

    `seen` is the version of what whoever sets it saw before. Raises DomainError for a value that makes no sense,
    ChangedMeanwhile where the value is another by now.
    """
    if name not in DEFINITIONS:
        raise NotFound(
            _("There is no setting %(name)r; there are: %(defaults)s.")
            % {"name": name, "defaults": ", ".join(sorted(DEFINITIONS))}
        )
    with transaction.atomic():
        old = read(name)
        if seen is not None:
            require_unchanged("setting", name, seen=seen, now=old)
        if isinstance(old, dict):
            value = with_defaults(name, value, old)
        DEFINITIONS[name].check(value)
        Setting.objects.update_or_create(name=name, defaults={"value": value, "changed_at": clock.now()})
        audit.record(actor, "set", "setting", name, old=old, new=value)


def with_defaults(setting: str, given: Any, default: dict[str, Any]) -> dict[str, Any]:
    """The values of a setting that is an object, completed. Raises DomainError for unknown ones."""
    if not isinstance(given, dict):
        raise DomainError(
            _("%(setting)s is an object with the values %(default)s, not %(given)r.")
            % {"setting": setting, "default": ", ".join(default), "given": given}
        )
    if unknown := sorted(set(given) - set(default)):
        raise DomainError(
            _("%(setting)s has no %(unknown)s; it has %(default)s.")
            % {"setting": setting, "unknown": ", ".join(unknown), "default": ", ".join(default)}
        )
    return default | given


class OutOfRange(DomainError):
    """A value outside its range: which, and the range."""

    def __init__(self, said: str, name: str, least: float, most: float) -> None:
        super().__init__(said)
        self.name, self.least, self.most = name, least, most


def require_whole(value: object, name: str, least: int, most: int) -> None:
    """Raise OutOfRange unless the value is a whole number of the range."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        said = _("%(name)s is a whole number from %(least)s to %(most)s, not %(value)r.")
        raise OutOfRange(
            said % {"name": name, "least": least, "most": most, "value": value}, name, least, most
        )


def require_number(value: object, name: str, least: float, most: float) -> None:
    """Raise OutOfRange unless the value is a number of the range."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        said = _("%(name)s is a number from %(least)s to %(most)s, not %(value)r.")
        raise OutOfRange(
            said % {"name": name, "least": least, "most": most, "value": value}, name, least, most
        )
