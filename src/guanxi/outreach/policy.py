"""How often, when and with whose consent customers are contacted (CAMP-17): one policy for all campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from guanxi.foundation import clock, configuration
from guanxi.foundation.actor import Actor
from guanxi.foundation.configuration import require_whole, with_defaults
from guanxi.foundation.errors import DomainError

SETTING = "contact_policy"
LONGEST_DAYS = 366


@dataclass(frozen=True)
class ContactPolicy:
    """At most `max_contacts` in any `window_days`, `min_gap_days` apart, over all campaigns and channels.

    A day is 24 hours. Nothing is sent in the quiet hours, wall-clock times of the business zone; equal
    times mean that there are none. With `consent_required`, silence is not consent; a refusal always counts.
    """

    max_contacts: int = 4
    window_days: int = 30
    min_gap_days: int = 3
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    consent_required: bool = True

    def __post_init__(self) -> None:
        """Raise DomainError, naming the value, where the policy makes no sense."""
        require_whole(self.max_contacts, "max_contacts", 1, 1000)
        require_whole(self.window_days, "window_days", 1, LONGEST_DAYS)
        require_whole(self.min_gap_days, "min_gap_days", 0, LONGEST_DAYS)
        if not isinstance(self.consent_required, bool):
            raise DomainError(
                _("consent_required is true or false, not %(consent_required)r.")
                % {"consent_required": self.consent_required}
            )

    def is_quiet(self, at: datetime) -> bool:
        """Whether an instant falls into the quiet hours, which may run over midnight."""
        wall = at.astimezone(clock.business_zone()).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= wall < self.quiet_until
        return wall >= self.quiet_from or wall < self.quiet_until


def read_policy() -> ContactPolicy:
    """The policy in force."""
    return parse_policy(configuration.read(SETTING))


def change_policy(*, changes: Mapping[str, Any], actor: Actor) -> ContactPolicy:
    """Change some values, times as "HH:MM"; the old ones stay in the audit. Raises DomainError."""
    policy = parse_policy({**as_setting(read_policy()), **changes})
    configuration.write(SETTING, as_setting(policy), actor=actor)
    return policy


def as_setting(policy: ContactPolicy) -> dict[str, Any]:
    """The policy as it is stored and shown."""
    return {
        name: value.strftime("%H:%M") if isinstance(value, time) else value
        for name, value in asdict(policy).items()
    }


def parse_policy(values: Any) -> ContactPolicy:
    """The policy of a stored value. Raises DomainError."""
    complete = with_defaults(SETTING, values, as_setting(ContactPolicy()))
    return ContactPolicy(**{name: _wall(name, value) for name, value in complete.items()})


def _wall(name: str, value: Any) -> Any:
    if not name.startswith("quiet_") or isinstance(value, time):
        return value
    try:
        return time.fromisoformat(str(value)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise DomainError(
            _("%(name)s is a time like 21:00, not %(value)r.") % {"name": name, "value": value}
        ) from None
