"""Through which channel to reach whom, from past contacts, recorded responses and what contacts cost (ANA-73)."""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.groups import group_totals
from customer_insight.profiles.best_channel import best_channels, best_channels_of_segments, fit_channels
from guanxi.campaigns.queries import PAID
from guanxi.customers.queries import visible_sql
from guanxi.foundation.engine.duck import identifier, rows
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import to_minor
from guanxi.insight.analyses.arranging import attribute_column, is_value, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Drawing, Parameter, Raw, Shown
from guanxi.insight.analyses.parameters import attributes

_REACHED: Final = {
    "email": '"has.email" AND coalesce("consent.email", TRUE)',
    "sms": '"has.mobile" AND coalesce("consent.sms", TRUE)',
    "mobile": '"has.mobile"',
    "phone": '"has.mobile"',
}
"""Channel to whom it can reach; any other channel is taken to reach everybody."""
_ASKED: Final = ("has.email", "has.mobile", "consent.email", "consent.sms")
_COST: Final = re.compile(r"\s*(.+?)[\s=:：]+([\d.]+)\s*")


def _compute(data: Data, asked: Asked) -> Raw:
    typed = typed_costs(asked["costs"])
    _people(data, asked["by"])
    _contacts(data)
    if not rows(data.duck, "SELECT 1 FROM channel_contacts LIMIT 1"):
        data.no_members()
        return {"segments": [], "recommended": []}
    people, contacts = data.duck.table("channel_people"), data.duck.table("channel_contacts")
    model = fit_channels(contacts, people, as_of=data.as_of)
    costs = _recorded_costs(data) | typed
    costs = {each.channel: costs.get(each.channel, 0) for each in model.channels}
    _reachable(data, list(costs))
    reachable = data.duck.table("channel_reachable")
    data.keep(
        "channel_best",
        best_channels(people, contacts, model, costs=costs, as_of=data.as_of, reachable=reachable),
    )
    told = data.duck.sql(
        """SELECT customer_id, coalesce(channel, verdict) AS channel,
                  CASE WHEN channel IS NOT NULL THEN expected_net END AS expected_net FROM channel_best"""
    )
    data.members(told, "channel")
    return {
        "segments": [
            {**asdict(row), "cost": costs[row.channel]}
            for row in best_channels_of_segments(model, costs=costs)
        ],
        "recommended": sorted(
            records(group_totals(told, by="channel", amounts=("expected_net",))),
            key=lambda row: (-row["customers"], row["channel"]),
        ),
    }


def typed_costs(text: str) -> dict[str, int]:
    """What a contact costs by channel, in minor units, from `email 0.1, sms 0.5`. Raises DomainError."""
    found = {}
    for part in re.split(r"[,，、;；]", text):
        if not part.strip():
            continue
        match = _COST.fullmatch(part)
        try:
            found[match[1] if match else ""] = to_minor(Decimal(match[2] if match else ""))
        except InvalidOperation:
            said = _(
                "Costs are a channel and what a contact costs, such as email 0.1, sms 0.5; not %(part)s."
            )
            raise DomainError(said % {"part": part.strip()}) from None
    return found


def _people(data: Data, by: str) -> None:
    """Table `channel_people`: everybody with the segment and how they can be reached."""
    data.keep("channel_fields", data.customers(*dict.fromkeys((by, *_ASKED))))
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE channel_people AS
            SELECT *, CAST({identifier(by)} AS VARCHAR) AS segment FROM channel_fields"""
    )


def _contacts(data: Data) -> None:
    """Table `channel_contacts`: what was sent in campaigns of which responses are recorded, by resolved customer.

    A response belongs to the latest contact of its campaign before it.
    """
    paid = ", ".join(f"'{state}'" for state in PAID)
    copy_truth(
        data.duck,
        "channel_sent",
        f"""SELECT row.id, row.campaign_id, row.party_id, row.channel, row.contacted_at, row.cost
            FROM outreach_contact row
            WHERE row.state IN ({paid}) AND row.contacted_at IS NOT NULL AND {visible_sql("row")}""",
    )
    copy_truth(
        data.duck,
        "channel_answers",
        f"""SELECT row.campaign_id, row.party_id, row.responded_at, row.value FROM campaigns_response row
            WHERE {visible_sql("row")}""",
    )
    resolved = "LEFT JOIN resolved USING (party_id)"
    customer = "coalesce(resolved.customer_id, party_id) AS customer_id"
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE channel_contacts AS
            WITH sent AS (
              SELECT id, campaign_id, {customer}, channel, cost::BIGINT AS cost,
                     CAST(CAST(contacted_at AS VARCHAR) AS TIMESTAMP) AS moment FROM channel_sent {resolved}
              WHERE campaign_id IN (SELECT campaign_id FROM channel_answers)
            ), answers AS (
              SELECT campaign_id, {customer}, value::BIGINT AS value,
                     CAST(CAST(responded_at AS VARCHAR) AS TIMESTAMP) AS moment FROM channel_answers {resolved}
            ), responses AS (
              SELECT sent.id, count(*) AS responses, sum(answers.value)::BIGINT AS value
              FROM answers ASOF JOIN sent ON answers.campaign_id = sent.campaign_id
                AND answers.customer_id = sent.customer_id AND answers.moment >= sent.moment
              GROUP BY sent.id
            )
            SELECT customer_id, channel, (moment::DATE - DATE '1970-01-01')::INTEGER AS day, cost,
                   responses.id IS NOT NULL AS responded, responses.value
            FROM sent SEMI JOIN chosen USING (customer_id) LEFT JOIN responses USING (id)
            WHERE (moment::DATE - DATE '1970-01-01') <= {data.as_of}"""
    )


