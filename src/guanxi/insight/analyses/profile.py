"""What sets a group of customers apart from everybody: attributes that are commoner or rarer in it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.profiles import Cutting, over_represented
from guanxi.insight.analyses.arranging import sheet_of, together
from guanxi.insight.analyses.chosen_group import (
    ATTRIBUTES,
    IN_GROUP,
    PEOPLE,
    field_label,
    group_parameters,
    group_text,
    mark_group,
    opening,
    value_text,
)
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown

MOST_BARS: Final = 24


def _compute(data: Data, asked: Asked) -> Raw:
    condition, names = mark_group(data, asked)
    if condition is None or not names:
        return {"values": [], "group": condition, "attributes": list(names)}
    found = over_represented(
        data.duck.table(PEOPLE),
        group=IN_GROUP,
        attributes=names,
        against=asked["against"],
        cutting=Cutting(at_least=asked["at_least"]),
    )
    return {"values": records(found), "group": condition, "attributes": list(names)}


def _show(raw: Raw, asked: Asked) -> Shown:
    found = sorted(raw["values"], key=_strength)
    told = [{**row, "attribute": field_label(row["attribute"]), "value": value_text(row)} for row in found]
    values = defaultdict(list)
    for row in raw["values"]:
        if row["kind"] == "value":
            values[row["attribute"]].append(row["value"])
    behind = [opening(row, values[row["attribute"]]) for row in found]
    base_share = _("share of the others") if asked["against"] == "rest" else _("share of everybody")
    sheet = sheet_of(
        "values",
        _("What sets the group apart"),
        [
            Column("attribute", "text"),
            Column("value", "text"),
            Column("group_customers", "count", _("in the group")),
            Column("base_customers", "count", _("of everybody")),
            Column("group_share", "share", _("share of the group")),
            Column("base_share", "share", base_share),
            Column("index", "number", _("Index (100: alike)")),
            Column("difference", "share", _("difference")),
            Column("difference_low", "share", _("at least")),
            Column("difference_high", "share", _("at most")),
            Column("verdict", "code"),
        ],
        told,
        opens=behind,
        opens_of={"group_customers": [together(raw["group"], where) for where in behind]},
        note=_("The surest and largest differences first."),
        empty=_empty(raw),
    )
    return Shown(
        lead=_("The group (%(group)s) beside everybody.") % {"group": group_text(asked)} if found else "",
        sheets=[sheet, _bars(told)],
        drawings=[
            Drawing(
                sheet="index", kind="bars", title=_("Index: 100 means as common as among everybody"),
                names="what", values=["index"],
            )
        ],
        notes=[
            _("Shares are of those whose value is known; intervals hold for all rows at once, at 95 %."),
            _("It describes and does not say why: a difference need not make anybody a member of the group."),
        ],
    )  # fmt: skip


def _strength(row: dict[str, Any]) -> tuple[Any, ...]:
    """Those that are told apart first, by the size of the difference."""
    return (row["verdict"] == "cannot tell", row["difference"] is None, -abs(row["difference"] or 0))


def _bars(told: list[dict[str, Any]]) -> Sheet:
    apart = [row for row in told if row["verdict"] != "cannot tell" and row["index"] is not None][:MOST_BARS]
    return sheet_of(
        "index",
        _("Index"),
        [Column("what", "text"), Column("index", "number", _("Index (100: alike)"))],
        [{"what": f"{row['attribute']}: {row['value']}", "index": row["index"]} for row in apart],
        is_drawn_only=True,
    )


def _empty(raw: Raw) -> str:
    if raw["group"] is None:
        return _("Nobody is in this group; choose another field or value.")
    return _("No attribute is known: import facts of customers, or choose attributes.")


def _against() -> dict[str, str]:
    return {"base": _("everybody"), "rest": _("everybody else")}


PROFILE: Final = Analysis(
    code="profile",
    group="profiles",
    name=gettext_lazy("What sets a group apart"),
    question=gettext_lazy("Who are the good customers, the majority, or any group?"),
    compute=_compute,
    show=_show,
    parameters=(
        *group_parameters(gettext_lazy("Group by")),
        ATTRIBUTES,
        Parameter(
            name="against",
            label=gettext_lazy("Compared with"),
            kind="choice",
            default="base",
            choices=_against,
        ),
        Parameter(
            name="at_least",
            label=gettext_lazy("Values of at least so many customers"),
            kind="whole",
            default=30,
            low=1,
            high=10**6,
            help=gettext_lazy("Rarer texts are one row, “other”."),
        ),
    ),
    requirements=("ANA-63",),
)
