"""What was known of customers on a day, beside whether they left after it."""

from __future__ import annotations

from typing import Any, Final

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.indicators import CATALOGUE, SUBJECTS, Tables, analysis_table
from customer_insight.margin import Margin
from customer_insight.tables import TableError, require_columns, same_kind

NO_FEATURE: Final = frozenset({"name", "key", "weekday", "hour"})
"""Units whose numbers are names: the seventh weekday is not more than the first."""

SAID_OTHERWISE: Final = frozenset({"first_day", "last_day"})
"""Days that another indicator tells as an age (tenure_days, recency_days)."""


def churn_features(
    tables: Tables, *, as_of: int, margin: Margin, since: int | None = None, subject: str | None = None
) -> Any:
    """`analysis_table` of day ``as_of`` as numbers a model can learn: customer_id and one column per feature.

    A day becomes the days from it to ``as_of``, under its name with ``_ago`` (next_expected_day_ago is above 0 when
    the purchase is overdue), for a date itself says nothing about customers of another period. Names, keys,
    weekdays and hours are left out. Nothing after ``as_of`` is read. Arguments, kind of table and errors as for
    `analysis_table`.

    >>> import polars as pl
    >>> touches = pl.DataFrame({"customer_id": [1, 1], "interaction_id": [1, 2], "day": [3, 8],
    ...     "channel": ["shop"] * 2, "direction": ["in"] * 2, "feedback_kind": ["praise", "complaint"]})
    >>> wide = churn_features(Tables(interactions=touches), as_of=5, margin=Margin(assumed_rate=0.3), subject="churn")
    >>> wide.select("contact_count", "complaint_count", "last_contact_day_ago").rows()
    [(1, 0, 2)]
    """
    given = analysis_table(tables, as_of=as_of, margin=margin, since=since)
    wide = nw.from_native(given).lazy()
    wanted = SUBJECTS[subject] if subject is not None else tuple(CATALOGUE)
    names = [name for name in wide.collect_schema().names() if name in wanted]
    units = {name: CATALOGUE[name].unit for name in names}
    kept = [name for name in names if units[name] not in NO_FEATURE and name not in SAID_OTHERWISE]
    ages = {f"{name}_ago": as_of - nw.col(name) for name in kept if units[name] == "day number"}
    told = wide.select("customer_id", *[name for name in kept if units[name] != "day number"], **ages)
    return same_kind(told, given)


def feature_label(name: str, *, chinese: bool = False) -> str:
    """The label of a feature of `churn_features`; a column the catalogue does not know is its own label.

    >>> feature_label("recency_days"), feature_label("last_contact_day_ago")
    ('Days since last transaction', 'Last contact (days ago)')
    """
    entry = CATALOGUE.get(name.removesuffix("_ago"))
    if entry is None:
        return name
    label = entry.label_zh if chinese else entry.label_en
    if name == entry.name:
        return label
    return f"{label}（距今天数）" if chinese else f"{label} (days ago)"


def churn_frame(features: IntoFrameT, outcomes: IntoFrameT) -> IntoFrameT:
    """The customers of both tables: the columns of ``features``, and ``left`` of ``outcomes``.

    ``features`` is `churn_features` or any wide table of the same day: one row per customer, nothing in it later
    than the cut-off; that, the caller vouches for. ``outcomes`` has customer_id and ``left``. Whoever lacks an
    outcome was not a customer on the day; whoever lacks features has no row. Raises TableError for a missing column
    and for ``left`` among the features.

    >>> import polars as pl
    >>> wide = pl.DataFrame({"customer_id": [1, 2, 3], "visits": [4, 5, 6]})
    >>> churn_frame(wide, pl.DataFrame({"customer_id": [2, 1], "left": [1, 0]})).sort("customer_id").rows()
    [(1, 4, 0), (2, 5, 1)]
    """
    wide = require_columns(features, ("customer_id",), name="features")
    if "left" in wide.collect_schema().names():
        raise TableError("column 'left' stands in 'features': the outcome would be told; leave it out")
    told = require_columns(outcomes, ("customer_id", "left"), name="outcomes").select("customer_id", "left")
    return same_kind(wide.join(told, on="customer_id", how="inner"), features)
