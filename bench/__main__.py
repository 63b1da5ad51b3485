"""Run every benchmark of this folder, print what is to be reached and what was measured: python -m bench [NAME...]

A benchmark is a module here with a function `run()` that returns its figures as a dict. What is to be reached stands in
REACHES; a benchmark that is not listed there is run without arguments, and its figures are printed as they are.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import time
import traceback
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Reach:
    """One figure of a benchmark (a path into its dict) and the limit that it is to keep."""

    work: str
    figure: tuple[str, ...]
    limit: float
    unit: str
    at_most: bool = False

    def row(self, figures: dict[str, Any]) -> tuple[str, str, str, bool | None]:
        measured = float(reduce(lambda part, name: part[name], self.figure, figures))
        met = measured <= self.limit if self.at_most else measured >= self.limit
        sign, digits = "≤" if self.at_most else "≥", 2 if self.limit < 100 else 0
        shown = f"{measured:,.{digits}f} {self.unit}"
        return self.work, f"{sign} {self.limit:,g} {self.unit}", shown, met


REACHES = {
    "allocation": (
        Reach("allocate 20 offers × 3 channels to 1 M customers", ("seconds",), 30, "s", at_most=True),
        Reach("its gap to the bound", ("gap in per cent",), 0.1, "%", at_most=True),
    ),
    "api_ingest": (Reach("order lines over HTTP, as NDJSON", ("lines per second",), 10_000, "lines/s"),),
    "audience": tuple(
        Reach(f"count by {audience}, 1 M customers", (audience, "p95_ms"), 300, "ms", at_most=True)
        for audience in ("indicator, class, consent", "indicator, fact, consent")
    ),
    "churn": (
        *(
            Reach(
                f"churn, {base}: learn, test and score 1 M customers × 40",
                (base, "seconds"),
                60,
                "s",
                at_most=True,
            )
            for base in ("logistic", "boosted")
        ),
        Reach("its memory", ("peak_gigabytes",), 4, "GB", at_most=True),
    ),
    "delivery": (
        Reach("deliver by SMTP, SQLite", ("sqlite", "messages_per_second"), 500, "messages/s"),
        Reach("deliver by SMTP, PostgreSQL", ("postgresql", "messages_per_second"), 500, "messages/s"),
    ),
    "imports": (
        Reach("import 1.47 M order lines", ("lines per second",), 25_000, "lines/s"),
        Reach("the longest wait of another writer", ("its longest wait",), 0.5, "s", at_most=True),
    ),
    "lifetime_fit": (Reach("fit BG/NBD to 1 M customers", ("ratio",), 30, "× lifetimes"),),
    "lifetime_models": (
        Reach("fit Pareto/NBD", ("pareto ratio",), 20, "× lifetimes"),
        Reach("fit Gamma-Gamma", ("gamma-gamma ratio",), 8, "× lifetimes"),
        Reach("discounted value of 12 months", ("value ratio",), 7, "× lifetimes"),
    ),
    "live": (
        Reach("one customer live: scores from what is stored", ("scores", "median"), 2, "ms", at_most=True),
        Reach(
            "one customer live: indicators from own lines", ("indicators", "median"), 20, "ms", at_most=True
        ),
    ),
    "next_products": (
        Reach("learn what 1 M customers buy next, 20 M lines", ("fit seconds",), 120, "s", at_most=True),
        Reach("list it for each of them, again and new", ("lists seconds",), 120, "s", at_most=True),
        Reach("the memory of both", ("peak gigabytes",), 6, "GB", at_most=True),
    ),
    "pages": (
        *(
            Reach(f"{work}, 1 M customers, {name}", (database, kind, "p95_ms"), limit, "ms", at_most=True)
            for database, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
            for work, kind, limit in (
                ("list, page 1 and 1000, by name", "list", 200),
                ("list with any filter and its count", "filter", 200),
                ("search by name, pinyin, number, address", "search", 200),
                ("suggestions while typing", "suggestions", 200),
                ("a customer's page", "customer", 150),
            )
        ),
        Reach("first load, packed", ("sqlite", "weight", "list"), 250, "kB", at_most=True),
        Reach("first load with charts, packed", ("sqlite", "weight", "with charts"), 650, "kB", at_most=True),
    ),
    "refresh": (
        Reach("refresh the Complete Journey", ("real", "seconds"), 10, "s", at_most=True),
        Reach("refresh 1 M customers, 20 M lines", ("first", "seconds"), 120, "s", at_most=True),
        Reach("its memory", ("first", "peak_gigabytes"), 6, "GB", at_most=True),
        Reach("refresh it after 10,000 orders", ("incremental", "seconds"), 120, "s", at_most=True),
    ),
    "summaries": (
        Reach("10 M lines to customers: the shared columns", ("lifetimes ratio",), 6, "× lifetimes"),
        Reach("10 M lines to indicators", ("times the bare query",), 2, "× bare SQL", at_most=True),
    ),
}
ARGUMENTS = {
    "allocation": {"customers": 1_000_000},
    "churn": {"customers": 1_000_000},
    "lifetime_models": {"customers": 1_000_000},
    "next_products": {"customers": 1_000_000, "lines": 20_000_000},
    "lifetime_fit": {"customers": 1_000_000},
}


def names() -> list[str]:
    """The modules of this folder."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_"))


def measure(name: str) -> list[tuple[str, str, str, bool | None]]:
    """The rows of one benchmark; none where its module has no `run`."""
    run = getattr(importlib.import_module(f"bench.{name}"), "run", None)
    if run is None:
        return []
    figures = run(**ARGUMENTS.get(name, {}))
    if reaches := REACHES.get(name):
        return [reach.row(figures) for reach in reaches if reach.figure[0] in figures]
    return [(f"{name}: {figure}", "–", _shown(value), None) for figure, value in figures.items()]


def _shown(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, or all; 1 where one failed or missed its reach."""
    console, missed = Console(highlight=False), False
    table = Table("work", "reach", "measured", "met", box=None)
    for name in chosen or names():
        start = time.perf_counter()
        try:
            rows = measure(name)
        except (Exception, SystemExit):  # the others are still worth measuring
            traceback.print_exc()
            rows = [(name, "–", "failed", False)]
        console.print(
            f"{name}: {time.perf_counter() - start:,.0f} s, load {os.getloadavg()[0]:.1f}", style="dim"
        )
        for work, reach, measured, met in rows:
            missed |= met is False
            table.add_row(work, reach, measured, {True: "yes", False: "NO", None: ""}[met])
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
