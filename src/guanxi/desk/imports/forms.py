"""What somebody says about a file on the page that checks it, and the fields that the page offers."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from guanxi.customers.imports.columns import MappingError, guess_mapping
from guanxi.customers.imports.kinds import ImportKind, kind_named
from guanxi.customers.imports.options import Correction, ImportOptions
from guanxi.customers.imports.reading import read_columns
from guanxi.customers.imports.running import Preview, preview_import
from guanxi.foundation.errors import DomainError
from guanxi.foundation.home import folder
from guanxi.wording.vocabulary import declared
from guanxi.wording.words import phrase

KINDS = (
    "customers", "products", "orders", "interactions", "opportunities", "invoices", "receipts", "costs", "contacts",
    "responses",
)  # fmt: skip
"""In the order in which somebody begins."""
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "shift_jis", "cp1252", "latin-1")
FIELD = "field-"
"""Before the name of a field in the form."""
ABSENT = "\x1f"
"""What the form says for a field that no column is; no column can be called so."""
FIX = re.compile(r"fix-([1-9]\d{0,17})-(.+)", re.DOTALL)
"""The name of an input for a cell: its row and its column."""
MENDED = 50
"""Bad cells that the page offers to mend at a time."""
HELP = declared(
    "the customer's key in the source", "full name", "e-mail address", "mobile number", "agrees to e-mail",
    "agrees to text messages", "where the customer came from", "when the customer came",
    "as of which date the row is true", "who looks after the customer: e-mail address or name of a colleague",
    "the product's key in the source", "product name", "department", "category",
    "brand", "what one costs us", "the order's key in the source",
    "the customer's key in the source; empty for an unknown buyer", "when it was bought",
    "how many; negative for a return", "what the customer paid for the line",
    "price of one, where no amount is given", "what the line's goods cost us", "taken off the price",
    "through which channel", "at which shop", "ISO 4217 code", "the goods came back",
    "the campaign's key in the source, or a code of ours", "when the customer was contacted",
    "which variant the customer was in", "held out, not contacted", "by which channel", "what the contact cost",
    "what the campaign is called", "first day to measure", "last day to measure", "when the customer responded",
    "what was redeemed or answered", "what the response was worth",
    "the interaction's key in the source", "when it happened", "in: the customer began; out: we did",
    "who of us it was", "what was said", "what came of it", "praise, complaint or suggestion, where it was one of them",
    "the day on which it was answered",
    "the opportunity's key in the source", "what it is about", "when it was opened",
    "when it was won or lost; empty while it is open", "what it is expected to bring",
    "won, lost or open; an empty one is open",
    "the invoice's key in the source", "when it was issued", "the day by which it is to be paid",
    "what was billed, above zero",
    "the receipt's key in the source", "when the money came in",
    "what came in, above zero; with an invoice, what went to it", "the key of the invoice that it paid",
    "the booking's key in the source", "the day to which it belongs",
    "service, contact, delivery, discount or another word", "what it cost us; below zero where a booking was corrected",
)  # fmt: skip
"""What the kinds say of their fields, for the catalogue of texts; a test holds it against the kinds."""


@dataclass(frozen=True)
class Said:
    """What was typed about a file; as it was typed, so that the form can show it again."""

    kind: ImportKind
    source: str
    options: ImportOptions


def said_in(form: QueryDict) -> Said:
    """What a form says. Raises NotFound for a kind that cannot be imported."""
    kind = kind_named(form.get("kind", "") or KINDS[0])
    encoding = form.get("encoding", "")
    options = ImportOptions(
        mapping={
            f.name: column.removeprefix(ABSENT) for f in kind.fields if (column := form.get(FIELD + f.name))
        },
        strict=bool(form.get("strict")),
        encoding=encoding if encoding in ENCODINGS else None,
        time_zone=form.get("time_zone", "").strip(),
        date_format=form.get("date_format", "").strip() or None,
        decimal=form.get("decimal", "") or ".",
        observed_on=form.get("observed_on", "").strip() or None,
        party_kind=form.get("party_kind", "") or "person",
        not_identifying=form.getlist("not_identifying"),
        corrections=_corrections(form),
    )
    return Said(kind, form.get("source", "main").strip(), options)


def _corrections(form: QueryDict) -> list[Correction]:
    """The cells that were mended: those in which something else stands than in the file."""
    found = ((FIX.fullmatch(name), str(value)) for name, value in form.items())
    return [
        Correction(row=int(named[1]), column=named[2], value=value)
        for named, value in found
        if named and value != form.get(f"was-{named[1]}-{named[2]}")
    ]


@dataclass(frozen=True)
class Looked:
    """What a look into a file found: its columns as far as they can be read, what an import would do, or why not."""

    columns: tuple[str, ...]
    preview: Preview | None
    complaint: str


def look(path: Path, said: Said) -> Looked:
    """Read a file's columns and try the import without writing anything."""
    columns: tuple[str, ...] = ()
    try:
        columns = _columns(path, said.options.encoding)
        preview = preview_import(kind=said.kind.name, path=path, options=said.options, complaints=MENDED)
    except DomainError as error:
        return Looked(columns, None, phrase(str(error)))
    return Looked(columns, preview, "")


def _columns(path: Path, encoding: str | None) -> tuple[str, ...]:
    place = Path(mkdtemp(prefix="columns-", dir=folder("staging")))
    try:
        return read_columns(path, place, encoding=encoding)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def field_choices(said: Said, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Each field of the kind with its help and the column that it is, chosen or guessed."""
    chosen = _guessed(said.kind, columns, said.options.mapping)
    return [
        {
            "name": field.name,
            "input": FIELD + field.name,
            "help": _(field.help),
            "is_needed": field.required or field.expected,
            "column": chosen.get(field.name, ""),
            "is_absent": said.options.mapping.get(field.name) == "",
        }
        for field in said.kind.fields
    ]


def _guessed(kind: ImportKind, columns: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The guess of the import, also where it is not complete yet."""
    fields = tuple(replace(field, required=False, expected=False) for field in kind.fields)
    try:
        return guess_mapping(replace(kind, fields=fields), columns, given)
    except MappingError:
        return dict(given)
