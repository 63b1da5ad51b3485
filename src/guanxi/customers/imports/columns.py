"""Which column of a file is which field: guessed by name, overridden by the importer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from guanxi.customers.imports.kinds import ImportKind
from guanxi.foundation.errors import DomainError


class MappingError(DomainError):
    """A column that was named does not exist, or one that is needed was not found."""


def guess_mapping(kind: ImportKind, columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Field → column. What the importer says wins; the rest is matched by name and synonyms.

    A field that is given an empty column is not in the file, whatever its columns are called.
    Raises MappingError naming what is missing and what the file has.
    """
    mapping = _checked(kind, columns, given)
    by_name = {_plain(column): column for column in reversed(columns)}
    for field in kind.fields:
        if field.name in mapping:
            continue
        for name in (field.name, *field.synonyms):
            column = by_name.get(_plain(name))
            if column is not None and column not in mapping.values():
                mapping[field.name] = column
                break
    missing = [
        field.name
        for field in kind.fields
        if (field.required or field.expected) and not mapping.get(field.name)
    ]
    if missing:
        raise MappingError(
            _(
                "No column was found for %(missing)s. The file has: %(columns)s. Say which it is "
                "(in commands: --map %(missing2)s=%(columns2)r)."
            )
            % {
                "missing": ", ".join(missing),
                "columns": ", ".join(columns),
                "missing2": missing[0],
                "columns2": next((c for c in columns if c not in mapping.values()), _("COLUMN")),
            }
        )
    return {name: column for name, column in mapping.items() if column}


def require_distinct_attributes(kind: ImportKind, columns: Sequence[str], mapping: Mapping[str, str]) -> None:
    """Raise MappingError when two columns would become facts of one attribute."""
    if not kind.extras:
        return
    taken = {attribute_code(name): mapping[name] for name in kind.facts if name in mapping}
    for column in (column for column in columns if column not in mapping.values()):
        other = taken.setdefault(attribute_code(column), column)
        if other != column:
            raise MappingError(
                _(
                    "The columns %(other)r and %(column)r would both become the attribute %(column2)r; "
                    "rename one."
                )
                % {"other": other, "column": column, "column2": attribute_code(column)}
            )


def require_columns(columns: Sequence[str], named: Sequence[str]) -> None:
    """Raise MappingError for a name that no column of the file has."""
    for column in named:
        if column not in columns:
            raise MappingError(
                _("The file has no column %(column)r; it has: %(columns)s.")
                % {"column": column, "columns": ", ".join(columns)}
            )


def _checked(kind: ImportKind, columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    for name in given:
        if kind.field(name) is None:
            known = ", ".join(field.name for field in kind.fields)
            raise MappingError(
                _("%(name)s have no field %(name2)r; there are: %(known)s.")
                % {"name": kind.name, "name2": name, "known": known}
            )
    require_columns(columns, [column for column in given.values() if column])
    return dict(given)


def _plain(name: str) -> str:
    """A name without case, spaces and punctuation: 'Order ID' and 'order_id' are the same."""
    return re.sub(r"[\W_]+", "", name).lower()


def attribute_code(column: str) -> str:
    """The code of the attribute that keeps a column: lower case, words joined by underscores."""
    return re.sub(r"\W+", "_", column.strip().lower()).strip("_")[:60] or "unnamed"
