"""A `guanxi` command in a process of its own that stands still where HANG says, so that Ctrl-C meets it there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from journeys.import_process import environment

LONG = "SELECT sum(hash(n) % 7) FROM range(600000000) AS a(n)"


def press_ctrl_c_in(hang: str, *arguments: str | Path) -> tuple[int, str]:
    """Run a command, press Ctrl-C (which reaches the whole process group) where it stands still; how it ended."""
    command = [sys.executable, __file__, *(str(argument) for argument in arguments)]
    marker = Path(settings.HOME) / f"hangs-{hang}"
    marker.unlink(missing_ok=True)
    process = subprocess.Popen(
        command,
        env=environment(HANG=hang, MARKER=str(marker), PYTHONPATH=str(Path(__file__).parents[1])),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a test run may have it ignored
    )
    while process.poll() is None and not marker.exists():
        time.sleep(0.02)
    time.sleep(0.3)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return process.returncode, out + err


def _mark() -> None:
    Path(os.environ["MARKER"]).touch()


def _hang_while_starting() -> None:
    import django

    def setup() -> None:
        _mark()
        time.sleep(60)

    django.setup = setup


def _hang_while_checking() -> None:
    import django

    django.setup()
    from guanxi.customers.imports import preparing

    def check(duck: Any, *_: Any) -> None:
        _mark()
        duck.execute(LONG)

    preparing.check = check  # type: ignore[assignment]


def _hang_at(wanted: str) -> None:
    import django

    django.setup()
    from guanxi.foundation.jobs import RunningJob

    advance = RunningJob.advance

    def standing(self: RunningJob, step: str, done: int = 0, total: int = 0) -> None:
        advance(self, step, done, total)
        if step == wanted:
            _mark()
            time.sleep(60)

    RunningJob.advance = standing  # type: ignore[method-assign]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.settings")
    hang = os.environ["HANG"]
    if hang == "starting":
        _hang_while_starting()
    elif hang == "checking":
        _hang_while_checking()
    else:
        _hang_at(hang)
    from guanxi.cli import main

    main()
