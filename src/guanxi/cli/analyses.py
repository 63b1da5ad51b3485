"""How `guanxi insight` lists analyses and shows their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.cli.output import out, percent, table
from guanxi.cli.who import actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import format_money
from guanxi.insight.analyses.arranging import column_label
from guanxi.insight.analyses.asking import Answer, ask
from guanxi.insight.analyses.definition import Column, Sheet, month_text
from guanxi.insight.analyses.offered import ANALYSES, GROUPS
from guanxi.insight.analyses.parameters import default_of
from guanxi.insight.queries import profit_note
from guanxi.wording.words import phrase, word

MOST_ROWS: Final = 60
"""So many rows of a sheet are printed; --json has all."""


def analysis_rows() -> list[dict[str, Any]]:
    """Every analysis with its question and its parameters."""
    return [
        {
            "analysis": analysis.code,
            "group": str(GROUPS[analysis.group]),
            "name": str(analysis.name),
            "question": str(analysis.question),
            "parameters": {parameter.name: default_of(parameter) for parameter in analysis.parameters},
        }
        for group in GROUPS
        for analysis in ANALYSES.values()
        if analysis.group == group
    ]


def show_analyses(rows: list[dict[str, Any]], reports: Sequence[str]) -> None:
    out.print(_("Reports"), style="bold")
    out.print("  " + ", ".join(reports), markup=False)
    group = ""
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            out.print(group, style="bold")
        taken = " ".join(f"{name}={_default(value)}" for name, value in row["parameters"].items())
        out.print(f"  {row['analysis']}  {taken}".rstrip(), markup=False)
        out.print(f"    {row['question']}", style="dim", markup=False)
    out.print()


def _default(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def answered(code: str, by: str | None, given: list[str]) -> Answer:
    """The answer of an analysis to parameters typed as name=value; waits for it."""
    values: dict[str, Any] = {"by": by} if by is not None else {}
    for typed in given:
        name, equals, value = typed.partition("=")
        if not equals:
            raise DomainError(_("--set takes name=value, not %(typed)s.") % {"typed": typed})
        values[name.strip()] = value.strip()
    return ask(code, values, actor=actor(), wait=True)


def show_answer(answer: Answer) -> None:
    shown = answer.shown
    assert shown is not None  # the caller waited for it
    if shown.lead:
        out.print(str(shown.lead), markup=False)
    for sheet in shown.sheets:
        if not sheet.is_drawn_only:
            _show_sheet(sheet)
    for note in (*shown.notes, profit_note()):
        if note:
            out.print(str(note), style="dim", markup=False)
    out.print()


def _show_sheet(sheet: Sheet) -> None:
    if not sheet.rows:
        out.print(str(sheet.empty or _("Nothing yet.")), style="dim", markup=False)
        return
    rows = [_texts(sheet.columns, row) for row in sheet.rows[:MOST_ROWS]]
    left_out = len(sheet.rows) - len(rows)
    note = str(sheet.note)
    if left_out:
        note = f"{note} {_('%(number)s more rows: --json has all.') % {'number': left_out}}".strip()
    table(str(sheet.title), [column_label(column) for column in sheet.columns], rows, note=note)


def _texts(columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
    return [_text(column, value) for column, value in zip(columns, row, strict=True)]


def _text(column: Column, value: Any) -> Any:
    if value is None:
        return None
    match column.kind:
        case "money":
            return format_money(value)
        case "share":
            return percent(value)
        case "code":
            return phrase(str(word(value)))
        case "month":
            return month_text(value)
        case "customer":
            return str(value)
    return value
