"""Every table of a page as a file: `?format=xlsx` or `csv` on the page's own address, under the page's own rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from guanxi.foundation import audit
from guanxi.shell.exports import FORMATS, Sheet, as_download
from guanxi.shell.tables import Cell, Table, cell_of
from guanxi.wording.words import label

SEEN: Final = 200
"""How many rows tell the unit of a column."""
LABELS: Final = {"xlsx": "Excel", "csv": "CSV"}
Respond = Callable[[HttpRequest], HttpResponse]


def note_table(request: HttpRequest, table: Table) -> list[dict[str, str]]:
    """Remember a table that a page shows, and return the addresses of its files: `label` and `href` of each."""
    tables = _noted(request)
    tables.append(table)
    if request.method not in {"GET", "HEAD"}:
        return []  # the address of a form that was sent shows something else
    state = {name: values for name, values in request.GET.lists() if name not in {"format", "table"}}
    return [
        {
            "label": LABELS[kind],
            "href": f"{request.path}?{urlencode(state | {'table': len(tables), 'format': kind}, doseq=True)}",
        }
        for kind in FORMATS
    ]


def tables_as_files(respond: Respond) -> Respond:
    """Middleware: where a file is asked for, send the table in place of the page that shows it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = respond(request)
        wanted = _wanted(request) if response.status_code == 200 else None
        return _file(request, wanted) if wanted else response

    return middleware


def _noted(request: Any) -> list[Table]:
    """The tables of the page that this request asked for, in order."""
    if not hasattr(request, "shown_tables"):
        request.shown_tables = []
    return request.shown_tables  # type: ignore[no-any-return]


def _wanted(request: HttpRequest) -> Table | None:
    """The table that is asked for; the first where none is named."""
    number = request.GET.get("table", "1")
    if request.method != "GET" or request.GET.get("format") not in FORMATS or not number.isdecimal():
        return None
    return next(islice(_noted(request), max(int(number[:4]), 1) - 1, None), None)


def _file(request: HttpRequest, table: Table) -> HttpResponse:
    kind = request.GET["format"]
    name = table.title or request.path.strip("/").replace("/", " ")
    response, rows = as_download(sheet_of(table, name), kind)
    kept = {name: value for name, value in request.GET.items() if name != "format"}
    who: Any = request.user
    audit.record(
        who.actor, "exported", "table", name[:60], path=request.path, asked=kept, format=kind, rows=rows
    )
    return response  # type: ignore[return-value]  # it streams; to a browser it is an answer like others


def sheet_of(table: Table, name: str) -> Sheet:
    """A table as what a file holds; each column has the unit that its first cells have."""
    rows = _cells(table)
    first = list(islice(rows, SEEN))
    units = [
        next((row[place].unit for row in first if row[place].unit), "") for place in range(len(table.columns))
    ]
    plain = ([cell.plain for cell in row] for row in chain(first, rows))
    return Sheet(name or _("Table"), [label(column) for column in table.columns], units, plain)


def _cells(table: Table) -> Iterator[Sequence[Cell]]:
    return ([cell_of(value) for value in row] for row in (table.every() if table.every else table.rows))
