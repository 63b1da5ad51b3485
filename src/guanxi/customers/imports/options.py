"""What the importer says about a file, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypedDict
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.customers.imports.cells import DECIMAL_MARKS, POINT, TOLERANCE, Reading
from guanxi.customers.models import ImportBatch, Party
from guanxi.foundation import clock
from guanxi.foundation.engine.duck import EngineError, value, workspace
from guanxi.foundation.errors import DomainError
from guanxi.foundation.money import base_currency, minor_units

MOST_CORRECTIONS: Final = 500
SOURCE_LENGTH = ImportBatch._meta.get_field("source").max_length


class Correction(TypedDict):
    """What a cell of the file is to be instead."""

    row: int
    column: str
    value: str


class BadOption(DomainError):
    """Something that was said about a file cannot be."""


@dataclass(frozen=True)
class ImportOptions:
    """What the importer says about a file."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    encoding: str | None = None
    time_zone: str = ""
    date_format: str | None = None
    decimal: str = POINT
    currency: str = ""
    observed_on: str | None = None
    party_kind: str = "person"
    not_identifying: list[str] = field(default_factory=list)
    """Columns that say nothing of who somebody is, though they may look so."""
    corrections: list[Correction] = field(default_factory=list)
    """Cells that the importer put right; the file stays as it is, and the import keeps them with its options."""

    def reading(self) -> Reading:
        zone = self.time_zone or str(settings.TIME_ZONE)
        return Reading(zone, self.currency or base_currency(), self.date_format, self.decimal)

    def require_sense(self) -> None:
        """Raise BadOption for a zone, currency, date, format or kind of party that there is not."""
        _require_zone(self.time_zone)
        _require_currency(self.currency)
        _require_day(self.observed_on)
        _require_format(self.date_format)
        _require_decimal(self.decimal)
        if len(self.corrections) > MOST_CORRECTIONS:
            raise BadOption(
                _("More than %(most)s cells are wrong: mend the file itself.") % {"most": MOST_CORRECTIONS}
            )
        if self.party_kind not in Party.Kind.values:
            raise BadOption(
                _("Rows are of kind person, organisation or household, not %(party_kind)r.")
                % {"party_kind": self.party_kind}
            )

    def require_text(self, encoding: str) -> None:
        """Raise BadOption where a decimal mark is named for a file whose numbers are no text."""
        if encoding == "parquet" and self.decimal != POINT:
            raise BadOption(
                _("The mark before the decimals is for text files: the numbers of a Parquet file have none.")
            )


def require_source(source: str) -> None:
    """Raise BadOption for the name of a source that cannot be kept or typed as SOURCE:KEY."""
    if not source.strip() or ":" in source or "\0" in source or len(source) > (SOURCE_LENGTH or 0):
        raise BadOption(
            _("The name of a source is 1 to %(source_length)s characters without a colon, not %(source)r.")
            % {"source_length": SOURCE_LENGTH, "source": source[:80]}
        )


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone or "UTC")
    except (ValueError, OSError, KeyError):
        raise BadOption(
            _("There is no time zone %(zone)r; write it like America/New_York.") % {"zone": zone}
        ) from None


def _require_currency(currency: str) -> None:
    if not currency or currency == base_currency():
        return
    minor_units(currency)
    raise BadOption(
        _(
            "This installation sums in %(base_currency)s (GUANXI_CURRENCY); amounts in "
            "%(currency)s must be converted first."
        )
        % {"base_currency": base_currency(), "currency": currency}
    )


def _require_day(day: str | None) -> None:
    today = clock.business_date(clock.now())
    try:
        observed = date.fromisoformat(day) if day else today
    except ValueError:
        raise BadOption(
            _("The date as of which facts are true is written like 2026-11-21, not %(day)r.") % {"day": day}
        ) from None
    if observed > today + TOLERANCE:
        raise BadOption(_("The date as of which facts are true, %(day)s, lies in the future.") % {"day": day})


def _require_decimal(decimal: str) -> None:
    if decimal not in DECIMAL_MARKS:
        raise BadOption(
            _("The mark before the decimals is . or , and not %(decimal)r.") % {"decimal": decimal}
        )


def _require_format(date_format: str | None) -> None:
    if date_format is None:
        return
    try:
        with workspace() as duck:
            value(duck, "SELECT CAST(try_strptime('', ?) AS VARCHAR)", [date_format])
    except EngineError as error:
        reason = str(error).splitlines()[0]
        raise BadOption(
            _("The date format %(date_format)r cannot be understood: %(reason)s")
            % {"date_format": date_format, "reason": reason}
        ) from None
    if "%" not in date_format:
        raise BadOption(
            _("The date format %(date_format)r names no part of a date; write it like %%d.%%m.%%Y.")
            % {"date_format": date_format}
        )
