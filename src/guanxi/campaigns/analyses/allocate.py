"""Who should get which offer: the most expected incremental value within limits (CAMP-10, CAMP-22)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customer_insight.allocation import AllocationError, Limit, allocate_contacts
from customer_insight.groups import group_totals
from guanxi.campaigns.analyses.chosen import GROUP, measured, measured_choices, no_campaign
from guanxi.campaigns.models import Campaign
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import format_money, to_minor
from guanxi.insight.analyses.arranging import listed, sheet_of
from guanxi.insight.analyses.data import Data, records
from guanxi.insight.analyses.definition import Analysis, Asked, Column, Parameter, Raw, Shown
from guanxi.wording.words import word

NOT_TOLD: Final = "cannot tell"
BUDGET, CONTACTS, AT_LEAST = "budget", "capacity", "minimum"


def _compute(data: Data, asked: Asked) -> Raw:
    wanted = asked["campaigns"]
    campaigns = [each for each in measured() if not wanted or each.code in wanted]
    effects = [row for each in campaigns for row in _effects(each)]
    data.duck.execute(
        """CREATE OR REPLACE TABLE effects (tier VARCHAR, action VARCHAR, channel VARCHAR, value DOUBLE);
           CREATE OR REPLACE TABLE given (customer_id BIGINT, offer VARCHAR)"""
    )
    if not effects:
        data.members(data.duck.table("given"), "offer")
        return {"effects": []}
    names = ("tier", "action", "channel", "value")
    data.duck.executemany(
        "INSERT INTO effects VALUES (?, ?, ?, ?)", [[row[name] for name in names] for row in effects]
    )
    people = data.keep("people", data.customers("class.tier"))
    candidates = people.query(
        "people",
        """SELECT people.customer_id, action, channel, value
           FROM people JOIN effects ON effects.tier = coalesce(people."class.tier", '')""",
    )
    try:
        found = allocate_contacts(
            candidates, limits=_limits(asked, effects, campaigns), contacts=asked["contacts"]
        )
    except AllocationError as error:
        raise DomainError(_("These limits cannot all be kept: %(why)s") % {"why": error}) from None
    data.keep("contacts_chosen", found.chosen)
    _remember(data)
    plan = found.plan
    return {
        "effects": effects,
        "chosen": _chosen(data),
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "used": dict(plan.used),
        "prices": dict(plan.shadow_prices),
    }


def _effects(campaign: Campaign) -> list[dict[str, Any]]:
    """What one more customer of a tier is expected to add, after cost, by cell; nothing where it cannot be told.

    Results of before parts were measured by customer have none.
    """
    return [
        {
            "tier": row["group"],
            "action": f"{campaign.code} · {row['cell']}",
            "channel": row["channel"],
            "offer": row["offer"],
            "value": row["profit_per_customer"]["value"] if row["verdict"] != NOT_TOLD else 0.0,
            "verdict": row["verdict"],
        }
        for row in campaign.results.get("groups", ())
        if "profit_per_customer" in row
    ]


def _limits(asked: Asked, effects: list[dict[str, Any]], campaigns: list[Campaign]) -> tuple[Limit, ...]:
    """The limits typed, over the offers and channels that there are."""
    channels = sorted({row["channel"] for row in effects})
    actions = sorted({row["action"] for row in effects})
    limits = [
        Limit(name=f"{CONTACTS} {channel}", amount=amount, channel=channel)
        for channel, amount in _capacities(asked["capacity"], channels).items()
    ]
    if asked["budget"] is not None:
        costs = {each.code: each.plan.get("cost_per_contact", 0) for each in campaigns}
        use = {
            (row["action"], row["channel"]): float(to_minor(str(costs[row["action"].partition(" · ")[0]])))
            for row in effects
        }
        limits.append(Limit(name=BUDGET, amount=to_minor(str(asked["budget"])), use=use))
    if asked["minimum"]:
        limits += [
            Limit(name=f"{AT_LEAST} {action}", amount=asked["minimum"], kind="at least", action=action)
            for action in actions
        ]
    return tuple(limits)


def _capacities(typed: str, channels: list[str]) -> dict[str, int]:
    """`email=1000, sms=200` as numbers by channel. Raises DomainError."""
    found = {}
    for part in listed(typed or ""):
        channel, _equals, number = (each.strip() for each in part.partition("="))
        if channel not in channels or not number.isdigit():
            raise DomainError(
                _("Capacity is typed as %(example)s, not %(typed)s; there are the channels %(channels)s.")
                % {"example": f"{channels[0]}=1000", "typed": part, "channels": ", ".join(channels)}
            )
        found[channel] = int(number)
    return found


def _remember(data: Data) -> None:
    """The offer given to each customer; several stand side by side."""
    data.duck.execute(
        """INSERT INTO given SELECT customer_id, string_agg(action, ' + ' ORDER BY action)
           FROM contacts_chosen GROUP BY customer_id"""
    )
    data.members(data.duck.table("given"), "offer")


def _chosen(data: Data) -> list[dict[str, Any]]:
    """Contacts and their expected value by offer, channel and tier."""
    placed = data.duck.sql(
        """SELECT to_json([action, channel, coalesce("class.tier", '')])::VARCHAR AS place, value
           FROM contacts_chosen JOIN people USING (customer_id)"""
    )
    data.keep("totals", group_totals(placed, by="place", amounts=("value",)))
    return records(
        data.duck.sql(
            """SELECT place->>'$[0]' AS action, place->>'$[1]' AS channel, place->>'$[2]' AS tier,
                      customers AS contacts, value FROM totals ORDER BY action, channel, tier"""
        )
    )


def _show(raw: Raw, asked: Asked) -> Shown:
    columns = [
        Column("action", "text", _("Campaign and cell")),
        Column("channel", "code"),
        Column("tier", "code", _("Value tier")),
        Column("contacts", "count"),
        Column("value", "money", _("Expected incremental value")),
    ]
    if not raw["effects"]:
        return Shown(
            sheets=[
                sheet_of(
                    "chosen", _("Who gets what"), columns, [], empty=f"{no_campaign()} {_measure_again()}"
                )
            ]
        )
    chosen = [{**row, "tier": row["tier"] or "–"} for row in raw["chosen"]]
    return Shown(
        lead=_lead(raw),
        sheets=[
            sheet_of(
                "chosen", _("Who gets what"), columns, chosen,
                opens=[_behind(raw["field"], row, asked) for row in raw["chosen"]],
                empty=_("Nobody: no offer is known to add more than it costs."),
            ),
            _prices(raw),
            _worth(raw),
        ],
        notes=[
            _(
                "Values are what campaigns measured against their control: incremental margin per customer of the same "
                "value tier, less what the contacts cost. An effect that cannot be told from chance counts as 0."
            ),
            _("That the same offer adds as much again is an assumption; hold a control out to see whether it does."),
            _measure_again(),
        ],
    )  # fmt: skip


def _measure_again() -> str:
    return _("Campaigns that were measured by an earlier version have no values yet: measure them again.")


def _lead(raw: Raw) -> str:
    said = _("Expected to add %(value)s; no choice within these limits can add more than %(bound)s.")
    return said % {"value": format_money(raw["value"]), "bound": format_money(raw["bound"])}


def _behind(field: str, row: Mapping[str, Any], asked: Asked) -> dict[str, Any] | None:
    """Whom a row gives the offer; with several contacts a customer's offers stand side by side."""
    if asked["contacts"] > 1:
        return None
    tier = {"op": "=", "field": "class.tier", "value": row["tier"]}
    if not row["tier"]:
        tier = {"op": "unknown", "field": "class.tier"}
    return {"op": "all", "of": [{"op": "=", "field": field, "value": row["action"]}, tier]}


