"""`guanxi init`, `guanxi users …` and `guanxi serve`."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer
from django.core.management import call_command
from django.utils.translation import gettext as _

from guanxi.cli.output import AsJson, emit, out, say, table
from guanxi.cli.who import actor
from guanxi.staff.models import User
from guanxi.staff.roles import Role
from guanxi.staff.services import create_user

users_app = typer.Typer(help=_("The people who sign in to the pages."), invoke_without_command=True)


def init(
    admin: Annotated[
        str,
        typer.Option(help=_("E-mail address of the first administrator; the password is asked for.")),
    ] = "",
    password: Annotated[
        str,
        typer.Option(
            envvar="GUANXI_PASSWORD",
            show_envvar=False,
            help=_("The password; asked for where it is not given."),
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Create or upgrade the database, and the first administrator; safe to run again."""
    call_command("migrate", verbosity=0)
    told = {"database": "ready"}
    said = [_("The database is ready.")]
    if User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
        pass
    elif admin:
        password = password or typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True)
        create_user(email=admin, password=password, role=Role.ADMINISTRATOR, actor=actor())
        said.append(_("%(email)s may sign in.") % {"email": admin})
        told["administrator"] = admin
    else:
        said.append(_("Nobody is administrator of the pages yet: guanxi init --admin you@example.com"))
    say("\n".join(said), told, as_json)


@users_app.callback()
def list_users(context: typer.Context, as_json: AsJson = False) -> None:
    """List the people who sign in."""
    if context.invoked_subcommand is None:
        columns = ("email", "name", "role", "is_active")
        people = [
            dict(
                zip(
                    columns,
                    (person.email, person.get_full_name(), person.role, person.is_active),
                    strict=True,
                )
            )
            for person in User.objects.order_by("email")
        ]
        emit(people, as_json, lambda data: table(_("Users"), columns, [list(row.values()) for row in data]))


@users_app.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help=_("The e-mail address to sign in with."), show_default=False)],
    role: Annotated[Role, typer.Option(help=_("What the person does."))],
    password: Annotated[
        str,
        typer.Option(
            envvar="GUANXI_PASSWORD",
            show_envvar=False,
            prompt=True,
            hide_input=True,
            confirmation_prompt=True,
            help=_("The password; asked for where it is not given."),
        ),
    ],
    name: Annotated[str, typer.Option(help=_("What the person is called."))] = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in to the pages."""
    person = create_user(email=email, password=password, role=role.value, name=name, actor=actor())
    said = _("%(email)s may sign in.") % {"email": person.email}
    say(said, {"user": person.email, "role": person.role}, as_json)


def serve(
    address: Annotated[str, typer.Option(help=_("Where to listen."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=_("At which port."))] = 8000,
    worker: Annotated[bool, typer.Option(help=_("Also run a worker beside the pages."))] = True,
) -> None:
    """Serve the pages, with a worker for the long work beside them, until interrupted."""
    from granian.constants import Interfaces
    from granian.server import Server

    out.print(
        _("The pages are at http://%(address)s:%(port)s") % {"address": address, "port": port}, markup=False
    )
    beside = subprocess.Popen([sys.executable, "-m", "guanxi.cli", "worker"]) if worker else None
    try:
        Server("guanxi.wsgi:application", address=address, port=port, interface=Interfaces.WSGI).serve()
    finally:
        if beside:
            beside.terminate()
            beside.wait()
