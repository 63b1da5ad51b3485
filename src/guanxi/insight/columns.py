"""What is known of customers as columns beside them: measures, classes of now and of then, facts, consent."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from customer_insight.conditions import Field
from customer_insight.deciles import assign_slices
from guanxi.customers.models import Attribute
from guanxi.customers.queries import visible_sql
from guanxi.foundation.engine.duck import Duck, identifier, quoted
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError
from guanxi.insight.members import GROUP as ANALYSIS
from guanxi.insight.members import member_fields, read_members
from guanxi.insight.models import ClassMove, CustomerInsight, InsightRun
from guanxi.insight.name_places import NAME_PLACE, read_name_places
from guanxi.insight.queries import published_run

PUBLIC_ID: Final = "customer.public_id"
FIRST: Final = "first"
FIRST_CHANNEL: Final = "first.acquisition_channel"
TIER_ON: Final = "tier_on"
_SLICES: Final = {
    "slice.sales_amount": Field("number", "Purchase decile by sales", "购买等级（按销售额）"),
    "slice.profit_amount": Field("number", "Purchase decile by profit", "购买等级（按利润）"),
}
REACHED: Final = {
    "has.email": Field("boolean", "Has an e-mail address", "有电子邮箱"),
    "has.mobile": Field("boolean", "Has a mobile number", "有手机号码"),
}
"""Whether there is an address, not which: addresses themselves stay out of the copy."""
DATES: Final = 24
"""How many dates back the tiers of then can be asked for."""


def more_fields() -> dict[str, Field]:
    """Fields that reports need to lead to exactly the customers behind a number."""
    fields = {PUBLIC_ID: Field("text", "Customer number", "客户编号")}
    if Attribute.objects.filter(code="acquisition_channel").exists():
        fields[FIRST_CHANNEL] = Field("text", "First acquisition channel", "首次获客渠道")
    then = {
        f"{TIER_ON}.{day}": Field("text", f"Value tier on {day}", f"{day}的价值层级") for day in tier_dates()
    }
    return fields | _SLICES | REACHED | then | member_fields()


def tier_dates() -> list[date]:
    """The dates of which the tiers are known, the newest first: those that figures were published as of.

    Figures as of an earlier date than those before them begin anew, without moves: older tiers are not known.
    """
    days: list[date] = []
    runs = InsightRun.objects.exclude(state=InsightRun.State.BUILDING).order_by("-pk")
    for day in runs.values_list("as_of", flat=True):
        if days and day > days[-1]:
            break
        days.append(day)
    return list(dict.fromkeys(days))[:DATES]


def with_fields(duck: Duck, base: str, fields: tuple[str, ...]) -> str:
    """A query: the customers of `base` with a column per field named; nothing else is read.

    Raises DomainError for a field that does not exist.
    """
    columns, joins = ["base.*"], []
    known = {field.attname for field in CustomerInsight._meta.concrete_fields} - {"run_id", "party_id"}
    if any(field.startswith(("indicator.", "class.", f"{TIER_ON}.")) for field in fields):
        joins.append("LEFT JOIN measures ON measures.customer_id = base.customer_id")
    for number, field in enumerate(fields):
        group, _, name = field.partition(".")
        if field == PUBLIC_ID:
            columns.append(f"base.public_id AS {identifier(field)}")
        elif group in {"indicator", "class"}:
            if name not in known:
                raise _no_field(group, name)
            columns.append(f"measures.{identifier(name)} AS {identifier(field)}")
        else:
            alias = f"f{number}"
            source = _source(duck, group, name)
            joins.append(f"LEFT JOIN ({source}) {alias} ON {alias}.customer_id = base.customer_id")
            # Who has not moved since is where they were.
            told = f"CASE WHEN {alias}.customer_id IS NULL THEN measures.tier ELSE {alias}.value END"
            columns.append(f"{told if group == TIER_ON else f'{alias}.value'} AS {identifier(field)}")
    return f"SELECT {', '.join(columns)} FROM {base} AS base {' '.join(joins)}"


def _source(duck: Duck, group: str, name: str) -> str:
    """A query of (customer_id, value)."""
    field = f"{group}.{name}"
    if field == NAME_PLACE:
        return read_name_places(duck)
    if group == TIER_ON:
        return _left_since(duck, name)
    if field in REACHED:
        return _reached(duck, name)
    if group == ANALYSIS:
        return read_members(name, published_run())
    return _sliced(duck, name) if field in _SLICES else _told(group, name)


def _no_field(group: str, name: str) -> DomainError:
    return DomainError(_("%(group)s.%(name)s is no field of a customer.") % {"group": group, "name": name})


def _told(group: str, name: str) -> str:
    """The latest value of a fact or consent by resolved customer; the earliest of a fact in the group `first`."""
    if group == "consent":
        source, chosen, where, newest = "consents", "granted = 1", "channel", "recorded_on, consent_id"
    elif group in {"fact", FIRST}:
        number = Attribute.objects.filter(code=name, datatype="number").exists()
        chosen = "value_number" if number else "value_text"
        source, where, newest = "facts", "attribute", "observed_on, fact_id"
    else:
        raise _no_field(group, name)
    end = "arg_min" if group == FIRST else "arg_max"
    return f"""SELECT coalesce(resolved.customer_id, {source}.party_id) AS customer_id,
                      {end}({chosen}, ({newest})) AS value
               FROM {source} LEFT JOIN resolved USING (party_id) WHERE {where} = '{quoted(name)}' GROUP BY 1"""


def _left_since(duck: Duck, day: str) -> str:
    """Which tier those were in on a day who have left it since: what their first move since then left.

    The moves come from the truth, for they are few; the copy knows the tiers of now only.
    """
    try:
        then = date.fromisoformat(day)
    except ValueError:
        raise _no_field(TIER_ON, day) from None
    moves = ClassMove.objects.filter(moved_on__gt=then).exclude(run__state=InsightRun.State.BUILDING)
    found = list(moves.order_by("party_id", "moved_on", "id").values_list("party_id", "from_class"))
    first = dict(reversed(found))
    table = identifier(f"left_since_{then}")
    duck.execute(
        f"""CREATE OR REPLACE TEMP TABLE {table} AS
            SELECT unnest(?::BIGINT[]) AS customer_id, nullif(unnest(?::VARCHAR[]), '') AS value""",
        [list(first), list(first.values())],
    )
    return f"SELECT * FROM {table}"


def _reached(duck: Duck, kind: str) -> str:
    """Who has an address of a kind, from the truth: the copy has none."""
    copy_truth(
        duck,
        f"reached_{kind}",
        f"""SELECT DISTINCT point.party_id FROM customers_contactpoint point
            WHERE point.kind = '{quoted(kind)}' AND {visible_sql("point")}""",
    )
    table = identifier(f"reached_{kind}")
    return f"""SELECT DISTINCT coalesce(resolved.customer_id, {table}.party_id) AS customer_id, TRUE AS value
               FROM {table} LEFT JOIN resolved USING (party_id)"""


def _sliced(duck: Duck, by: str) -> str:
    """The slice of the total that each customer falls into (ANA-25)."""
    table = identifier(f"sliced_{by}")
    duck.execute(f"DROP TABLE IF EXISTS {table}")
    assign_slices(duck.table("measures"), by=by).create(f"sliced_{by}")
    return f"SELECT customer_id, slice AS value FROM {table}"
