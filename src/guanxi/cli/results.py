"""How a campaign's result is printed: incremental first, attributed second."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from guanxi.campaigns import wording
from guanxi.cli.output import facts, out, table

SHOWN_OF_PARTS: Final = ("taken together", "treated", "incremental profit", "verdict")


def show_results(result: dict[str, Any]) -> None:
    """Print a result."""
    title = _("Results of %(name)s (%(campaign)s)") % {"name": result["name"], "campaign": result["campaign"]}
    out.print(title, style="bold", markup=False)
    out.print(f"  {wording.window(result)}", markup=False)
    if result["has_control"]:
        _show_incremental(result)
    else:
        out.print(f"  {wording.said_of(result)}\n", style="bold", markup=False)
    facts("  " + wording.attributed_title(), wording.attributed_facts(result))
    if result["clicks"]:
        _show_clicks(result["campaign"], result["clicks"])


def _show_clicks(code: str, clicks: list[dict[str, Any]]) -> None:
    rows = [[row["cell"], row["delivered"], row["followed"], wording.percent(row["share"])] for row in clicks]
    people = _("Who they are: guanxi campaign members %(code)s --role clicks") % {"code": code}
    table(wording.clicks_title(), wording.CLICK_COLUMNS, rows, note=f"{wording.clicks_note()}\n{people}")


def _show_parts(result: dict[str, Any]) -> None:
    """Which part of it paid, as many columns as a terminal has room for; results of earlier versions have none."""
    if rows := wording.sum_rows(result):
        places = [wording.SUM_COLUMNS.index(name) for name in SHOWN_OF_PARTS]
        table(wording.parts_title(result), SHOWN_OF_PARTS, [[row[at] for at in places] for row in rows])
        if said := wording.extremes(result):
            out.print(f"  {said}\n", markup=False)


def _show_incremental(result: dict[str, Any]) -> None:
    out.print(f"  {wording.said_of(result)}", style="bold", markup=False)
    facts(f"  {wording.control_title(result)}", wording.incremental_facts(result))
    if len(result["cells"]) > 1:
        table(wording.cells_title(result), wording.CELL_COLUMNS, wording.cell_rows(result))
    _show_parts(result)
    if look := wording.look_said(result):
        out.print(f"  {look}", markup=False)
    if left_out := wording.left_out(result):
        out.print(f"  {left_out}")
    out.print(f"  {wording.method(result)}\n", style="dim")
