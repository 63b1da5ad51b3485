"""What a cell of each type must look like, as SQL: its typed value, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from guanxi.customers.imports.kinds import MAX_CELL, Field, Words
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import quoted
from guanxi.foundation.money import minor_units

KEY_LENGTH = 120
TEXT_LENGTH = 300
EARLIEST, LATEST = "1900-01-01", "2200-01-01"
LARGEST_AMOUNT = 10**14
"""In whole units; a thousand times a thousand such lines still sum without overflow."""
YES = ("1", "true", "yes", "y", "t", "x", "ja", "oui", "si", "sí", "sì", "是", "对", "有")
NO = ("0", "false", "no", "n", "f", "nein", "non", "否", "不", "无")
PEOPLE = "people"
"""The table of colleagues: `called`, in lower case, and `id`; null where several are called so."""
SEVERAL = "is what several colleagues are called (write the e-mail address)"
NO_COLLEAGUE = (
    "is nobody who looks after customers (write the e-mail address or name of a salesperson, sales manager or service "
    "agent under People, or leave it empty)"
)
POINT, COMMA = ".", ","
DECIMAL_MARKS = (POINT, COMMA)
TOLERANCE = timedelta(days=1)
"""Clocks and zones differ: what happened may bear tomorrow's date, not a later one."""
SPACES = r"' ' || chr(9) || chr(10) || chr(13) || chr(160) || chr(12288)"


@dataclass(frozen=True)
class Reading:
    """How to read what a file leaves open."""

    time_zone: str
    currency: str
    date_format: str | None = None
    decimal: str = POINT
    """What stands before the decimals; the other mark groups thousands."""

    @property
    def last_day(self) -> date:
        """The last business date that something may have happened on."""
        return clock.business_date(clock.now()) + TOLERANCE


def trimmed(column: str) -> str:
    """The text of a cell without spaces of any width around it; null when nothing is left."""
    return f"nullif(trim({column}, {SPACES}), '')"


def rules_of(field: Field, text: str, reading: Reading) -> tuple[str, str]:
    """The typed value of a cell (null when it does not fit), and the WHEN … THEN clauses that say why over {raw}."""
    if field.type == "word":
        return word_among(field.words, text), f"ELSE '{quoted(field.no_word)}'"
    return {
        "key": _key,
        "text": _text,
        "long text": _long_text,
        "number": _number,
        "money": _money,
        "date": _past_date if field.is_past else _date,
        "time": _time,
        "flag": _flag,
        "email": _email,
        "mobile": _mobile,
        "owner": _owner,
    }[field.type](text, reading)


def sql_type(field: Field) -> str:
    """The type of a field's values in the engine."""
    types = {"number": "DOUBLE", "money": "BIGINT", "date": "DATE", "time": "TIMESTAMP", "flag": "BOOLEAN"}
    types["owner"] = "BIGINT"
    return types.get(field.type, "VARCHAR")


def _key(text: str, reading: Reading) -> tuple[str, str]:
    return _up_to(KEY_LENGTH, text)


def _text(text: str, reading: Reading) -> tuple[str, str]:
    return _up_to(TEXT_LENGTH, text)


def _long_text(text: str, reading: Reading) -> tuple[str, str]:
    return _up_to(MAX_CELL, text)


def word_among(words: Words, text: str) -> str:
    """SQL of the word that a text is, however it is written; null where it is none of them."""
    cases = (
        f"WHEN lower({text}) IN ({', '.join(_literal(each) for each in (word, *others))}) THEN {_literal(word)}"
        for word, others in words
    )
    return f"CASE {' '.join(cases)} END"


def _literal(text: str) -> str:
    return f"'{quoted(text)}'"


def _up_to(length: int, text: str) -> tuple[str, str]:
    return (
        f"CASE WHEN length({text}) <= {length} THEN {text} END",
        f"ELSE 'is longer than {length} characters'",
    )


