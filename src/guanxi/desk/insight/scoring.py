"""The pages of scoring tables: which there are, and one with its candidates, their scores and their totals."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from customer_insight.scoring import STEPS
from guanxi.customers.models import Party
from guanxi.customers.queries import seen_by
from guanxi.desk.customers.listing import names_of
from guanxi.foundation.errors import DomainError
from guanxi.insight import scoring_tables
from guanxi.insight.columns import PUBLIC_ID
from guanxi.insight.models import ScoringTable
from guanxi.staff.access import Request, may
from guanxi.staff.roles import May
from guanxi.staff.visibility import visible_to
from guanxi.wording.words import phrase


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.SEE_INSIGHT)
def scoring_list(request: Request) -> HttpResponse:
    """Every table, and a form for a new one; what makes no sense is refused and stays in the form."""
    complaint = ""
    if request.method == "POST":
        if not request.user.may(May.KEEP_ANALYSES):
            return render(request, "shell/not_allowed.html", status=403)
        try:
            table = scoring_tables.create(
                request.POST.get("name", ""), request.POST.get("criteria", ""), actor=request.user.actor
            )
        except DomainError as error:
            complaint = phrase(str(error))
        else:
            return redirect("scoring_table", table.pk)
    shown = {
        "tables": ScoringTable.objects.order_by("name"),
        "typed": request.POST,
        "complaint": complaint,
        "may_keep": request.user.may(May.KEEP_ANALYSES),
    }
    return render(request, "desk/insight/scoring_list.html", shown, status=422 if complaint else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may(May.SEE_INSIGHT)
def scoring_page(request: Request, table_id: int) -> HttpResponse:
    """One table; what is refused stays as it was typed."""
    table = scoring_tables.table_of(table_id)
    complaint = ""
    if request.method == "POST":
        if not request.user.may(May.KEEP_ANALYSES):
            return render(request, "shell/not_allowed.html", status=403)
        try:
            _save(request, table)
        except DomainError as error:
            complaint = phrase(str(error))
            table.refresh_from_db()
        else:
            messages.success(request, _("The scores are saved."))
            return redirect("scoring_table", table.pk)
    shown = {
        "table": table,
        "version": scoring_tables.version(table),
        "steps": STEPS,
        "typed": request.POST,
        "complaint": complaint,
        "may_keep": request.user.may(May.KEEP_ANALYSES),
        **_candidates(request, table),
    }
    return render(request, "desk/insight/scoring.html", shown, status=422 if complaint else 200)


@require_POST
@may(May.KEEP_ANALYSES)
def scoring_remove(request: Request, table_id: int) -> HttpResponse:
    """Remove a table."""
    name = scoring_tables.remove(table_id, actor=request.user.actor)
    messages.success(request, _("%(name)s is removed.") % {"name": name})
    return redirect("scoring_tables")


def _save(request: Request, table: ScoringTable) -> None:
    sees, typed = visible_to(request.user), request.POST
    changes: dict[str, dict[str, int] | None] = {
        str(pk): dict(table.scores.get(str(pk), {}))
        for pk in scoring_tables.candidates_of(typed.get("candidates", ""), sees)
    }
    for customer in table.scores:
        if f"remove-{customer}" in typed:
            changes[customer] = None
        elif f"shown-{customer}" in typed:
            changes[customer] = _scores(table, customer, typed)
    scoring_tables.save(table.pk, changes, actor=request.user.actor, seen=typed.get("version", ""))


def _scores(table: ScoringTable, customer: str, typed: Any) -> dict[str, int]:
    found = {
        each["name"]: typed.get(f"score-{customer}-{number}", "")
        for number, each in enumerate(table.criteria)
    }
    if any(text and not text.isdecimal() for text in found.values()):
        raise DomainError(_("Scores are 1, 3, 5, 7 or 9."))
    return {name: int(text) for name, text in found.items() if text}


def _candidates(request: Request, table: ScoringTable) -> dict[str, Any]:
    """The candidates whom the reader sees, the best first, and the way to those with a star."""
    results = scoring_tables.results(table)
    ids = [int(customer) for customer in table.scores]
    seen = dict(
        Party.objects.filter(seen_by(visible_to(request.user)), pk__in=ids).values_list("pk", "public_id")
    )
    names = names_of(list(seen)) if request.user.may(May.SEE_ADDRESSES) else {}
    rows = [
        _row(request, table, pk, seen[pk], names.get(pk), results.get(pk, {})) for pk in ids if pk in seen
    ]
    starred = [row["public_id"] for row in rows if row["starred"]]
    where = {"op": "in", "field": PUBLIC_ID, "values": starred}
    means = [row["mean_total"] for row in results.values()]
    return {
        "rows": sorted(rows, key=lambda row: (row["rank"] is None, row["rank"], row["name"])),
        "mean": means[0] if means else None,
        "starred": len(starred),
        "starred_href": f"{reverse('customers')}?{urlencode({'where': json.dumps(where)})}",
    }


def _row(
    request: Request, table: ScoringTable, pk: int, public_id: str, name: str | None, result: dict[str, Any]
) -> dict[str, Any]:
    scores = table.scores[str(pk)]
    return {
        "pk": pk,
        "public_id": public_id,
        "name": name or public_id,
        "href": reverse("customer", args=[public_id]),
        "cells": [
            (
                f"score-{pk}-{number}",
                each["name"],
                str(request.POST.get(f"score-{pk}-{number}", scores.get(each["name"], ""))),
            )
            for number, each in enumerate(table.criteria)
        ],
        **{key: result.get(key) for key in ("total", "rank", "starred")},
    }
