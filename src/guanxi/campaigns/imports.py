"""Contact and response files: campaigns of the past and experiments made elsewhere, to be measured here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from guanxi.campaigns.models import Campaign, Member, Response
from guanxi.campaigns.plans import INTERACTIVE_CHANNELS
from guanxi.customers.imports.customer_files import CUSTOMER
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.preparing import ImportRefused
from guanxi.customers.imports.staging import (
    instant,
    resolve_parties,
    stage_numbered,
    stage_rows,
    supersede,
    versions,
)
from guanxi.customers.queries import born_sql, visible_sql
from guanxi.foundation.engine.duck import quoted, rows, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.ids import reserve_ids
from guanxi.outreach.models import Contact

CAMPAIGN = Field(
    "campaign", "key", "the campaign's key in the source, or a code of ours", required=True,
    synonyms=("campaign_id", "campaign_key", "campaign_code", "活动", "活动编号", "战役编号"),
)  # fmt: skip
CONTACT_FIELDS = (
    CAMPAIGN,
    CUSTOMER,
    Field("time", "time", "when the customer was contacted", required=True,
          synonyms=("contacted_at", "contact_time", "sent_at", "contact_date", "date", "接触时间", "发送时间")),
    Field("cell", "text", "which variant the customer was in",
          synonyms=("variant", "group", "arm", "treatment", "组", "单元")),
    Field("is_control", "flag", "held out, not contacted", synonyms=("control", "holdout", "对照", "对照组")),
    Field("channel", "text", "by which channel", synonyms=("渠道",)),
    Field("cost", "money", "what the contact cost", synonyms=("contact_cost", "成本")),
    Field("campaign_name", "text", "what the campaign is called", synonyms=("campaign_type", "活动名称")),
    Field("starts_on", "date", "first day to measure", synonyms=("start_date", "开始日期")),
    Field("ends_on", "date", "last day to measure", synonyms=("end_date", "结束日期")),
)  # fmt: skip
RESPONSE_FIELDS = (
    CAMPAIGN,
    CUSTOMER,
    Field("time", "time", "when the customer responded", required=True,
          synonyms=("responded_at", "response_time", "redemption_date", "redeemed_at", "date", "响应时间", "核销日期")),
    Field("reference", "text", "what was redeemed or answered", synonyms=("coupon", "coupon_upc", "offer", "券码")),
    Field("value", "money", "what the response was worth", synonyms=("amount", "金额")),
)  # fmt: skip
CONTROL_WORDS = "('control', '对照', '对照组')"
CONTACT_RULES = (
    Rule("ends_on < starts_on", "ends_on", "lies before the first day to measure"),
    Rule("length(cell) > 40", "cell", "is longer than 40 characters"),
    Rule("length(channel) > 12", "channel", "is longer than 12 characters"),
    Rule("cost < 0", "cost", "is below zero"),
    Rule(f"is_control AND cell IS NOT NULL AND lower(cell) NOT IN {CONTROL_WORDS}",
         "cell", "names a cell though the row is marked as control"),
    Rule(f"NOT is_control AND lower(cell) IN {CONTROL_WORDS}",
         "cell", "says control though the row is marked as contacted"),
)  # fmt: skip
RESPONSE_RULES = (
    Rule("length(reference) > 120", "reference", "is longer than 120 characters"),
    Rule("value < 0", "value", "is below zero"),
)
IS_CONTROL = f"(coalesce(is_control, FALSE) OR lower(coalesce(cell, '')) IN {CONTROL_WORDS})"
INTERACTIVE = ", ".join(f"'{channel}'" for channel in INTERACTIVE_CHANNELS)


def stage_contacts(staging: Staging) -> None:
    """Campaigns that are new, their members (cells and control), and a ledger row per contact made.

    A contact is known by campaign, customer and time: the same again replaces it, another time is another contact.
    Raises ImportRefused for a campaign of ours, whose contacts only delivery writes.
    """
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    _resolve_campaigns(staging)
    _refuse_ours(staging)
    staging.duck.execute(
        f"""CREATE TABLE touches AS
            SELECT campaigns.id AS campaign_id, parties.id AS party_id, time, {IS_CONTROL} AS is_control,
                   CASE WHEN {IS_CONTROL} THEN 'control' ELSE coalesce(cell, 'all') END AS cell,
                   coalesce(channel, 'other') AS channel, coalesce(cost, 0) AS cost,
                   row_number() OVER (PARTITION BY campaigns.id, parties.id, time ORDER BY _row) AS nth
            FROM good JOIN campaigns ON campaigns.key = good.campaign JOIN parties ON parties.key = good.customer"""
    )
    _stage_members(staging)
    _stage_touches(staging)


def stage_responses(staging: Staging) -> None:
    """Responses; a campaign nobody knows yet is noted as imported."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    _resolve_campaigns(staging)
    staging.duck.execute(
        """CREATE TABLE answered AS
           SELECT campaigns.id AS campaign_id, parties.id AS party_id, time AS responded_at,
                  coalesce(reference, '') AS reference, value
           FROM good JOIN campaigns ON campaigns.key = good.campaign JOIN parties ON parties.key = good.customer"""
    )
    _copy_current(staging, "campaigns_response", "_current", "party_id, responded_at, reference")
    supersede(
        staging,
        Response,
        """SELECT DISTINCT _current.id FROM _current JOIN answered
           ON (_current.campaign_id, _current.party_id, _current.reference)
            = (answered.campaign_id, answered.party_id, answered.reference)
           AND CAST(CAST(_current.responded_at AS VARCHAR) AS TIMESTAMP) = answered.responded_at ORDER BY 1""",
    )
    stage_numbered(
        staging, Response, f"SELECT *, {versions(staging)} FROM answered ORDER BY campaign_id, party_id"
    )


