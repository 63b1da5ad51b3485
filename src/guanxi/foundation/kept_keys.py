"""Keys that an installation makes for itself once and keeps for good."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_noop

from guanxi.foundation.errors import WrongSetting


def kept_key(path: Path) -> str:
    """The key in a file that only its owner may read; made the first time it is asked for.

    Commands that start at once on a new installation all get the same key, whole: it is written aside and put in
    place in one step that only the first of them can take. Raises WrongSetting when the file holds nothing.
    """
    if not path.exists():
        _make(path)
    if key := path.read_text(encoding="ascii").strip():
        return key
    what = gettext_noop("The key file %(file)s is empty: put it back from a backup.")
    raise WrongSetting(what, file=str(path))


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    with open(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass  # another was first: its key is the key
    finally:
        aside.unlink()
