"""Classes by a scheme: everybody in exactly one class, by rules that the business may edit."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.classifications import SHIPPED
from customer_insight.groups import group_totals
from customer_insight.schemes import SchemeClass, classify, parse_scheme
from guanxi.foundation.language import is_chinese
from guanxi.insight.analyses.arranging import sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.scheme_inputs import scheme_inputs
from guanxi.insight.class_schemes import rule_words, scheme_document, scheme_fields, scheme_label

AMOUNTS: Final = ("sales_amount", "profit_amount")


def _compute(data: Data, asked: Asked) -> Raw:
    document, fields = scheme_document(asked["scheme"]), scheme_fields(asked["scheme"])
    scheme = parse_scheme(document)
    view, columns, unknown = scheme_inputs(data, {name: fields[name] for name in scheme.fields})
    placed = data.keep("placed", classify(view, scheme, columns=columns))
    data.members(placed, "class_code")
    beside = data.duck.sql(
        "SELECT placed.*, measures.* EXCLUDE (customer_id) FROM placed LEFT JOIN measures USING (customer_id)"
    )
    sizes = records(group_totals(beside, by="class_code", amounts=AMOUNTS))
    return {"sizes": sizes, "unknown": unknown, "scheme": document}


def _show(raw: Raw, asked: Asked) -> Shown:
    scheme, fields = parse_scheme(raw["scheme"]), scheme_fields(asked["scheme"])
    rules = {rule.assigned.code: rule.condition for rule in scheme.rules}
    sizes = {row["class_code"]: row for row in raw["sizes"]}
    nobody = {"customers": 0, "customer_share": 0.0, **dict.fromkeys(AMOUNTS, 0)}
    rows = [
        {
            **sizes.get(each.code, nobody),
            "number": number if each.code in rules else None,
            "class": class_label(each),
            "rule": rule_words(rules[each.code], fields) if each.code in rules else _("everybody else"),
            "treatment": _treatment(asked["scheme"], each.code),
        }
        for number, each in enumerate(scheme.classes, start=1)
    ]
    columns = [
        Column("number", "number", _("Rule")),
        Column("class", "text", _("Class")),
        Column("customers", "count"),
        Column("customer_share", "share", _("share of customers")),
        *(Column(name, "money") for name in AMOUNTS),
        Column("rule", "text", _("Who belongs to it")),
    ]
    if any(row["treatment"] for row in rows):
        columns.append(Column("treatment", "text", _("What to do")))
    title = scheme_label(asked["scheme"])
    sheet = sheet_of(
        "classes",
        title,
        columns,
        rows,
        opens=[{"op": "=", "field": raw["field"], "value": each.code} for each in scheme.classes],
    )
    return Shown(
        lead=_("The first rule that holds decides; everybody is in exactly one class."),
        sheets=[sheet],
        drawings=[Drawing(sheet="classes", kind="bars", title=title, names="class", values=["customers"])],
        notes=[*_unknown(raw["unknown"], fields), _("Rules and names are edited in the settings.")],
    )


def class_label(each: SchemeClass) -> str:
    """What a class is called."""
    return each.label_zh if is_chinese() else each.label_en


def _unknown(names: list[str], fields: Any) -> list[str]:
    """What is said of fields that nothing here fills."""
    if not names:
        return []
    labels = [(fields[name].label_zh if is_chinese() else fields[name].label_en) or name for name in names]
    return [
        _("Nothing is known here of: %(fields)s. What is unknown fulfils no rule.")
        % {"fields": _(", ").join(labels)}
    ]


def _treatment(code: str, of_class: str) -> str:
    treatment = SHIPPED[code].treatments.get(of_class)
    if treatment is None:
        return ""
    return treatment.text_zh if is_chinese() else treatment.text_en


def _schemes() -> dict[str, str]:
    return {code: scheme_label(code) for code in SHIPPED}


CLASSES: Final = Analysis(
    code="classes",
    group="classes",
    name=gettext_lazy("Classes by a scheme"),
    question=gettext_lazy("Which customers are in which class, and what is done about each?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="scheme", label=gettext_lazy("Scheme"), kind="choice", default="trade_stage", choices=_schemes
        ),
    ),
    requirements=(
        "ANA-38", "ANA-42", "ANA-53", "ANA-54", "ANA-55", "LIFE-01", "B2B-03", "B2B-04", "INT-41", "SVC-11",
    ),
    members="text",
    rests_on=lambda asked: scheme_document(asked["scheme"]),
)  # fmt: skip