def as_number(text: str, sql_type: str, decimal: str = POINT) -> str:
    """SQL of the number that a text says, with this decimal mark; null where it says none."""
    if decimal == COMMA:  # never as it stands there: 1.234 is more than a thousand
        tried = f"TRY_CAST({_with_point(text)} AS {sql_type})"
    else:
        tried = f"coalesce(TRY_CAST({text} AS {sql_type}), TRY_CAST({_plain_number(text)} AS {sql_type}))"
    return (
        f"CASE WHEN NOT contains({text}, '_') THEN {tried} END"  # the engine would read 1_000 as a thousand
    )


def _plain_number(text: str) -> str:
    """A number without currency signs, spaces and thousands separators, when those stand where they should."""
    bare = rf"regexp_replace({text}, '[\s¥￥$€£]', '', 'g')"
    grouped = rf"regexp_matches({bare}, '^-?\d{{1,3}}(,\d{{3}})+(\.\d+)?$')"
    return f"CASE WHEN {grouped} THEN replace({bare}, ',', '') ELSE {bare} END"


def _with_point(text: str) -> str:
    """The same of a number with a decimal comma: points, spaces and apostrophes group its thousands."""
    bare = rf"trim(regexp_replace({text}, '[¥￥$€£]', '', 'g'), {SPACES} || chr(8239))"
    group = r"[.''’ \x{A0}\x{202F}]"
    plain = rf"regexp_matches({bare}, '^[+-]?\d*(,\d*)?([eE][+-]?\d+)?$|^[+-]?[A-Za-z]+$')"
    grouped = rf"regexp_matches({bare}, '^[+-]?\d{{1,3}}({group}\d{{3}})+(,\d*)?$')"
    return (
        f"CASE WHEN {plain} THEN replace({bare}, ',', '.') "
        f"WHEN {grouped} THEN replace(regexp_replace({bare}, '{group}', '', 'g'), ',', '.') END"
    )


def _number(text: str, reading: Reading) -> tuple[str, str]:
    double = as_number(text, "DOUBLE", reading.decimal)
    return f"CASE WHEN isfinite({double}) THEN {double} END", _number_complaint(reading)


def _money(text: str, reading: Reading) -> tuple[str, str]:
    """Whole minor units; half a unit is rounded away from zero."""
    exact = as_number(text, "DECIMAL(38, 18)", reading.decimal)
    fits = f"abs({exact}) < {LARGEST_AMOUNT}"
    return (
        f"CASE WHEN {fits} THEN CAST(round({exact} * {minor_units(reading.currency)}) AS BIGINT) END",
        _number_complaint(reading),
    )


def _number_complaint(reading: Reading) -> str:
    """Where a decimal comma is all that is wrong, the complaint names the option that reads it."""
    double = as_number("{raw}", "DOUBLE", reading.decimal)
    shapes = "1234,50 or 1.234,50" if reading.decimal == COMMA else "1234.50 or 1,234.50"
    hint = (
        f"WHEN ({double}) IS NULL AND ({as_number('{raw}', 'DOUBLE', COMMA)}) IS NOT NULL "
        f"THEN 'is not a number (write {shapes}; for 1.234,50 say --decimal ,)' "
    )
    return (
        f"{hint if reading.decimal == POINT else ''}"
        f"WHEN ({double}) IS NULL THEN 'is not a number (write {shapes})' "
        f"WHEN NOT isfinite({double}) THEN 'is not a finite number' ELSE 'is too large an amount'"
    )


def _date(text: str, reading: Reading, end: str = LATEST) -> tuple[str, str]:
    return f"CAST({_in_range(_as_written(text, reading), end)} AS DATE)", _date_complaint(
        _as_written("{raw}", reading), reading
    )


def _past_date(text: str, reading: Reading) -> tuple[str, str]:
    """A date on which something was so already."""
    return _date(text, reading, f"{reading.last_day + timedelta(days=1)}")


def _time(text: str, reading: Reading) -> tuple[str, str]:
    """The instant in UTC at which something happened. A time without a zone mark is in the reading's zone."""
    end = f"{clock.at_business_time(reading.last_day + timedelta(days=1)):%Y-%m-%d %H:%M}"
    return _in_range(_instant(text, reading), end), _date_complaint(_instant("{raw}", reading), reading)


