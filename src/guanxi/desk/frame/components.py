"""The living page of the components: each in use, with the name under which templates know it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guanxi.desk.insight.reports import columns_chart
from guanxi.shell.components import Chip, Happening, Line, Stat, Step
from guanxi.shell.tables import Cell, Table
from guanxi.shell.toasts import Toast
from guanxi.staff.access import Request, signed_in


@require_safe
@signed_in
def components(request: Request) -> HttpResponse:
    """All of them, with made-up contents."""
    return render(request, "desk/frame/components.html", _specimens())


def _specimens() -> dict[str, Any]:
    here = reverse("components")
    return {
        "toast_said": Toast(_("Something was done."), "success"),
        "figures": [
            Stat(_("Customers"), "2,469", href=here, note=_("as of %(day)s") % {"day": "2026-01-01"}),
            Stat(_("Sales"), "¥ 1,234.00"),
        ],
        "rows": [
            Line(_("A campaign under way"), href=here, note="c-1", badge=_("running"), percent=40),
            Line(_("A line without an address")),
        ],
        "steps_given": [
            Step(_("Goal"), "done", here),
            Step(_("Recipients"), "wrong", here),
            Step(_("Offer"), "here", here),
            Step(_("Review"), "next"),
        ],
        "happened": [
            Happening("2026-01-02", _("order"), _("Two products"), here),
            Happening("2026-01-01", _("message"), _("A letter went out")),
        ],
        "filters": [
            Chip(_("Sales are at least 100"), here),
            Chip(_("Has agreed to e-mail"), here, is_on=False),
        ],
        "sizes": Table(
            ("tier", "customers"),
            [(Cell("A", here), 12), (Cell("B", here), 34)],
            title=_("Customers by group"),
        ),
        "drawing": columns_chart("specimen", _("Customers by group"), ["A", "B"], {_("customers"): [12, 34]}),
    }
