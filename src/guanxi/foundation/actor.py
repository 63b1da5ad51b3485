"""Who does something: every service takes an actor and writes it into the audit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person or a part of the system that acts."""

    name: str


SYSTEM = Actor("system")
