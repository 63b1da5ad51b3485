"""Imports on pages: a file in, its check, the import as a job, its complaints, and its undoing."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, file_of
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from guanxi.customers.models import ContactPoint, Fact, ImportBatch, Party
from guanxi.desk.imports.forms import HELP, KINDS
from guanxi.desk.imports.uploads import safe_name
from guanxi.foundation import jobs
from guanxi.foundation.registry import registry
from guanxi.staff.models import User

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS = (
    b"customer,email,consent_email,city\na1,a1@example.com,yes,Rome\na2,not an address,yes,Oslo\na3,,,Rome\n"
)
ODD = b"who,city\na1,Rome\na2,Oslo\n"


@pytest.fixture(autouse=True)
def own_home(home: Path, settings: Any) -> Path:
    settings.BASE_CURRENCY, settings.TIME_ZONE = "USD", "UTC"
    return home


def person(role: str = "data_steward", language: str = "en") -> Client:
    client, email = Client(), f"{role}@example.com"
    client.force_login(
        User.objects.create_user(username=email, email=email, role=role, language=language, first_name="Ada")
    )
    return client


def sent(client: Client, content: bytes, name: str = "people.csv", **fields: str) -> Any:
    file = SimpleUploadedFile("x", content)
    file._name = name  # as a program may send it; Django's own form field would have cut it
    return client.post(
        reverse("import_upload"), {"kind": "customers", "source": "shop", "file": file} | fields
    )


def uploaded(client: Client, content: bytes, name: str = "people.csv", **fields: str) -> str:
    """The address of the check of an upload."""
    answer = sent(client, content, name, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def stat(page: str, name: str) -> str:
    return page.partition(f"<dt>{name}</dt><dd>")[2].partition("</dd>")[0]


def chosen(page: str, field: str) -> str:
    """The column that the select of a field shows."""
    select = page.partition(f'name="field-{field}"')[2].partition("</select>")[0]
    return select.partition(" selected>")[2].partition("</option>")[0]


def test_a_file_is_checked_imported_and_taken_back() -> None:
    client = person()
    check = uploaded(client, CUSTOMERS)
    page = client.get(check).content.decode()
    assert [stat(page, name) for name in ("rows read", "rows good", "rows bad", "encoding")] == [
        "3", "2", "1", "utf-8-sig",
    ]  # fmt: skip
    assert [chosen(page, field) for field in ("customer", "email", "name")] == ["customer", "email", ""]
    assert "not an address" in page
    assert "is not an e-mail address" in page
    assert "Import 2 rows" in page
    assert not ImportBatch.objects.exists()

    answer = client.post(check.partition("?")[0], {"kind": "customers", "source": "shop", "do": "import"})
    batch = ImportBatch.objects.get()
    there = reverse("import", args=[batch.pk])
    assert answer.headers["Location"] == there
    page = client.get(there).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "<html" not in client.get(there, headers={"HX-Request": "true"}).content.decode()

    jobs.run_next()
    assert client.get(there, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = client.get(there).content.decode()
    assert 'hx-trigger="every 2s"' not in page
    assert [stat(page, name) for name in ("file", "source", "state", "rows good")] == [
        "people.csv", "shop", "published", "2",
    ]  # fmt: skip
    assert "the 2 good rows of people.csv (customers)" in page
    assert str(Path(batch.file_path).parent) not in page
    errors = client.get(reverse("import_errors", args=[batch.pk]))
    assert errors.headers["Content-Disposition"] == f'attachment; filename="import-{batch.pk}-errors.csv"'
    assert b"not an address" in b"".join(errors.streaming_content)

    assert client.post(reverse("import_undo", args=[batch.pk])).headers["Location"] == there
    jobs.run_next()
    assert (ImportBatch.objects.get().state, Party.objects.count()) == ("undone", 0)
    page = client.get(there).content.decode()
    assert "Undo the import" not in page
    assert stat(page, "state") == "undone"


def test_a_mapping_that_is_not_complete_is_said_and_completed() -> None:
    client = person()
    check = uploaded(client, ODD)
    answer = client.get(check)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No column was found for customer. The file has: who, city." in page
    assert chosen(page, "customer") == ""
    assert '<option value="who">who</option>' in page
    assert "Import 2 rows" not in page

    there, said = check.partition("?")[0], {"kind": "customers", "source": "shop", "field-customer": "who"}
    page = client.post(there, said | {"do": "check"}).content.decode()
    assert chosen(page, "customer") == "who"
    assert "Import 2 rows" in page
    client.post(there, said | {"do": "import"})
    jobs.run_next()
    assert list(Party.objects.order_by("source_key").values_list("source_key", flat=True)) == ["a1", "a2"]


def test_what_is_said_of_a_file_is_heeded_and_stays_in_the_form() -> None:
    client = person()
    check = uploaded(client, b"customer,acquired_on\na1,31.12.2025\n").partition("?")[0]
    said = {"kind": "customers", "source": "till", "date_format": "%d.%m.%Y", "time_zone": "Asia/Shanghai"}
    said |= {"decimal": ","}
    page = client.post(check, said | {"strict": "yes", "party_kind": "household"}).content.decode()
    assert stat(page, "rows good") == "1"
    for kept in ('value="%d.%m.%Y"', 'value="Asia/Shanghai"', 'value="till"', 'value="household" selected',
                 'name="strict" value="yes" checked'):  # fmt: skip
        assert kept in page
    answer = client.post(check, said | {"time_zone": "Mars"})
    assert answer.status_code == 422
    assert "There is no time zone &#x27;Mars&#x27;" in answer.content.decode()
    assert 'value="Mars"' in answer.content.decode()
    answer = client.post(check, said | {"source": "a:b", "do": "import"})
    assert answer.status_code == 422
    assert "without a colon" in answer.content.decode()
    assert not ImportBatch.objects.exists()


def test_columns_that_say_who_somebody_is_are_named_and_may_be_let_in() -> None:
    client = person()
    rows = "".join(f"a{n},contact{n}@example.com\n" for n in range(20))
    check = uploaded(client, b"customer,partner\n" + rows.encode())
    page = client.get(check).content.decode()
    assert 'name="not_identifying" value="partner">' in page
    said = {"kind": "customers", "source": "shop", "not_identifying": "partner"}
    page = client.post(check.partition("?")[0], said).content.decode()
    assert 'name="not_identifying" value="partner" checked>' in page
    client.post(check.partition("?")[0], said | {"do": "import"})
    jobs.run_next()
    assert list(Fact.objects.values_list("attribute__identifying", flat=True).distinct()) == [False]


@pytest.mark.parametrize(
    ("content", "name", "complaint"),
    [
        (b"\x89PNG\r\n\x1a\n....", "photo.csv", "photo.csv is a picture, not CSV text."),
        (b"PK\x03\x04....", "book.csv", "book.csv is a ZIP archive or an Excel workbook, not CSV text."),
        (b"customer\na1\n", "people.parquet", "people.parquet is not a Parquet file"),
        (b" ", "empty.csv", "empty.csv is empty"),
        (b"customer\n", "head.csv", "head.csv has a header but no row that can be read."),
        (b"a,A\n1,2\n", "twice.csv", "twice.csv has two columns called"),
    ],
)
def test_a_file_that_is_not_what_it_says_gets_the_words_of_the_import(
    content: bytes, name: str, complaint: str
) -> None:
    client = person()
    answer = client.get(uploaded(client, content, name))
    assert answer.status_code == 422
    assert complaint in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd.csv", "passwd.csv"),
        ("..\\..\\boot.CSV", "boot.csv"),
        ("/etc/cron.d/x.txt", "x.txt"),
        ("...csv", "file.csv"),
        ("a b;$(rm).csv", "a_b_rm.csv"),
        ("客户 名单（新）.csv", "客户_名单_新.csv"),
        ("长" * 300 + ".parquet", "长" * 60 + ".parquet"),
    ],
)
def test_the_name_of_an_upload_leads_nowhere(home: Path, given: str, kept: str) -> None:
    assert safe_name(given) == kept
    uploaded(person(), CUSTOMERS, given)
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".sqlite3"]
    assert [path.name for path in files] == [kept]
    assert files[0].parent.parent == home / "uploads"
    assert files[0].read_bytes() == CUSTOMERS


@pytest.mark.parametrize("name", ["people.xlsx", "people", "people.csv.exe", ".csv/", "people.php"])
def test_other_kinds_of_files_are_refused_with_what_is_taken(home: Path, name: str) -> None:
    answer = sent(person(), CUSTOMERS, name, source="till")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ".csv, .txt, .tsv, .parquet, .pq" in page
    assert 'value="till"' in page
    assert not (home / "uploads").exists()


def test_no_file_and_no_upload_of_that_name() -> None:
    client = person()
    answer = client.post(reverse("import_upload"), {"kind": "customers", "source": "shop"})
    assert (answer.status_code, "Choose a file first." in answer.content.decode()) == (422, True)
    for token in ("nothing", "0" * 32, "uploads"):
        assert client.get(reverse("import_preview", args=[token])).status_code == 404
    assert client.get("/imports/check/..%2F..%2Fsecret_key/").status_code == 404
    assert client.get(uploaded(client, CUSTOMERS, kind="ships")).status_code == 404
    assert client.get(reverse("import", args=[99])).status_code == 404


def test_a_second_import_waits_for_the_first_and_says_so() -> None:
    client = person()
    said = {"kind": "customers", "source": "shop", "do": "import"}
    client.post(uploaded(client, CUSTOMERS).partition("?")[0], said)
    other = uploaded(client, b"customer\nb1\n", "others.csv").partition("?")[0]
    answer = client.post(other, said)
    assert answer.status_code == 422
    assert "(people.csv) is not finished." in answer.content.decode()
    assert "Import 1 rows" in answer.content.decode()


def test_a_failed_import_says_why(home: Path) -> None:
    client = person()
    check = uploaded(client, CUSTOMERS).partition("?")[0]
    client.post(check, {"kind": "customers", "source": "shop", "strict": "yes", "do": "import"})
    jobs.run_next()
    page = client.get(reverse("import", args=[ImportBatch.objects.get().pk])).content.decode()
    assert "1 of 3 rows are bad, and such a file is to be refused whole." in page
    assert "Undo the import" not in page


def test_the_list_shows_every_import_and_a_template_of_every_kind(home: Path) -> None:
    bring("customers", file_of(home, CUSTOMERS, "people.csv"))
    client = person()
    page = client.get("/imports/").content.decode()
    number = ImportBatch.objects.get().pk
    assert f'<a href="{reverse("import", args=[number])}">people.csv</a>' in page
    assert set(KINDS) == set(registry.import_kinds)
    for kind in KINDS:
        assert reverse("import_template", args=[kind]) in page
    template = client.get(reverse("import_template", args=["responses"]))
    assert template.content == b"campaign,customer,time,reference,value\r\n"
    assert template.headers["Content-Disposition"] == 'attachment; filename="responses.csv"'
    assert client.get(reverse("import_template", args=["ships"])).status_code == 404


def test_every_field_has_its_help_in_the_catalogue_of_texts() -> None:
    assert {field.help for kind in registry.import_kinds.values() for field in kind.fields} == set(HELP)


def test_those_who_read_chinese_read_chinese() -> None:
    client = person(language="zh-hans")
    page = client.get(uploaded(client, CUSTOMERS)).content.decode()
    assert [stat(page, name) for name in ("读取行", "有效行", "错误行")] == ["3", "2", "1"]
    assert "不是电子邮件地址" in page
    page = client.get(uploaded(client, b"\x89PNG\r\n\x1a\n....", "photo.csv")).content.decode()
    assert "photo.csv" in page
    assert "图片" in page


def test_who_may_see_and_who_may_import(home: Path) -> None:
    number = bring("customers", file_of(home, CUSTOMERS))["import"]
    reader, stranger = person("analyst"), person("salesperson")
    page = reader.get("/imports/").content.decode()
    assert reverse("import_upload") not in page
    page = reader.get(reverse("import", args=[number])).content.decode()
    assert "is not an e-mail address" in page
    assert "not an address" not in page
    assert reverse("import_undo", args=[number]) not in page
    closed = [
        reader.get(reverse("import_preview", args=["0" * 32])),
        reader.get(reverse("import_errors", args=[number])),
        reader.get(reverse("import_template", args=["orders"])),
        reader.post(reverse("import_undo", args=[number])),
        sent(reader, CUSTOMERS),
        stranger.get("/imports/"),
        stranger.get(reverse("import", args=[number])),
    ]
    assert {answer.status_code for answer in closed} == {403}
    assert not (home / "uploads").exists()


def test_what_changes_something_takes_no_get(home: Path) -> None:
    number = bring("customers", file_of(home, b"customer\na1\n"))["import"]
    client = person()
    assert client.get(reverse("import_upload")).status_code == 405
    assert client.get(reverse("import_undo", args=[number])).status_code == 405
    assert client.post(reverse("import", args=[number])).status_code == 405
    assert client.get(reverse("import_errors", args=[number])).status_code == 404


def test_bad_cells_are_mended_on_the_page_and_the_file_stays_as_it_is() -> None:
    client = person()
    check = uploaded(client, CUSTOMERS)
    page = client.get(check).content.decode()
    (cell,) = re.findall(r'name="(fix-[^"]+)" value="([^"]*)"', page)
    assert cell[1] == "not an address"
    was = cell[0].replace("fix-", "was-")

    there, said = check.partition("?")[0], {"kind": "customers", "source": "shop"}
    still_bad = client.post(there, said | {cell[0]: "nor this", was: cell[1], "do": "check"}).content.decode()
    assert f'name="{cell[0]}" value="nor this"' in still_bad
    assert "Import 2 rows" in still_bad
    mended = said | {cell[0]: "bob@example.com", was: "nor this"}
    page = client.post(there, mended | {"do": "check"}).content.decode()
    assert "Import 3 rows" in page
    assert f'name="{cell[0]}" value="bob@example.com"' in page
    assert "mended" in page

    client.post(there, said | {cell[0]: "bob@example.com", "do": "import"})
    jobs.run_next()
    batch = ImportBatch.objects.get()
    assert (batch.rows_good, batch.rows_bad) == (3, 0)
    assert ContactPoint.objects.filter(value="bob@example.com").count() == 1
    assert batch.options["corrections"][0]["value"] == "bob@example.com"
    assert "not an address" in Path(batch.file_path).read_text(encoding="utf-8-sig")


def test_a_cell_that_was_left_as_it_is_is_no_correction() -> None:
    client = person()
    check = uploaded(client, CUSTOMERS)
    left = {"kind": "customers", "source": "shop", "fix-3-email": "x", "was-3-email": "x", "do": "import"}
    client.post(check.partition("?")[0], left)

    assert ImportBatch.objects.get().options["corrections"] == []


@pytest.mark.parametrize("name", ["fix-3-nothing", "fix-99999999999999999999-email", "fix-3-"])
def test_a_cell_that_is_not_there_is_named_or_passed_over(name: str) -> None:
    client = person()
    check = uploaded(client, CUSTOMERS)
    answer = client.post(check.partition("?")[0], {"kind": "customers", "source": "shop", name: "x"})

    assert answer.status_code == (422 if name == "fix-3-nothing" else 200)


def test_a_guessed_column_can_be_left_out() -> None:
    client = person()
    check = uploaded(client, CUSTOMERS)
    there, said = check.partition("?")[0], {"kind": "customers", "source": "shop", "field-email": "\x1f"}
    page = client.post(there, said | {"do": "check"}).content.decode()
    assert chosen(page, "email") == "– not in this file"
    client.post(there, said | {"do": "import"})
    jobs.run_next()

    assert not ContactPoint.objects.exists()


def test_uploads_that_nobody_went_on_with_go_after_a_week(home: Path) -> None:
    client = person()
    old, young, busy = (uploaded(client, CUSTOMERS).split("/")[3] for _ in range(3))
    client.post(f"/imports/check/{busy}/", {"kind": "customers", "source": "shop", "do": "import"})
    week_ago = time.time() - 8 * 86_400
    for token in (old, busy):
        os.utime(home / "uploads" / token, (week_ago, week_ago))
    uploaded(client, CUSTOMERS)

    kept = {place.name for place in (home / "uploads").iterdir()}
    assert old not in kept
    assert {young, busy} < kept
