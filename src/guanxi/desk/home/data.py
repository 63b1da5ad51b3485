"""Panels about the installation: imports, failed work, people, settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.customers.models import ImportBatch
from guanxi.desk.home.figures import Shown
from guanxi.foundation import clock, configuration
from guanxi.foundation.models import Job, Setting
from guanxi.shell.components import Line, Stat
from guanxi.shell.work import result_of
from guanxi.staff.models import User
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