def _prices(raw: Raw) -> Any:
    columns = [
        Column("limit", "text", _("Limit")),
        Column("used", "text", _("Used")),
        Column("said", "text", _("What one more would be worth")),
    ]
    found = [
        {"limit": _limit_named(name), "used": _used(name, raw["used"][name]), "said": _price(name, price)}
        for name, price in raw["prices"].items()
    ]
    return sheet_of("prices", _("What the limits cost"), columns, found, empty=_("No limit was set."))


def _limit_named(name: str) -> str:
    kind, _space, what = name.partition(" ")
    return {
        BUDGET: _("budget"),
        CONTACTS: _("contacts by %(channel)s") % {"channel": word(what)},
        AT_LEAST: _("at least so many of %(offer)s") % {"offer": what},
    }[kind]


def _used(name: str, amount: float) -> str:
    return format_money(amount) if name == BUDGET else f"{amount:,.0f}"


def _price(name: str, price: float) -> str:
    kind, _space, what = name.partition(" ")
    if not price:
        return _("nothing: the limit does not bind")
    if kind == AT_LEAST:
        return _("the last contact required costs %(money)s") % {"money": format_money(price)}
    if kind == BUDGET:
        return _("each unit of money more adds %(times)s units") % {"times": f"{price:.2f}"}
    said = _("one more contact by %(channel)s is worth %(money)s")
    return said % {"channel": word(what), "money": format_money(price)}


def _worth(raw: Raw) -> Any:
    columns = [
        Column("action", "text", _("Campaign and cell")),
        Column("offer", "text"),
        Column("channel", "code"),
        Column("tier", "code", _("Value tier")),
        Column("value", "money", _("Value of one contact")),
        Column("verdict", "code"),
    ]
    found = [{**row, "tier": row["tier"] or "–"} for row in raw["effects"]]
    return sheet_of("effects", _("What the values rest on"), columns, found)


ALLOCATE: Final = Analysis(
    code="allocate",
    group=GROUP,
    name=gettext_lazy("Allocation of offers"),
    question=gettext_lazy("Which offer should each customer get, within capacity and budget?"),
    compute=_compute,
    show=_show,
    parameters=(
        Parameter(
            name="campaigns", label=gettext_lazy("Offers of the campaigns"), kind="several", default=[],
            choices=measured_choices, optional=True, help=gettext_lazy("Empty: all."),
        ),
        Parameter(
            name="contacts", label=gettext_lazy("Contacts per customer"), kind="whole", default=1, low=0, high=20
        ),
        Parameter(
            name="capacity", label=gettext_lazy("Capacity by channel"), kind="text", default="", optional=True,
            help=gettext_lazy("Such as email=1000, sms=200; empty: no limit."),
        ),
        Parameter(
            name="budget", label=gettext_lazy("Budget"), kind="number", default=None, low=0, high=10**12, optional=True
        ),
        Parameter(
            name="minimum", label=gettext_lazy("At least so many of each offer"), kind="whole", default=0, low=0,
            high=10**9,
        ),
    ),
    requirements=("CAMP-10", "CAMP-22"),
    members="text",
)  # fmt: skip
