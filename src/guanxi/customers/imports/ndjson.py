"""Lines of JSON as rows of text: one object a line, its names the columns. The engine parses, a column at a time.

A line that is no object is a bad row like any other; the lines around it come in.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from django.utils.translation import gettext as _

from guanxi.customers.imports.kinds import MAX_CELL, UnreadableFile
from guanxi.customers.imports.raw import BLOCK, ROW_NUMBER, MalformedRow, RawFile, no_row, usable_names
from guanxi.foundation.engine.duck import Duck, identifier, quoted, rows, value, workspace

NDJSON_SUFFIXES: Final = frozenset({".ndjson", ".jsonl"})
MOST_COLUMNS: Final = 500
MOST_SHAPES: Final = 10_000
"""Different sets of names that the objects of one file may have."""
NO_OBJECT: Final = "is not a JSON object"
NESTED: Final = "has a list or an object where one value belongs"
SHOWN: Final = 200
"""Characters of a bad line that a complaint repeats."""
_CHUNK: Final = 8 << 20


def read_ndjson(path: Path, utf8: Path, target: Path) -> RawFile:
    """Write the objects of a UTF-8 file as text columns with the number of their line. Raises UnreadableFile.

    Empty objects and lines without anything are passed over, as blank rows of a table are.
    """
    lines = target.with_suffix(".lines.parquet")
    try:
        with workspace() as duck:
            seen = _split(path, utf8, lines)
            keys = _keys(duck, path, lines)
            names = usable_names(path, keys)
            malformed = _odd_lines(duck, keys)
            kept = _write(duck, keys, names, target) if keys else 0
    finally:
        lines.unlink(missing_ok=True)
    if kept == 0:
        example = f" Row {malformed[0].row} {malformed[0].reason}." if malformed else ""
        raise UnreadableFile(no_row(path) + example)
    whole = kept + len(malformed)
    return RawFile(tuple(names), whole, tuple(malformed), "", blank=seen - whole)


def ndjson_columns(path: Path, utf8: Path, work: Path) -> tuple[str, ...]:
    """The names that the objects of a file have. `work` is a folder for what comes between."""
    lines = work / "columns.lines.parquet"
    with workspace() as duck:
        _split(path, utf8, lines)
        return tuple(usable_names(path, _keys(duck, path, lines)))


def _split(path: Path, utf8: Path, target: Path) -> int:
    """Write the lines that are not blank with their numbers; return how many lines there are with the blank ones."""
    schema = pa.schema([(ROW_NUMBER, pa.int64()), ("line", pa.string())])
    seen = 0
    with pa.parquet.ParquetWriter(target, schema, compression="lz4") as writer:
        for piece in _whole_lines(path, utf8):
            lines = pc.utf8_trim_whitespace(pc.split_pattern(pa.array([piece], pa.string()), "\n").flatten())
            numbers = pa.array(np.arange(seen + 1, seen + len(lines) + 1), pa.int64())
            seen += len(lines)
            numbered = pa.record_batch([numbers, lines], schema=schema)
            writer.write_batch(numbered.filter(pc.not_equal(lines, "")))
    return seen


def _whole_lines(path: Path, utf8: Path) -> Iterator[str]:
    """The text in pieces that end where a line ends, without the last line's end."""
    rest = b""
    with utf8.open("rb") as file:
        file.seek(len(codecs.BOM_UTF8) if file.read(3) == codecs.BOM_UTF8 else 0)
        while chunk := file.read(_CHUNK):
            whole, newline, rest = (rest + chunk).rpartition(b"\n")
            if newline:
                yield whole.decode()
            elif len(rest) > BLOCK:
                said = _("%(name)s has a row longer than %(size)s MB; a cell may hold %(most)s characters.")
                raise UnreadableFile(said % {"name": path.name, "size": BLOCK >> 20, "most": f"{MAX_CELL:,}"})
    if rest:
        yield rest.decode()


def _keys(duck: Duck, path: Path, lines: Path) -> list[str]:
    """All names of all objects, in the order in which they first occur. Creates the view `documents`."""
    duck.execute(
        f"""CREATE VIEW documents AS SELECT {ROW_NUMBER}, line, TRY_CAST(line AS JSON) AS document
            FROM read_parquet('{quoted(str(lines))}')"""
    )
    together = rows(
        duck,
        f"""SELECT json_keys(document) AS keys, min({ROW_NUMBER}) AS first FROM documents
            WHERE json_type(document) = 'OBJECT' GROUP BY keys ORDER BY first LIMIT {MOST_SHAPES}""",
    )
    found = list(dict.fromkeys(key for keys, _first in together for key in keys))
    if len(found) > MOST_COLUMNS or len(together) == MOST_SHAPES:
        raise UnreadableFile(
            _("%(name)s has objects with too many different names: %(most)s are possible.")
            % {"name": path.name, "most": MOST_COLUMNS}
        )
    return found


def _odd_lines(duck: Duck, keys: list[str]) -> list[MalformedRow]:
    """The lines that are no objects of single values."""
    nested = f"list_has_any(json_type(document, {_pointers(keys)}), ['OBJECT', 'ARRAY'])" if keys else "FALSE"
    found = rows(
        duck,
        f"""SELECT {ROW_NUMBER}, reason, left(line, {SHOWN}) FROM (
              SELECT {ROW_NUMBER}, line, CASE WHEN coalesce(json_type(document), '') <> 'OBJECT' THEN '{NO_OBJECT}'
                                              WHEN {nested} THEN '{NESTED}' END AS reason FROM documents)
            WHERE reason IS NOT NULL ORDER BY {ROW_NUMBER}""",
    )
    return [MalformedRow(*row) for row in found]


def _write(duck: Duck, keys: list[str], names: list[str], target: Path) -> int:
    """Write the other objects, those without any value left out; return how many they are."""
    cells = ", ".join(f"cells[{place}] AS {identifier(name)}" for place, name in enumerate(names, start=1))
    partial = target.with_suffix(".partial")
    duck.execute(
        f"""COPY (SELECT {cells}, {ROW_NUMBER} FROM (
                    SELECT {ROW_NUMBER}, json_extract_string(document, {_pointers(keys)}) AS cells FROM documents
                    WHERE json_type(document) = 'OBJECT'
                      AND NOT list_has_any(json_type(document, {_pointers(keys)}), ['OBJECT', 'ARRAY']))
                  WHERE array_to_string(cells, '') <> '')
            TO '{quoted(str(partial))}' (FORMAT parquet, COMPRESSION zstd)"""
    )
    partial.rename(target)
    return int(value(duck, f"SELECT count(*) FROM read_parquet('{quoted(str(target))}')"))


def _pointers(keys: list[str]) -> str:
    """A list of JSON pointers (RFC 6901) in SQL: unlike a path, a pointer can name any key."""
    escaped = (key.replace("~", "~0").replace("/", "~1") for key in keys)
    return "[" + ", ".join(f"'/{quoted(key)}'" for key in escaped) + "]"
