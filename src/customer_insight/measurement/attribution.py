"""What came in from those contacted: plain sums, and the warning that they prove nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from customer_insight.assignment import CONTROL
from customer_insight.measurement.units import CellSums, cell_sums
from customer_insight.tables import Table

ATTRIBUTED: Final = "attributed: includes what would have been bought anyway; not proof of an effect"


@dataclass(frozen=True, slots=True)
class Attributed:
    """Attributed figures of one cell, or of all ("" as the cell).

    Money in minor units; ratios None over zero.
    ``response_rate`` is responses / contacts, ``cost_per_contact`` is cost / contacts (CAMP-31), ``roi`` is
    (responders' margin - cost) / cost. ``label`` goes wherever the figures go.
    """

    cell: str
    customers: int
    contacts: int
    responses: int
    response_rate: float | None
    sales: float
    margin: float
    cost: int
    cost_per_contact: float | None
    roi: float | None
    label: str = ATTRIBUTED


def attributed(
    units: Table, *, costs: Mapping[str, int] | None = None, fixed_cost: int = 0
) -> tuple[Attributed, ...]:
    """Contacts, responses and the responders' sales and margin: all cells together first, then cell by cell.

    ``units`` as for `cell_sums`; control is left out, for nobody contacted it. ``costs`` is the cost of
    each cell, ``fixed_cost`` what belongs to the campaign but to no cell; it is in the first row only.
    CAMP-12.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": [1, 2, 3, 4], "cell": ["a", "a", "a", "control"],
    ...     "responded": [1, 0, 1, 1], "margin": [500, 90, 100, 700], "sales": [2000, 300, 400, 2800]})
    >>> total, cell = attributed(units, costs={"a": 300}, fixed_cost=100)
    >>> total.contacts, total.responses, total.sales, total.margin, total.cost, total.roi
    (3, 2, 2400.0, 600.0, 400, 0.5)
    """
    sums = cell_sums(units)
    sums.pop(CONTROL, None)
    return attributed_from_sums(sums, costs=costs or {}, fixed_cost=fixed_cost)


def attributed_from_sums(
    cells: Mapping[str, CellSums], *, costs: Mapping[str, int], fixed_cost: int
) -> tuple[Attributed, ...]:
    """`attributed` from sums already taken, without control."""
    total = sum(cells.values(), start=CellSums())
    everything = _attributed("", total, cost=sum(costs.values()) + fixed_cost)
    return (everything, *(_attributed(cell, s, cost=costs.get(cell, 0)) for cell, s in cells.items()))


def _attributed(cell: str, sums: CellSums, *, cost: int) -> Attributed:
    return Attributed(
        cell=cell,
        customers=sums.customers,
        contacts=sums.contacted,
        responses=sums.responses,
        response_rate=sums.responses / sums.contacted if sums.contacted else None,
        sales=sums.responder_sales,
        margin=sums.responder_margin,
        cost=cost,
        cost_per_contact=cost / sums.contacted if sums.contacted else None,
        roi=(sums.responder_margin - cost) / cost if cost else None,
    )
