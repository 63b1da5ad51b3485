"""Files that browsers sent: kept under GUANXI_HOME until they are imported, under a random name that no user chose."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from pathlib import Path, PurePosixPath

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from guanxi.customers.models import ImportBatch
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.foundation.home import folder

SUFFIXES = (".csv", ".txt", ".tsv", ".parquet", ".pq")
KEPT_DAYS = 7
"""How long an upload waits for somebody to go on with it; its import needs it no longer once it is through."""
LONGEST_STEM = 60
"""Characters; a file system counts bytes, of which a character may take four."""


class UploadRefused(DomainError):
    """A file that is not taken, and why."""


def keep_upload(upload: UploadedFile[bytes] | None) -> str:
    """Write an upload under a folder of its own and return the folder's name. Raises UploadRefused."""
    if upload is None:
        raise UploadRefused(_("Choose a file first."))
    name = safe_name(upload.name or "")
    _remove_old()
    token = secrets.token_hex(16)
    with (folder("uploads", token) / name).open("xb") as kept:
        for chunk in upload.chunks():
            kept.write(chunk)
    return token


def _remove_old() -> None:
    """Remove uploads that nobody went on with, but for those that an import is still reading."""
    reading = ImportBatch.objects.filter(state=ImportBatch.State.WORKING).values_list("file_path", flat=True)
    busy = {Path(path).parent for path in reading}
    oldest = time.time() - KEPT_DAYS * 86_400
    for place in folder("uploads").iterdir():
        if place not in busy and place.stat().st_mtime < oldest:
            shutil.rmtree(place, ignore_errors=True)


def safe_name(given: str) -> str:
    """The last part of a name, without what means something to a file system. Raises UploadRefused.

    >>> safe_name("..\\\\..\\\\etc/our orders (2).CSV")
    'our_orders_2.csv'
    """
    last = PurePosixPath(given.replace("\\", "/")).name
    stem, dot, suffix = last.rpartition(".")
    if f"{dot}{suffix}".lower() not in SUFFIXES:
        raise UploadRefused(
            _("%(name)s is none of %(suffixes)s. Save it as CSV or Parquet and name it so.")
            % {"name": last[:80] or _("The file"), "suffixes": ", ".join(SUFFIXES)}
        )
    plain = re.sub(r"[^\w-]+", "_", stem).strip("_")[:LONGEST_STEM] or "file"
    return f"{plain}.{suffix.lower()}"


def upload_named(token: str) -> Path:
    """The file of an upload. Raises NotFound."""
    place = folder("uploads") / token
    found = sorted(place.iterdir()) if re.fullmatch(r"[0-9a-f]{32}", token) and place.is_dir() else []
    if not found:
        raise NotFound(_("This upload is not here any more; choose the file again."))
    return found[0]
