"""What is done with many customers at once: export them, reach them by a campaign, give them to a colleague."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customer_insight.conditions import In
from guanxi.customers.owners import keepers
from guanxi.customers.services import assign_customers
from guanxi.desk.customers import exports, filters
from guanxi.desk.customers.state import ListState, read_state
from guanxi.foundation import jobs
from guanxi.foundation.errors import DomainError, NotFound
from guanxi.insight.audience import browse_audience, count_audience
from guanxi.insight.columns import PUBLIC_ID
from guanxi.insight.owners import without_me
from guanxi.shell.exports import FORMATS, as_download
from guanxi.shell.typed import whole_number
from guanxi.staff.access import Request, may
from guanxi.staff.models import User
from guanxi.staff.roles import May
from guanxi.staff.visibility import Sees, visible_to
from guanxi.wording.words import phrase

MOST_ASSIGNED: Final = 10_000
"""How many customers one request gives to a colleague."""
SHOWN: Final = 50


@dataclass(frozen=True)
class Chosen:
    """The customers that somebody wants to do something with: those ticked, or all of the list."""

    state: ListState
    person: User

    @property
    def sees(self) -> Sees:
        return visible_to(self.person)

    def count(self) -> int:
        return count_audience(self.state.condition, sees=self.sees)

    def ids(self) -> list[int]:
        with browse_audience(self.state.condition, sees=self.sees) as (_duck, found):
            return [customer for customer, _public in found.fetchall()]


@require_POST
@may(May.SEE_CUSTOMERS)
def customers_chosen(request: Request) -> HttpResponse:
    """Ask whether to go on, with the exact number; once that is confirmed and still true, do it."""
    name = request.POST.get("do", "")
    if name not in ACTIONS:
        raise DomainError(_("Choose what to do with these customers."))
    needed, act = ACTIONS[name]
    if not request.user.may(needed):
        raise PermissionDenied
    chosen = Chosen(_state(request), request.user)
    count, told = chosen.count(), request.POST.get("expected", "")
    if not count:
        raise DomainError(_("Nobody is chosen. Tick customers in the list, or choose all of it."))
    if told != str(count):
        return _ask(request, chosen, count, has_changed=bool(told))
    try:
        return act(request, chosen, count)
    except DomainError as error:
        return _ask(request, chosen, count, complaint=phrase(str(error)))


def _state(request: Request) -> ListState:
    """The list; only those of it who are ticked, unless all are meant."""
    state = read_state(request.POST, filters.reader_fields())
    if request.POST.get("scope") == "all":
        return state
    ticked = tuple(dict.fromkeys(request.POST.getlist("chosen")))
    if not ticked:
        raise DomainError(_("Nobody is chosen. Tick customers in the list, or choose all of it."))
    return state.changed(parts=(In(PUBLIC_ID, ticked),), off=())


def _ask(
    request: Request, chosen: Chosen, count: int, *, has_changed: bool = False, complaint: str = ""
) -> HttpResponse:
    fields = filters.reader_fields()
    shown = {
        "do": request.POST["do"],
        "count": count,
        "was": request.POST.get("expected", "") if has_changed else "",
        "complaint": complaint,
        "state": chosen.state,
        "is_all": request.POST.get("scope") == "all",
        "sentences": [filters.sentence(part, fields) for part in chosen.state.parts],
        "formats": FORMATS,
        "is_long": count > exports.MOST_AT_ONCE,
        "owners": keepers(chosen.sees) if request.POST["do"] == "assign" else [],
        "typed": request.POST,
    }
    status = 422 if complaint else 409 if has_changed else 200
    return render(request, "desk/customers/chosen.html", shown, status=status)


def _export(request: Request, chosen: Chosen, count: int) -> HttpResponse:
    kind = request.POST.get("format", "")
    if kind not in FORMATS:
        raise DomainError(_("Choose what kind of file it should be."))
    if count > exports.MOST_AT_ONCE:
        job = exports.start_export(query=chosen.state.query, kind=kind, rows=count, person=request.user)
        messages.success(
            request, _("Job %(id)s writes the file; it stands here when it is done.") % {"id": job.pk}
        )
        return redirect("customer_exports")
    asked = exports.listed(chosen.state.query, request.user)
    with exports.drawn(asked) as batches:
        response, rows = as_download(asked.sheet(batches), kind)
    exports.record_export(asked, kind, rows)
    return response  # type: ignore[return-value]  # it streams; to a browser it is an answer like others


def _plan(request: Request, chosen: Chosen, count: int) -> HttpResponse:
    """Go on to a new campaign for exactly these customers."""
    where = filters.where_of([without_me(chosen.state.condition, chosen.sees)])
    return redirect(f"{reverse('campaign_plan')}?{urlencode({'where': where})}")


def _assign(request: Request, chosen: Chosen, count: int) -> HttpResponse:
    if count > MOST_ASSIGNED:
        said = _("At most %(most)s customers change hands at once; add a filter.")
        raise DomainError(said % {"most": f"{MOST_ASSIGNED:,}"})
    typed = request.POST.get("owner", "")
    owner = keepers(chosen.sees).filter(pk=whole_number(typed) or 0).first()
    if owner is None and typed != "pool":
        raise DomainError(_("Choose who looks after these customers from now on."))
    number = assign_customers(
        customer_ids=chosen.ids(), owner=owner, actor=request.user.actor, sees=chosen.sees
    )
    told = {"count": f"{number:,}", "name": owner.actor.name if owner else ""}
    messages.success(
        request,
        _("%(count)s customers are looked after by %(name)s now.") % told
        if owner
        else _("%(count)s customers are in the public pool now.") % told,
    )
    return redirect("customers")


ACTIONS: Final[dict[str, tuple[May, Callable[[Request, Chosen, int], HttpResponse]]]] = {
    "export": (May.SEE_CUSTOMERS, _export),
    "campaign": (May.RUN_CAMPAIGNS, _plan),
    "assign": (May.ASSIGN_CUSTOMERS, _assign),
}
"""What can be done, and who may."""


@require_POST
@may(May.SEE_CUSTOMERS)
def customers_export(request: Request) -> HttpResponse:
    """The list as it stands, all of it, as a file."""
    chosen = Chosen(read_state(request.POST, filters.reader_fields()), request.user)
    return _export(request, chosen, chosen.count())


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_exports(request: Request) -> HttpResponse:
    """The long files that this person asked for; the list brings itself up to date while one is written."""
    exports.sweep()
    found = [(job, exports.file_of(job)) for job in exports.exports_of(request.user)[:SHOWN]]
    shown: dict[str, Any] = {
        "exports": [(job, path is not None) for job, path in found],
        "is_busy": any(job.finished_at is None for job, _path in found),
    }
    template = "desk/customers/exports_list.html" if request.htmx else "desk/customers/exports.html"
    return render(request, template, shown)


@require_safe
@may(May.SEE_CUSTOMERS)
def customer_export_file(request: Request, job_id: int) -> HttpResponse:
    """A file, for the one who asked for it."""
    job, path = exports.kept_export(job_id, request.user)
    kind = job.arguments["format"]
    name = f"{_('Customers')} {job.finished_at:%Y-%m-%d}.{kind}"
    return FileResponse(  # type: ignore[return-value]  # it streams; to a browser it is an answer like others
        path.open("rb"), as_attachment=True, filename=name, content_type=FORMATS[kind]
    )


@require_POST
@may(May.SEE_CUSTOMERS)
def customer_export_cancel(request: Request, job_id: int) -> HttpResponse:
    """Stop writing a file of one's own."""
    if not exports.exports_of(request.user).filter(pk=job_id).exists():
        raise NotFound(_("You have no such file."))
    jobs.cancel(job_id)
    return redirect("customer_exports")
