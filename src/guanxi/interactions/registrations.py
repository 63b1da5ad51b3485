"""What interactions offer to the other rooms through the registry."""

from __future__ import annotations

from guanxi.customers.imports.kinds import register
from guanxi.customers.models import Party
from guanxi.customers.queries import visible_sql
from guanxi.foundation.registry import Dataset, PersonalData, Reference, registry
from guanxi.interactions.imports import INTERACTIONS
from guanxi.interactions.models import Interaction
from guanxi.interactions.queries import interactions_of

TOUCHES = Dataset(
    name="interactions",
    model=Interaction,
    key="interaction_id",
    rows=f"""SELECT touch.id AS interaction_id, touch.party_id, touch.business_date, touch.channel, touch.direction,
                    touch.feedback_kind, touch.answered_on, touch.batch_id
             FROM interactions_interaction touch WHERE {visible_sql("touch")}""",
    changed="SELECT id FROM interactions_interaction WHERE batch_id = {batch} OR superseded_by_id = {batch}",
    columns="""interaction_id::BIGINT AS interaction_id, party_id::BIGINT AS party_id,
               (business_date::DATE - DATE '1970-01-01')::INTEGER AS day, nullif(channel, '')::VARCHAR AS channel,
               direction, nullif(feedback_kind, '')::VARCHAR AS feedback_kind,
               (answered_on::DATE - DATE '1970-01-01')::INTEGER AS answered_day, batch_id::BIGINT AS batch_id""",
)


def fill() -> None:
    """Fill the registry."""
    register(INTERACTIONS)
    registry.add(
        TOUCHES,
        PersonalData("interactions", Interaction, interactions_of),
        Reference(Party, Interaction, "party_id", "batch_id"),
    )
