"""Who fulfils a condition over indicators, classes, facts and consent: one relation for counts, plans and launches."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import narwhals as nw
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from customer_insight.conditions import Condition, Field, fields_of, to_expression
from guanxi.customers.models import Attribute
from guanxi.foundation.engine.duck import Duck
from guanxi.foundation.home import folder
from guanxi.foundation.models import ChangeRow
from guanxi.insight.catalogue import MEASURES, RENAMED
from guanxi.insight.columns import more_fields, with_fields
from guanxi.insight.indicator_names import follow
from guanxi.insight.models import CustomerInsight, InsightRun, ReplicaTable
from guanxi.insight.owners import OWNER, OWNER_FIELDS, owned, read_reassigned, with_people
from guanxi.insight.queries import open_published, published, published_run
from guanxi.insight.replica import open_replica
from guanxi.staff.visibility import EVERYTHING, Sees

CLASSES = {"tier": Field("text", "Value tier", "价值层级")}
CONSENT_CHANNELS = ("email", "sms")
_HIDDEN = {"run_id", "party_id", "tier", "tier_rule", "tier_since"}


def audience_fields() -> dict[str, Field]:
    """Every field that a condition may name, with its kind and labels."""
    follow()
    indicators = {
        f"indicator.{field.attname}": _indicator(field.attname)
        for field in CustomerInsight._meta.concrete_fields
        if field.attname not in _HIDDEN
    }
    facts = {
        f"fact.{attribute.code}": Field(
            "number" if attribute.datatype == "number" else "text", attribute.label
        )
        for attribute in Attribute.objects.filter(identifying=False)
    }
    consents = {
        f"consent.{channel}": Field("boolean", f"Consent to {channel}") for channel in CONSENT_CHANNELS
    }
    classes = {f"class.{name}": field for name, field in CLASSES.items()}
    owner = {OWNER: Field("text", "Owner", "负责人")}
    return {**indicators, **classes, **owner, **facts, **consents, **more_fields()}


def unknown_field(name: str, fields: Collection[str]) -> str:
    """What is said of a field that no condition may name: why, or the nearest few that it may."""
    group, _dot, code = name.partition(".")
    if group == "fact" and Attribute.objects.filter(code=code, identifying=True).exists():
        return _(
            "%(name)s says who somebody is and is kept out of analyses; choose by what customers did or agreed to."
        ) % {"name": name}
    near = get_close_matches(name, fields, n=3) or get_close_matches(f"indicator.{name}", fields, n=3)
    said = {"name": name, "near": ", ".join(near)}
    if near:
        return (
            _(
                "there is no field '%(name)s'; near it are %(near)s. `guanxi insight show indicators` shows all."
            )
            % said
        )
    return _("there is no field '%(name)s'; `guanxi insight show indicators` shows all.") % said


def _indicator(name: str) -> Field:
    said = RENAMED.get(name) or MEASURES[name]
    return Field("number", said.label_en, said.label_zh)


@contextmanager
def open_audience(condition: Condition, run: InsightRun | None = None) -> Iterator[tuple[Duck, Any]]:
    """The engine and the relation (customer_id, public_id) of those who fulfil a condition, from the copy.

    It is for the system, which sees everybody: who looks on at pages goes through browse_audience.

    Raises DomainError for a field that does not exist.
    """
    with published(run) as duck:
        open_replica(duck)
        fields = tuple(field for field in fields_of(condition) if field not in OWNER_FIELDS)
        duck.execute(f"CREATE OR REPLACE TEMP VIEW wide AS {with_fields(duck, f'({CUSTOMERS})', fields)}")
        if len(fields) < len(fields_of(condition)):
            read_reassigned(duck)
            duck.execute(f"CREATE OR REPLACE TEMP VIEW seen AS {owned(duck, 'wide', EVERYTHING, shown=True)}")
            found = _fulfilling(duck, with_people(condition, EVERYTHING), "seen")
        else:
            found = _fulfilling(duck, condition)
        yield duck, found.select("customer_id", "public_id").to_native()


def count_audience(condition: Condition, *, sees: Sees = EVERYTHING) -> int:
    """How many of the customers that somebody sees fulfil a condition, told by the engine that stays open.

    Raises DomainError for a field that does not exist.
    """
    with browse_audience(condition, sees=sees) as (_duck, found):
        return int(found.count("*").fetchall()[0][0])


@contextmanager
def browse_audience(
    condition: Condition, *fields: str, sees: Sees = EVERYTHING
) -> Iterator[tuple[Duck, Any]]:
    """What open_audience gives, with a column for each of `fields` by its name, from the engine that stays open.

    Of the customers that somebody sees: who looks after whom is as true as this moment, the rest as of the copy.
    It is for the short questions of pages: one thread of this process has it at a time.
    Raises DomainError for a field that does not exist.
    """
    with _one_at_a_time:
        asked, plain = {*fields_of(condition), *fields}, with_people(condition, sees)
        duck = _warm.holding(tuple(field for field in sorted(asked) if field not in OWNER_FIELDS))
        table = _warm.seen(sees, owners=bool(asked & OWNER_FIELDS))
        columns = dict.fromkeys(("customer_id", "public_id", *fields))
        yield duck, _fulfilling(duck, plain, table).select(*columns).to_native()


class _Warm:
    """The table `wide` in memory, with a column for every field asked for since the copy last changed."""

    most_fields = 40

    def __init__(self) -> None:
        self.of: tuple[Any, ...] = ()
        self.fields: set[str] = set()
        self.duck: Duck | None = None
        self.followed: tuple[Any, ...] = ()
        """The newest change of hands in the table `reassigned`."""

    def holding(self, fields: tuple[str, ...]) -> Duck:
        run = published_run()
        versions = sorted(ReplicaTable.objects.values_list("dataset", "version"))
        now = (os.getpid(), str(folder("replica")), run.pk, run.replica_version, tuple(versions))
        if self.duck is None or now != self.of or len(self.fields | set(fields)) > self.most_fields:
            self._let_go()
            self.duck = _opened(run)
            self.of, self.fields, self.followed = now, set(), ()
        if missing := tuple(field for field in dict.fromkeys(fields) if field not in self.fields):
            self.duck.execute(f"CREATE OR REPLACE TABLE wider AS {with_fields(self.duck, 'wide', missing)}")
            self.duck.execute("BEGIN; DROP TABLE wide; ALTER TABLE wider RENAME TO wide; COMMIT")
            self.fields |= set(missing)
        return self.duck

    def seen(self, sees: Sees, *, owners: bool) -> str:
        """The table `wide`, or the rows of it whose customers somebody sees; with the fields of their owners."""
        if self.duck is None or (sees.everything and not owners):
            return "wide"
        pending = ChangeRow.objects.filter(dataset="assignments").aggregate(Count("pk"), Max("pk"))
        if self.followed != (now := tuple(pending.values())):
            read_reassigned(self.duck)
            self.followed = now
        self.duck.execute(
            f"CREATE OR REPLACE TEMP VIEW seen AS {owned(self.duck, 'wide', sees, shown=owners)}"
        )
        return "seen"

    def _let_go(self) -> None:
        """Close the engine, but for a parent process's: that is still the parent's."""
        duck, self.duck = self.duck, None
        if duck is not None and self.of[0] == os.getpid():
            duck.close()


def _opened(run: InsightRun) -> Duck:
    duck = open_published(run)
    try:
        open_replica(duck)
        duck.execute(f"CREATE TABLE wide AS {CUSTOMERS}")
    except BaseException:
        duck.close()
        raise
    return duck


_warm, _one_at_a_time = _Warm(), threading.Lock()

CUSTOMERS = """SELECT parties.party_id AS customer_id, parties.public_id, assignments.owner_id
               FROM parties LEFT JOIN assignments USING (party_id)
               WHERE NOT EXISTS (SELECT 1 FROM resolved WHERE resolved.party_id = parties.party_id)"""
"""Everybody whom no other customer has absorbed."""


def _fulfilling(duck: Duck, condition: Condition, table: str = "wide") -> Any:
    columns = {field: field for field in fields_of(condition)}
    return nw.from_native(duck.table(table)).filter(to_expression(condition, columns))
