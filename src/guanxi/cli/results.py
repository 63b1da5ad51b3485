"""How a campaign's result is printed: incremental first, attributed second."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.campaigns import wording
from guanxi.cli.output import facts, out, table


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


def _show_incremental(result: dict[str, Any]) -> None:
    out.print(f"  {wording.said_of(result)}", style="bold", markup=False)
    facts(f"  {wording.control_title(result)}", wording.incremental_facts(result))
    if len(result["cells"]) > 1:
        table(wording.cells_title(result), wording.CELL_COLUMNS, wording.cell_rows(result))
    if left_out := wording.left_out(result):
        out.print(f"  {left_out}")
    out.print(f"  {wording.method(result)}\n", style="dim")
