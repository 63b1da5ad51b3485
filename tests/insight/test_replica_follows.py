"""The copy follows the truth by change rows and nothing else, whatever happens in whatever order."""

from __future__ import annotations

import random
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of, undo
from django.db import connection
from insight.analysing import MIA, insight_of, refresh, sell
from insight.copying import copied, rebuilt, running, sync

from guanxi.customers import services
from guanxi.customers.models import ImportBatch, Party, PartyLink
from guanxi.foundation.engine import lake
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.errors import DomainError
from guanxi.foundation.models import ChangeRow
from guanxi.foundation.registry import registry
from guanxi.insight import replica
from guanxi.insight.models import ReplicaTable

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sales_in_copy() -> list[tuple[Any, ...]]:
    """Resolved customer's key and amount of every line in the copy."""
    keys = dict(Party.objects.values_list("pk", "source_key"))
    with workspace() as duck:
        replica.open_replica(duck)
        found = rows(
            duck,
            """SELECT coalesce(customer_id, order_lines.party_id), amount
               FROM order_lines LEFT JOIN resolved ON resolved.party_id = order_lines.party_id ORDER BY 1, 2""",
        )
    return [(keys.get(party), amount) for party, amount in found]


def test_what_an_import_brings_replaces_and_takes_back_reaches_the_copy_and_change_rows_go(
    home: Path,
) -> None:
    sell(
        home,
        [("1", "ann", "2026-01-01", 10), ("2", "bob", "2026-01-02", 20)],
        columns="order,customer,time,amount",
    )
    assert ChangeRow.objects.count() > 0
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]
    assert ChangeRow.objects.count() == 0

    sell(
        home,
        [("2", "bob", "2026-01-02", 25), ("3", "ann", "2026-01-03", 5)],
        columns="order,customer,time,amount",
    )
    sync()
    assert sales_in_copy() == [("ann", 500), ("ann", 1_000), ("bob", 2_500)]

    undo(ImportBatch.objects.latest("id").pk)
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]
    assert (ChangeRow.objects.count(), copied()) == (0, rebuilt())


def test_an_import_replaced_and_brought_back_before_anybody_copied_is_there_once(home: Path) -> None:
    sell(home, [("1", "ann", "2026-01-01", 10)], columns="order,customer,time,amount")
    sync()
    sell(home, [("2", "ann", "2026-01-01", 20)], columns="order,customer,time,amount")
    sell(home, [("2", "ann", "2026-01-01", 25)], columns="order,customer,time,amount")
    undo(ImportBatch.objects.latest("id").pk)
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("ann", 2_000)]


def test_merging_and_un_merging_reach_the_copy(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10), ("annie", "2026-01-02", 20), ("nan", "2026-01-03", 30)])
    sync()
    services.merge(party="shop:annie", into="shop:ann", reason="same", actor=MIA)
    services.merge(party="shop:ann", into="shop:nan", reason="same", actor=MIA)
    sync()
    assert sales_in_copy() == [("nan", 1_000), ("nan", 2_000), ("nan", 3_000)]

    services.unmerge(party="shop:ann", actor=MIA)
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("ann", 2_000), ("nan", 3_000)]
    assert copied() == rebuilt()


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_after_any_sequence_of_events_the_copy_is_what_a_new_one_would_be(home: Path, seed: int) -> None:
    chance = random.Random(seed)
    for step in range(12):
        _something_happens(home, chance, step)
        if chance.random() < 0.5:
            sync()
            assert copied() == rebuilt(), f"after step {step}"
    sync()
    assert copied() == rebuilt()
    assert {name: len(found) for name, found in copied().items()} == dict(
        ReplicaTable.objects.values_list("dataset", "rows")
    )


def _something_happens(home: Path, chance: random.Random, step: int) -> None:
    kinds = ["orders", "orders", "customers", "bills", "touches", "undo", "undo", "merge", "unmerge", "dies"]
    event = chance.choice(kinds)
    names = [f"c{n}" for n in range(8)]
    if event == "orders":
        sales = [
            (chance.randrange(12), chance.choice([*names, ""]), chance.randrange(1, 99)) for _ in range(6)
        ]
        one_customer = {order: customer for order, customer, _ in sales}
        lines = [(order, one_customer[order], "2026-01-01", amount) for order, _, amount in sales]
        sell(home, lines, columns="order,customer,time,amount", source=chance.choice(["shop", "web"]))
    elif event == "customers":
        text = "customer,email,consent_email,city\n" + "".join(
            f"{name},{name}@example.com,{chance.choice(['yes', 'no'])},{chance.choice(['Rome', 'Oslo', ''])}\n"
            for name in chance.sample(names, 3)
        )
        bring("customers", file_of(home, text, f"people-{step}.csv"), source=chance.choice(["shop", "web"]))
    elif event == "bills":
        _bills(home, chance, step, names)
    elif event == "touches":
        text = "interaction,customer,time,direction,feedback\n" + "".join(
            f"t{number},{chance.choice(names)},2026-01-0{chance.randrange(1, 9)},in,{chance.choice(['praise', ''])}\n"
            for number in chance.sample(range(8), 3)
        )
        bring("interactions", file_of(home, text, f"touches-{step}.csv"))
    elif event == "undo" and (batch := ImportBatch.objects.filter(state="published").order_by("?").first()):
        undo(batch.pk)
    elif event == "merge" and Party.objects.count() > 1:
        one, other = chance.sample([str(party) for party in Party.objects.order_by("pk")], 2)
        with suppress(
            DomainError
        ):  # they are one already, or one of them came with an import that was taken back
            services.merge(party=one, into=other, reason="same", actor=MIA)
    elif event == "unmerge" and (link := PartyLink.objects.order_by("pk").first()):
        services.unmerge(party=link.party.public_id, actor=MIA)
    elif event == "dies":
        _sync_dies_after_writing()


