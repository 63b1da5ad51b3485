"""Giving customers to the owners that a file names, as it is loaded, and giving them back when it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pyarrow as pa
from django.db import connection

from guanxi.customers.models import Handover, ImportBatch
from guanxi.foundation import clock
from guanxi.foundation.engine.bulk import insertion
from guanxi.foundation.jobs import RunningJob

BLOCK: Final = 10_000


def giving(block: pa.Table, batch: ImportBatch) -> Callable[[], None]:
    """What gives the customers of a block to their owners and remembers whose they were; its values are ready now."""
    write = insertion(Handover, block)
    ids = block.column("id")
    first, last = ids[0].as_py(), ids[-1].as_py()

    def give() -> None:
        write()
        _run(_REMEMBER, first, last)
        _run(_GIVE, batch.created_by, clock.now(), first, last)
        _run(_TELL, first, last)

    return give


def give_back(running: RunningJob, batch: ImportBatch, entry: Mapping[str, Any]) -> None:
    """What an import gave goes back to whose it was, but for what somebody or a later import gave on since."""
    for first in range(entry["first_id"], entry["last_id"] + 1, BLOCK):
        last = min(first + BLOCK - 1, entry["last_id"])
        with running.writing("giving customers back", first, entry["last_id"]):
            _run(_TELL, first, last)
            for sql in (_HAND_ON, _RETURN, _FORGET):
                _run(sql, first, last)
            Handover.objects.filter(batch=batch, pk__range=(first, last)).delete()


def _run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [_stored(each) for each in values])


def _stored(each: Any) -> Any:
    """An instant as the database keeps it; anything else as it is."""
    return connection.ops.adapt_datetimefield_value(each) if hasattr(each, "tzinfo") else each


_REMEMBER = """
UPDATE customers_handover SET before_owner_id = a.owner_id, before_by = a.assigned_by, before_at = a.assigned_at,
                              before_batch_id = a.batch_id
FROM customers_assignment a
WHERE a.party_id = customers_handover.party_id AND customers_handover.id BETWEEN %s AND %s"""
_GIVE = """
INSERT INTO customers_assignment (party_id, owner_id, batch_id, assigned_by, assigned_at)
SELECT party_id, owner_id, batch_id, %s, %s FROM customers_handover WHERE id BETWEEN %s AND %s
ON CONFLICT (party_id) DO UPDATE SET owner_id = excluded.owner_id, batch_id = excluded.batch_id,
                                     assigned_by = excluded.assigned_by, assigned_at = excluded.assigned_at"""
_TELL = """
INSERT INTO foundation_changerow (dataset, row_id)
SELECT 'assignments', a.id FROM customers_assignment a
JOIN customers_handover h ON h.party_id = a.party_id AND h.batch_id = a.batch_id WHERE h.id BETWEEN %s AND %s"""
_HAND_ON = """
UPDATE customers_handover SET before_owner_id = h.before_owner_id, before_by = h.before_by, before_at = h.before_at,
                              before_batch_id = h.before_batch_id
FROM customers_handover h
WHERE h.party_id = customers_handover.party_id AND h.batch_id = customers_handover.before_batch_id
  AND h.id BETWEEN %s AND %s"""
_RETURN = """
UPDATE customers_assignment SET owner_id = h.before_owner_id, assigned_by = h.before_by, assigned_at = h.before_at,
                                batch_id = h.before_batch_id
FROM customers_handover h
WHERE h.party_id = customers_assignment.party_id AND h.batch_id = customers_assignment.batch_id
  AND h.before_at IS NOT NULL AND h.id BETWEEN %s AND %s"""
_FORGET = """
DELETE FROM customers_assignment WHERE EXISTS (
  SELECT 1 FROM customers_handover h WHERE h.party_id = customers_assignment.party_id
  AND h.batch_id = customers_assignment.batch_id AND h.before_at IS NULL AND h.id BETWEEN %s AND %s)"""