def _recorded_costs(data: Data) -> dict[str, int]:
    """What a contact cost on average, by channel, as the ledger has it."""
    found = rows(data.duck, "SELECT channel, round(avg(cost))::BIGINT FROM channel_contacts GROUP BY channel")
    return {channel: int(cost or 0) for channel, cost in found}


def _reachable(data: Data, channels: list[str]) -> None:
    """Table `channel_reachable`: customer and channel, where there is an address and no refusal."""
    told = " ".join(f"WHEN '{channel}' THEN {where}" for channel, where in _REACHED.items())
    data.duck.execute(
        f"""CREATE OR REPLACE TABLE channel_reachable AS
            SELECT customer_id, channel FROM channel_people CROSS JOIN (SELECT unnest(?::VARCHAR[]) AS channel)
            WHERE CASE lower(channel) {told} ELSE TRUE END""",
        [channels],
    )


def _show(raw: Raw, asked: Asked) -> Shown:
    everybody = _("everybody")
    segments = [
        {
            **row,
            "segment": everybody if row["segment"] is None else row["segment"],
            "is_best": _("yes") if row["is_best"] else "",
        }
        for row in raw["segments"]
    ]
    title = _("What a contact is expected to earn")
    by_segment = sheet_of(
        "segments",
        title,
        [
            attribute_column(asked["by"], "segment"),
            Column("channel", "code"),
            Column("contacts", "number"),
            Column("responses", "number"),
            Column("rate", "share", _("Response rate, drawn towards the channel's")),
            Column("low", "share", _("at least")),
            Column("high", "share", _("at most")),
            Column("cost", "money", _("Cost of a contact")),
            Column("expected_net", "money", _("Expected to earn, less cost")),
            Column("is_best", "text", _("Best")),
        ],
        segments,
        empty=_("There are no contacts with recorded responses: import contacts and responses of campaigns."),
    )
    recommended = sheet_of(
        "recommended",
        _("The best channel for each customer"),
        [
            Column("channel", "code"),
            Column("customers", "count"),
            Column("customer_share", "share", _("share of customers")),
            Column("expected_net", "money", _("Expected to earn, less cost")),
        ],
        raw["recommended"],
        opens=[is_value(raw["field"], row["channel"]) for row in raw["recommended"]],
    )
    return Shown(
        lead=_("The channel that is expected to earn most, by segment and for each customer."),
        sheets=[by_segment, recommended] if segments else [by_segment],
        drawings=[
            Drawing(
                sheet="segments", kind="lines", title=title, names="segment", values=["expected_net"], by="channel"
            )
        ],
        notes=[
            _("A customer's own responses count as far as they tell more than chance; else those of the segment."),
            _("E-mail and mobile are named only where there is an address and no refusal is known."),
            _("Only campaigns of which responses were recorded count; a response belongs to the contact before it."),
            _("It is a record and no experiment: channels were chosen for a reason. Let chance choose for a part."),
        ],
    )  # fmt: skip


BEST_CHANNEL: Final = Analysis(
    code="best-channel",
    group="profiles",
    name=gettext_lazy("The best channel"),
    question=gettext_lazy("Through which channel should we reach whom?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="by",
            label=gettext_lazy("Segments by"),
            kind="choice",
            default="class.tier",
            choices=attributes,
        ),
        Parameter(
            name="costs",
            label=gettext_lazy("A contact costs"),
            kind="text",
            default="",
            optional=True,
            help=gettext_lazy(
                "In whole money by channel, such as email 0.1, sms 0.5. Empty: as the ledger has it, on average."
            ),
        ),
    ),
    requirements=("ANA-73",),
    members="text",
)
