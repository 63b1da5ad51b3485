"""From class to class: how many customers went where between two runs (ANA-33, ANA-35, ANA-64)."""

from __future__ import annotations

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs.check import windowed
from customer_insight.margin import share_of
from customer_insight.tables import require_columns, same_kind


def class_migration(previous: IntoFrameT, current: IntoFrameT) -> IntoFrameT:
    """The migration matrix of two runs of a classification, one row per pair of classes somebody has.

    Both tables: ``customer_id``, ``class_code``, one row per customer, as `customer_insight.schemes.classify`
    gives them. Columns ``from_class`` (null: came new), ``to_class`` (null: left), ``customers``,
    ``from_share`` (of all who were in ``from_class``: the rows of the matrix add up to 1). Those who stayed
    are there too. Row order is open. Raises TableError for a missing column.

    >>> import polars as pl
    >>> june = pl.DataFrame({"customer_id": [1, 2, 3], "class_code": ["MGC", "MGC", "BZ"]})
    >>> july = pl.DataFrame({"customer_id": [1, 2, 4], "class_code": ["MVC", "MGC", "BZ"]})
    >>> class_migration(june, july).sort("from_class", "to_class", nulls_last=True).rows()
    [('BZ', None, 1, 1.0), ('MGC', 'MGC', 1, 0.5), ('MGC', 'MVC', 1, 0.5), (None, 'BZ', 1, 1.0)]
    """
    needed = ("customer_id", "class_code")
    before = windowed(require_columns(previous, needed, name="previous"))
    after = windowed(require_columns(current, needed, name="current"))
    before = before.select("customer_id", from_class="class_code")
    after = after.select(after_id="customer_id", to_class="class_code")
    both = before.join(after, left_on="customer_id", right_on="after_id", how="full")
    pairs = both.group_by("from_class", "to_class").agg(nw.len().alias("customers"))
    pairs = pairs.with_columns(nw.col("customers").cast(nw.Int64))
    total = nw.col("customers").sum().over("from_class").cast(nw.Int64)
    shares = pairs.with_columns(total=total).with_columns(from_share=share_of("customers", "total"))
    return same_kind(shares.select("from_class", "to_class", "customers", "from_share"), current)
