"""From a file of any size to a Parquet file of text columns with row numbers, in bounded memory.

Nothing is interpreted here beyond what the bytes are: encoding, delimiter, rows and cells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from django.utils.translation import gettext as _

from guanxi.customers.imports.encodings import as_utf8, detect_encoding
from guanxi.customers.imports.kinds import MAX_CELL, UnreadableFile
from guanxi.customers.imports.ndjson import NDJSON_SUFFIXES, ndjson_columns, read_ndjson
from guanxi.customers.imports.quoting import misquoted_line
from guanxi.customers.imports.raw import BLOCK, ROW_NUMBER, MalformedRow, RawFile, no_row, usable_names

TYPES_BY_MAGIC = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF",
    b"SQLite format 3": "a SQLite database",
    b"\x89PNG": "a picture",
    b"<!DOCTYPE": "an HTML page",
    b"<html": "an HTML page",
}


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_raw(path: Path, target: Path, *, encoding: str | None = None) -> RawFile:
    """Read a CSV, Parquet or NDJSON file into a Parquet file of text columns and their row number.

    Row numbers count rows as a spreadsheet shows them, the header being row 1: a quoted line break starts no row, a
    blank line is one. Of NDJSON they count lines. Raises UnreadableFile with what is wrong and what to do.
    """
    if _is_parquet(path):
        return _read_parquet(path, target)
    if path.suffix.lower() in NDJSON_SUFFIXES:
        return _read_ndjson(path, target, encoding or detect_encoding(path))
    return _read_csv(path, target, encoding or detect_encoding(path))


def read_columns(path: Path, work: Path, *, encoding: str | None = None) -> tuple[str, ...]:
    """The names of a file's columns. `work` is a folder for what comes between. Raises UnreadableFile."""
    try:
        if _is_parquet(path):
            return tuple(usable_names(path, pa.parquet.read_schema(path).names))
        utf8 = as_utf8(path, work / "columns.utf8.csv", encoding or detect_encoding(path))
        if path.suffix.lower() in NDJSON_SUFFIXES:
            return ndjson_columns(path, utf8, work)
        blank_lines, delimiter = _before_header(utf8)
        return tuple(
            usable_names(path, _open_csv(utf8, delimiter, blank_lines, lambda row: "skip").schema.names)
        )
    except pa.ArrowException as error:
        raise UnreadableFile(_csv_complaint(path, str(error))) from error


