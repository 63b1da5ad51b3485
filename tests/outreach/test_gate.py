"""Who is held back and why. Now is Monday 2026-03-16 12:00 UTC; 30 days before it is 2026-02-14 12:00."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from outreach.world import NOON, POLICY, address, agrees, contacted, customer, merged, utc

from guanxi.customers.models import ImportBatch, Party
from guanxi.foundation.errors import DomainError
from guanxi.outreach.gate import Held, addresses, held_back
from guanxi.outreach.policy import ContactPolicy

pytestmark = pytest.mark.django_db


def verdict(party: Party, policy: ContactPolicy = POLICY, channel: str = "email") -> Held | None:
    held = held_back(party_ids=[party.pk], channel=channel, at=NOON, policy=policy, lock=False)
    return held.get(party.pk)


def reason(party: Party, policy: ContactPolicy = POLICY) -> str | None:
    held = verdict(party, policy)
    return held.reason if held else None


def test_a_customer_with_consent_and_address_and_no_history_may_be_contacted() -> None:
    assert verdict(customer("ann")) is None


@pytest.mark.requirement("CAMP-17")
def test_consent() -> None:
    assert verdict(customer("silent", consent=None)) == Held("consent", "no consent to email on record")
    assert verdict(customer("no", consent=False)) == Held("consent", "refused on 2026-01-01 (crm)")
    not_asked = ContactPolicy(consent_required=False)
    assert reason(customer("silent2", consent=None), not_asked) is None
    assert reason(customer("no2", consent=False), not_asked) == "consent"


def test_the_latest_consent_counts_and_on_one_day_the_refusal() -> None:
    back, gone, torn = customer("back", consent=False), customer("gone"), customer("torn")
    agrees(back, on="2026-02-01")
    agrees(gone, granted=False, on="2026-02-01", source="web")
    agrees(torn, granted=False, on="2026-01-01", source="web")
    assert [reason(back), reason(gone), reason(torn)] == [None, "consent", "consent"]


def test_consent_and_address_are_asked_for_the_channel() -> None:
    ann = customer("ann")
    assert verdict(ann, channel="sms") == Held("consent", "no consent to sms on record")
    agrees(ann, channel="sms")
    assert verdict(ann, channel="sms") == Held("address", "no address for sms on record")
    address(ann, "+8613800138000", kind="mobile")
    assert verdict(ann, channel="sms") is None
    with pytest.raises(DomainError, match="There is no channel 'fax'; there are: email, sms"):
        verdict(ann, channel="fax")


@pytest.mark.requirement("CAMP-17")
@pytest.mark.parametrize(
    ("at", "held"),
    [
        ("2026-03-13 12:00", False),
        ("2026-03-13 12:01", True),
        ("2026-03-16 12:00", True),
        ("2026-03-19 11:59", True),
        ("2026-03-19 12:00", False),
    ],
)
def test_a_gap_of_three_days_before_and_after(at: str, held: bool) -> None:
    ann = customer("ann")
    contacted(ann, at, campaign=7)
    what = Held("gap", f"contact on {at} UTC by campaign 7, gap 3 days")
    assert verdict(ann) == (what if held else None)


@pytest.mark.requirement("CAMP-17")
def test_a_cap_of_four_in_thirty_days_over_campaigns_and_channels() -> None:
    full, room = customer("full"), customer("room")
    days = ["2026-02-14 12:01", "2026-02-20 09:00", "2026-02-27 09:00", "2026-03-06 09:00"]
    for campaign, (day, channel) in enumerate(zip(days, ["email", "sms", "phone", "email"], strict=True)):
        contacted(full, day, campaign=campaign, channel=channel)
        contacted(room, "2026-02-14 12:00" if campaign == 0 else day, campaign=campaign, channel=channel)
    assert verdict(full) == Held("cap", "4 contacts within 30 days")
    assert verdict(room) is None


def test_a_contact_planned_for_later_fills_the_window_it_shares_with_this_one() -> None:
    ann = customer("ann")
    for campaign, day in enumerate(
        ["2026-03-06 09:00", "2026-03-20 09:00", "2026-03-27 09:00", "2026-04-03 09:00"]
    ):
        contacted(ann, day, campaign=campaign, state="delivered" if campaign == 0 else "planned")
    assert reason(ann) == "cap"


@pytest.mark.parametrize(
    ("state", "held"),
    [
        ("planned", True),
        ("claimed", True),
        ("handed_over", True),
        ("delivered", True),
        ("unknown", True),
        ("failed", False),
        ("cancelled", False),
    ],
)
def test_contacts_that_may_reach_the_customer_count(state: str, held: bool) -> None:
    ann = customer("ann")
    contacted(ann, "2026-03-15 12:00", state=state)
    assert (reason(ann) == "gap") is held


def test_the_instant_of_contact_counts_not_the_instant_it_was_due() -> None:
    ann = customer("ann")
    contacted(ann, "2026-03-15 12:00", contacted_at=utc("2026-03-01 12:00"))
    assert reason(ann) is None


@pytest.mark.parametrize(
    ("mend", "next_reason"),
    [
        (lambda ann: None, "consent"),
        (lambda ann: agrees(ann), "address"),
        (lambda ann: (agrees(ann), address(ann, "ann@example.com")), "gap"),
    ],
)
def test_consent_goes_before_address_before_gap_before_cap(
    mend: Callable[[Party], object], next_reason: str
) -> None:
    ann = customer("ann", email=None, consent=None)
    contacted(ann, "2026-03-15 12:00")
    mend(ann)
    once = ContactPolicy(max_contacts=1)
    assert reason(ann, once) == next_reason
    assert next_reason != "gap" or reason(ann, ContactPolicy(max_contacts=1, min_gap_days=1)) == "cap"


def test_merged_customers_share_history_consent_and_address() -> None:
    """bea was merged into ann, cat into bea: three source records, one customer."""
    ann, bea, cat = customer("ann", email=None), customer("bea", email=None), customer("cat")
    merged(bea, ann)
    merged(cat, bea)
    assert reason(ann) is None
    assert addresses([ann.pk], "email") == {ann.pk: "cat@example.com"}
    contacted(cat, "2026-03-15 12:00")
    assert reason(ann) == "gap"
    agrees(bea, granted=False, on="2026-03-01")
    assert [reason(ann), reason(bea), reason(cat)] == ["consent"] * 3


def test_after_an_unmerge_each_has_their_own_history_again() -> None:
    ann, bea = customer("ann"), customer("bea")
    link = merged(bea, ann)
    contacted(bea, "2026-03-15 12:00")
    assert reason(ann) == "gap"
    link.delete()
    assert [reason(ann), reason(bea)] == [None, "gap"]


def test_the_address_is_the_customers_own_before_a_merged_one_and_the_newest() -> None:
    ann, bea = customer("ann"), customer("bea")
    address(ann, "new@example.com")
    merged(bea, ann)
    assert addresses([ann.pk, bea.pk], "email") == dict.fromkeys([ann.pk, bea.pk], "new@example.com")


def test_rows_of_an_import_count_only_while_it_is_published() -> None:
    ann, batch = customer("ann"), ImportBatch.objects.create(kind="contacts", source="x", created_at=NOON)
    contacted(ann, "2026-03-15 12:00", batch=batch)
    assert reason(ann) is None
    ImportBatch.objects.update(state="published")
    assert reason(ann) == "gap"


@pytest.mark.parametrize("lock", [False, True])
def test_few_queries_however_many_customers(django_assert_max_num_queries, lock: bool) -> None:
    Party.objects.bulk_create(
        Party(public_id=f"n{n}", source="n", source_key=str(n), created_at=NOON) for n in range(3000)
    )
    ids = list(Party.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(8):
        held = held_back(party_ids=ids, channel="email", at=NOON + timedelta(1), policy=POLICY, lock=lock)
    assert {why.reason for why in held.values()} == {"consent"}
    assert len(held) == 3000
