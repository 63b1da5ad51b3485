"""What outreach offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.customers.models import Party
from guanxi.foundation.configuration import DEFINITIONS, Definition
from guanxi.foundation.registry import PersonalData, Reference, registry
from guanxi.outreach.models import Click, Contact, Suppression
from guanxi.outreach.policy import SETTING, ContactPolicy, as_setting, parse_policy
from guanxi.outreach.queries import clicks_of, contacts_of, suppressions_of


def fill() -> None:
    """Fill the registry and the defaults."""
    DEFINITIONS[SETTING] = Definition(as_setting(ContactPolicy()), parse_policy)
    registry.add(
        PersonalData("contacts", Contact, contacts_of),
        PersonalData("suppressions", Suppression, suppressions_of),
        PersonalData("clicks", Click, clicks_of, "contact__party_id"),
        Reference(Party, Contact, "party_id", "batch_id"),
        Reference(Party, Suppression, "party_id"),
    )
