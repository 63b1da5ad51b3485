from datetime import time

import pytest
from outreach.world import ALICE, utc

from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import AuditEntry
from guanxi.outreach.policy import ContactPolicy, change_policy, read_policy


@pytest.mark.django_db
@pytest.mark.requirement("CAMP-17")
def test_the_policy_has_defaults_and_a_change_is_kept_with_the_old_values_in_the_audit() -> None:
    assert read_policy() == ContactPolicy(4, 30, 3, time(21), time(8), True)
    change_policy(changes={"max_contacts": 2, "quiet_from": "22:30"}, actor=ALICE)
    assert read_policy() == ContactPolicy(2, 30, 3, time(22, 30), time(8), True)
    body = AuditEntry.objects.get(object_id="contact_policy").values.body
    assert (body["old"]["max_contacts"], body["new"]["max_contacts"]) == (4, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"max_contacts": 0}, "max_contacts is a whole number from 1 to 1000, not 0"),
        ({"max_contacts": True}, "max_contacts is a whole number"),
        ({"window_days": 400}, "window_days is a whole number from 1 to 366"),
        ({"min_gap_days": "3"}, "min_gap_days is a whole number"),
        ({"quiet_from": "25:00"}, "quiet_from is a time like 21:00, not '25:00'"),
        ({"consent_required": 1}, "consent_required is true or false"),
        ({"colour": "red"}, "contact_policy has no colour; it has max_contacts, "),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_name(changes: dict[str, object], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        change_policy(changes=changes, actor=ALICE)
    assert read_policy() == ContactPolicy()


@pytest.mark.parametrize(
    ("zone", "at", "quiet"),
    [
        ("UTC", "2026-03-16 20:59", False),
        ("UTC", "2026-03-16 21:00", True),
        ("UTC", "2026-03-17 00:00", True),
        ("UTC", "2026-03-17 07:59", True),
        ("UTC", "2026-03-17 08:00", False),
        ("Asia/Shanghai", "2026-03-16 12:59", False),
        ("Asia/Shanghai", "2026-03-16 13:00", True),
        ("Asia/Shanghai", "2026-03-17 00:00", False),
    ],
)
def test_quiet_hours_run_over_midnight_in_the_business_zone(
    settings, zone: str, at: str, quiet: bool
) -> None:
    settings.TIME_ZONE = zone
    assert ContactPolicy().is_quiet(utc(at)) is quiet


def test_quiet_hours_may_lie_within_a_day_or_be_none() -> None:
    siesta = ContactPolicy(quiet_from=time(12), quiet_until=time(14))
    assert [siesta.is_quiet(utc(f"2026-03-16 {hour}:00")) for hour in (11, 12, 13, 14)] == [
        False,
        True,
        True,
        False,
    ]
    assert not ContactPolicy(quiet_from=time(8), quiet_until=time(8)).is_quiet(utc("2026-03-16 08:00"))
