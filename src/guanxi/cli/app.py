"""The command tree."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from django.db.utils import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from guanxi.cli import campaigns, customers, imports, insight, people, tokens, webhooks, work
from guanxi.cli.frame import framed, wrong_use
from guanxi.cli.long_work import Interrupted
from guanxi.cli.output import err
from guanxi.foundation.engine.duck import was_interrupted
from guanxi.foundation.errors import DomainError
from guanxi.wording.words import phrase

INTERRUPTED = 130
"""How a program ends that Ctrl-C has ended: 128 and the number of the signal."""

app = typer.Typer(
    name="guanxi",
    help=_(
        "Guanxi: sales files in, one profile per customer, what each is worth, campaigns that prove what they earned."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(imports.import_app, name="import")
app.add_typer(imports.imports_app, name="imports")
app.add_typer(customers.app, name="customers")
app.add_typer(insight.app, name="insight")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(work.jobs_app, name="jobs")
app.add_typer(work.settings_app, name="settings")
app.add_typer(people.users_app, name="users")
app.add_typer(tokens.tokens_app, name="tokens")
app.add_typer(webhooks.webhooks_app, name="webhooks")
app.command("serve")(people.serve)
app.command("worker")(work.worker)
app.command("doctor")(work.doctor)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"guanxi {version('guanxi')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help=_("Show the version and exit."), callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    """The options of the program itself."""


app.command("init")(people.init)

framed(app)


def run() -> None:
    """Run the program; a failure that the user can mend is one line, not a traceback."""
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:  # as Typer ends a command when Ctrl-C is pressed
            _fail("Interrupted", _("Interrupted."), INTERRUPTED)
        sys.exit(code)
    except Interrupted as error:
        _fail("Interrupted", str(error), INTERRUPTED)
    except typer.TyperException as error:
        wrong_use(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _fail("Interrupted", _("Interrupted."), INTERRUPTED)
    except typer.Abort:
        _fail("Aborted", _("Aborted!"))
    except DomainError as error:
        _fail(type(error).__name__, phrase(str(error)))
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            _fail("NotSetUp", _("The database is not set up yet. Run `guanxi init` first."))
        raise
    except Exception as error:
        if was_interrupted(error):
            _fail("Interrupted", _("Interrupted."), INTERRUPTED)
        raise


def _fail(kind: str, sentence: str, code: int = 1) -> NoReturn:
    """End with this code and one line on standard error; with --json that line is JSON."""
    if "--json" in sys.argv:
        sys.stderr.write(json.dumps({"error": kind, "message": sentence}, ensure_ascii=False) + "\n")
    else:
        said = sentence if code == INTERRUPTED else _("Error: %(what)s") % {"what": sentence}
        err.print(said, style="red", markup=False, soft_wrap=True)
    sys.exit(code)
