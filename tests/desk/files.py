"""What the files of tables hold."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def body(answer: Any) -> bytes:
    """The file of an answer."""
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    return b"".join(answer.streaming_content)


def csv_rows(answer: Any) -> list[list[str]]:
    """The rows of a CSV file, which begins with the mark that Excel needs."""
    raw = body(answer)
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def xlsx_rows(answer: Any, sheet: int = 1) -> list[list[str | float]]:
    """The rows of a workbook's sheet: texts, and numbers as floats; empty cells between them are left out."""
    return sheet_rows(body(answer), sheet)


def sheet_rows(raw: bytes, sheet: int = 1) -> list[list[str | float]]:
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        page = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))
    assert page.find(f".//{MAIN}f") is None  # no cell is a formula
    return [[_value(cell) for cell in row] for row in page.iter(f"{MAIN}row")]


def _value(cell: ElementTree.Element) -> str | float:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{MAIN}t"))
    return float(cell.findtext(f"{MAIN}v") or "nan")


def file_links(page: str) -> list[str]:
    """The addresses of the files that a page offers."""
    return [link.replace("&amp;", "&") for link in re.findall(r'<a href="([^"]+)" download', page)]
