"""`guanxi customers …`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.cli.output import AsJson, emit, facts, out, table
from guanxi.cli.who import actor
from guanxi.customers import services
from guanxi.customers.queries import profile
from guanxi.customers.search import LIMIT, search_customers
from guanxi.desk.customers.listing import names_of
from guanxi.foundation.errors import NotFound
from guanxi.insight.catalogue import MEASURES, measure_label, measure_text
from guanxi.wording.words import label, tier_reason

app = typer.Typer(
    help=_("Finding customers; the profile of one; merging and un-merging source records."),
    no_args_is_help=True,
)

Customer = Annotated[
    str, typer.Argument(help=_("A customer's public id, or SOURCE:KEY."), show_default=False)
]


@app.command()
def show(customer: Customer, as_json: AsJson = False) -> None:
    """Everything known of a customer, by public id or SOURCE:KEY."""
    emit(profile(customer), as_json, _show_profile)


@app.command()
def find(
    text: Annotated[
        str,
        typer.Argument(
            help=_("A name, pinyin or initials, a number or its last four digits, an e-mail address, a key."),
            show_default=False,
        ),
    ],
    limit: Annotated[int, typer.Option(min=1, max=1000, help=_("How many at most."))] = LIMIT,
    as_json: AsJson = False,
) -> None:
    """The customers that somebody may mean, the likeliest first."""
    findings = search_customers(text, sees_addresses=True, limit=limit)
    if not findings.found:
        raise NotFound(_("Nobody was found as %(text)r.") % {"text": text})
    names = names_of([each.customer.pk for each in findings.found])
    found = [
        {
            "customer": each.customer.public_id,
            "name": names.get(each.customer.pk, ""),
            "key": str(each.customer),
            "by": each.by,
        }
        for each in findings.found
    ]
    emit({"found": found, "has_more": findings.has_more}, as_json, _show_found)


@app.command()
def merge(
    customer: Customer,
    into: Annotated[
        str, typer.Argument(help=_("The customer that it is, in the same way."), show_default=False)
    ],
    reason: Annotated[str, typer.Option(help=_("Why they are one; kept with the merge."))] = "merged by hand",
    as_json: AsJson = False,
) -> None:
    """Say that two source records are one customer."""
    link = services.merge(party=customer, into=into, reason=reason, actor=actor())
    result = {"customer": link.survivor.public_id, "merged": link.party.public_id, "reason": link.reason}
    emit(result, as_json, lambda data: facts(_("Merged"), data))


@app.command()
def unmerge(customer: Customer, as_json: AsJson = False) -> None:
    """Take a source record out of the customer it was merged into."""
    party = services.unmerge(party=customer, actor=actor())
    emit({"customer": party.public_id}, as_json, lambda data: facts(_("A customer of its own again"), data))


def _show_found(data: dict[str, Any]) -> None:
    columns = ("customer", "name", "key", "by")
    more = _("There are more; say more of the name or number.") if data["has_more"] else ""
    table(
        _("Customers found"), columns, [[row[name] for name in columns] for row in data["found"]], note=more
    )


def _show_profile(data: dict[str, Any]) -> None:
    out.print(_("Customer %(customer)s") % {"customer": data["customer"]}, style="bold")
    for section, rows in data.items():
        if section == "insight" and rows:
            facts(label(section), _measures(rows[0]))
        elif isinstance(rows, list) and rows:
            columns = [name for name in rows[0] if any(row.get(name) not in {None, ""} for row in rows)]
            title = label(section.replace("_", " "))
            table(title, columns, [[row.get(name) for name in columns] for row in rows])


def _measures(row: dict[str, Any]) -> dict[str, Any]:
    """What is known of a customer's worth, a line each, in its unit."""
    shown = {name: measure_text(name, value) if name in MEASURES else value for name, value in row.items()}
    return {
        measure_label(name): tier_reason(value) if name == "why" else value for name, value in shown.items()
    }
