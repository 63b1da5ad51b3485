"""What insight tests share: commands as anybody types them, their figures, and the copy beside the truth."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import redirect_stdout
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from customers.importing import bring, file_of

from guanxi.cli.app import app
from guanxi.foundation import configuration, jobs
from guanxi.foundation.actor import Actor
from guanxi.insight.services import start_refresh

MIA = Actor("Mia")
Row = tuple[Any, ...]


def guanxi(*words: object) -> Any:
    """What a command prints with --json."""
    with redirect_stdout(StringIO()) as printed:
        app([*map(str, words), "--json"], standalone_mode=False)
    return json.loads(printed.getvalue())


def shown(*words: object) -> str:
    """What a command prints for people, on a terminal of 80 columns."""
    from guanxi.cli import output

    with output.out.capture() as captured:
        app([*map(str, words)], standalone_mode=False)
    return captured.get()


def refresh(as_of: str | None = None) -> dict[str, Any]:
    """Run a refresh in this process and return what it says."""
    job = start_refresh(as_of=date.fromisoformat(as_of) if as_of else None, actor=MIA)
    result: dict[str, Any] = jobs.run_now(job).result
    return result


def assume(**values: Any) -> None:
    """Set what the business assumes."""
    configuration.write("insight_assumptions", values, actor=MIA)


def sell(
    home: Path, sales: Iterable[Row], *, columns: str = "customer,time,amount", **options: Any
) -> dict[str, Any]:
    """Import orders; each gets a number of its own unless the columns name one."""
    rows = list(sales)
    if "order" not in columns.split(","):
        taken = len(list(home.glob("*.csv")))
        columns, rows = f"order,{columns}", [(f"{taken}-{n}", *row) for n, row in enumerate(rows)]
    text = "\n".join(
        [columns, *(",".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    )
    return bring("orders", file_of(home, text + "\n", f"{len(list(home.glob('*.csv')))}.csv"), **options)


def insight_of(customer: str) -> dict[str, Any]:
    """The published measures of one customer, as `guanxi customers show` gives them."""
    (row,) = guanxi("customers", "show", customer)["insight"]
    return dict(row)


def columns(rows: Iterable[dict[str, Any]], *names: str) -> list[Row]:
    """Some columns of rows."""
    return [tuple(row[name] for name in names) for row in rows]