def _instant(text: str, reading: Reading) -> str:
    naive = _as_written(text, reading)
    if reading.date_format and ("%z" in reading.date_format or "%Z" in reading.date_format):
        return naive
    zone = quoted(reading.time_zone)
    in_zone = naive if reading.time_zone == "UTC" else f"(({naive}) AT TIME ZONE '{zone}') AT TIME ZONE 'UTC'"
    if reading.date_format:
        return in_zone
    # The usual shapes first, because they are cheap to tell: a date, or a time to the minute or second.
    plain = (
        f"length({text}) IN (8, 10) OR (length({text}) = 16 AND substr({text}, 14, 1) = ':')"
        f" OR (length({text}) = 19 AND substr({text}, 17, 1) = ':')"
    )
    marked = f"regexp_matches(substr({text}, 12), '[A-Za-z+-]')"
    from_mark = f"CASE WHEN {_is_iso(text)} THEN CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP) END"
    return f"CASE WHEN NOT ({plain}) AND {marked} THEN {from_mark} ELSE {in_zone} END"


def _as_written(text: str, reading: Reading) -> str:
    """Date and time as they stand there, whatever the zone (with %z in the format: in UTC)."""
    if reading.date_format:
        return f"CAST(try_strptime({text}, '{quoted(reading.date_format)}') AS TIMESTAMP)"
    iso = f"CASE WHEN {_is_iso(text)} THEN TRY_CAST({text} AS TIMESTAMP) END"
    compact = rf"CASE WHEN regexp_matches({text}, '^\d{{8}}$') THEN try_strptime({text}, '%Y%m%d') END"
    chinese = f"CASE WHEN substr({text}, 5, 1) = '年' THEN try_strptime({text}, '%Y年%m月%d日') END"
    return f"coalesce({iso}, {compact}, {chinese})"


def _is_iso(text: str) -> str:
    return f"substr({text}, 5, 1) IN ('-', '/')"


def _in_range(instant: str, end: str) -> str:
    return f"CASE WHEN ({instant}) >= '{EARLIEST}' AND ({instant}) < '{end}' THEN {instant} END"


def _date_complaint(parsed: str, reading: Reading) -> str:
    shape = reading.date_format or "2026-11-21 or 2026-11-21 14:30:00; other shapes need a date format"
    return (
        f"WHEN ({parsed}) IS NULL THEN 'is not a date ({quoted(shape)})' "
        f"WHEN ({parsed}) < '{EARLIEST}' OR ({parsed}) >= '{LATEST}' THEN 'is a date outside 1900 to 2199' "
        f"ELSE 'lies in the future'"
    )


def _flag(text: str, reading: Reading) -> tuple[str, str]:
    yes, no = (", ".join(f"'{word}'" for word in words) for words in (YES, NO))
    typed = f"CASE WHEN lower({text}) IN ({yes}) THEN TRUE WHEN lower({text}) IN ({no}) THEN FALSE END"
    return typed, "ELSE 'is neither yes nor no (write yes, no, true, false, 1 or 0)'"


def _email(text: str, reading: Reading) -> tuple[str, str]:
    shape = r"^[^\s@<>,;:()\[\]\"]+@[^\s@<>,;:()\[\]\"]+\.[^\s@<>,;:()\[\]\".]+$"
    fits = f"length({text}) <= 254 AND regexp_matches({text}, '{shape}')"
    return f"CASE WHEN {fits} THEN lower({text}) END", "ELSE 'is not an e-mail address'"


def _mobile(text: str, reading: Reading) -> tuple[str, str]:
    digits = rf"regexp_replace({text}, '[\s().-]', '', 'g')"
    return (
        rf"CASE WHEN regexp_matches({digits}, '^\+?\d{{6,15}}$') THEN {digits} END",
        "ELSE 'is not a phone number'",
    )


def _owner(text: str, reading: Reading) -> tuple[str, str]:
    """The colleague who is called so, in the table that `imports.owners` fills."""
    return (
        f"(SELECT id FROM {PEOPLE} WHERE called = lower({text}))",
        f"WHEN lower({{raw}}) IN (SELECT called FROM {PEOPLE} WHERE id IS NULL) THEN '{SEVERAL}' ELSE '{NO_COLLEAGUE}'",
    )
