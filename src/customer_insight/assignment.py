"""Who is treated and who is held out: a sticky, salted hash.

A customer's place on the unit interval depends on nothing but the salt and the customer's key, so the same
customer gets the same answer on every machine, in every engine and at every repetition, without a table
that remembers it. Another salt gives an independent draw: a campaign and the universal hold-out each have
their own.

The boundary rule, exact in integers: the hash has 52 bits, ``bucket`` in [0, 16**13). Control takes
[0, control share), then the cells take what is left in the order given, each [lower, upper). Control comes
first so that raising its share later never moves anybody out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from duckdb import Expression

CONTROL: Final = "control"
HEX_DIGITS: Final = 13  # 52 bits: every bucket is an exact double
BUCKETS: Final = 16**HEX_DIGITS

Share: TypeAlias = float | Decimal | Fraction


class ShareError(ValueError):
    """The cells and shares do not describe a partition."""


def bucket(salt: str, key: str) -> int:
    """The first 13 hexadecimal digits of ``sha256(f"{salt}:{key}")`` as an integer in [0, 16**13).

    >>> bucket("spring", "C0000001")
    4372032362556885
    """
    return int(hashlib.sha256(f"{salt}:{key}".encode()).hexdigest()[:HEX_DIGITS], 16)


def unit_interval(salt: str, key: str) -> float:
    """A customer's place in [0, 1): ``bucket / 16**13``, uniform over keys, independent between salts.

    >>> round(unit_interval("spring", "C0000001"), 6)
    0.970786
    """
    return bucket(salt, key) / BUCKETS


def unit_intervals(salt: str, keys: Iterable[str]) -> NDArray[np.float64]:
    """`unit_interval` of many keys, where no engine is at hand (a microsecond or two a key)."""
    return _buckets(salt, keys) / BUCKETS


def assign(key: str, *, salt: str, cells: Mapping[str, Share], control_share: Share) -> str:
    """The cell a customer falls into, or ``"control"``.

    ``control_share`` is a share of the whole audience; the cells' shares divide the rest in proportion,
    so halves may be written 0.5 and 0.5, 1 and 1, or 0.45 and 0.45 beside a control of 0.1. Decimals are
    taken as written (0.1 is a tenth). Raises ShareError for a share out of range, no cell, or a cell
    named ``control``.

    >>> assign("C0000001", salt="spring", cells={"coupon": 0.5, "letter": 0.5}, control_share=0.2)
    'letter'
    """
    codes, uppers = cell_boundaries(cells=cells, control_share=control_share)
    place = bucket(salt, key)
    return next(code for code, upper in zip(codes, uppers, strict=True) if place < upper)


def assign_keys(
    keys: Iterable[str], *, salt: str, cells: Mapping[str, Share], control_share: Share
) -> list[str]:
    """`assign` of many keys, in their order."""
    codes, uppers = cell_boundaries(cells=cells, control_share=control_share)
    # side="right": a bucket equal to an upper bound belongs to the next cell.
    places = np.searchsorted(np.array(uppers, dtype=np.int64), _buckets(salt, keys), side="right")
    return [codes[place] for place in places]


def held_out(key: str, *, salt: str, share: Share) -> bool:
    """Whether the universal hold-out keeps this customer out of every campaign.

    >>> held_out("C0000001", salt="universal 2026", share=0.05)
    False
    """
    return bucket(salt, key) < _hold_out_bound(share)


def unit_interval_expression(salt: str, key_column: str) -> Expression:
    """`unit_interval` as a DuckDB expression over a text column, for a relation's ``select`` and ``filter``.

    The salt travels as a constant, never as SQL text. A null key gives null.

    >>> import duckdb
    >>> keys = duckdb.sql("SELECT 'C0000001' AS key")
    >>> round(keys.select(unit_interval_expression("spring", "key")).fetchall()[0][0], 6)
    0.970786
    """
    from duckdb import ConstantExpression

    return _bucket_expression(salt, key_column) / ConstantExpression(float(BUCKETS))


def assignment_expression(
    key_column: str, *, salt: str, cells: Mapping[str, Share], control_share: Share
) -> Expression:
    """`assign` as a DuckDB expression over a text column. A null key gives null."""
    from duckdb import CaseExpression, ConstantExpression

    codes, uppers = cell_boundaries(cells=cells, control_share=control_share)
    place = _bucket_expression(salt, key_column)
    case = CaseExpression(place < ConstantExpression(uppers[0]), ConstantExpression(codes[0]))
    for code, upper in zip(codes[1:], uppers[1:], strict=True):
        case = case.when(place < ConstantExpression(upper), ConstantExpression(code))
    return case


def held_out_expression(key_column: str, *, salt: str, share: Share) -> Expression:
    """`held_out` as a DuckDB expression over a text column. A null key gives null."""
    from duckdb import ConstantExpression

    return _bucket_expression(salt, key_column) < ConstantExpression(_hold_out_bound(share))


def cell_boundaries(
    *, cells: Mapping[str, Share], control_share: Share
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Codes in order (control first) and the bucket below which each one ends; the last bound is 16**13.

    >>> cell_boundaries(cells={"a": 1, "b": 3}, control_share=0.5)
    (('control', 'a', 'b'), (2251799813685248, 2814749767106560, 4503599627370496))
    """
    control, weights = _proportion(control_share, "control share"), _weights(cells)
    uppers, taken = [control], Fraction(0)
    for weight in weights:
        taken += weight
        uppers.append(control + (1 - control) * taken / sum(weights))
    # place < share * BUCKETS, in integers, is place < ceil(share * BUCKETS).
    return (CONTROL, *cells), tuple(ceil(upper * BUCKETS) for upper in uppers)


def _weights(cells: Mapping[str, Share]) -> list[Fraction]:
    if CONTROL in cells:
        raise ShareError("a cell may not be named 'control'")
    weights = [_exact(share) for share in cells.values()]
    if any(weight < 0 for weight in weights) or sum(weights) <= 0:
        raise ShareError("cell shares must not be negative and one must be above zero")
    return weights


def _proportion(share: Share, name: str) -> Fraction:
    exact = _exact(share)
    if not 0 <= exact <= 1:
        raise ShareError(f"{name} must lie between 0 and 1, not {share}")
    return exact


def _exact(share: Share) -> Fraction:
    # By way of text: 0.1 means a tenth, not the double nearest to it; 0.1 + 0.2 then ends where 0.3 does.
    try:
        return Fraction(str(share))
    except ValueError as error:
        raise ShareError(f"a share must be a finite number, not {share}") from error


def _hold_out_bound(share: Share) -> int:
    return ceil(_proportion(share, "hold-out share") * BUCKETS)


def _buckets(salt: str, keys: Iterable[str]) -> NDArray[np.int64]:
    return np.fromiter((bucket(salt, key) for key in keys), dtype=np.int64)


def _bucket_expression(salt: str, key_column: str) -> Expression:
    from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

    # The || operator, not concat(): concat() would hash a null key as if it were empty.
    text = FunctionExpression(
        "||", ConstantExpression(f"{salt}:"), ColumnExpression(key_column).cast("VARCHAR")
    )
    digits = FunctionExpression(
        "substr", FunctionExpression("sha256", text), ConstantExpression(1), ConstantExpression(HEX_DIGITS)
    )
    return FunctionExpression("||", ConstantExpression("0x"), digits).cast("BIGINT")
