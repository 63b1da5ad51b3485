"""`guanxi webhooks …`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.cli.output import AsJson, emit, out, say, table
from guanxi.cli.who import actor
from guanxi.webhooks import queries, services

webhooks_app = typer.Typer(help=_("The systems that are told of events."), invoke_without_command=True)
COLUMNS = ("id", "address", "events", "state", "waiting", "failures", "last_attempt_at")
DELIVERY_COLUMNS = ("id", "created_at", "type", "state", "attempts", "status", "error", "ms", "due_at")
Number = Annotated[int, typer.Argument(help=_("The endpoint's number."), show_default=False)]


@webhooks_app.callback()
def list_endpoints(context: typer.Context, as_json: AsJson = False) -> None:
    """List the endpoints and how they are doing; their secrets are not shown."""
    if context.invoked_subcommand is None:
        emit(queries.endpoint_rows(), as_json, _show_endpoints)


def _show_endpoints(rows: list[dict[str, Any]]) -> None:
    shown = [row | {"events": ", ".join(row["events"]) or _("all")} for row in rows]
    table(_("Webhooks"), COLUMNS, [[row[name] for name in COLUMNS] for row in shown])


@webhooks_app.command()
def add(
    address: Annotated[str, typer.Argument(help=_("Where events are posted to."), show_default=False)],
    event: Annotated[
        list[str] | None, typer.Option(help=_("A type of event to tell of; all where none is named."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell a system of events, and print the secret of its signatures: it is shown only now."""
    endpoint = services.add_endpoint(address=address, events=event or [], actor=actor())
    if not as_json:
        out.print(_("Keep it in a safe place; it is shown only now."), style="dim")
    say(endpoint.secret, {"id": endpoint.pk, "secret": endpoint.secret}, as_json)


@webhooks_app.command("test")
def try_out(endpoint: Number, as_json: AsJson = False) -> None:
    """Put an event on its way that tells of nothing; a worker sends it."""
    delivery = services.send_test(endpoint_id=endpoint, actor=actor())
    said = _("A test is on its way; `guanxi worker` sends it.")
    say(said, {"delivery": delivery.pk, "event": delivery.event.public_id}, as_json)


@webhooks_app.command("switch-on")
def switch_on(endpoint: Number, as_json: AsJson = False) -> None:
    """Tell a system again that was switched off for having failed too long."""
    services.switch_on(endpoint_id=endpoint, actor=actor())
    say(_("Endpoint %(id)s is told of events again.") % {"id": endpoint}, {"switched_on": endpoint}, as_json)


@webhooks_app.command()
def remove(endpoint: Number, as_json: AsJson = False) -> None:
    """Tell a system nothing more; its log goes with it."""
    services.remove_endpoint(endpoint_id=endpoint, actor=actor())
    say(_("Endpoint %(id)s is told nothing more.") % {"id": endpoint}, {"removed": endpoint}, as_json)


@webhooks_app.command()
def deliveries(
    endpoint: Number,
    limit: Annotated[int, typer.Option(min=1, help=_("At most so many."))] = 50,
    as_json: AsJson = False,
) -> None:
    """What a system was told, newest first, with the last attempt at each."""
    rows = queries.delivery_rows(queries.endpoint_of(endpoint), limit)
    title = _("Deliveries to endpoint %(id)s") % {"id": endpoint}
    emit(rows, as_json, lambda data: table(title, DELIVERY_COLUMNS, _cells(data)))


def _cells(rows: list[dict[str, Any]]) -> list[list[Any]]:
    return [[row[name] for name in DELIVERY_COLUMNS] for row in rows]


@webhooks_app.command()
def again(
    delivery: Annotated[int, typer.Argument(help=_("The delivery's number."), show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Send something once more."""
    found = services.redeliver(delivery_id=delivery, actor=actor())
    said = _("Delivery %(id)s is on its way once more; `guanxi worker` sends it.") % {"id": found.pk}
    say(said, {"delivery": found.pk, "event": found.event.public_id}, as_json)
