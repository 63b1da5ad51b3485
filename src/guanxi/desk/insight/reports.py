"""The reports of insight as tables and charts; every figure comes from insight's queries."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from guanxi.insight import queries
from guanxi.insight.audience import audience_fields
from guanxi.insight.catalogue import catalogue_rows
from guanxi.insight.columns import FIRST_CHANNEL
from guanxi.shell.tables import Cell, Table, count_cell, money_cell, share_cell
from guanxi.wording.words import phrase, word

TENTHS: Final = 10


@dataclass(frozen=True)
class Chart:
    """A drawing beside its table; `option` is what ECharts takes."""

    title: str
    identifier: str
    option: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """What one page of insight shows."""

    lead: str
    tables: Sequence[Table]
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = field(default=())


def tiers() -> Report:
    """The value tiers with their rules and goals."""
    rows = [row | queries.tier_words(row) for row in queries.tier_table()]
    sizes = Table(
        ["tier", "name", "customers", "sales", "contribution", "lifetime value", "rule", "goal"],
        [
            (
                word(row["tier"]), row["name"],
                _people(row["customers"], {"op": "in", "field": "class.tier", "values": [row["tier"]]}),
                money_cell(row["sales_amount"]), money_cell(row["contribution"]), money_cell(row["lifetime_value"]),
                row["rule"], row["goal"],
            )
            for row in rows
        ],
        title=_("Value tiers"),
    )  # fmt: skip
    stands_in = _("Strategic value is not asked of customers yet: their sales trend stands in for it.")
    lead = _("Each customer is in one tier; the first rule that fits decides.")
    return Report(lead, [sizes], notes=[stands_in, queries.profit_note()])


def bands() -> Report:
    """Customers by average bill."""
    rows = queries.band_table()
    table = Table(
        ["band", "customers", "share"],
        [
            (
                word(row["label"]),
                _people(
                    row["customers"],
                    {"op": "known", "field": "indicator.bill_band"}
                    if row["label"] == "total"
                    else _is("bill_band", row["band"]),
                ),
                share_cell(row["share"]),
            )
            for row in rows
        ],
        title=_("Customers by average bill"),
    )
    single = [row for row in rows if row["label"] != "total"]
    chart = bars(
        "bands", _("Share of customers by average bill"), [row["label"] for row in single],
        {_("customers"): [row["share"] for row in single]},
    )  # fmt: skip
    return Report(_("How much a customer spends at a time, on average."), [table], [chart])


def layers() -> Report:
    """Five layers of lifetime value."""
    rows = queries.layer_table()
    table = Table(
        ["layer", "customers", "lifetime value", "share of value", pgettext("lowest amount", "from")],
        [
            (
                Cell(str(row["layer"])),
                _people(row["customers"], _is("value_layer", row["layer"])),
                money_cell(row["value"]),
                share_cell(row["value_share"]),
                money_cell(row["lowest"]),
            )
            for row in rows
        ],
        title=_("Five layers of lifetime value"),
    )
    chart = bars(
        "layers", _("Share of lifetime value by layer"), [str(row["layer"]) for row in rows],
        {_("share of value"): [row["value_share"] for row in rows]},
    )  # fmt: skip
    lead = _("Five fifths of the customers, the most valuable first.")
    return Report(lead, [table], [chart], [queries.profit_note()])


def acquisition() -> Report:
    """Customers by the channel that brought them."""
    is_known = FIRST_CHANNEL in audience_fields()
    table = Table(
        ["channel", "customers", "of whom bought", "sales", "profit"],
        [
            (
                word(row["channel"]), *_acquired(row, is_known),
                money_cell(row["sales_amount"]), money_cell(row["profit_amount"]),
            )
            for row in queries.acquisition_table()
        ],
        title=_("Customers by acquisition channel"),
    )  # fmt: skip
    lead = _("Through which channel customers first came, and what they bought since.")
    return Report(lead, [table], notes=[queries.profit_note()])


def _acquired(row: dict[str, Any], is_known: bool) -> tuple[Any, Any]:
    """How many a channel brought, and how many of them bought; nobody can be asked for before a file names channels."""
    if not is_known:
        return row["customers"], row["buyers"]
    through = {"op": "=", "field": FIRST_CHANNEL, "value": row["channel"]}
    if row["channel"] == queries.UNKNOWN_CHANNEL:
        through = {"op": "unknown", "field": FIRST_CHANNEL}
    bought = {"op": ">", "field": "indicator.transaction_count", "value": 0}
    both = {"op": "all", "of": [through, bought]}
    return _people(row["customers"], through), _people(row["buyers"], both)


def indicators() -> Report:
    """What every measure means."""
    table = Table(
        [_("Indicator"), _("Formula"), _("Unit"), _("Window"), _("Undefined when")],
        [
            (row["label"], *(Cell(phrase(row[name])) for name in ("formula", "unit", "window", "undefined")))
            for row in catalogue_rows()
        ],
        title=_("What is measured of every customer"),
    )
    return Report(_("Each measure with its formula, unit and window, and when it is undefined."), [table])


REPORTS: Final[dict[str, tuple[Promise, Callable[[], Report]]]] = {
    "tiers": (gettext_lazy("Tiers"), tiers),
    "bands": (gettext_lazy("Bill bands"), bands),
    "layers": (gettext_lazy("Value layers"), layers),
    "acquisition": (gettext_lazy("Acquisition channels"), acquisition),
    "indicators": (gettext_lazy("Indicators"), indicators),
}
"""Report → its name and what it shows."""


def money_deciles(by: str) -> tuple[Table, Chart]:
    """Ten groups of equally many customers."""
    rows = queries.money_decile_table(by)
    title = _("Money deciles: ten groups of equally many customers")
    names = (
        "decile",
        "customers",
        pgettext("lowest amount", "from"),
        "sales",
        "share",
        "cumulative",
        "profit share",
    )
    table = Table(
        names,
        [
            (
                Cell(str(row["decile"])),
                _people(row["customers"], _is(f"{by}_decile", row["decile"])),
                money_cell(row["lowest"]),
                money_cell(row["sales_amount"]),
                share_cell(row["sales_share"]),
                share_cell(row["cumulative_sales_share"]),
                share_cell(row["profit_share"]),
            )
            for row in rows
        ],
        title=title,
    )
    shares = {
        _("share of sales"): [row["sales_share"] for row in rows],
        _("profit share"): [row["profit_share"] for row in rows],
    }
    return table, bars("money-deciles", title, [str(row["decile"]) for row in rows], shares)


def purchase_deciles(by: str) -> tuple[Table, Chart]:
    """Ten slices of equally much money, and how many customers each needs."""
    rows = queries.purchase_decile_table(by)
    title = _("Purchase deciles: how many customers make each tenth of the total")
    labels = [str(row["slice"]) if row["slice"] <= TENTHS else _("no slice needs") for row in rows]
    table = Table(
        ["slice", "customers", "share of customers", "cumulative", "amount"],
        [
            (
                Cell(name), _people(row["customers"], _in_slice(by, row["slice"])),
                share_cell(row["customer_share"]),
                share_cell(row["cumulative_customer_share"]), money_cell(row["amount"]),
            )
            for name, row in zip(labels, rows, strict=True)
        ],
        title=title,
    )  # fmt: skip
    shares = {_("share of customers"): [row["customer_share"] for row in rows]}
    return table, bars("purchase-deciles", title, labels, shares)


def bars(identifier: str, title: str, names: list[str], shares: dict[str, list[float | None]]) -> Chart:
    """A chart of shares in percent."""
    percents = {
        name: [None if share is None else round(100 * share, 1) for share in values]
        for name, values in shares.items()
    }
    return columns_chart(identifier, title, names, percents, unit=" %")


def columns_chart(
    identifier: str, title: str, names: list[str], series: dict[str, list[float | None]], *, unit: str = ""
) -> Chart:
    """A chart of columns side by side."""
    option = {
        "legend": {"bottom": 0, "show": len(series) > 1},
        "grid": {
            "left": 8,
            "right": 8,
            "top": 32,
            "bottom": 32 if len(series) > 1 else 4,
            "containLabel": True,
        },
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "axisLabel": {"formatter": f"{{value}}{unit}"}},
        "series": [{"type": "bar", "name": name, "data": values} for name, values in series.items()],
    }
    return Chart(title, identifier, option)


def _is(measure: str, value: int) -> dict[str, Any]:
    return {"op": "=", "field": f"indicator.{measure}", "value": value}


def _in_slice(by: str, number: int) -> dict[str, Any]:
    return {"op": "=", "field": f"slice.{queries.BY[by]}", "value": number}


def _people(count: int, where: dict[str, Any]) -> Cell:
    """A number that leads to the customers behind it; nobody is behind a zero."""
    if not count:
        return count_cell(count)
    return count_cell(count, f"{reverse('customers')}?{urlencode({'where': json.dumps(where)})}")
