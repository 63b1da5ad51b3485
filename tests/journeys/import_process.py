"""A `guanxi` command in a process of its own, against the test database, that kills itself where it is told to.

KILL_AT=n kills it in its n-th step, inside the step's transaction and before that commits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection


def environment(**more: str) -> dict[str, str]:
    """The environment in which a process works on the test database and the test's home folder."""
    config = connection.settings_dict
    url = f"sqlite:///{config['NAME']}"
    if connection.vendor == "postgresql":
        login = f"{config['USER']}:{config['PASSWORD']}" if config["PASSWORD"] else config["USER"]
        url = f"postgresql://{login}@{config['HOST']}:{config['PORT']}/{config['NAME']}"
    ours = {
        "DATABASE_URL": url,
        "GUANXI_HOME": str(settings.HOME),
        "GUANXI_CURRENCY": "USD",
        "GUANXI_TIME_ZONE": "UTC",
    }
    return os.environ | ours | more


def start(*arguments: str | Path, **more: str) -> subprocess.Popen[str]:
    """Start a command; KILL_AT and the like go in by keyword."""
    command = [sys.executable, __file__, *(str(argument) for argument in arguments)]
    return subprocess.Popen(
        command, env=environment(**more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """How a command ended, and what it said."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out + err


def _die_at_step(number: int) -> None:
    import django

    django.setup()
    from guanxi.foundation.jobs import RunningJob

    advance, steps = RunningJob.advance, iter(range(1, number + 1))

    def dying(self: RunningJob, step: str, done: int = 0, total: int = 0) -> None:
        advance(self, step, done, total)
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    RunningJob.advance = dying  # type: ignore[method-assign]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    if "KILL_AT" in os.environ:
        _die_at_step(int(os.environ["KILL_AT"]))
    from guanxi.cli import main

    main()
