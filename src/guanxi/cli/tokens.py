"""`guanxi tokens …`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from django.utils.translation import gettext as _

from guanxi.cli.output import AsJson, emit, out, say, table
from guanxi.cli.who import actor
from guanxi.foundation.errors import NotFound
from guanxi.staff.models import ApiToken, User
from guanxi.staff.roles import May
from guanxi.staff.tokens import create_token, revoke_token

tokens_app = typer.Typer(help=_("The tokens by which programs use the API."), invoke_without_command=True)
COLUMNS = ("id", "email", "name", "scopes", "expires_at", "last_used_on", "revoked_at")


@tokens_app.callback()
def list_tokens(context: typer.Context, as_json: AsJson = False) -> None:
    """List tokens, newest first; their secrets are kept nowhere."""
    if context.invoked_subcommand is None:
        found = [_row(token) for token in ApiToken.objects.select_related("user").order_by("-id")]
        emit(found, as_json, lambda data: table(_("Tokens"), COLUMNS, [list(row.values()) for row in data]))


def _row(token: ApiToken) -> dict[str, Any]:
    told = {name: getattr(token, name) for name in COLUMNS if name not in {"email", "scopes"}}
    told |= {"email": token.user.email, "scopes": ", ".join(token.scopes)}
    return {name: told[name] for name in COLUMNS}


@tokens_app.command()
def create(
    email: Annotated[str, typer.Argument(help=_("In whose name the program acts."), show_default=False)],
    name: Annotated[str, typer.Option(help=_("Which program will use it."))],
    scope: Annotated[
        list[May] | None,
        typer.Option(help=_("What it may do; all that the person may, where none is named.")),
    ] = None,
    days: Annotated[int, typer.Option(help=_("For how many days it is valid, at most 365."))] = 90,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it: it is shown only now."""
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise NotFound(_("There is no account for %(email)s.") % {"email": email})
    scopes = scope or [permission for permission in May if person.may(permission)]
    token, text = create_token(user=person, name=name, scopes=scopes, days=days, actor=actor())
    if not as_json:
        out.print(_("Keep it in a safe place; it is shown only now."), style="dim")
    say(text, {"id": token.pk, "token": text, "expires_at": token.expires_at}, as_json)


@tokens_app.command()
def revoke(
    token_id: Annotated[int, typer.Argument(help=_("The token's number."), show_default=False)],
    as_json: AsJson = False,
) -> None:
    """End a token for ever."""
    token = revoke_token(token_id, actor=actor())
    say(_("Token %(number)s opens nothing any more.") % {"number": token.pk}, {"revoked": token.pk}, as_json)