def _copy_current(staging: Staging, table: str, target: str, columns: str) -> None:
    """The rows of the file's campaigns that count now: id, campaign_id and some columns."""
    ids = ", ".join(str(pk) for (pk,) in rows(staging.duck, "SELECT id FROM campaigns")) or "NULL"
    wanted = ", ".join(f"row.{column}" for column in ("id", "campaign_id", *columns.split(", ")))
    copy_truth(
        staging.duck,
        target,
        f"SELECT {wanted} FROM {table} row WHERE row.campaign_id IN ({ids}) AND {visible_sql('row')}",
    )


def _refuse_ours(staging: Staging) -> None:
    ids = [pk for (pk,) in rows(staging.duck, "SELECT id FROM campaigns WHERE NOT is_new")]
    if ours := Campaign.objects.filter(pk__in=ids, source="").values_list("code", flat=True).first():
        raise ImportRefused(
            _(
                "Campaign %(ours)s is our own: its contacts are on the ledger already, and nothing "
                "was imported. Responses to it can be imported; a campaign of another system needs "
                "another key."
            )
            % {"ours": ours}
        )


def _resolve_campaigns(staging: Staging) -> None:
    """Table `campaigns` (key, id): ours by code, imported ones by source and key, new ones with a reserved id."""
    duck, source = staging.duck, quoted(staging.batch.source)
    copy_truth(
        duck,
        "_known",
        f"""SELECT id, code AS key, 1 AS rank FROM campaigns_campaign row WHERE {born_sql("row")}
            UNION ALL SELECT id, source_key, 2 FROM campaigns_campaign row
            WHERE source = '{source}' AND {born_sql("row")}""",
    )
    duck.execute(
        """CREATE TABLE _wanted AS SELECT key, arg_min(_known.id, rank) AS id, min(first) AS first FROM
           (SELECT campaign AS key, min(_row) AS first FROM good GROUP BY 1)
           LEFT JOIN _known USING (key) GROUP BY key"""
    )
    new = int(value(duck, "SELECT count(*) FROM _wanted WHERE id IS NULL"))
    first = reserve_ids(Campaign, new) if new else 0
    duck.execute(
        f"""CREATE TABLE campaigns AS
            SELECT key, id, FALSE AS is_new FROM _wanted WHERE id IS NOT NULL UNION ALL
            SELECT key, {first} - 1 + row_number() OVER (ORDER BY first), TRUE FROM _wanted WHERE id IS NULL"""
    )
    staging.notes["new campaigns"] = new
    if new:
        _stage_campaigns(staging, first)


