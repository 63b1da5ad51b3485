"""Needs inferred from what customers bought: how many have each, on what evidence, and whether they come true."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.profiles.needs import BOUGHT, NeedRule, check_needs, infer_needs
from customer_insight.schemes import default_columns
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.insight.analyses.arranging import is_value, sheet_of
from guanxi.insight.analyses.data import Data, calendar_day, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Sheet, Shown
from guanxi.insight.need_rules import need_label, read_need_rules, rule_text

MOST: Final = 100
KINDS: Final = ("firm", "weak")
AMOUNTS: Final = ("orders", "amount")


def _compute(data: Data, asked: Asked) -> Raw:
    rules = read_need_rules()
    known = rows(data.duck, "SELECT 1 FROM products WHERE nullif(category, '') IS NOT NULL LIMIT 1")
    if not known:
        data.no_members()
        return {"needs": [], "check": [], "customers": []}
    lines, products = data.lines(), data.products().select("product_id, nullif(category, '') AS category")
    since = None if asked["days"] is None else data.as_of - asked["days"] + 1
    people = _people(data, rules)
    found = data.keep(
        "needs_found",
        infer_needs(lines, products, rules=rules, as_of=data.as_of, since=since, customers=people),
    )
    sizes = {
        kind: {row["need"]: row for row in records(_sums(found, f"confidence = '{kind}'", "need"))}
        for kind in KINDS
    }
    strongest = _members(data, asked["need"])
    then = data.as_of - asked["after"]
    check = check_needs(
        lines,
        products,
        rules=rules,
        as_of=then,
        days=asked["after"],
        since=None if asked["days"] is None else then - asked["days"] + 1,
        customers=people,
    )
    return {
        "needs": [
            {
                "need": rule.code,
                "strongest": strongest.get(rule.code, 0),
                **{kind: sizes[kind].get(rule.code, {"customers": 0})["customers"] for kind in KINDS},
            }
            for rule in rules
        ],
        "check": records(check),
        "customers": _evidence(data, asked["need"]),
    }


def _sums(found: Any, where: str, by: str) -> Any:
    return group_totals(found.filter(where), by=by, amounts=AMOUNTS)


def _people(data: Data, rules: tuple[NeedRule, ...]) -> Any:
    """Everybody with the fields that rules ask for beside purchases, as the library reads them; None for none."""
    asked = tuple(dict.fromkeys(name for rule in rules for name in rule.asked if name not in BOUGHT))
    if not asked:
        return None
    columns = default_columns(asked)
    told = [f"{identifier(field)} AS {identifier(column)}" for field, column in columns.items()]
    return data.customers(*asked).select(f"customer_id, {', '.join(told)}")


def _members(data: Data, need: str) -> dict[str, int]:
    """Say of each customer the strongest need, or how firm the one asked for is; returns how many each is."""
    query = "SELECT customer_id, confidence AS told, orders, amount FROM needs_found WHERE need = ?"
    if not need:
        query = """SELECT customer_id, need AS told, orders, amount FROM needs_found WHERE ? = ''
                   QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY confidence, share DESC, need) = 1"""
    found = data.keep("needs_told", data.duck.sql(query, params=[need]))
    data.members(found, "told")
    return {row["told"]: row["customers"] for row in records(_sums(found, "true", "told"))}


def _evidence(data: Data, need: str) -> list[dict[str, Any]]:
    """The customers who show a need most, each with what it rests on."""
    query = f"""SELECT customer_id, confidence, orders, categories, amount, share, since_day, last_day
                FROM needs_found WHERE need = ? ORDER BY orders DESC, amount DESC, customer_id LIMIT {MOST}"""
    days = ("since_day", "last_day")
    found = records(data.duck.sql(query, params=[need]))
    return [{**row, **{name: calendar_day(row[name]) for name in days}} for row in found]


def _show(raw: Raw, asked: Asked) -> Shown:
    if not raw["needs"]:
        empty = _(
            "Needs are inferred from the categories of products: import products with their categories."
        )
        return Shown(sheets=[Sheet(key="needs", title=_("Inferred needs"), columns=[], rows=[], empty=empty)])
    sheets = [_sizes(raw, asked)]
    if asked["need"]:
        sheets.append(_people_sheet(raw, asked))
    return Shown(
        lead=_("Inferred from purchases, not stated by the customers; what a customer stated stays as it is."),
        sheets=[*sheets, _check(raw, asked)],
        drawings=[
            Drawing(sheet="needs", kind="bars", title=_("Customers by need"), names="need", values=["firm", "weak"])
        ],
        notes=[
            *(f"{need_label(rule.code)}: {rule_text(rule)}" for rule in read_need_rules()),
            _("Firm: from as many orders on as the rule says. The rules are a setting (need_rules) and can be edited."),
            _("That somebody buys again does not prove the need: a gift looks the same. Ask."),
        ],
    )  # fmt: skip


def _sizes(raw: Raw, asked: Asked) -> Sheet:
    found = [{**row, "code": row["need"], "need": need_label(row["need"])} for row in raw["needs"]]
    columns = [
        Column("need", "text", _("Need (inferred)")),
        Column("firm", "count", _("Firm")),
        Column("weak", "count", _("Weak")),
    ]
    more: dict[str, Any] = {"leads": {"need": [{"need": row["code"]} for row in found]}}
    if asked["need"]:
        own = [row["code"] == asked["need"] for row in found]
        more["opens_of"] = {
            kind: [is_value(raw["field"], kind) if here else None for here in own] for kind in KINDS
        }
    else:
        columns.append(Column("strongest", "count", _("Strongest need of")))
        more["opens_of"] = {
            "strongest": [is_value(raw["field"], row["code"]) for row in found],
            **{kind: [None] * len(found) for kind in KINDS},
        }
        more["leads"] |= dict.fromkeys(KINDS, more["leads"]["need"])
    return sheet_of(
        "needs",
        _("Inferred needs"),
        columns,
        found,
        note=_("A customer may have several or none. Choose a need to see whose it is and on what it rests."),
        **more,
    )


def _people_sheet(raw: Raw, asked: Asked) -> Sheet:
    return sheet_of(
        "customers",
        _("On what it rests: %(need)s") % {"need": need_label(asked["need"])},
        [
            Column("customer_id", "customer", _("Customer")),
            Column("confidence", "code", _("Firm or weak")),
            Column("orders", "number"),
            Column("categories", "number", _("Categories")),
            Column("amount", "money"),
            Column("share", "share", _("share of spend")),
            Column("since_day", "day", _("Since")),
            Column("last_day", "day", _("Last")),
        ],
        raw["customers"],
        note=_("The %(number)s with the most orders at most.") % {"number": MOST},
        empty=_("Nobody shows this need."),
    )


def _check(raw: Raw, asked: Asked) -> Sheet:
    return sheet_of(
        "check",
        _("Did they buy again within %(days)s days?") % {"days": asked["after"]},
        [
            Column("need", "text", _("Need (inferred)")),
            Column("confidence", "code", _("Firm or weak")),
            Column("customers", "number"),
            Column("bought", "number", _("Bought again")),
            Column("rate", "share", _("Share who bought again")),
            Column("rate_low", "share", _("at least")),
            Column("rate_high", "share", _("at most")),
        ],
        [{**row, "need": need_label(row["need"])} for row in raw["check"]],
        note=_("Inferred as of so many days before the figures, then looked at until their date."),
    )


def _needs() -> dict[str, str]:
    return {rule.code: need_label(rule.code) for rule in read_need_rules()}


NEEDS: Final = Analysis(
    code="needs",
    group="profiles",
    name=gettext_lazy("Inferred needs"),
    question=gettext_lazy("Which needs do purchases speak of?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="need",
            label=gettext_lazy("Need"),
            kind="choice",
            default="",
            choices=_needs,
            optional=True,
            help=gettext_lazy("Empty: the strongest need of each customer."),
        ),
        Parameter(
            name="days",
            label=gettext_lazy("Of the last days"),
            kind="whole",
            default=365,
            low=1,
            high=36500,
            optional=True,
        ),
        Parameter(
            name="after",
            label=gettext_lazy("Checked over days"),
            kind="whole",
            default=90,
            low=1,
            high=3650,
        ),
    ),
    requirements=("ANA-46",),
    members="text",
)
