"""Panels about the installation: imports, failed work, people, settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from customer_insight.conditions import IsKnown
from guanxi.customers.models import ImportBatch
from guanxi.desk.customers.filters import Fields, field_label, reader_fields
from guanxi.desk.home.figures import Shown, customers_where
from guanxi.foundation import clock, configuration
from guanxi.foundation.models import Job, Setting
from guanxi.insight.fill_rates import FillRate, fill_rates
from guanxi.insight.queries import current_run
from guanxi.shell.components import Line, Stat
from guanxi.shell.work import result_of
from guanxi.staff.models import User
from guanxi.webhooks.queries import ON, endpoint_rows
from guanxi.wording.words import label, phrase, word

SHOWN: Final = 6
RECENT: Final = timedelta(days=7)


def imports(person: User) -> Shown:
    """The last files, those with bad rows marked."""
    return {
        "title": _("Last imports"),
        "lines": [
            Line(
                batch.file_name,
                reverse("import", args=[batch.pk]),
                note=_bad_rows(batch),
                badge=str(word(batch.state)),
            )
            for batch in ImportBatch.objects.order_by("-id")[:SHOWN]
        ],
        "empty": _("Nothing was imported yet"),
        "further": (reverse("imports"), _("All imports")),
    }


def _bad_rows(batch: ImportBatch) -> str:
    return _("%(number)s bad rows") % {"number": f"{batch.rows_bad:,}"} if batch.rows_bad else ""


def failed(person: User) -> Shown:
    """What went wrong within a week."""
    jobs = Job.objects.filter(state=Job.State.FAILED, finished_at__gte=clock.now() - RECENT)
    return {
        "title": _("Failed jobs of the last 7 days"),
        "lines": [
            Line(str(word(job.kind)), result_of(job) or reverse("jobs"), note=phrase(job.error))
            for job in jobs.order_by("-id")[:SHOWN]
        ],
        "empty": _("No job has failed."),
        "further": (reverse("jobs"), _("All jobs")),
    }


def installation(person: User) -> Shown:
    """Who works here without a unit, and which settings still have the values they came with."""
    people = User.objects.filter(is_active=True)
    kept = set(Setting.objects.values_list("name", flat=True))
    untouched = sorted(set(configuration.DEFINITIONS) - kept)
    return {
        "stats": [
            Stat(_("People"), f"{people.count():,}", reverse("people")),
            Stat(_("Without a unit"), f"{people.filter(unit=None).count():,}", reverse("people")),
            Stat(
                _("Settings never set"),
                f"{len(untouched):,}",
                reverse("settings"),
                ", ".join(label(name).replace("_", " ") for name in untouched),
            ),
        ]
    }


def webhooks(person: User) -> Shown:
    """Endpoints that fail or were switched off for it; nothing while all of them answer."""
    troubled = [row for row in endpoint_rows() if row["state"] != ON]
    if not troubled:
        return None
    return {
        "title": _("Systems that are told of events and do not answer"),
        "lines": [
            Line(
                row["address"],
                reverse("webhook", args=[row["id"]]),
                note=_("%(number)s failures in a row") % {"number": f"{row['failures']:,}"},
                badge=str(word(row["state"])),
            )
            for row in troubled[:SHOWN]
        ],
        "further": (reverse("webhooks"), _("All endpoints")),
    }


def filled(person: User) -> Shown:
    """Of what share of the customers the main things are known, and how that has changed since the figures before."""
    run = current_run()
    if run is None:
        return None
    fields = reader_fields()
    return {
        "title": _("What is known of the customers"),
        "lines": [_fill(rate, fields) for rate in fill_rates(run) if rate.field in fields],
        "empty": _("The next refresh of the figures counts it."),
        "further": (reverse("insight"), _("as of %(day)s") % {"day": f"{run.as_of:%Y-%m-%d}"}),
    }


def _fill(rate: FillRate, fields: Fields) -> Line:
    return Line(
        field_label(fields[rate.field]),
        customers_where(IsKnown(rate.field)),
        note=" · ".join(part for part in (_counted(rate), _change(rate)) if part),
        badge=f"{100 * rate.share:.1f} %",
        percent=int(100 * rate.share),
    )


def _counted(rate: FillRate) -> str:
    return _("%(known)s of %(customers)s") % {"known": f"{rate.known:,}", "customers": f"{rate.customers:,}"}


def _change(rate: FillRate) -> str:
    """In points of the share; empty where nothing came before or nothing changed."""
    if rate.change is None or abs(rate.change) < 0.0005:
        return ""
    return _("%(points)s points since the figures before") % {"points": f"{100 * rate.change:+.1f}"}
