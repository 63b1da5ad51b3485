"""The audit is one chain: whatever is changed, removed or cut off shows; erased values do not break it."""

from __future__ import annotations

import pytest
from django.db import transaction

from guanxi.foundation import audit
from guanxi.foundation.actor import Actor
from guanxi.foundation.models import AuditEntry, AuditValues

pytestmark = pytest.mark.django_db
MIA = Actor("Mia")


@pytest.fixture
def three() -> list[AuditEntry]:
    """Mia set a rate, merged two customers and set the rate back; among the values are awkward ones."""
    awkward = {
        "rate": 1e22,
        "whole": 3.0,
        "share": 0.1,
        "text": "王 'x' \"y\" \n",
        "none": None,
        "deep": [{"b": 1, "a": [-0.0]}],
    }
    return [
        audit.record(MIA, "set", "setting", "rate", **awkward),
        audit.record(MIA, "merged", "customer", 7, merged="abc", by_number={2: "b", 10: "a"}),
        audit.record(MIA, "set", "setting", "rate", old=0.1, new=0.2),
    ]


def test_a_chain_that_nobody_touched_is_whole_whatever_its_values(three: list[AuditEntry]) -> None:
    assert list(audit.broken_links()) == []
    first = AuditEntry.objects.get(pk=three[0].pk)
    assert (first.actor, first.verb, first.object_kind, first.object_id) == ("Mia", "set", "setting", "rate")
    assert first.values.body["text"] == "王 'x' \"y\" \n"


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "Eve"},
        {"verb": "unset"},
        {"object_id": "8"},
        {"at": "2020-01-01T00:00:00Z"},
        {"digest": "0" * 64},
    ],
)
def test_a_changed_entry_shows(three: list[AuditEntry], change: dict[str, str]) -> None:
    AuditEntry.objects.filter(pk=three[1].pk).update(**change)
    assert f"entry {three[1].pk}: was changed" in list(audit.broken_links())


def test_a_removed_entry_shows_wherever_it_stood(three: list[AuditEntry]) -> None:
    for number, said in enumerate(
        [
            f"entry {three[1].pk}: the entry before it is missing or was changed",
            f"entry {three[2].pk}: the entry before it is missing or was changed",
            "the newest entries are missing",
        ]
    ):
        point = transaction.savepoint()
        three[number].values.delete()
        AuditEntry.objects.filter(pk=three[number].pk).delete()
        assert list(audit.broken_links()) == [said]
        transaction.savepoint_rollback(point)
    assert list(audit.broken_links()) == []


def test_all_entries_removed_shows(three: list[AuditEntry]) -> None:
    AuditValues.objects.all().delete()
    AuditEntry.objects.all().delete()
    assert list(audit.broken_links()) == ["the newest entries are missing"]


def test_changed_values_show_and_erased_ones_leave_the_chain_whole(three: list[AuditEntry]) -> None:
    AuditValues.objects.filter(entry=three[2]).update(body={"old": 0.1, "new": 0.3})
    assert list(audit.broken_links()) == [f"entry {three[2].pk}: its values were changed"]

    audit.erase_values(three[2])
    assert list(audit.broken_links()) == []
    assert not AuditValues.objects.filter(entry=three[2]).exists()


def test_equal_values_have_different_digests_so_that_nobody_guesses_what_was_erased() -> None:
    one, two = (audit.record(MIA, "set", "setting", "rate", new=1) for _ in range(2))
    assert one.digest != two.digest


def test_an_entry_rolled_back_with_its_change_leaves_no_gap(three: list[AuditEntry]) -> None:
    point = transaction.savepoint()
    audit.record(MIA, "set", "setting", "rate", new=3)
    transaction.savepoint_rollback(point)
    audit.record(MIA, "set", "setting", "rate", new=4)
    assert list(audit.broken_links()) == []
    assert AuditEntry.objects.count() == 4
