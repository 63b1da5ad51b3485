"""Many rows at once: an import like any other, once per key, with an error for every bad row."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from api.calling import Program, fault, person, told
from django.test import RequestFactory
from django.urls import reverse

from guanxi.api.bodies import received
from guanxi.api.errors import Refused
from guanxi.api.models import KeptAnswer
from guanxi.commerce.models import Order, OrderLine
from guanxi.customers.models import ImportBatch, Party
from guanxi.foundation import jobs
from guanxi.staff.roles import May, Role

pytestmark = pytest.mark.django_db(transaction=True)
NDJSON, CSV = "application/x-ndjson", "text/csv"
ORDERS = [
    {"order": "o1", "customer": "c1", "time": "2026-03-01T09:30:00Z", "amount": 12.5},
    {"order": "o2", "customer": "c2", "time": "2026-03-02T10:00:00Z", "amount": "7.25"},
]


def lines(*rows: Any) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def sent(
    program: Program, *rows: Any, key: str = "k1", kind: str = "orders", asked: str = "source=shop"
) -> Any:
    return program.post(f"/batches/{kind}?{asked}", lines(*rows), kind=NDJSON, Idempotency_Key=key)


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes its turn while a request waits."""
    monkeypatch.setattr("guanxi.api.jobs.pause", jobs.run_next)
    monkeypatch.setattr("guanxi.api.batches.pause", jobs.run_next)


def bodies(home: Path) -> list[Path]:
    return [path for path in (home / "uploads/api").rglob("*") if path.is_file()]


def test_rows_come_in_as_an_import_that_can_be_taken_back(home: Path) -> None:
    program = Program()
    batch = told(sent(program, *ORDERS), 202)
    assert (batch["state"], batch["job"]["state"], batch["href"]) == (
        "working",
        "waiting",
        f"/api/v1/batches/{batch['id']}",
    )

    jobs.run_next()
    batch = told(program.get(batch["href"]))
    counts = [batch[name] for name in ("state", "rows_read", "rows_good", "rows_bad", "source")]
    assert counts == ["published", 2, 2, 0, "shop"]
    assert sorted(OrderLine.objects.values_list("amount", flat=True)) == [725, 1250]
    assert Order.objects.get(source_key="o1").placed_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    program.client.force_login(person())
    assert "orders" in program.client.get(reverse("import", args=[batch["id"]])).content.decode()

    told(program.post(f"/batches/{batch['id']}/undo"), 202)
    jobs.run_next()
    assert told(program.get(batch["href"]))["state"] == "undone"
    assert (OrderLine.objects.count(), Party.objects.count()) == (0, 0)


@pytest.mark.usefixtures("working")
def test_who_waits_is_told_the_counts() -> None:
    batch = told(sent(Program(), *ORDERS, "oh no", asked="source=shop&wait=30"), 200)

    assert [batch[name] for name in ("state", "rows_read", "rows_good", "rows_bad")] == ["published", 3, 2, 1]


@pytest.mark.usefixtures("working")
def test_every_bad_row_is_told_with_its_line_column_value_and_reason() -> None:
    program = Program()
    bad = [
        ORDERS[0] | {"order": "o3", "amount": "much"},
        "oh no",
        ["a"],
        ORDERS[0] | {"order": "o4", "time": "soon"},
    ]
    batch = told(sent(program, ORDERS[0], *bad, ORDERS[1], asked="wait=30"), 200)
    answer = program.get(f"/batches/{batch['id']}/errors")

    assert answer.headers["Content-Type"] == NDJSON
    errors = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [
        (each["row"], each["column"], each["value"], each["reason"].partition(" (")[0]) for each in errors
    ] == [
        (2, "amount", "much", "is not a number"),
        (3, None, "oh no", "is not a JSON object"),
        (4, None, '["a"]', "is not a JSON object"),
        (5, "time", "soon", "is not a date"),
    ]
    blind = Program(scopes=[May.IMPORT]).get(f"/batches/{batch['id']}/errors")
    assert {json.loads(line)["value"] for line in b"".join(blind.streaming_content).splitlines()} == {None}


@pytest.mark.usefixtures("working")
def test_a_batch_without_a_good_row_fails_and_says_why(home: Path) -> None:
    program = Program()
    batch = told(sent(program, "oh no", "still not", asked="wait=30"), 200)

    assert batch["state"] == "failed"
    assert "Row 1 is not a JSON object" in batch["error"]
    assert str(home) not in json.dumps(batch)
    assert told(sent(program, *ORDERS, "no", key="k2", asked="wait=30&strict=true"), 200)["state"] == "failed"
    assert not OrderLine.objects.exists()


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("customers", {"customer": "c1", "email": "a@example.com", "city": "罗马"}),
        ("products", {"product": "p1", "name": "Tea"}),
        (
            "interactions",
            {
                "interaction": "t1",
                "customer": "c1",
                "time": "2026-03-01 09:00",
                "direction": "in",
                "channel": "shop",
            },
        ),
        (
            "opportunities",
            {"opportunity": "d1", "customer": "c1", "opened_on": "2026-03-01", "expected_amount": 9.5},
        ),
        ("invoices", {"invoice": "i1", "customer": "c1", "issued_on": "2026-03-01", "amount": 9.5}),
        (
            "receipts",
            {"receipt": "r1", "customer": "c1", "received_on": "2026-03-01", "amount": 9.5, "invoice": "i1"},
        ),
        (
            "costs",
            {"cost": "c1", "customer": "c1", "booked_on": "2026-03-01", "kind": "service", "amount": 9.5},
        ),
        ("contacts", {"campaign": "m1", "customer": "c1", "time": "2026-03-01 09:00"}),
        ("responses", {"campaign": "m1", "customer": "c1", "time": "2026-03-02 09:00"}),
    ],
)
def test_every_kind_comes_in(kind: str, row: dict[str, Any]) -> None:
    assert told(sent(Program(), row, kind=kind, asked="wait=30"), 200)["rows_good"] == 1


