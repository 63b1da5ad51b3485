"""How commands speak: tables for people, JSON for programs, a progress bar for long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from guanxi.foundation import clock
from guanxi.wording.words import label, phrase, word

AsJson = Annotated[bool, typer.Option("--json", help=_("Print the result as JSON, for programs."))]
CODED = {"state", "role", "verdict", "goal", "kind", "channel", "cell", "tier", "from", "to", "band"}
"""Columns and names whose values are codes of the product."""
INSTANTS = {
    "at", "placed_at", "due_at", "contacted_at", "decided_at", "created_at", "published_at", "expires_at", "revoked_at",
    "last_attempt_at",
}  # fmt: skip
"""Those whose values are instants in UTC."""
SENTENCES = {"reason", "error", "detail", "why", "by", "audit_chain", "step"}
"""Those whose values are codes or sentences that are kept in English."""

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def emit(data: Any, as_json: bool, show: Callable[[Any], None]) -> None:
    """Print data as JSON, or let `show` print it for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        show(data)


def say(sentence: str, data: Mapping[str, Any], as_json: bool) -> None:
    """Print what was done: one sentence for people, its data for programs."""
    emit(data, as_json, lambda _data: out.print(sentence, markup=False, soft_wrap=True))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, note: str = "") -> None:
    """A table whose numbers stand to the right. Columns and coded values are shown in the user's language."""
    grid = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False
    )
    numeric = [all(_is_number(row[index]) for row in rows) for index in range(len(columns))]
    for name, right in zip(columns, numeric, strict=True):
        grid.add_column(label(name), justify="right" if right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(text(_shown(name, cell)) for name, cell in zip(columns, row, strict=True)))
    out.print(grid)
    if note:
        out.print(note, style="dim")
    out.print()


def facts(title: str, values: Mapping[str, Any], *, verbatim: bool = False) -> None:
    """Names and values under a title. Names, unless they are to be typed again, and coded values are shown in the
    user's language."""
    out.print(title, style="bold")
    labels = {name: name if verbatim else label(name.replace("_", " ")) for name in values}
    width = max((cell_len(shown) for shown in labels.values()), default=0)
    for name, value in values.items():
        gap = " " * (width - cell_len(labels[name]))
        out.print(f"  {labels[name]}{gap}  {text(_shown(name, value))}")
    out.print()


def _shown(name: str, value: Any) -> Any:
    """A value under its name: a code or a sentence of the product in words, an instant in the business's time."""
    if name in INSTANTS and value:
        return clock.business_minute(datetime.fromisoformat(str(value)))
    if not isinstance(value, str) or name not in CODED | SENTENCES:
        return value
    return phrase(str(word(value)))


def text(value: Any) -> str:
    """A value as people read it: thousands separated, a dash where undefined. Markup in data is not obeyed."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    return str(value).replace("[", r"\[")


def percent(value: float | None, digits: int = 1) -> str:
    """A share as a percentage."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error; nothing when quiet or when nobody watches."""
    if quiet or not err.is_terminal:
        yield lambda step, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(_("starting"), total=None)
        yield lambda step, done, total: bar.update(
            task, description=phrase(step), completed=done, total=total or None
        )


def _is_number(cell: Any) -> bool:
    if cell is None or isinstance(cell, int | float):
        return True
    return bool(str(cell)) and (str(cell)[0].isdigit() or str(cell)[0] in "-–±≥")
