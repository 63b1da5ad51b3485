"""Customer files: keys, names, contact points, consent; every other column becomes a fact with source and date."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from django.utils.translation import gettext as _

from guanxi.customers.imports.cells import COMMA, as_number
from guanxi.customers.imports.columns import MappingError, attribute_code
from guanxi.customers.imports.identifiers import identifying_columns
from guanxi.customers.imports.kinds import Field, ImportKind, Staging
from guanxi.customers.imports.name_tokens import stage_name_tokens
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import (
    instant,
    resolve_parties,
    stage_numbered,
    stage_rows,
    supersede,
    versions,
)
from guanxi.customers.models import Attribute, Consent, ContactPoint, Fact, PartyLink
from guanxi.customers.queries import RESOLVED_PARTIES, visible_sql
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import Duck, identifier, quoted, rows, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.ids import reserve_ids
from guanxi.wording.words import phrase

CUSTOMER = Field(
    "customer",
    "key",
    "the customer's key in the source",
    required=True,
    synonyms=(
        "customer_id", "customer_key", "customerid", "household_id", "client_id", "member_id", "user_id", "account_id",
        "客户编号", "客户号", "客户ID", "会员号", "会员编号", "用户编号",
    ),
)  # fmt: skip
FIELDS = (
    CUSTOMER,
    Field(
        "name", "text", "full name", synonyms=("customer_name", "full_name", "姓名", "客户名称", "客户姓名")
    ),
    Field(
        "email", "email", "e-mail address", synonyms=("e_mail", "mail", "email_address", "邮箱", "电子邮件")
    ),
    Field(
        "mobile",
        "mobile",
        "mobile number",
        synonyms=("mobile_phone", "phone", "tel", "手机", "手机号", "电话"),
    ),
    Field(
        "consent_email", "flag", "agrees to e-mail", synonyms=("email_consent", "email_opt_in", "同意邮件")
    ),
    Field(
        "consent_sms", "flag", "agrees to text messages", synonyms=("sms_consent", "sms_opt_in", "同意短信")
    ),
    Field("acquisition_channel", "text", "where the customer came from", synonyms=("获客渠道", "来源渠道")),
    Field(
        "acquired_on",
        "date",
        "when the customer came",
        synonyms=("joined_on", "signup_date", "注册日期", "入会日期"),
    ),
    Field(
        "observed_on",
        "date",
        "as of which date the row is true",
        is_past=True,
        synonyms=("as_of", "updated_on", "更新日期"),
    ),
)
CHANNELS = ("email", "sms")
DataType = Attribute.DataType
EXTRA = "extra_"
NAME = "name"
"""The attribute by whose values customers are found."""
FACT_FIELDS = {
    "name": ("identity", DataType.TEXT),
    "acquisition_channel": ("acquisition", DataType.TEXT),
    "acquired_on": ("acquisition", DataType.DATE),
}


@dataclass(frozen=True)
class FactColumn:
    """A column of the checked rows whose values become facts of an attribute."""

    column: str
    label: str
    group: str
    datatype: str
    identifying: str = ""
    """Why it says who somebody is, if it does."""

    @property
    def code(self) -> str:
        return attribute_code(self.label)


def stage_customers(staging: Staging) -> None:
    """New parties; facts, contact points and consents that replace those of the same source; links by e-mail."""
    options = ImportOptions(**staging.batch.options)
    resolve_parties(staging, "customer", options.party_kind)
    day = options.observed_on or f"{clock.business_date(clock.now()):%Y-%m-%d}"
    staging.duck.execute(
        f"""CREATE TABLE told AS SELECT parties.id AS party_id,
              coalesce(observed_on, DATE '{quoted(day)}') AS told_on, good.*
            FROM good JOIN parties ON parties.key = good.customer"""
    )
    _stage_facts(staging, options)
    _stage_contact_points(staging)
    _stage_consents(staging)
    _stage_links(staging)


def _fact_columns(staging: Staging, options: ImportOptions) -> list[FactColumn]:
    """The columns that become facts, as far as they hold any value."""
    names = [name for (name,) in rows(staging.duck, "SELECT column_name FROM (DESCRIBE good)")]
    identifying = identifying_extras(staging.duck, options)
    fields = [
        FactColumn(name, name, group, datatype, "its name" if group == "identity" else "")
        for name, (group, datatype) in FACT_FIELDS.items()
    ]
    extras = [
        FactColumn(
            name,
            name.removeprefix(EXTRA),
            "imported",
            _datatype(staging, name, options),
            identifying.get(name, ""),
        )
        for name in names
        if name.startswith(EXTRA)
    ]
    return [
        fact
        for fact in fields + extras
        if value(staging.duck, f"SELECT count({identifier(fact.column)}) FROM told")
    ]


def identifying_extras(duck: Duck, options: ImportOptions) -> dict[str, str]:
    """Which columns of the checked rows that are no field say who somebody is, and why."""
    names = [name for (name,) in rows(duck, "SELECT column_name FROM (DESCRIBE good)")]
    labels = {name: name.removeprefix(EXTRA) for name in names if name.startswith(EXTRA)}
    asked = {name: label for name, label in labels.items() if label not in options.not_identifying}
    return identifying_columns(duck, "good", asked)


def _fact_number(text: str, options: ImportOptions) -> str:
    """The number that a fact is, if it is one."""
    if options.decimal == COMMA:
        return as_number(text, "DOUBLE", COMMA)
    return f"TRY_CAST({text} AS DOUBLE)"


def _datatype(staging: Staging, column: str, options: ImportOptions) -> str:
    number = _fact_number(identifier(column), options)
    numeric = value(
        staging.duck,
        f"SELECT bool_and(isfinite({number}) IS TRUE) FROM told WHERE {identifier(column)} IS NOT NULL",
    )
    return DataType.NUMBER if numeric else DataType.TEXT


def _attribute_ids(staging: Staging, facts: list[FactColumn]) -> dict[str, int]:
    """Attribute code → id; attributes that the catalogue lacks come with this import."""
    _require_private(facts)
    known = dict(Attribute.objects.filter(code__in=[fact.code for fact in facts]).values_list("code", "id"))
    new = [fact for fact in facts if fact.code not in known]
    if not new:
        return known
    first = reserve_ids(Attribute, len(new))
    ids = {fact.code: first + offset for offset, fact in enumerate(new)}
    table = pa.table(
        {
            "id": pa.array(ids.values(), pa.int64()),
            "code": list(ids),
            "label": [fact.label[:120] for fact in new],
            "group": [fact.group for fact in new],
            "datatype": [str(fact.datatype) for fact in new],
            "identifying": [bool(fact.identifying) for fact in new],
            "batch_id": [staging.batch.pk] * len(new),
        }
    )
    staging.duck.register("_new_attributes", table)
    stage_rows(staging, Attribute, "SELECT * FROM _new_attributes", first_id=first)
    return known | ids


def _require_private(facts: list[FactColumn]) -> None:
    """Raise MappingError for a column that says who somebody is while its attribute is already analysed."""
    private = {fact.code: fact for fact in facts if fact.identifying}
    analysed = Attribute.objects.filter(code__in=private, identifying=False).values_list("code", flat=True)
    for fact in (private[code] for code in analysed):
        raise MappingError(
            _(
                "The column %(column)r seems to say who somebody is (%(why)s), but the attribute %(code)r is "
                "used in analyses. Rename the column, or say --not-identifying %(column)r."
            )
            % {"column": fact.label, "why": phrase(fact.identifying), "code": fact.code}
        )


def _stage_facts(staging: Staging, options: ImportOptions) -> None:
    source = quoted(staging.batch.source)
    columns = _fact_columns(staging, options)
    if private := [fact.label for fact in columns if fact.identifying and fact.column.startswith(EXTRA)]:
        staging.notes["kept out of analyses"] = ", ".join(private)
    ids = _attribute_ids(staging, columns)
    parts = [
        f"""SELECT party_id, {ids[fact.code]} AS attribute_id, CAST({identifier(fact.column)} AS VARCHAR) AS value_text,
                   told_on FROM told WHERE {identifier(fact.column)} IS NOT NULL"""
        for fact in columns
    ]
    if not parts:
        return
    staging.duck.execute(f"CREATE TABLE facts AS {' UNION ALL '.join(parts)}")
    _replace(staging, Fact, "facts", ("party_id", "attribute_id"), f"source = '{source}'")
    number = _fact_number("value_text", options)
    stage_numbered(
        staging,
        Fact,
        f"""SELECT party_id, attribute_id, value_text, CASE WHEN isfinite({number}) THEN {number} END AS value_number,
                   '{source}' AS source, told_on AS observed_on, FALSE AS inferred, {versions(staging)}
            FROM facts ORDER BY party_id""",
    )
    staging.datasets.add("facts")
    if NAME in ids:
        stage_name_tokens(staging, ids[NAME])


def _stage_contact_points(staging: Staging) -> None:
    staging.duck.execute(
        """CREATE TABLE points AS
           SELECT party_id, 'email' AS kind, email AS value FROM told WHERE email IS NOT NULL
           UNION ALL SELECT party_id, 'mobile', mobile FROM told WHERE mobile IS NOT NULL"""
    )
    _replace(staging, ContactPoint, "points", ("party_id", "kind"))
    stage_numbered(
        staging,
        ContactPoint,
        f"SELECT party_id, kind, value, {versions(staging)} FROM points ORDER BY party_id",
    )


def _stage_consents(staging: Staging) -> None:
    source = quoted(staging.batch.source)
    parts = [
        f"""SELECT party_id, '{channel}' AS channel, consent_{channel} AS granted, told_on
            FROM told WHERE consent_{channel} IS NOT NULL"""
        for channel in CHANNELS
    ]
    staging.duck.execute(f"CREATE TABLE agreed AS {' UNION ALL '.join(parts)}")
    _replace(staging, Consent, "agreed", ("party_id", "channel"), f"source = '{source}'")
    stage_numbered(
        staging,
        Consent,
        f"""SELECT party_id, channel, granted, '{source}' AS source, told_on AS recorded_on, {versions(staging)}
            FROM agreed ORDER BY party_id""",
    )
    staging.datasets.add("consents")


def _replace(
    staging: Staging,
    model: type[Fact | ContactPoint | Consent],
    table: str,
    key: tuple[str, ...],
    where: str = "TRUE",
) -> None:
    """Say that the rows of a table replace the visible rows of the model with the same key."""
    if not value(staging.duck, "SELECT count(*) FROM parties WHERE NOT is_new"):
        return
    columns = ", ".join(f"row.{name}" for name in key)
    copy_truth(
        staging.duck,
        "_current",
        f"SELECT row.id, {columns} FROM {model._meta.db_table} row WHERE {visible_sql('row')} AND {where}",
    )
    same = " AND ".join(f"_current.{name} = {table}.{name}" for name in key)
    supersede(staging, model, f"SELECT DISTINCT _current.id FROM _current JOIN {table} ON {same} ORDER BY 1")


def _stage_links(staging: Staging) -> None:
    """A new party whose e-mail address belongs to exactly one customer of another source is that customer."""
    source = quoted(staging.batch.source)
    copy_truth(
        staging.duck,
        "_owners",
        f"""SELECT point.value, coalesce(resolved.customer_id, point.party_id) AS customer_id
            FROM customers_contactpoint point
            JOIN customers_party party ON party.id = point.party_id AND party.source <> '{source}'
            LEFT JOIN ({RESOLVED_PARTIES}) resolved ON resolved.party_id = point.party_id
            WHERE {visible_sql("point")} AND point.kind = 'email'""",
    )
    stage_numbered(
        staging,
        PartyLink,
        f"""SELECT min(points.party_id) AS party_id, _one.customer_id AS survivor_id,
                   'same e-mail address' AS reason, 'import' AS linked_by, {instant(staging)} AS linked_at,
                   {staging.batch.pk} AS batch_id
            FROM points
            JOIN parties ON parties.id = points.party_id AND parties.is_new
            JOIN (SELECT value, min(customer_id) AS customer_id FROM _owners
                  GROUP BY value HAVING count(DISTINCT customer_id) = 1) _one ON _one.value = points.value
            WHERE points.kind = 'email'
            GROUP BY points.value, _one.customer_id HAVING count(*) = 1 ORDER BY 1""",
    )
    staging.datasets.add("party_links")


CUSTOMERS = ImportKind(
    "customers", FIELDS, stage_customers, unique=("customer",), extras=True, facts=tuple(FACT_FIELDS)
)
