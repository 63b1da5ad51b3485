"""Small tables computed in Python, such as one row per attribute value, handed back as the engine's own kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pyarrow as pa
from narwhals.typing import IntoFrameT

from customer_insight.lifetime.engine import table_like
from customer_insight.tables import require_columns, same_kind


def rows_beside(
    frame: nw.LazyFrame[Any], rows: Sequence[Mapping[str, Any]], types: Mapping[str, pa.DataType]
) -> nw.LazyFrame[Any]:
    """The rows as a frame that can be joined with ``frame``; ``types`` are its columns in order."""
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
    return table_like(columns, frame)


def rows_like(
    like: IntoFrameT, rows: Sequence[Mapping[str, Any]], types: Mapping[str, pa.DataType]
) -> IntoFrameT:
    """The rows, in their order, as a table of the kind of ``like``."""
    frame = require_columns(like, (), name="table")
    return same_kind(rows_beside(frame, rows, types), like)
