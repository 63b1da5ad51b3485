"""Bodies of any size, written to a file as they come in, without ever being held in memory."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from guanxi.api.errors import Refused
from guanxi.customers.models import ImportBatch
from guanxi.foundation import clock
from guanxi.foundation.home import folder

SUFFIXES: Final = {"application/x-ndjson": ".ndjson", "application/jsonl": ".ndjson", "text/csv": ".csv"}
CHUNK: Final = 1 << 20
KEPT_FOR: Final = timedelta(days=1)
"""How long a body stays that no import needs any more."""


@dataclass(frozen=True)
class Body:
    """A body as a file, and the SHA-256 of its bytes."""

    path: Path
    sha256: str


@contextmanager
def received(request: HttpRequest, name: str) -> Iterator[Body]:
    """The body of a request under GUANXI_HOME; it is removed unless an import has taken it over.

    Raises Refused for a type, a length or an end that does not fit.
    """
    suffix = _suffix(request)
    _require_length(request)
    _sweep()
    place = folder("uploads", "api", secrets.token_hex(16))
    path = place / f"{name}{suffix}"
    try:
        yield Body(path, _written(request, path))
    finally:
        if not ImportBatch.objects.filter(file_path=str(path.resolve())).exists():
            shutil.rmtree(place, ignore_errors=True)


def _suffix(request: HttpRequest) -> str:
    kind = (request.content_type or "").lower()
    if kind not in SUFFIXES or request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, _("Send one of %(types)s, not compressed.") % {"types": ", ".join(SUFFIXES)})
    return SUFFIXES[kind]


def _require_length(request: HttpRequest) -> None:
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise Refused(411, _("Say how long the body is with Content-Length; it cannot be sent in chunks."))
    if int(length) > settings.API_BATCH_MEGABYTES << 20:
        raise Refused(
            413,
            _("A batch may have %(most)s MB; send several.") % {"most": f"{settings.API_BATCH_MEGABYTES:,}"},
        )
    if int(length) == 0:
        raise Refused(422, _("The body is empty: send at least one row."))


def _written(request: HttpRequest, path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("xb") as file:
            while chunk := request.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
    except UnreadablePostError:
        raise Refused(400, _("The connection ended before the body did; send it again.")) from None
    if path.stat().st_size != int(request.headers["Content-Length"]):
        raise Refused(400, _("The connection ended before the body did; send it again."))
    return digest.hexdigest()


def _sweep() -> None:
    """Remove the bodies of batches that ended a day ago: what they held is in the database, or was refused."""
    before = (clock.now() - KEPT_FOR).timestamp()
    for place in folder("uploads", "api").iterdir():
        if place.stat().st_mtime < before and not _is_needed(place):
            shutil.rmtree(place, ignore_errors=True)


def _is_needed(place: Path) -> bool:
    working = ImportBatch.objects.filter(state=ImportBatch.State.WORKING)
    return any(working.filter(file_path=str(path.resolve())).exists() for path in place.iterdir())
