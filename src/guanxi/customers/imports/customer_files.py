"""Customer files: keys, names, contact points, consent, owners; every other column becomes a fact."""

from __future__ import annotations

from guanxi.customers.imports.customer_facts import FACT_FIELDS, stage_facts
from guanxi.customers.imports.kinds import Field, ImportKind, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.owners import stage_owners
from guanxi.customers.imports.staging import (
    instant,
    replace_rows,
    resolve_parties,
    stage_numbered,
    versions,
)
from guanxi.customers.models import Consent, ContactPoint, PartyLink
from guanxi.customers.queries import RESOLVED_PARTIES, visible_sql
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.engine.truth import copy_truth

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
        "owner",
        "owner",
        "who looks after the customer: e-mail address or name of a colleague",
        synonyms=("looked_after_by", "account_manager", "负责人", "客户经理"),
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
    stage_facts(staging, options)
    _stage_contact_points(staging)
    _stage_consents(staging)
    _stage_links(staging)
    stage_owners(staging)


def _stage_contact_points(staging: Staging) -> None:
    staging.duck.execute(
        """CREATE TABLE points AS
           SELECT party_id, 'email' AS kind, email AS value FROM told WHERE email IS NOT NULL
           UNION ALL SELECT party_id, 'mobile', mobile FROM told WHERE mobile IS NOT NULL"""
    )
    replace_rows(staging, ContactPoint, "points", ("party_id", "kind"))
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
    replace_rows(staging, Consent, "agreed", ("party_id", "channel"), f"source = '{source}'")
    stage_numbered(
        staging,
        Consent,
        f"""SELECT party_id, channel, granted, '{source}' AS source, told_on AS recorded_on, {versions(staging)}
            FROM agreed ORDER BY party_id""",
    )
    staging.datasets.add("consents")


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
