"""Which encoding a text file has, and the file in UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from guanxi.customers.imports.kinds import UnreadableFile

CHUNK = 4 << 20
UTF8 = {"utf-8", "utf-8-sig"}


def detect_encoding(path: Path) -> str:
    """UTF-8, UTF-16 (by its mark) or GB18030, whichever the whole file really is."""
    with path.open("rb") as file:
        mark = file.read(3)
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, convincing in (("utf-8-sig", lambda text: True), ("gb18030", _is_chinese)):
        try:
            if all(convincing(text) for text in _decoded(path, encoding)):
                return encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(
        _(
            "%(name)s is neither UTF-8, UTF-16 nor GB18030 text. Say which encoding it has with "
            "--encoding, for example --encoding latin-1."
        )
        % {"name": path.name}
    )


def as_utf8(path: Path, target: Path, encoding: str) -> Path:
    """The file itself where it is UTF-8, or a copy that is."""
    try:
        "".encode(encoding)  # refuses what is no encoding, and what is one of bytes
        name = codecs.lookup(encoding).name
        if name in UTF8:
            for _chunk in _decoded(path, name):
                pass
            return path
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(_decoded(path, encoding))
    except LookupError:
        raise UnreadableFile(
            _("There is no text encoding called %(encoding)r.") % {"encoding": encoding}
        ) from None
    except UnicodeDecodeError as error:
        target.unlink(missing_ok=True)
        raise UnreadableFile(
            _("%(name)s is not %(encoding)s text: %(reason)s at byte %(start)s.")
            % {"name": path.name, "encoding": encoding, "reason": error.reason, "start": f"{error.start:,}"}
        ) from error
    return target


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces. The place in an error is the place in the file."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    before = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                yield decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                error.start += before - pending
                raise
            if not chunk:
                return
            before += len(chunk)


def _is_chinese(text: str) -> bool:
    """Accented Latin letters pass for rare GB18030 characters; real Chinese is mostly the everyday set GB 2312."""
    foreign = [character for character in text[:100_000] if character > "\x7f"]
    everyday = sum(1 for character in foreign if character.encode("gb2312", "ignore"))
    return 2 * everyday >= len(foreign)
