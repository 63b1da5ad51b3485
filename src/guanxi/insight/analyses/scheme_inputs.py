"""What a scheme reads of each customer: every field that it names, wherever the product has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from customer_insight.classifications.b2b import LADDER_FIELDS, POSITION, RUNGS, ladder_position
from customer_insight.conditions import Field
from customer_insight.indicators import CATALOGUE
from customer_insight.schemes import classify
from guanxi.foundation.engine.duck import identifier
from guanxi.insight.analyses.data import Data
from guanxi.insight.analyses.indicator_table import ELSEWHERE, sources, table_of
from guanxi.insight.analyses.relationship import relationship_scores
from guanxi.insight.analyses.satisfaction import index_of_customers
from guanxi.insight.audience import audience_fields
from guanxi.insight.class_schemes import read_scheme

_TRUE: Final = "('true', 'yes', 'y', '1', '是', '有')"
_FALSE: Final = "('false', 'no', 'n', '0', '否', '无')"
_TYPES: Final = {"number": "DOUBLE", "day": "BIGINT", "boolean": "BOOLEAN", "text": "VARCHAR"}
_RELATION: Final = ("indicator.discovery_score", "indicator.dialogue_score")
_INDEX: Final = "indicator.satisfaction_index"


def scheme_inputs(data: Data, fields: Mapping[str, Field]) -> tuple[Any, dict[str, str], list[str]]:
    """A view with a column per field, the columns by field, and the fields of which nothing is known here."""
    told = audience_fields()
    direct = [name for name in fields if name in told]
    data.customers(*direct).create_view("scheme_people", replace=True)
    columns = {name: f"input_{number}" for number, name in enumerate(fields)}
    shown: list[str] = []
    joins: list[str] = []
    unknown: list[str] = []
    for name, field in fields.items():
        found = f"people.{identifier(name)}" if name in told else _beside(data, name, columns[name], joins)
        if found is None:
            unknown.append(name)
        kind = told[name].kind if name in told else field.kind
        shown.append(f"{_as_kind(found, kind, field.kind)} AS {columns[name]}")
    data.duck.execute(
        f"""CREATE OR REPLACE TEMP VIEW scheme_inputs AS
            SELECT people.customer_id, {", ".join(shown)} FROM scheme_people people {" ".join(joins)}"""
    )
    return data.duck.view("scheme_inputs"), columns, unknown


def _beside(data: Data, name: str, alias: str, joins: list[str]) -> str | None:
    """The column of a field that is not among those of audiences; None where the data for it are missing."""
    relation = _computed(data, name)
    if relation is None:
        return None
    code = name.partition(".")[2]
    data.keep(f"of_{alias}", relation.select("customer_id", code))
    joins.append(f"LEFT JOIN of_{alias} ON of_{alias}.customer_id = people.customer_id")
    return f"of_{alias}.{identifier(code)}"


def _computed(data: Data, name: str) -> Any:
    code = name.partition(".")[2]
    if name == POSITION:
        return _ladder(data)
    if name in _RELATION:
        return relationship_scores(data).get(code)
    if name == _INDEX:
        return index_of_customers(data)
    if name.startswith("indicator.") and code in CATALOGUE and code not in ELSEWHERE:
        needed = sources(code)
        return table_of(data, *needed) if data.has(needed[0]) else None
    return None


def _ladder(data: Data) -> Any:
    """Everybody's rung, by the evidence; None where no fact holds any."""
    if not set(LADDER_FIELDS) & set(audience_fields()):
        return None
    view, columns, _unknown = scheme_inputs(data, LADDER_FIELDS)
    data.keep("on_ladder", classify(view, read_scheme("loyalty_ladder"), columns=columns))
    codes: Sequence[str] = [*RUNGS, "NONE"]
    data.duck.execute(
        "CREATE OR REPLACE TEMP TABLE rungs AS SELECT unnest(?::VARCHAR[]) AS class_code, "
        "unnest(?::DOUBLE[]) AS ladder_position",
        [list(codes), [float(ladder_position(code)) for code in codes]],
    )
    return data.duck.sql("SELECT customer_id, ladder_position FROM on_ladder JOIN rungs USING (class_code)")


def _as_kind(column: str | None, has: str, wanted: str) -> str:
    """A column as the kind that a scheme compares: yes and no come as words and numbers."""
    kind = _TYPES[wanted]
    if column is None:
        return f"NULL::{kind}"
    if wanted != "boolean" or has == "boolean":
        return f"CAST({column} AS {kind})" if wanted != "text" else column
    text = f"lower(trim(CAST({column} AS VARCHAR)))"
    return f"""CASE WHEN {text} IN {_TRUE} OR {text} = '1.0' THEN true
                    WHEN {text} IN {_FALSE} OR {text} = '0.0' THEN false END"""