def _stage_campaigns(staging: Staging, first: int) -> None:
    columns = {name for (name,) in staging.duck.execute("SELECT column_name FROM (DESCRIBE good)").fetchall()}
    names = ("campaign_name", "starts_on", "ends_on", "channel")
    told = {name: f"min({name})" if name in columns else "NULL" for name in names}
    # What a response file knows is when customers answered, not when the campaign began.
    began = "min(time)" if "is_control" in columns else "CAST(NULL AS TIMESTAMP)"
    source, actor = quoted(staging.batch.source), quoted(staging.batch.created_by)
    stage_rows(
        staging,
        Campaign,
        f"""SELECT campaigns.id, '{source}:' || key AS code, '{source}' AS source, key AS source_key,
                   left(coalesce(told.name, 'Campaign ' || key), 200) AS name, '' AS goal, 'imported' AS state,
                   coalesce(told.channel, 'other') AS channel, 'outbound' AS initiator,
                   CASE WHEN lower(told.channel) IN ({INTERACTIVE}) THEN 'interactive' ELSE 'passive' END
                     AS interactivity,
                   '{{}}' AS plan, '{{}}' AS estimate, '' AS salt, told.first_contact AS starts_at,
                   coalesce(told.starts_on, CAST(told.first_contact AS DATE)) AS measure_from,
                   told.ends_on AS measure_until, 0::BIGINT AS fixed_cost, NULL::BIGINT AS insight_run_id,
                   0::BIGINT AS launched_up_to, '{{}}' AS results, '' AS analysis, '' AS lesson,
                   {instant(staging)} AS created_at, '{actor}' AS created_by, {staging.batch.pk} AS batch_id
            FROM campaigns JOIN (
              SELECT campaign, CAST({told["campaign_name"]} AS VARCHAR) AS name,
                     CAST({told["starts_on"]} AS DATE) AS starts_on, CAST({told["ends_on"]} AS DATE) AS ends_on,
                     CAST({told["channel"]} AS VARCHAR) AS channel,
                     {began} AS first_contact
              FROM good GROUP BY campaign) told ON told.campaign = campaigns.key
            WHERE is_new ORDER BY campaigns.id""",
        first_id=first,
    )


def _stage_members(staging: Staging) -> None:
    """A customer is in the cell of their first contact in the newest file that names them."""
    staging.duck.execute(
        """CREATE TABLE chosen AS SELECT campaign_id, party_id, arg_min(cell, (time, nth)) AS cell
           FROM touches GROUP BY campaign_id, party_id"""
    )
    _copy_current(staging, "campaigns_member", "_members", "party_id")
    supersede(
        staging,
        Member,
        "SELECT _members.id FROM _members JOIN chosen USING (campaign_id, party_id) ORDER BY 1",
    )
    stage_numbered(
        staging,
        Member,
        f"""SELECT campaign_id, party_id, CASE WHEN cell = 'control' THEN 'control' ELSE 'target' END AS role, cell,
                   '' AS reason, {versions(staging)} FROM chosen ORDER BY campaign_id, party_id""",
    )


def _stage_touches(staging: Staging) -> None:
    """A contact that is known keeps its step and is replaced; a new one gets the customer's next step."""
    duck = staging.duck
    _copy_current(staging, "outreach_contact", "_contacts", "party_id, step, contacted_at")
    duck.execute(
        """CREATE TABLE _known_touches AS
             SELECT *, row_number() OVER (PARTITION BY campaign_id, party_id, time ORDER BY step) AS nth
             FROM (SELECT id, campaign_id, party_id, step, CAST(CAST(contacted_at AS VARCHAR) AS TIMESTAMP) AS time
                   FROM _contacts);
           CREATE TABLE _last AS SELECT campaign_id, party_id, max(step) AS step FROM _contacts GROUP BY ALL;
           CREATE TABLE stepped AS
             SELECT touches.*, known.id AS replaced_id,
                    coalesce(known.step, coalesce(_last.step, 0) + row_number() OVER (
                      PARTITION BY touches.campaign_id, touches.party_id, known.id IS NULL, is_control
                      ORDER BY touches.time, touches.nth)) AS step
             FROM touches LEFT JOIN _known_touches known USING (campaign_id, party_id, time, nth)
             LEFT JOIN _last USING (campaign_id, party_id)"""
    )
    supersede(
        staging, Contact, "SELECT replaced_id AS id FROM stepped WHERE replaced_id IS NOT NULL ORDER BY 1"
    )
    stage_numbered(
        staging,
        Contact,
        f"""SELECT campaign_id, step, party_id, cell, channel, '' AS address, 'delivered' AS state, time AS due_at,
                   time AS contacted_at, time AS finished_at, '' AS worker, cost, '' AS error, {versions(staging)}
            FROM stepped WHERE NOT is_control ORDER BY campaign_id, party_id, step""",
    )
    staging.notes["contacts"] = int(value(duck, "SELECT count(*) FROM touches WHERE NOT is_control"))
    staging.notes["held out as control"] = int(
        value(duck, "SELECT count(*) FROM chosen WHERE cell = 'control'")
    )


CONTACTS = ImportKind("contacts", CONTACT_FIELDS, stage_contacts, rules=CONTACT_RULES)
RESPONSES = ImportKind("responses", RESPONSE_FIELDS, stage_responses, rules=RESPONSE_RULES)
