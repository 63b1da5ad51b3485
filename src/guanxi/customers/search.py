"""Finding customers by what a person types: an id or key, a number or its last digits, an e-mail address, a name.

What is asked goes from the surest to the widest and stops as soon as a page is full, so that a surname that every
fourteenth customer bears costs no more than a rare one. Every look-up reads one index in its order.

Who sees some customers only does not wait for a walk past all others: so many of those who fit are looked at, and so
many of their own; the answer says where that was not all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from django.db import connection

from guanxi.customers.models import TAIL, ImportBatch, Party
from guanxi.customers.names import ways_to_ask, ways_to_write
from guanxi.customers.queries import born, born_sql, customers_of, seen_by, seen_sql, visible_sql
from guanxi.staff.visibility import EVERYTHING, Sees

LIMIT: Final = 20
RECORDS_EACH: Final = 3
"""So many records a customer has at most on average: read for each customer that is wanted."""
LOOKED_AT: Final = 2_000
"""So many who fit, and so many of their own customers, are looked at for somebody who sees some customers only."""
LONGEST: Final = 200
"""Characters that are read of what somebody typed."""
_NUMBER = re.compile(r"\+?[\d\s().-]+")
_MAIL = re.compile(r"[^\s@]{2,}(@[^\s@]*)?")
_TAILS: Final = {
    "sqlite": f"SUBSTR(point.value, ({TAIL} * -1), {TAIL})",
    "postgresql": f"RIGHT(point.value, {TAIL})",
}
"""The last digits, written as in the index `contact_point_tail`: otherwise it is not used."""


class By(StrEnum):
    """What a customer was found by."""

    KEY = "key"
    MOBILE = "mobile"
    EMAIL = "email"
    NAME = "name"


@dataclass(frozen=True)
class Found:
    """A customer, and by what it was found."""

    customer: Party
    by: By


@dataclass(frozen=True)
class Findings:
    """The customers that were found, the likeliest first, and whether there are more."""

    found: list[Found]
    has_more: bool
    is_cut: bool = False
    """Whether only the first of those who fit were looked at: there may be more."""


@dataclass(frozen=True)
class _Looked:
    """What one look-up gave: ids of parties, and whether it ended before all who fit."""

    parties: list[int]
    is_cut: bool = False


def search_customers(
    text: str, *, sees_addresses: bool, sees: Sees = EVERYTHING, limit: int = LIMIT
) -> Findings:
    """The customers that somebody may mean, the surest first, then the newest; a merged record leads to its customer.

    Without `sees_addresses` only an exact id or key finds: nobody learns a name or a number by trying it.
    """
    asked = unicodedata.normalize("NFKC", text[:LONGEST]).replace("\0", "").strip()
    found: dict[int, Found] = {}
    is_cut = False
    for by, looked in _looked_up(asked, sees, sees_addresses, (limit + 1) * RECORDS_EACH):
        is_cut |= looked.is_cut
        for customer in _seen_customers(looked.parties, sees):
            found.setdefault(customer.pk, Found(customer, by))
        if len(found) > limit:
            break
    return Findings(list(found.values())[:limit], len(found) > limit, is_cut)


def _looked_up(asked: str, sees: Sees, sees_addresses: bool, most: int) -> Iterator[tuple[By, _Looked]]:
    """Ids of parties by one look-up after the other; the next is made only when it is asked for."""
    if not asked:
        return
    if named := _named_exactly(asked):
        yield By.KEY, _Looked(named)
        return
    yield By.KEY, _Looked(_with_key(asked))
    if not sees_addresses:
        return
    number = re.sub(r"\D", "", asked)
    if _NUMBER.fullmatch(asked) and len(number) >= TAIL:
        yield By.MOBILE, _Looked(_with_number(number, sees, most))
        for beginning in (f"+{number}", number):
            yield By.MOBILE, _with_address("mobile", beginning, sees, most)
    if "@" in asked:
        yield By.EMAIL, _with_address("email", asked.lower(), sees, most)
        return
    ways = [way for way in ways_to_ask(asked) if len(way) > 1 or not way.isascii()]
    for look in (_named, _named_from):
        for way in ways:
            yield By.NAME, look(way, sees, most)
    if _MAIL.fullmatch(asked):
        yield By.EMAIL, _with_address("email", asked.lower(), sees, most)


def _seen_customers(party_ids: Sequence[int], sees: Sees) -> Iterator[Party]:
    """The customers that parties are, in their order, as far as they count and are seen."""
    resolved = customers_of(party_ids)
    customers = Party.objects.filter(born(), seen_by(sees)).in_bulk(set(resolved.values()))
    return (customers[resolved[pk]] for pk in party_ids if resolved[pk] in customers)


def _named_exactly(asked: str) -> list[int]:
    """By what means one customer only: the public id, or SOURCE:KEY."""
    source, _, key = asked.partition(":")
    parties = Party.objects.filter(born()).values_list("pk", flat=True)
    return list(parties.filter(public_id=asked.lower()) or parties.filter(source=source, source_key=key))


def _with_key(asked: str) -> list[int]:
    """By the key of any source; the newest first."""
    sources = list(ImportBatch.objects.values_list("source", flat=True).distinct().order_by())
    keys = {asked, asked.upper(), asked.lower()}
    parties = Party.objects.filter(born(), source__in=sources, source_key__in=keys)
    return list(parties.order_by("-pk").values_list("pk", flat=True))


def _with_number(digits: str, sees: Sees, most: int) -> list[int]:
    """By a whole number, with or without its country, or by its last digits; the newest first."""
    sql = f"""{_POINTS} WHERE point.kind = 'mobile' AND {_TAILS[connection.vendor]} = %s
              AND (point.value LIKE %s OR %s LIKE '%%' || ltrim(point.value, '+'))
              AND {visible_sql("point")} AND {seen_sql("point.party_id", sees)}
              ORDER BY point.id DESC LIMIT {most}"""
    return _ids(sql, [digits[-TAIL:], f"%{digits}", digits])


def _with_address(kind: str, beginning: str, sees: Sees, most: int) -> _Looked:
    """By how an address begins; a whole one comes first."""
    begins, order, values = _beginning("point.value", beginning)
    fit = f"""SELECT point.id, point.party_id, point.value FROM customers_contactpoint point
              WHERE {begins} AND point.kind = '{kind}' AND {visible_sql("point")}"""
    counts = seen_sql("point.party_id", sees)
    return _first(fit, "point", order, f"SELECT point.party_id FROM {{}} WHERE {counts}", values, sees, most)


def _named(way: str, sees: Sees, most: int) -> _Looked:
    """By one way to write the name, whole; the newest first."""
    fit = f"""SELECT token.fact_id FROM customers_nametoken token
              WHERE token.token = %s AND {born_sql("token")}"""
    looked = _first(fit, "token", "token.fact_id DESC", _names(sees), [way], sees, most)
    return _with_own(looked, sees, most, way.__eq__)


def _named_from(way: str, sees: Sees, most: int) -> _Looked:
    """By how one way to write the name begins, the shortest first; then the newest."""
    begins, order, values = _beginning("token.token", way)
    fit = f"""SELECT token.fact_id, token.token FROM customers_nametoken token
              WHERE {begins} AND {born_sql("token")}"""
    looked = _first(fit, "token", f"{order}, token.fact_id DESC", _names(sees), values, sees, most)
    return _with_own(looked, sees, most, lambda token: token.startswith(way))


def _first(
    fit: str, alias: str, order: str, wanted: str, values: list[Any], sees: Sees, most: int
) -> _Looked:
    """The first of those who fit, in the order of an index, as far as they count and are seen.

    `wanted` asks for them of a table of those who fit, which stands for {}.
    """
    if sees.everything:
        return _Looked(_ids(f"{wanted.format(f'({fit}) {alias}')} ORDER BY {order} LIMIT {most}", values))
    some = f"{fit} ORDER BY {order} LIMIT {LOOKED_AT}"
    parties = _ids(f"{wanted.format(f'({some}) {alias}')} ORDER BY {order} LIMIT {most}", values)
    is_cut = len(parties) < most and _ids(f"SELECT count(*) FROM ({some}) fit", values) == [LOOKED_AT]
    return _Looked(parties, is_cut)


def _with_own(looked: _Looked, sees: Sees, most: int, fits: Callable[[str], bool]) -> _Looked:
    """The same where all were looked at; otherwise with those of one's own, and of whom one leads, who fit too."""
    if not looked.is_cut:
        return looked
    own = (party for party, name in _own_names(sees) if any(map(fits, ways_to_write(name))))
    return _Looked(list(dict.fromkeys([*looked.parties, *islice(own, most)])), is_cut=True)


