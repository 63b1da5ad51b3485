"""`make demo`: both parts, each in a home of its own, and what to do next.

Runs again from scratch every time, and refuses to touch a home that is not the demo's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.cli import prepare
from guanxi.demo import PASSWORD

PARTS = {
    "grocer": {"GUANXI_CURRENCY": "USD", "GUANXI_TIME_ZONE": "America/New_York", "GUANXI_ID_KEY": "demo"},
    "simulated": {"GUANXI_CURRENCY": "USD", "GUANXI_TIME_ZONE": "UTC", "GUANXI_ID_KEY": "demo"},
}
"""The id key is fixed, so that hold-outs are drawn alike on every machine and everybody sees the same figures."""
MARK = "this-is-the-demo"


def main() -> int:
    """Run both parts at once, print one after the other; the exit status says whether all of it worked."""
    started = time.monotonic()
    prepare()
    home = Path(os.environ.get("GUANXI_HOME", "var")).resolve()
    if _is_somebody_elses(home):
        said = _("%(home)s holds data that are not the demo's. Set GUANXI_HOME to another folder.")
        sys.stderr.write(said % {"home": home} + "\n")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    with tempfile.TemporaryFile() as later:
        grocer = _start("grocer", home, None)
        simulated = _start("simulated", home / "simulated", later)
        if status := grocer.wait() or simulated.wait():
            simulated.kill()
        simulated.wait()
        later.seek(0)
        shutil.copyfileobj(later, sys.stdout.buffer)
    if not status:
        took = _("The demo took %(seconds)s seconds.") % {"seconds": f"{time.monotonic() - started:.0f}"}
        sys.stdout.write(f"\n{took}\n{_what_next(home)}")
    return status


def _what_next(home: Path) -> str:
    next_steps = _(
        """
What to do next
  . .venv/bin/activate                        then `guanxi` is a command; the demo's data are in %(home)s
  guanxi insight show bands                   more analyses: guanxi insight show --help
  guanxi customers show main:1                one household, with everything known of it
  guanxi campaign list                        all campaigns
  guanxi imports                              what came in; `guanxi imports undo ID` takes a file back
  make serve                                  the same on pages: http://127.0.0.1:8000; sign in as
                                              marketing_manager@example.com with %(password)s
  GUANXI_HOME=%(home)s/simulated guanxi campaign results new-year
  Your own files: docs/how-to/import-your-own-files.md. The first campaign step by step: docs/tutorial/first-campaign.md
"""
    )
    return next_steps % {"home": home, "password": PASSWORD}


def _is_somebody_elses(home: Path) -> bool:
    """A home with a database that the demo did not make; DATABASE_URL is never touched."""
    return (home / "guanxi.sqlite3").exists() and not (home / MARK).exists()


def _start(part: str, home: Path, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()
    # Kept with the data, so that every later command reads them the same way.
    (home / "settings.env").write_text(
        "".join(f"{n}={v}\n" for n, v in PARTS[part].items()), encoding="utf-8"
    )
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GUANXI_", "DATABASE_URL"))
    }
    environment = kept | {"GUANXI_HOME": str(home), "GUANXI_LANGUAGE": get_language() or ""}
    environment["GUANXI_PASSWORD"] = PASSWORD
    if sys.stdout.isatty():
        environment |= {"FORCE_COLOR": "1", "COLUMNS": str(shutil.get_terminal_size().columns)}
    code = f"from guanxi.cli import prepare; prepare(); from guanxi.demo.{part} import main; main()"
    command = [sys.executable, "-c", code]
    errors = subprocess.STDOUT if output else None
    return subprocess.Popen(command, env=environment, stdout=output, stderr=errors)  # noqa: S603 - our own module


if __name__ == "__main__":
    sys.exit(main())