def _is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, else text. Raises UnreadableFile where it is not what its name or the text says."""
    if not path.is_file():
        raise UnreadableFile(_("%(path)s does not exist or is not a file.") % {"path": path})
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t"):
        raise UnreadableFile(
            _("%(name)s is empty: a header row and at least one row are needed.") % {"name": path.name}
        )
    found = next((name for magic, name in TYPES_BY_MAGIC.items() if head.lstrip().startswith(magic)), None)
    is_parquet = path.suffix.lower() in {".parquet", ".pq"}
    if is_parquet:
        if found != "a Parquet file":
            raise UnreadableFile(
                _("%(name)s is not a Parquet file, though its name says so.") % {"name": path.name}
            )
        return True
    if found:
        raise UnreadableFile(
            _("%(name)s is %(found)s, not CSV text. Save it as CSV or Parquet and name it so.")
            % {"name": path.name, "found": _(found)}
        )
    return False


def _read_parquet(path: Path, target: Path) -> RawFile:
    try:
        source = pa.parquet.ParquetFile(path)
        names = usable_names(path, source.schema_arrow.names)
        batches = (_as_text(batch).rename_columns(names) for batch in source.iter_batches(batch_size=200_000))
        written = _write_numbered(path, batches, target, skipped=[], first_row=2)
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFile(
            _("%(name)s is a damaged Parquet file: %(error)s") % {"name": path.name, "error": error}
        ) from error
    return replace(written, columns=tuple(names), encoding="parquet")


def _as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [_text_column(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _text_column(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # Whole seconds without a zone mark: the zone is the importer's to say (--time-zone).
        zone = "+00:00" if column.type.tz else ""
        column = column.cast(pa.timestamp("us"), safe=False)
        text = pc.strftime(
            pc.floor_temporal(column, unit="second").cast(pa.timestamp("s")), "%Y-%m-%d %H:%M:%S"
        )
        return pc.binary_join_element_wise(text, zone, "")
    try:
        return column.cast(pa.string())
    except pa.ArrowException as error:
        raise UnreadableFile(
            _("A column of type %(type)s cannot be imported: %(error)s")
            % {"type": column.type, "error": error}
        ) from error


def _read_ndjson(path: Path, target: Path, encoding: str) -> RawFile:
    utf8 = as_utf8(path, target.with_suffix(".utf8.ndjson"), encoding)
    try:
        return replace(read_ndjson(path, utf8, target), encoding=encoding)
    finally:
        if utf8 != path:
            utf8.unlink(missing_ok=True)


def _read_csv(path: Path, target: Path, encoding: str) -> RawFile:
    utf8 = as_utf8(path, target.with_suffix(".utf8.csv"), encoding)
    try:
        return replace(_read_utf8(path, utf8, target), encoding=encoding)
    except pa.ArrowException as error:
        raise UnreadableFile(_csv_complaint(path, str(error))) from error
    finally:
        if utf8 != path:
            utf8.unlink(missing_ok=True)


def _read_utf8(path: Path, utf8: Path, target: Path) -> RawFile:
    blank_lines, delimiter = _before_header(utf8)
    if line := misquoted_line(utf8, delimiter):
        raise UnreadableFile(
            _(
                "%(name)s has a quoted cell in line %(line)s that is not closed at its end. A quote "
                'inside a quoted cell is written twice: "12"" pipe".'
            )
            % {"name": path.name, "line": f"{line:,}"}
        )
    malformed: list[MalformedRow] = []

    def note(row: pa.csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} cells, the header has {row.expected_columns}"
        malformed.append(MalformedRow(row.number, reason, (row.text or "")[:200]))
        return "skip"

    found = _open_csv(utf8, delimiter, blank_lines, lambda row: "skip").schema.names
    names = usable_names(path, found)
    text = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(found, pa.string()),
        strings_can_be_null=False,
        quoted_strings_can_be_null=False,
    )
    reader = _open_csv(utf8, delimiter, blank_lines, note, text)
    batches = (batch.rename_columns(names) for batch in reader)
    written = _write_numbered(path, batches, target, skipped=malformed, first_row=blank_lines + 2)
    return replace(written, columns=tuple(names))


def _open_csv(
    path: Path, delimiter: str, skip: int, note: Any, convert: pa.csv.ConvertOptions | None = None
) -> pa.csv.CSVStreamingReader:
    """With `convert` every cell is left as it stands: no guessed types, no guessed nulls."""
    return pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(block_size=BLOCK, use_threads=False, skip_rows=skip),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=convert,
    )


def _csv_complaint(path: Path, message: str) -> str:
    if "straddling" in message:
        said = _("%(name)s has a row longer than %(size)s MB; a cell may hold %(most)s characters.")
        return said % {"name": path.name, "size": BLOCK >> 20, "most": f"{MAX_CELL:,}"}
    if "Empty CSV" in message:
        return no_row(path)
    return _("%(name)s cannot be read as CSV: %(message)s") % {"name": path.name, "message": message}


def _before_header(path: Path) -> tuple[int, str]:
    """How many blank lines stand before the header, and the separator that occurs most often in it."""
    blank = 0
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while (header := file.readline(1 << 20)) and not header.strip("\r\n"):
            blank += 1
    counts = {mark: header.count(mark) for mark in ",;\t|"}
    best = max(counts, key=lambda mark: counts[mark])
    return blank, best if counts[best] else ","


def _write_numbered(
    path: Path,
    batches: Iterator[pa.RecordBatch],
    target: Path,
    *,
    skipped: list[MalformedRow],
    first_row: int,
) -> RawFile:
    """Write the batches with their row numbers; malformed rows that were skipped keep their numbers."""
    seen = kept = 0
    partial = target.with_suffix(".partial")
    writer: pa.parquet.ParquetWriter | None = None
    try:
        for batch in batches:
            numbered = _without_blanks(_numbered(batch, seen + first_row, skipped))
            writer = writer or pa.parquet.ParquetWriter(partial, numbered.schema, compression="zstd")
            writer.write_batch(numbered)
            seen, kept = seen + batch.num_rows, kept + numbered.num_rows
    finally:
        if writer:
            writer.close()
    if kept == 0:
        example = f" Row {skipped[0].row} {skipped[0].reason}." if skipped else ""
        raise UnreadableFile(no_row(path) + example)
    partial.rename(target)
    return RawFile((), kept + len(skipped), tuple(skipped), "", blank=seen - kept)


def _numbered(batch: pa.RecordBatch, first: int, skipped: list[MalformedRow]) -> pa.RecordBatch:
    """`first` is the batch's first row number if nothing before it was skipped."""
    numbers = np.arange(first, first + batch.num_rows)
    gaps = np.sort(np.array([row.row for row in skipped], dtype=np.int64))
    numbers += np.searchsorted(gaps - np.arange(len(gaps)), numbers, side="right")
    return batch.append_column(ROW_NUMBER, pa.array(numbers, pa.int64()))


def _without_blanks(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without rows of which every cell is empty, as a spreadsheet leaves them at the end."""
    blank = None
    for column in batch.columns[:-1]:
        empty = pc.fill_null(pc.equal(column, ""), True)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return batch
    return batch.filter(pc.invert(blank))