def _own_names(sees: Sees) -> list[tuple[int, str]]:
    """The names of the customers who were given last to somebody and those whom they lead, the newest name first."""
    owners = ", ".join(map(str, sorted(sees.owners or ()))) or "0"
    sql = f"""SELECT fact.party_id, fact.value_text
              FROM (SELECT party_id FROM customers_assignment WHERE owner_id IN ({owners})
                    ORDER BY id DESC LIMIT {LOOKED_AT}) own
              JOIN customers_fact fact ON fact.party_id = own.party_id
              WHERE fact.attribute_id = (SELECT id FROM customers_attribute WHERE code = 'name')
                AND {visible_sql("fact")} ORDER BY fact.id DESC"""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _names(sees: Sees) -> str:
    return f"""SELECT fact.party_id FROM {{}} JOIN customers_fact fact ON fact.id = token.fact_id
               WHERE {visible_sql("fact")} AND {seen_sql("fact.party_id", sees)}"""


_POINTS = "SELECT point.party_id FROM customers_contactpoint point"


def _beginning(column: str, text: str) -> tuple[str, str, list[str]]:
    """That a column begins with a text, and the order of its index, in the dialect that lets the index be used."""
    if connection.vendor == "postgresql":
        pattern = re.sub(r"([\\%_])", r"\\\1", text) + "%"
        return f"{column} LIKE %s", f"{column} USING ~<~", [pattern]
    return f"({column} >= %s AND {column} < %s)", column, [text, text + chr(0x10FFFF)]


def _ids(sql: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [party_id for (party_id,) in cursor.fetchall()]