@pytest.mark.usefixtures("working")
def test_csv_comes_in_too() -> None:
    body = "customer;order;time;amount\nc1;o1;01.03.2026;1.234,50\n"
    asked = "/batches/orders?wait=30&decimal=,&date_format=%25d.%25m.%25Y"
    assert told(Program().post(asked, body, kind=CSV, Idempotency_Key="k"), 200)["rows_good"] == 1
    assert OrderLine.objects.get().amount == 123450


def test_the_same_request_is_the_same_batch_and_another_is_refused(home: Path) -> None:
    program = Program()
    first = told(sent(program, *ORDERS), 202)
    again = told(sent(program, *ORDERS), 202)
    assert (again["id"], ImportBatch.objects.count(), len(bodies(home))) == (first["id"], 1, 1)
    jobs.run_next()
    assert told(sent(program, *ORDERS, asked="source=shop&wait=1"), 200)["rows_good"] == 2

    assert fault(sent(program, ORDERS[0]))[:2] == (409, "conflict")
    assert fault(sent(program, *ORDERS, asked="source=other"))[:2] == (409, "conflict")
    assert (ImportBatch.objects.count(), len(bodies(home))) == (1, 1)


def test_while_another_import_is_under_way_a_batch_may_be_sent_again(home: Path) -> None:
    program = Program()
    told(sent(program, *ORDERS), 202)
    answer = sent(program, ORDERS[0], key="k2")
    assert fault(answer)[:2] == (409, "conflict")
    assert answer.headers["Retry-After"] == "5"
    assert (len(bodies(home)), KeptAnswer.objects.count()) == (1, 1)

    jobs.run_next()
    told(sent(program, ORDERS[0], key="k2"), 202)


@pytest.mark.usefixtures("working")
def test_who_waits_also_waits_for_another_import() -> None:
    program = Program()
    told(sent(program, *ORDERS), 202)
    assert told(sent(program, ORDERS[0], key="k2", asked="wait=30"), 200)["state"] == "published"


@pytest.mark.parametrize(
    ("headers", "body", "kind", "status"),
    [
        ({}, "{}\n", NDJSON, 422),
        ({"Idempotency_Key": "a b"}, "{}\n", NDJSON, 422),
        ({"Idempotency_Key": "k", "Content_Length": "0"}, "{}\n", NDJSON, 422),
        ({"Idempotency_Key": "k"}, "{}", "application/json", 415),
        ({"Idempotency_Key": "k", "Content_Encoding": "gzip"}, "{}\n", NDJSON, 415),
        ({"Idempotency_Key": "k", "Content_Length": ""}, "{}\n", NDJSON, 411),
        ({"Idempotency_Key": "k"}, "x" * ((1 << 20) + 1), NDJSON, 413),
    ],
)
def test_a_body_that_cannot_be_taken_is_refused_and_leaves_nothing(
    home: Path, settings: Any, headers: dict[str, str], body: str, kind: str, status: int
) -> None:
    settings.API_BATCH_MEGABYTES = 1
    assert fault(Program().post("/batches/orders", body, kind=kind, **headers))[0] == status
    assert (bodies(home), ImportBatch.objects.count(), KeptAnswer.objects.count()) == ([], 0, 0)


def test_a_body_that_ends_before_its_length_is_refused_and_leaves_nothing(home: Path) -> None:
    request = RequestFactory().post("/", "{}\n", content_type=NDJSON)
    request.META["CONTENT_LENGTH"], request._stream = "99", BytesIO(b"{}\n")
    with pytest.raises(Refused) as refused, received(request, "orders"):
        pass
    assert (refused.value.status, bodies(home)) == (400, [])


@pytest.mark.parametrize(
    "asked",
    ["source=", "source=a:b", "time_zone=Moon", "date_format=x", "observed_on=soon", "wait=61", "decimal=x"],
)
def test_what_cannot_be_said_of_a_batch_is_refused(home: Path, asked: str) -> None:
    assert fault(sent(Program(), *ORDERS, asked=asked))[:2] == (422, "invalid")
    assert (bodies(home), KeptAnswer.objects.count()) == ([], 0)


def test_bodies_are_removed_a_day_after_their_batch_has_ended(home: Path) -> None:
    program = Program()
    told(sent(program, *ORDERS), 202)
    (first,) = bodies(home)
    os.utime(first.parent, (0, 0))
    assert fault(sent(program, ORDERS[0], key="k2"))[0] == 409
    assert bodies(home) == [first]

    jobs.run_next()
    told(sent(program, ORDERS[0], key="k3"), 202)
    assert first not in bodies(home)


def test_a_batch_that_is_not_there_is_not_found() -> None:
    program = Program()
    for way in ("", "/errors"):
        assert fault(program.get(f"/batches/4711{way}"))[0] == 404
    assert fault(program.post("/batches/4711/undo"))[0] == 404
    assert fault(sent(program, *ORDERS, kind="animals"))[0] == 422
    assert Party.objects.count() == 0


def test_marketing_sees_batches_and_brings_none() -> None:
    batch = told(sent(Program(), *ORDERS), 202)
    program = Program(Role.MARKETING_MANAGER)
    assert told(program.get(batch["href"]))["id"] == batch["id"]
    assert fault(program.get(batch["errors"]))[0] == 403
