"""Every function that takes a table is run on every engine: here those that no other test runs so."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import pytest

import customer_insight
from customer_insight.groups import group_totals, whole_totals
from customer_insight.leaving import check_overdue
from customer_insight.lifetime import fit_nbd, fit_opportunities, fit_retention, fit_spend, purchase_histories
from customer_insight.measurement import attributed, campaign_result, past_spread
from customer_insight.service import cost_to_serve, margin_after_service
from customer_insight.simulation import simulate_base
from customer_insight.structure import cohort_of_customers
from customer_insight.trend import daily_sales, sales_trend

HERE = Path(__file__).parent
ROWS = {
    "lines": [
        {"customer_id": customer, "order_id": order, "day": day, "amount": amount, "is_return": False}
        for customer, order, day, amount in (
            (1, 1, 5, 400), (1, 2, 5, -100), (1, 3, 15, 300), (2, 4, 16, 100), (3, 5, 4, 50), (None, 6, 5, 70),
            (4, 7, 0, 70), (4, 8, 14, 70),
        )
    ],
    "units": [
        {"customer_id": 1, "cell": "a", "responded": 1, "margin": 500, "pre_margin": 10, "sales": 2000},
        {"customer_id": 2, "cell": "a", "responded": 0, "margin": 90, "pre_margin": 20, "sales": 300},
        {"customer_id": 3, "cell": "a", "responded": 1, "margin": 100, "pre_margin": None, "sales": 400},
        {"customer_id": 4, "cell": "control", "responded": 1, "margin": 700, "pre_margin": 30, "sales": 2800},
        {"customer_id": 5, "cell": "control", "responded": 0, "margin": None, "pre_margin": 0, "sales": None},
    ],
    "values": [
        {"customer_id": 1, "channel": "mall", "sales_amount": 500, "contribution": 200.0, "orders": 4, "back": 1},
        {"customer_id": 2, "channel": "mall", "sales_amount": None, "contribution": -50.0, "orders": 1, "back": 0},
        {"customer_id": 3, "channel": None, "sales_amount": 500, "contribution": 0.0, "orders": 0, "back": 1},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def simulated() -> Any:
    """Purchases of 300 customers from a seed, in the columns of ORDER_LINES."""
    return simulate_base(300, seed=3, start_day=0, days=400).order_lines.drop(["customer_key"])


def told(engine: Any, result: Any) -> set[tuple[Any, ...]]:
    return {tuple(row.values()) for row in engine.rows(result)}


def test_sales_by_day_and_their_trend(engine: Any) -> None:
    lines = engine.table(ROWS["lines"])

    assert told(engine, daily_sales(lines, as_of=5)) == {(1, 5, 300), (3, 4, 50), (4, 0, 70)}
    assert told(engine, sales_trend(lines, as_of=20, window_days=10)) == {
        (1, 300, 300, 0.0), (2, 100, 0, None), (3, 0, 50, -1.0), (4, 70, 0, None),
    }  # fmt: skip


def test_the_cohort_of_each_customer(engine: Any) -> None:
    lines = [row | {"day": row["day"] + 20} for row in ROWS["lines"]]

    cohorts = told(engine, cohort_of_customers(engine.table(lines), as_of=90))

    assert cohorts == {(1, 197001), (2, 197002), (3, 197001), (4, 197001)}


def test_totals_of_groups_and_of_all(engine: Any) -> None:
    values = engine.table(ROWS["values"])

    totals = told(engine, group_totals(values, by="channel", amounts=("sales_amount",)))
    assert totals == {("mall", 2, 2 / 3, 500), (None, 1, 1 / 3, 500)}
    assert told(engine, whole_totals(values, amounts=("sales_amount",))) == {(3, 1000)}


def test_service_and_what_it_leaves(engine: Any) -> None:
    named = [
        row | {"transaction_count": row["orders"], "return_count": row["back"]} for row in ROWS["values"]
    ]
    values = engine.table(named)

    assert told(engine, cost_to_serve(values, per_order=100)) == {(1, 500.0), (2, 100.0), (3, 100.0)}
    assert told(engine, margin_after_service(values)) == {(0.15,)}


def test_a_campaign_measured(engine: Any) -> None:
    units = engine.table(ROWS["units"])

    result = campaign_result(units, costs={"a": 300}, adjust=False)
    assert result.overall.incremental_margin.value == pytest.approx(3 * (690 / 3 - 350))
    total, cell = attributed(units, costs={"a": 300}, fixed_cost=100)
    assert (total.contacts, total.responses, total.sales, total.margin, total.roi) == (
        3,
        2,
        2400.0,
        600.0,
        0.5,
    )
    assert cell.cost == 300
    spread = past_spread(units)
    assert (spread.customers, spread.mean, spread.response_rate) == (5, 278.0, 0.6)


def test_models_of_spend_contracts_and_rounds(engine: Any, simulated: Any) -> None:
    histories = purchase_histories(engine.convert(simulated), as_of=400)
    renewals = [{"renewals": n, "left": n < 3, "count": 100 - 20 * n} for n in range(4)]
    rounds = [{"x": x, "t_x": x, "n": 4, "count": 50 - 10 * x} for x in range(5)]

    spend, buying = fit_spend(histories), fit_nbd(histories, as_of=400)
    kept, used = fit_retention(engine.table(renewals)), fit_opportunities(engine.table(rounds))
    check = check_overdue(engine.convert(simulated), calibration_end=300, holdout_end=400, model=buying)

    seen = (spend.fit.customers, buying.fit.customers, kept.fit.customers, used.fit.customers)
    assert seen == (120, 300, 280, 150)
    assert (check.everybody.customers, check.everybody.silent) == (300, 255)


PARTS_OF_OTHERS = {"discounted_value", "require_columns", "same_kind", "typed", "whole_numbers"}


def takes_a_table(function: Any) -> bool:
    hints = [str(each.annotation) for each in inspect.signature(function).parameters.values()]
    return any("IntoFrameT" in hint or hint == "Table" for hint in hints)


def public_functions() -> dict[str, Any]:
    """What the library offers, by name: of a package what its __all__ lists, of a module its own functions."""
    found: dict[str, Any] = {}
    for each in pkgutil.iter_modules(customer_insight.__path__):
        module = importlib.import_module(f"customer_insight.{each.name}")
        own = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__
        ]
        names = getattr(module, "__all__", [name for name in own if not name.startswith("_")])
        found |= {name: getattr(module, name) for name in names}
    return {name: value for name, value in found.items() if inspect.isfunction(value)}


def names_run_on_engines(path: Path) -> set[str]:
    """Names in tests that ask for ``engine``, and in the functions of the same file that they call."""
    tree = ast.parse(path.read_text())
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    asked = [name for name, node in functions.items() if "engine" in [each.arg for each in node.args.args]]
    used: set[str] = set()
    while asked:
        names = {node.id for node in ast.walk(functions[asked.pop()]) if isinstance(node, ast.Name)}
        asked += sorted((names - used) & set(functions))
        used |= names
    constants = [node for node in tree.body if isinstance(node, ast.Assign)]
    for node in constants:  # a table of cases that a test walks through
        if {target.id for target in node.targets if isinstance(target, ast.Name)} & used:
            used |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return used


def test_no_function_that_takes_a_table_is_left_out() -> None:
    run = set().union(*(names_run_on_engines(path) for path in HERE.rglob("test_*.py")))
    offered = {name for name, function in public_functions().items() if takes_a_table(function)}

    assert len(offered) > 80
    assert sorted(offered - run - PARTS_OF_OTHERS) == []
