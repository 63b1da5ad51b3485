"""Who runs the command."""

from __future__ import annotations

import getpass

from guanxi.foundation.actor import Actor


def actor() -> Actor:
    """The person at the terminal, by the name of the login."""
    try:
        return Actor(f"{getpass.getuser()} (command line)")
    except (KeyError, OSError):
        return Actor("command line")