def _bills(home: Path, chance: random.Random, step: int, names: list[str]) -> None:
    """Invoices, and receipts that pay some of them, whether they came or not."""
    billed = "invoice,customer,issued_on,amount\n" + "".join(
        f"i{number},{chance.choice(names)},2026-01-01,{chance.randrange(1, 99)}\n"
        for number in chance.sample(range(6), 2)
    )
    came = "receipt,customer,received_on,amount,invoice\n" + "".join(
        f"r{number},{chance.choice(names)},2026-01-02,5,{chance.choice(['i1', 'i2', 'i3', 'i7', ''])}\n"
        for number in chance.sample(range(6), 2)
    )
    bring("invoices", file_of(home, billed, f"invoices-{step}.csv"))
    bring("receipts", file_of(home, came, f"receipts-{step}.csv"))


def _sync_dies_after_writing() -> None:
    """The files are written; the process is gone before it could say that they count."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replica, "_make_current", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sync()


def test_a_copy_whose_writer_died_before_saying_so_is_not_doubled_by_the_next(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10)])
    sync()
    sell(home, [("bob", "2026-01-02", 20)])
    _sync_dies_after_writing()
    assert sales_in_copy() == [("ann", 1_000)]
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]


def test_what_changes_while_the_copy_is_made_is_followed_by_the_next(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10)])
    job, told = running(), []

    def meanwhile(step: str, done: int, total: int) -> None:
        told.append(step)
        if step == "copied":  # everything is read; nothing is said yet
            sell(home, [("bob", "2026-01-02", 20)])

    job._tell = meanwhile
    replica.sync(job)
    assert sales_in_copy() == [("ann", 1_000)]
    assert ChangeRow.objects.filter(dataset="order_lines").count() == 1
    sync()
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]
    assert told[-1] == "copied"


def test_two_copies_at_once_wait_for_each_other(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sell(home, [("ann", "2026-01-01", 10)])
    sync()
    sell(home, [("bob", "2026-01-02", 20)])
    say_so, threads = replica._make_current, []

    def other() -> None:
        sync("the other")
        connection.close()

    def slowly(*arguments: Any) -> None:
        if not threads:
            threads.append(threading.Thread(target=other))
            threads[0].start()
            threads[0].join(timeout=1.5)  # time enough to follow the same change rows
            assert threads[0].is_alive()
        say_so(*arguments)

    monkeypatch.setattr(replica, "_make_current", slowly)
    sync()
    threads[0].join()
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]


def test_many_small_additions_are_put_together_and_nothing_changes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "MANY_FILES", 4)
    for day in range(1, 5):
        sell(home, [("ann", f"2026-01-0{day}", day), ("bob", f"2026-01-0{day}", 10 * day)])
        sync()
    assert copied() == rebuilt()
    version = ReplicaTable.objects.get(dataset="order_lines").version
    assert len(lake.files("order_lines", version)) <= 4

    sell(home, [("cas", "2026-01-09", 5)])
    _sync_dies_after_writing()
    sync()
    assert copied() == rebuilt()


def test_a_lost_copy_is_made_again_and_loses_no_history(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10), ("bob", "2026-01-01", 20)])
    refresh("2026-01-31")
    shutil.rmtree(home / "replica")
    refresh("2026-02-28")
    assert insight_of("shop:ann")["tier_since"] == "2026-01-31"
    assert sales_in_copy() == [("ann", 1_000), ("bob", 2_000)]


def test_no_name_address_or_number_of_anybody_is_in_any_file_of_the_copy(home: Path) -> None:
    import pyarrow.parquet as pq

    people = "customer,name,email,mobile,city\nkey-of-ann,Ann Lee,ann.lee@example.com,+13125550123,Rome\n"
    bring("customers", file_of(home, people, "people.csv"))
    sell(home, [("key-of-ann", "2026-01-01", 10)])
    refresh()

    files = [path for path in (home / "replica").rglob("*") if path.is_file()]
    inside = "\n".join(
        str(pq.read_table(path, partitioning=None).to_pylist()) for path in files if path.suffix == ".parquet"
    )
    raw = b"\n".join(path.read_bytes() for path in files)  # the log and every file's statistics
    assert "Rome" in inside
    assert b"add" in raw
    for secret in ("Ann Lee", "ann.lee", "example.com", "13125550123", "key-of-ann"):
        assert secret not in inside
        assert secret.encode() not in raw


def test_a_copy_of_a_dataset_defined_otherwise_is_not_read_and_is_made_anew(home: Path) -> None:
    sell(home, [("ann", "2026-01-01", 10)])
    sync()
    kept = ReplicaTable.objects.get(dataset="parties").version
    older = replace(
        registry.datasets["order_lines"], columns="order_id::BIGINT AS order_id, batch_id::BIGINT AS batch_id"
    )
    ReplicaTable.objects.filter(dataset="order_lines").update(definition=older.definition)
    with workspace() as duck, pytest.raises(replica.NothingReplicated, match="from an earlier version"):
        replica.open_replica(duck)
    sync()
    assert sales_in_copy() == [("ann", 1_000)]
    assert (ReplicaTable.objects.get(dataset="parties").version, copied()) == (kept, rebuilt())


def test_a_definition_is_what_makes_the_columns_however_it_is_laid_out() -> None:
    lines = registry.datasets["order_lines"]
    assert replace(lines, columns=lines.columns.replace("\n", "\n   ")).definition == lines.definition
    assert replace(lines, columns=lines.columns + ", 1 AS one").definition != lines.definition
    assert replace(lines, rows=lines.rows + " AND TRUE").definition != lines.definition
