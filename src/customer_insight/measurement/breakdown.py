"""Where a campaign paid: its profit and return by customer group, channel and product, adding up to the whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

from customer_insight.measurement.estimates import Estimate, holm, simultaneous_level
from customer_insight.measurement.moments import moments
from customer_insight.measurement.parts import Part, Parts
from customer_insight.measurement.strata import Key, Leaves, leaves
from customer_insight.measurement.units import CellSums
from customer_insight.tables import Table


@dataclass(frozen=True, slots=True)
class Breakdown:
    """``cells`` in order of their names, ``sums`` over every choice of dimensions, the whole last.

    ``level`` is the level of the sums and the one at which the intervals of all cells hold at once. ``best`` and
    ``worst`` are the measured cells of highest and lowest return (of profit per treated customer where nothing was
    spent); None with fewer than two. ``apart`` is what a treated customer of the best earns more than one of the
    worst after cost, with an interval that allows for having picked both out of all: above zero, they do differ.
    """

    cells: tuple[Part, ...]
    sums: tuple[Part, ...]
    best: Part | None
    worst: Part | None
    apart: Estimate
    theta: float
    level: float
    cell_level: float

    @property
    def whole(self) -> Part:
        return self.sums[-1]

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def breakdown(
    units: Table,
    *,
    groups: tuple[str, ...] = ("customer_group",),
    treatments: tuple[str, ...] = ("channel", "product"),
    level: float = 0.95,
    adjust: bool = True,
    winsorise_at: float | None = None,
) -> Breakdown:
    """Return on what was spent over customer group x channel x product (CAMP-14).

    ``units`` as for `cell_sums` (``responded`` may be missing), and ``cost``: minor units spent on the customer,
    null is 0; ``groups``: what the customer was known to be before the draw, for everybody; ``treatments``: what
    the customer was meant for, such as the channel and the product offered, read for the treated only.

    A treated cell is compared with the held-out customers of its own customer group:

        incremental margin of a cell = n (mean y of the cell - mean y of the group's control)

    and a sum over cells is the sum of theirs, so all totals reconcile; the whole is the post-stratified effect
    (Miratrix, Sekhon and Yu 2013). y is the margin less theta x pre-period margin (CUPED), one theta for all.
    Variance of a sum: sum over cells of n s**2 plus, since its cells share it, per group (sum of n)**2 s_C**2 /
    n_C; degrees of freedom by Satterthwaite. Cells' intervals hold together (Šidák). The difference of best and
    worst is held at the level of all pairs (Šidák), since the two were picked by looking.

    A cell with fewer than two treated or two held-out customers cannot be compared: its figures are unknown, its
    customers are told as unmeasured, there and in every sum.

    Raises TableError for a missing column, a customer in two rows, and a null cell, group or treatment.

    >>> import polars as pl
    >>> units = pl.DataFrame({"customer_id": range(8), "cell": ["a"] * 4 + ["control"] * 4,
    ...     "margin": [900, 700, 500, 300, 100, 300, 200, 400], "cost": [100] * 4 + [0] * 4,
    ...     "customer_group": ["gold", "gold", "new", "new"] * 2, "channel": ["mail"] * 4 + [None] * 4})
    >>> found = breakdown(units, treatments=("channel",))
    >>> [(tuple(cell.by.values()), cell.incremental_profit.value, cell.roi.value) for cell in found.cells]
    [(('gold', 'mail'), 1000.0, 5.0), (('new', 'mail'), 0.0, 0.0)]
    >>> found.whole.incremental_profit.value, found.best.by["customer_group"], found.apart.value
    (1000.0, 'gold', 500.0)
    """
    read = leaves(units, groups=groups, treatments=treatments, winsorise_at=winsorise_at)
    theta = _theta(read, len(groups)) if adjust else 0.0
    table = Parts(read, (*groups, *treatments), len(groups), theta)
    keys = sorted(read.treated)
    measured = [key for key in keys if table.measured(key)]
    cell_level = simultaneous_level(level, len(measured))
    cells = _with_holm([table.part(table.names, key, [key], cell_level) for key in keys])
    best, worst = _extremes(cells)
    return Breakdown(
        cells=tuple(cells),
        sums=tuple(_sums(table, keys, level)),
        best=best,
        worst=worst,
        apart=table.apart(best, worst, simultaneous_level(level, len(measured) * (len(measured) - 1) // 2)),
        theta=theta,
        level=level,
        cell_level=cell_level,
    )


def _theta(read: Leaves, groups: int) -> float:
    """One slope within the control of every group and within its treated, weighted by spread as in `pooled_theta`."""
    shared = spread = 0.0
    arms = [*read.control.values(), *_by_group(read, groups).values()]
    for sums in arms:
        if sums.customers > 1:
            inside = moments(sums)
            shared += (sums.customers - 1) * inside.xy
            spread += (sums.customers - 1) * inside.xx
    return shared / spread if spread > 0 else 0.0


def _by_group(read: Leaves, groups: int) -> dict[Key, CellSums]:
    found: dict[Key, CellSums] = {}
    for key, sums in read.treated.items():
        found[key[:groups]] = found.get(key[:groups], CellSums()) + sums
    return found


def _sums(table: Parts, keys: list[Key], level: float) -> list[Part]:
    """Over every choice of fewer dimensions, most of them first."""
    found = []
    for size in range(len(table.names) - 1, -1, -1):
        for places in combinations(range(len(table.names)), size):
            names = [table.names[place] for place in places]
            inside: dict[Key, list[Key]] = {} if size else {(): []}
            for key in keys:
                inside.setdefault(tuple(key[place] for place in places), []).append(key)
            found += [table.part(names, values, inside[values], level) for values in sorted(inside)]
    return found


def _with_holm(cells: list[Part]) -> list[Part]:
    adjusted = holm([cell.p_value for cell in cells])
    return [replace(cell, p_adjusted=p) for cell, p in zip(cells, adjusted, strict=True)]


def _extremes(cells: list[Part]) -> tuple[Part | None, Part | None]:
    """Best and worst of the cells with figures; of equal ones the first by name."""
    known = [cell for cell in cells if cell.incremental_profit.value is not None]
    if len(known) < 2:
        return None, None
    figures = [_figure(cell, spent=all(each.cost > 0 for each in known)) for cell in known]
    return known[figures.index(max(figures))], known[figures.index(min(figures))]


def _figure(cell: Part, *, spent: bool) -> float:
    """What cells are ranked by: return, or profit per treated customer where nothing was spent on one of them."""
    profit = cell.incremental_profit.value or 0.0
    return profit / (cell.cost if spent else cell.treated)
