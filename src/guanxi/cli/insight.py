"""`guanxi insight …`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from guanxi.cli.analyses import analysis_rows, answered, show_analyses, show_answer
from guanxi.cli.long_work import run_job
from guanxi.cli.output import AsJson, emit, facts, out, percent, table
from guanxi.cli.times import date_of
from guanxi.cli.who import actor
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import base_currency, format_money
from guanxi.insight import queries
from guanxi.insight.analyses.offered import ANALYSES
from guanxi.insight.catalogue import catalogue_rows
from guanxi.insight.queries import profit_note, tier_words
from guanxi.insight.services import start_refresh
from guanxi.wording.words import phrase

app = typer.Typer(help=_("What each customer is worth."), no_args_is_help=True)

SLICES, BEYOND = 10, gettext_noop("no slice needs")


class Report(StrEnum):
    MONEY_DECILES = "money-deciles"
    PURCHASE_DECILES = "purchase-deciles"
    BANDS = "bands"
    LAYERS = "layers"
    TIERS = "tiers"
    MOVES = "moves"
    LIFETIME_VALUE = "lifetime-value"
    ACQUISITION = "acquisition"
    INDICATORS = "indicators"


@app.command()
def refresh(
    as_of: Annotated[
        str | None, typer.Option(help=_("As of which date [the last day with an order]."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the copy and every measure up to date and publish them."""
    result = run_job(start_refresh(as_of=date_of(as_of) if as_of else None, actor=actor()), as_json)
    emit(result, as_json, show_refresh)


@app.command()
def analyses(as_json: AsJson = False) -> None:
    """List the reports, and every analysis with what it asks and takes."""
    emit(analysis_rows(), as_json, lambda rows: show_analyses(rows, list(Report)))


