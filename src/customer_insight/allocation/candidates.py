"""The same from a table of candidates to a table of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import narwhals as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from customer_insight.allocation.choices import Values
from customer_insight.allocation.limits import Limit
from customer_insight.allocation.plan import Plan, allocate
from customer_insight.lifetime.engine import as_given, table_like
from customer_insight.tables import Table, TableError, require_columns

CANDIDATES: Final[Mapping[str, str]] = {
    "customer_id": "the customer",
    "action": "text: what would be offered",
    "channel": "text: how",
    "value": "expected incremental value of the contact, any unit, may be negative; null is not allowed",
}


@dataclass(frozen=True, slots=True)
class Contacts:
    """``chosen`` has the columns of CANDIDATES, one row per contact, in the kind of table given; ``plan`` the
    figures.
    """

    chosen: Any
    plan: Plan


def allocate_contacts(candidates: Table, *, limits: tuple[Limit, ...] = (), contacts: int = 1) -> Contacts:
    """`allocate` for one row per customer, action and channel that may be.

    ``candidates`` has the columns of CANDIDATES; who is missing in it, or has a null value, is not contacted so.
    Reads the table once into one array of 8 bytes per customer, action and channel. Raises TableError for a missing
    column, a null key, a row that comes twice and an infinite value, AllocationError as `allocate`.

    >>> import polars as pl
    >>> candidates = pl.DataFrame({"customer_id": [1, 1, 2, 3, 3], "action": ["tea", "rice", "tea", "tea", "rice"],
    ...     "channel": ["mail"] * 5, "value": [5.0, 4.0, 3.0, 2.0, None]})
    >>> limit = Limit(name="tea in stock", action="tea", amount=1)
    >>> found = allocate_contacts(candidates, limits=(limit,))
    >>> found.chosen.rows(), found.plan.value
    ([(1, 'rice', 'mail', 4.0), (2, 'tea', 'mail', 3.0)], 7.0)
    """
    frame = require_columns(candidates, tuple(CANDIDATES), name="candidates")
    read = frame.select("customer_id", "action", "channel", nw.col("value").cast(nw.Float64))
    arrow = read.collect(backend="pyarrow").to_native()
    keys = {name: _coded(arrow[name], name) for name in ("action", "channel", "customer_id")}
    values = _values(arrow["value"].to_numpy(), keys)
    plan = allocate(
        values,
        actions=tuple(keys["action"][0].tolist()),
        channels=tuple(keys["channel"][0].tolist()),
        limits=limits,
        contacts=contacts,
    )
    return Contacts(as_given(table_like(_rows(plan, values, keys), frame), candidates), plan)


Coded = tuple[NDArray[Any], NDArray[np.int64]]
"""The different keys in order, and the place of each row's key among them."""


def _coded(column: pa.ChunkedArray, name: str) -> Coded:
    if column.null_count:
        raise TableError(
            f"table 'candidates': column {name!r} is null in {column.null_count} rows; leave them out"
        )
    keys, code = np.unique(column.to_numpy(), return_inverse=True)
    return keys, code.reshape(-1)


def _values(value: NDArray[np.float64], keys: Mapping[str, Coded]) -> Values:
    infinite = int(np.isinf(value).sum())
    if infinite:
        raise TableError(
            f"table 'candidates': column 'value' is infinite in {infinite} rows; null means not allowed"
        )
    shape = tuple(len(names) for names, _ in keys.values())
    place = (
        np.ravel_multi_index(tuple(code for _, code in keys.values()), shape)
        if len(value)
        else np.zeros(0, int)
    )
    twice = len(place) - len(np.unique(place))
    if twice:
        raise TableError(
            f"table 'candidates': {twice} rows repeat a customer_id, action and channel; keep one of each"
        )
    values = np.full(int(np.prod(shape)), np.nan)
    values[place] = value
    return values.reshape(shape)


def _rows(plan: Plan, values: Values, keys: Mapping[str, Coded]) -> dict[str, NDArray[Any]]:
    """The contacts by customer, action and channel."""
    level, customer = np.nonzero(plan.option >= 0)
    option = plan.option[level, customer]
    order = np.lexsort((option, customer))
    option, customer = option[order], customer[order]
    channels = values.shape[1]
    return {
        "customer_id": keys["customer_id"][0][customer],
        "action": keys["action"][0][option // channels],
        "channel": keys["channel"][0][option % channels],
        "value": values[option // channels, option % channels, customer],
    }
