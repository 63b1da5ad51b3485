"""The two measures of the relationship space: how well a customer is known, how rich the dialogue is (INT-42)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

import narwhals as nw
from narwhals.typing import IntoFrameT

from customer_insight.inputs import INTERACTIONS, in_window, of_customers, typed
from customer_insight.tables import require_columns, same_kind


def discovery(profiles: IntoFrameT, *, attributes: Sequence[str]) -> IntoFrameT:
    """How much is known of each customer: ``customer_id``, ``discovery_score`` (0 to 1) (INT-42).

    ``profiles`` holds one row per customer with the ``attributes`` of profile and needs that are worth knowing;
    discovery_score = known ones / all of them, each counting alike. Raises TableError for a missing column,
    ValueError without an attribute.

    >>> import polars as pl
    >>> profiles = pl.DataFrame({"customer_id": [1, 2], "birthday": [7, None], "size": ["L", None],
    ...                          "use": ["work", "home"], "budget": [None, None]})
    >>> discovery(profiles, attributes=("birthday", "size", "use", "budget")).rows()
    [(1, 0.75), (2, 0.25)]
    """
    if not attributes:
        raise ValueError("give at least one attribute")
    frame = require_columns(profiles, ("customer_id", *attributes), name="profiles")
    known = [nw.when(nw.col(name).is_null()).then(nw.lit(0)).otherwise(nw.lit(1)) for name in attributes]
    score = reduce(add, known) / float(len(attributes))
    return same_kind(frame.select("customer_id", discovery_score=score), profiles)


def dialogue(
    interactions: IntoFrameT,
    *,
    as_of: int,
    since: int,
    enough: int = 12,
    channels_enough: int = 3,
    answer_days: int = 2,
) -> IntoFrameT:
    """How rich and timely the dialogue with each customer was in the window (INT-42): ``customer_id``,
    ``quantity``, ``variety``, ``timeliness``, ``dialogue_score``, all 0 to 1.

    ``interactions`` is the table INTERACTIONS with ``answered_day``. quantity = exchanges / ``enough``, at most
    1; variety = different known channels / ``channels_enough``, at most 1; timeliness = share of what the
    customer began that was answered within ``answer_days`` (as of ``as_of``; what is younger than that and not
    yet answered is left out), null where nothing can be judged. dialogue_score is the mean of those that are
    known, each counting alike. The source asks for richness and timeliness and gives no scale: the three
    numbers are defaults to be edited. Raises TableError for a missing or mistyped column, ValueError when
    ``since`` lies after ``as_of`` or a number is below 1.

    >>> import polars as pl
    >>> touches = pl.DataFrame({"customer_id": [1, 1, 1, 2], "interaction_id": [1, 2, 3, 4],
    ...     "day": [1, 2, 5, 3], "channel": ["shop", "web", "web", "web"], "direction": ["in", "in", "out", "out"],
    ...     "feedback_kind": [None] * 4, "answered_day": [2, 9, None, None]})
    >>> dialogue(touches, as_of=20, since=1, enough=6, channels_enough=2).sort("customer_id").rows()
    [(1, 0.5, 1.0, 0.5, 0.6666666666666666), (2, 0.16666666666666666, 0.5, None, 0.3333333333333333)]
    """
    if min(enough, channels_enough, answer_days) < 1:
        raise ValueError("enough, channels_enough and answer_days are at least 1")
    reads = (*INTERACTIONS.required, "answered_day")
    rows = in_window(of_customers(typed(interactions, INTERACTIONS, columns=reads)), since=since, as_of=as_of)
    known = rows.filter(~nw.col("channel").is_null()).select("customer_id", "channel").unique()
    channels = known.group_by("customer_id").agg(nw.len().alias("channels"))
    in_time = nw.col("answered_day") - nw.col("day") <= answer_days
    answered = ~nw.col("answered_day").is_null() & (nw.col("answered_day") <= as_of) & in_time
    judged = (nw.col("direction") == "in") & (answered | (nw.col("day") + answer_days <= as_of))
    marked = rows.with_columns(
        judged=nw.when(judged).then(nw.lit(1)).otherwise(nw.lit(0)),
        timely=nw.when(judged & answered).then(nw.lit(1)).otherwise(nw.lit(0)),
    )
    sums = marked.group_by("customer_id").agg(nw.len().alias("touches"), nw.col("judged", "timely").sum())
    wide = sums.join(channels, on="customer_id", how="left")
    wide = wide.with_columns(nw.col("touches", "judged", "timely", "channels").fill_null(0).cast(nw.Int64))
    judged_count = nw.col("judged")
    scores = wide.select(
        "customer_id",
        quantity=nw.min_horizontal(nw.col("touches") / float(enough), nw.lit(1.0)),
        variety=nw.min_horizontal(nw.col("channels") / float(channels_enough), nw.lit(1.0)),
        timeliness=nw.col("timely") / nw.when(judged_count > 0).then(judged_count),
    )
    mean = nw.mean_horizontal("quantity", "variety", "timeliness")
    return same_kind(scores.with_columns(dialogue_score=mean), interactions)
