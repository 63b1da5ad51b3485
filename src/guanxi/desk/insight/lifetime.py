"""The report of the lifetime model: what it assumes and estimated, what it found, and how well it predicted."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from guanxi.desk.insight.reports import Chart, columns_chart
from guanxi.insight.queries import lifetime_report, profit_note
from guanxi.shell.tables import EMPTY, Cell, Table
from guanxi.wording.words import phrase

Pairs = list[tuple[str, str]]


def lifetime() -> dict[str, Any]:
    """The model's card; without `card` where nobody has come back to buy again."""
    card = lifetime_report()
    if not card.get("name"):
        return {}
    test = card.get("backtest")
    return {
        "card": card,
        "pairs": _model(card),
        "diagnosis": [phrase(finding["sentence"]) for finding in card["diagnosis"]],
        "note": profit_note(),
        "choice": _choice(card.get("choice")),
        "backtest": test and {"test": test, "pairs": _figures(test), **_calibration(test)},
    }


def _model(card: dict[str, Any]) -> Pairs:
    assumed = card["assumptions"]
    horizon = _("%(days)s days at %(rate)s a year") % {
        "days": assumed["horizon_days"],
        "rate": f"{100 * assumed['discount_rate_year']:.1f} %",
    }
    return [
        ("purchases", f"{phrase(card['name'])} ({_parameters(card['parameters'])})"),
        ("spend", f"{phrase(card['spend_name'])} ({_parameters(card['spend_parameters'])})"),
        ("customers", f"{card['customers']:,}"),
        ("repeat buyers", f"{card['repeat_buyers']:,}"),
        ("horizon", horizon),
        ("margin after cost to serve", f"{100 * card['margin_rate']:.1f} %"),
    ]


def _parameters(estimates: dict[str, Any]) -> str:
    return ", ".join(f"{name} {each['value']:.4g}" for name, each in sorted(estimates.items()))


def _choice(choice: dict[str, Any] | None) -> dict[str, Any] | None:
    """The models that were compared on the firm's own customers, and which of them was taken."""
    if not choice:
        return None
    rows = [_candidate(each, choice["model"]) for each in choice["candidates"]]
    columns = [
        "model", _("usable"), "purchases predicted", "mean absolute error", _("root mean squared error"),
        _("correlation"),
    ]  # fmt: skip
    note = _("Actual purchases: %(actual)s of %(customers)s customers.") % {
        "actual": f"{choice['actual_total']:,}", "customers": f"{choice['customers']:,}",
    }  # fmt: skip
    table = Table(columns, rows, title=_("Which model predicts best"), note=note)
    return {"sentence": phrase(choice["sentence"]), "table": table}


def _candidate(candidate: dict[str, Any], chosen: str) -> tuple[Any, ...]:
    found = candidate["holdout"] or dict.fromkeys(("total", "mae", "rmse", "correlation"))
    name = f"{candidate['name']} ✓" if candidate["name"] == chosen else candidate["name"]
    total = None if found["total"] is None else round(found["total"])
    return (
        Cell(name), candidate["usable"], total, _digits(found["mae"]), _digits(found["rmse"]),
        _digits(found["correlation"]),
    )  # fmt: skip


def _digits(value: float | None) -> Cell:
    return Cell(EMPTY if value is None else f"{value:.3f}", is_number=True, value=value)


def _figures(test: dict[str, Any]) -> Pairs:
    predicted, naive = test["predicted"], test["naive"]
    return [
        (
            "purchases predicted",
            _("%(predicted)s (actual %(actual)s)")
            % {"predicted": f"{predicted['total']:,.0f}", "actual": f"{test['actual_total']:,}"},
        ),
        (
            "mean absolute error",
            _("%(error)s (at the past rate: %(naive)s)")
            % {"error": f"{predicted['mae']:.3f}", "naive": f"{naive['mae']:.3f}"},
        ),
    ]


def _calibration(test: dict[str, Any]) -> dict[str, Table | Chart]:
    rows, title = test["deciles"], _("Calibration by predicted decile: mean purchases")
    table = Table(
        ["decile", "customers", "predicted", "actual"],
        [
            (Cell(str(row["decile"])), row["customers"], row["predicted_mean"], row["actual_mean"])
            for row in rows
        ],
        title=title,
    )
    series = {
        _("predicted"): [round(row["predicted_mean"], 2) for row in rows],
        _("actual"): [round(row["actual_mean"], 2) for row in rows],
    }
    return {
        "table": table,
        "chart": columns_chart("calibration", title, [str(r["decile"]) for r in rows], series),
    }
