"""To whom a file gives its customers."""

from __future__ import annotations

from guanxi.customers.imports.kinds import Staging
from guanxi.customers.imports.staging import stage_numbered, staged_file
from guanxi.customers.models import Handover, PartyLink
from guanxi.customers.queries import RESOLVED_PARTIES
from guanxi.foundation.engine.duck import value
from guanxi.foundation.engine.truth import copy_truth


def stage_owners(staging: Staging) -> None:
    """Customers whom the file gives to somebody else than it is so far; all their source records go with them.

    Where a file names two owners for records that are one customer, the last row counts.
    """
    if not value(staging.duck, "SELECT count(owner) FROM told"):
        return
    copy_truth(staging.duck, "_resolved", RESOLVED_PARTIES)
    new = staged_file(staging, PartyLink) if any(s.model is PartyLink for s in staging.staged) else ""
    links = f"UNION ALL SELECT party_id, survivor_id FROM read_parquet('{new}')" if new else ""
    copy_truth(staging.duck, "_owned", "SELECT party_id, owner_id FROM customers_assignment")
    staging.duck.execute(
        f"""CREATE TABLE given AS
            WITH one AS (SELECT party_id, customer_id FROM _resolved {links}),
            wanted AS (SELECT coalesce(one.customer_id, told.party_id) AS customer_id,
                              arg_max(told.owner, told._row) AS owner_id
                       FROM told LEFT JOIN one USING (party_id) WHERE told.owner IS NOT NULL GROUP BY 1),
            records AS (SELECT customer_id AS party_id, owner_id FROM wanted
                        UNION SELECT one.party_id, wanted.owner_id FROM wanted JOIN one USING (customer_id))
            SELECT records.* FROM records LEFT JOIN _owned USING (party_id)
            WHERE _owned.owner_id IS DISTINCT FROM records.owner_id"""
    )
    staging.notes["customers given to an owner"] = int(value(staging.duck, "SELECT count(*) FROM given"))
    stage_numbered(
        staging,
        Handover,
        f"SELECT party_id, owner_id, {staging.batch.pk} AS batch_id, '' AS before_by FROM given ORDER BY party_id",
    )