@app.command()
def show(
    report: Annotated[
        str, typer.Argument(help=_("A report or an analysis; `guanxi insight analyses` lists both."))
    ],
    by: Annotated[
        str | None, typer.Option(help=_("sales or profit, where the report is about deciles [sales]."))
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help=_("A parameter of an analysis, as name=value; may be repeated.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show one report or analysis of the published figures."""
    if report in ANALYSES:
        answer = answered(report, by, given or [])
        emit(answer.raw, as_json, lambda _raw: show_answer(answer))
        return
    show_report(_report(report, given or []), by, as_json)


def _report(name: str, given: list[str]) -> Report:
    if name not in list(Report):
        raise DomainError(
            _("There is no report or analysis %(name)s; `guanxi insight analyses` lists both.")
            % {"name": name}
        )
    if given:
        raise DomainError(_("%(report)s takes no --set; analyses do.") % {"report": name})
    return Report(name)


def show_report(report: Report, by: str | None, as_json: bool) -> None:
    read, display = _REPORTS[report]
    takes_by = report in {Report.MONEY_DECILES, Report.PURCHASE_DECILES}
    if by is not None and not takes_by:
        raise DomainError(
            _("%(report)s takes no --by; money-deciles and purchase-deciles do.") % {"report": report.value}
        )
    data = read(by or "sales") if takes_by else read()
    emit(data, as_json, display)


def show_refresh(result: dict[str, Any]) -> None:
    totals = result["totals"]
    facts(
        _("Insight as of %(day)s") % {"day": result["as_of"]},
        {
            "customers": result["customers"],
            "window": _("%(first)s to %(last)s") % {"first": totals["first_day"], "last": totals["last_day"]},
            "orders": totals["orders"],
            "lines": totals["lines"],
            "sales": format_money(totals["sales_minor"]),
            "profit": format_money(totals["profit_minor"]),
            "sales without a customer": format_money(totals["sales_without_customer_minor"]),
            "moves between tiers": result["moves"],
            "lifetime model": result["lifetime_model"],
        },
    )
    for sentence in result["lifetime_diagnosis"]:
        out.print(f"  • {phrase(sentence)}", markup=False)
    out.print(profit_note() + "\n", style="dim")


def show_money_deciles(rows: list[dict[str, Any]]) -> None:
    table(
        _("Money deciles: ten groups of equally many customers (%(currency)s)")
        % {"currency": base_currency()},
        [
            "decile",
            "customers",
            pgettext("lowest amount", "from"),
            "sales",
            "share",
            "cumulative",
            "profit share",
        ],
        [
            [
                row["decile"],
                row["customers"],
                amount(row["lowest"]),
                amount(row["sales_amount"]),
                percent(row["sales_share"]),
                percent(row["cumulative_sales_share"]),
                percent(row["profit_share"]),
            ]
            for row in rows
        ],
        note=profit_note(),
    )


def show_purchase_deciles(rows: list[dict[str, Any]]) -> None:
    table(
        _("Purchase deciles: how many customers make each tenth of the total (%(currency)s)")
        % {"currency": base_currency()},
        ["slice", "customers", "share of customers", "cumulative", "amount"],
        [
            [
                row["slice"] if row["slice"] <= SLICES else _(BEYOND),
                row["customers"],
                percent(row["customer_share"]),
                percent(row["cumulative_customer_share"]),
                amount(row["amount"]),
            ]
            for row in rows
        ],
        note=profit_note(),
    )


def show_bands(rows: list[dict[str, Any]]) -> None:
    table(
        _("Customers by average bill (%(currency)s)") % {"currency": base_currency()},
        ["band", "customers", "share"],
        [[row["label"], row["customers"], percent(row["share"])] for row in rows],
    )


def show_layers(rows: list[dict[str, Any]]) -> None:
    table(
        _("Five layers of lifetime value (%(currency)s)") % {"currency": base_currency()},
        ["layer", "customers", "lifetime value", "share of value", pgettext("lowest amount", "from")],
        [
            [
                row["layer"],
                row["customers"],
                amount(row["value"]),
                percent(row["value_share"]),
                amount(row["lowest"]),
            ]
            for row in rows
        ],
        note=profit_note(),
    )


def show_tiers(rows: list[dict[str, Any]]) -> None:
    table(
        _("Value tiers (%(currency)s)") % {"currency": base_currency()},
        ["tier", "customers", "sales", "contribution", "lifetime value"],
        [
            [
                row["tier"],
                row["customers"],
                amount(row["sales_amount"]),
                amount(row["contribution"]),
                amount(row["lifetime_value"]),
            ]
            for row in rows
        ],
        note=_("Strategic value is not asked of customers yet: their sales trend stands in for it.")
        + " "
        + profit_note(),
    )
    for row in rows:
        said = _("%(tier)s: %(name)s. %(rule)s. Goal: %(goal)s.") % (row | tier_words(row))
        out.print(f"  {said}", style="dim", markup=False)
    out.print()


def show_moves(rows: list[dict[str, Any]]) -> None:
    table(_("Moves between tiers"), ["on", "from", "to", "customers"], [list(row.values()) for row in rows])


def show_lifetime(card: dict[str, Any]) -> None:
    if not card.get("name"):
        out.print(_("Nobody has come back to buy again yet, so nothing tells what customers will do."))
        return
    assumed = card["assumptions"]
    facts(
        _("Lifetime value as of %(day)s") % {"day": card["as_of"]},
        {
            "purchases": f"{phrase(card['name'])} ({_parameters(card['parameters'])})",
            "spend": f"{phrase(card['spend_name'])} ({_parameters(card['spend_parameters'])})",
            "customers": card["customers"],
            "repeat buyers": card["repeat_buyers"],
            "horizon": _("%(days)s days at %(rate)s a year")
            % {"days": assumed["horizon_days"], "rate": percent(assumed["discount_rate_year"])},
            "margin after cost to serve": percent(card["margin_rate"]),
        },
    )
    for finding in card["diagnosis"]:
        out.print(f"  • {phrase(finding['sentence'])}", markup=False)
    out.print(profit_note() + "\n", style="dim")
    if card.get("choice"):
        _show_choice(card["choice"])
    if card.get("backtest"):
        _show_backtest(card["backtest"])


def _show_choice(choice: dict[str, Any]) -> None:
    rows = [
        [
            each["name"],
            each["usable"],
            *((each["holdout"] or {}).get(name) for name in ("total", "mae", "rmse")),
        ]
        for each in choice["candidates"]
    ]
    columns = [
        "model",
        _("usable"),
        "purchases predicted",
        "mean absolute error",
        _("root mean squared error"),
    ]
    table(_("Which model predicts best"), columns, rows, note=phrase(choice["sentence"]))


def _parameters(estimates: dict[str, Any]) -> str:
    return ", ".join(f"{name} {each['value']:.4g}" for name, each in sorted(estimates.items()))


def show_acquisition(rows: list[dict[str, Any]]) -> None:
    table(
        _("Customers by acquisition channel (%(currency)s)") % {"currency": base_currency()},
        ["channel", "customers", "of whom bought", "sales", "profit"],
        [
            [
                row["channel"],
                row["customers"],
                row["buyers"],
                amount(row["sales_amount"]),
                amount(row["profit_amount"]),
            ]
            for row in rows
        ],
        note=profit_note(),
    )


def show_indicators(rows: list[dict[str, Any]]) -> None:
    out.print(_("What is measured of every customer"), style="bold")
    for row in rows:
        out.print(f"  {row['label']}  [dim]{row['indicator']}[/dim]")
        out.print(f"    = {phrase(row['formula'])} ({phrase(row['unit'])})", markup=False)
        out.print(f"    {phrase(row['window'])}; {phrase(row['undefined'])}", style="dim", markup=False)
    out.print()


def _show_backtest(test: dict[str, Any]) -> None:
    predicted, naive = test["predicted"], test["naive"]
    facts(
        _("Back-test of %(model)s: fitted until %(calibration_end)s, predicting until %(holdout_end)s")
        % test,
        {
            "purchases predicted": _("%(predicted)s (actual %(actual)s)")
            % {"predicted": f"{predicted['total']:,.0f}", "actual": f"{test['actual_total']:,}"},
            "mean absolute error": _("%(error)s (at the past rate: %(naive)s)")
            % {"error": f"{predicted['mae']:.3f}", "naive": f"{naive['mae']:.3f}"},
        },
    )
    table(
        _("Calibration by predicted decile: mean purchases"),
        ["decile", "customers", "predicted", "actual"],
        [
            [row["decile"], row["customers"], row["predicted_mean"], row["actual_mean"]]
            for row in test["deciles"]
        ],
    )


def amount(minor: float | None) -> str:
    """An amount without its currency, which stands once in the title."""
    return format_money(minor).removesuffix(f" {base_currency()}")


_REPORTS: dict[Report, tuple[Any, Any]] = {
    Report.MONEY_DECILES: (queries.money_decile_table, show_money_deciles),
    Report.PURCHASE_DECILES: (queries.purchase_decile_table, show_purchase_deciles),
    Report.BANDS: (queries.band_table, show_bands),
    Report.LAYERS: (queries.layer_table, show_layers),
    Report.TIERS: (queries.tier_table, show_tiers),
    Report.MOVES: (queries.move_table, show_moves),
    Report.LIFETIME_VALUE: (queries.lifetime_report, show_lifetime),
    Report.INDICATORS: (catalogue_rows, show_indicators),
    Report.ACQUISITION: (queries.acquisition_table, show_acquisition),
}
