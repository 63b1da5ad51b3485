"""What the API takes and gives. Money in whole minor units, instants in UTC, dates as dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Path, Query, Schema
from pydantic import ConfigDict, Field

PublicId = Annotated[
    str,
    Path(
        pattern=r"^[^\x00]{1,190}$", description="The customer's public id, or SOURCE:KEY.", example="shop:c1"
    ),
]
Code = Annotated[str, Path(pattern=r"^[^\x00]{1,190}$", description="The campaign's code.", example="spring")]
Number = Annotated[int, Path(ge=1, lt=2**63, example=7)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=10_000, description="How many to pass over.")]
Wait = Annotated[int, Query(ge=0, le=60, description="For how many seconds to wait for the end.")]
Row = dict[str, Any]


class Fault(Schema):
    """What went wrong."""

    code: str = Field(description="A word for programs.")
    message: str = Field(description="What is wrong and what to do, in the language of Accept-Language.")
    where: str | None = Field(description="The part of the request that does not fit, such as query.limit.")


class Problem(Schema):
    """Every error has this shape."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"error": {"code": "not_found", "message": "There is no customer 'x'.", "where": None}}
            ]
        }
    )
    error: Fault


class Listed(Schema):
    """A customer in a list."""

    customer: str = Field(description="The public id.")
    name: str | None = Field(description="Null where there is none, and for those who may not see addresses.")
    tier: str | None
    measures: dict[str, float | int | None]


class CustomerPage(Schema):
    """Customers in order; `next` is the value of `after` for the next page, null on the last."""

    customers: list[Listed]
    total: int
    currency: str
    as_of: date | None = Field(
        description="As of which day the measures are; null before the first analysis."
    )
    next: str | None


class KnownFact(Schema):
    attribute: str
    label: str
    value: str = Field(description="•••• where it says who somebody is and addresses may not be seen.")
    source: str
    observed_on: date
    inferred: bool


class SourceRecord(Schema):
    public_id: str
    source: str
    key: str
    kind: str


class ContactAddress(Schema):
    kind: str
    value: str = Field(description="Masked for those who may not see addresses.")


class GivenConsent(Schema):
    channel: str
    granted: bool
    source: str
    recorded_on: date


class Profile(Schema):
    """Who a customer is."""

    customer: str
    source_records: list[SourceRecord]
    facts: list[KnownFact]
    contact_points: list[ContactAddress]
    consents: list[GivenConsent]


class Tier(Schema):
    code: str
    since: date
    rule: int = Field(description="The number of the rule that fired.")
    why: str


class Worth(Schema):
    """What a customer is worth, as last published."""

    customer: str
    run: int
    as_of: date
    model: str | None = Field(
        description="The model of lifetime value; null before the first repeat purchase."
    )
    currency: str
    tier: Tier
    measures: dict[str, float | int | None]
    note: str = Field(description="What profit rests on, where costs are not all known.")


class Happening(Schema):
    at: datetime
    day: date
    only_day_known: bool
    kind: str = Field(description="purchase, campaign, contact, response, held back or tier.")
    text: str
    campaign: str | None


class Timeline(Schema):
    """What happened with a customer, newest first."""

    customer: str
    events: list[Happening]
    next_offset: int | None


class Insight(Schema):
    """The published run and its reports. Amounts are in minor units."""

    run: int
    as_of: date
    published_at: datetime
    customers: int
    currency: str
    model: str | None
    totals: Row
    assumptions: Row
    money_deciles: list[Row]
    purchase_deciles: list[Row]
    tiers: list[Row]
    bands: list[Row]
    layers: list[Row]


class Measure(Schema):
    indicator: str
    label: str
    formula: str
    unit: str
    window: str
    undefined: str


class AnalysisOffer(Schema):
    analysis: str
    group: str
    name: str
    question: str
    parameters: Row


class AnalysisAnswer(Schema):
    """What an analysis found; `field` names what it says of each customer, for conditions."""

    analysis: str
    run: int
    as_of: date
    asked: Row
    field: str | None
    found: Row


class Refresh(Schema):
    as_of: date | None = Field(
        None, description="As of which day; the last that has an order where none is named."
    )


class JobState(Schema):
    """Long work. `state` is waiting, running, done, failed or cancelled."""

    id: int
    kind: str
    key: str
    state: str
    step: str
    done: int
    total: int
    attempts: int
    error: str
    result: Row
    created_at: datetime
    finished_at: datetime | None
    href: str


class Jobs(Schema):
    jobs: list[JobState]
    next_before: int | None = Field(description="The value of `before` for the next page.")


class Batch(Schema):
    """An import. `state` is working, published, undoing, undone or failed."""

    id: int
    kind: str
    source: str
    state: str
    rows_read: int
    rows_good: int
    rows_bad: int
    created_at: datetime
    published_at: datetime | None
    undone_at: datetime | None
    error: str = Field(description="Why nothing came in, where it failed.")
    job: JobState | None
    href: str
    errors: str = Field(description="Where the errors of single rows are.")


class RowError(Schema):
    """A line of the errors of a batch."""

    row: int
    column: str | None
    value: str | None
    reason: str


class CampaignRow(Schema):
    campaign: str
    name: str
    goal: str
    state: str
    measured_from: date | None
    measured_until: date | None
    contacts: int
    responses: int
    verdict: str
    sown_but_not_harvested: bool


class Campaigns(Schema):
    campaigns: list[CampaignRow]


class CampaignState(Schema):
    """Exactly how many are sent, pending, failed, unknown and held back, now."""

    campaign: str
    name: str
    state: str
    figures_as_of: date | None
    members: dict[str, int]
    cells: dict[str, int]
    contacts: dict[str, int]
    cancelled: dict[str, int]
    suppressed: dict[str, int]
    responses: int
    currency: str
    plan: Row
    estimate: Row


class Lesson(Schema):
    analysis: str = Field(max_length=20_000, description="What the figures say.")
    lesson: str = Field(max_length=20_000, description="What the next plan should know.")


class People(Schema):
    total: int
    people: list[Row]
    next_offset: int | None
