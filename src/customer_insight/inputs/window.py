"""The window of a measure: from ``since`` to ``as_of``, both days included."""

from __future__ import annotations

from typing import Any

import narwhals as nw


def check_window(*, since: int | None, as_of: int) -> None:
    """Raise ValueError where the window would hold no day."""
    if since is not None and since > as_of:
        raise ValueError(f"since ({since}) lies after as_of ({as_of})")


def in_window(
    frame: nw.LazyFrame[Any], *, since: int | None, as_of: int, day: str = "day"
) -> nw.LazyFrame[Any]:
    """Rows of the window; without ``since`` everything up to ``as_of``. Later rows are left aside.

    Raises ValueError when ``since`` lies after ``as_of``.
    """
    check_window(since=since, as_of=as_of)
    kept = frame.filter(nw.col(day) <= as_of)
    return kept if since is None else kept.filter(nw.col(day) >= since)
