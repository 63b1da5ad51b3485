"""The command line: `guanxi …`. Every command calls a service and prints what it returned."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any


def prepare() -> None:
    """Read the settings and choose the language; the command tree may be imported afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    import django

    django.setup()
    from guanxi.cli.speaking import speak

    speak()


def main() -> None:
    """Entry point of the `guanxi` program."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # nohup and the like have it ignored
        signal.signal(signal.SIGINT, _end)
    try:
        prepare()
    except Exception as error:
        _say_what_is_set_wrongly(error)
        raise
    from guanxi.cli.app import run

    signal.signal(signal.SIGINT, handler)
    run()


def _end(_number: int, _frame: Any) -> None:
    """Ctrl-C before any work began. Raising instead would come out of whatever module is just being imported."""
    os.write(2, b"Interrupted.\n")
    os._exit(130)


def _say_what_is_set_wrongly(error: Exception) -> None:
    """End with one line where a setting cannot be; no language is chosen yet but the one that is asked for."""
    from guanxi.foundation.errors import WrongSetting

    if isinstance(error, WrongSetting):
        sys.stderr.write(error.said_in_the_wished_language() + "\n")
        sys.exit(1)
