"""Files and options that cannot be: each refused with a message that says what is wrong and what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from customers.importing import MIA, bring, file_of, whole_database

from guanxi.customers.imports.running import ImportOptions, ImportRefused, preview_import, start_import
from guanxi.customers.models import ImportBatch
from guanxi.foundation import jobs
from guanxi.foundation.errors import DomainError

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "order,customer,time,amount\n"
ROW = "1,ann,2026-01-01,10\n"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    columns = {
        "order": ["1"] * 999,
        "customer": ["ann"] * 999,
        "time": ["2026-01-01"] * 999,
        "amount": ["1"] * 999,
    }
    pyarrow.parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def _damaged_page() -> bytes:
    whole = bytearray(_parquet())
    whole[40:400] = b"\xff" * 360
    return bytes(whole)


UNREADABLE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "a.csv is empty: a header row and at least one row are needed."),
    "blank": (
        "a.csv",
        b"\xef\xbb\xbf\r\n \n",
        "a.csv is empty: a header row and at least one row are needed.",
    ),
    "only a UTF-16 mark": (
        "a.csv",
        b"\xff\xfe",
        "a.csv is empty: a header row and at least one row are needed.",
    ),
    "header only": ("a.csv", HEADER.encode(), "a.csv has a header but no row that can be read."),
    "header without a line end": (
        "a.csv",
        b"order,customer",
        "a.csv has a header but no row that can be read.",
    ),
    "only ragged rows": (
        "a.csv",
        b"order,customer,time,amount\n1;ann;2026-01-01;10\n",
        "a.csv has a header but no row that can be read. Row 2 has 1 cells, the header has 4.",
    ),
    "Excel": (
        "a.csv",
        _zip(),
        "a.csv is a ZIP archive or an Excel workbook, not CSV text. Save it as CSV or",
    ),
    "old Excel": (
        "a.csv",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a.csv is an old Excel workbook, not CSV text.",
    ),
    "gzip": ("a.csv", gzip.compress(HEADER.encode()), "a.csv is a gzip archive, not CSV text."),
    "Parquet": (
        "a.csv",
        _parquet(),
        "a.csv is a Parquet file, not CSV text. Save it as CSV or Parquet and name it so.",
    ),
    "PDF": ("a.csv", b"%PDF-1.7\n", "a.csv is a PDF, not CSV text."),
    "HTML": ("a.csv", b"\n<!DOCTYPE html><html>", "a.csv is an HTML page, not CSV text."),
    "text as Parquet": (
        "a.parquet",
        HEADER.encode(),
        "a.parquet is not a Parquet file, though its name says so.",
    ),
    "truncated Parquet": ("a.parquet", _parquet()[:-200], "a.parquet is a damaged Parquet file: "),
    "damaged Parquet": ("a.parquet", _damaged_page(), "a.parquet is a damaged Parquet file: "),
    "Latin-1": (
        "a.csv",
        (HEADER + "1,Müller,2026-01-01,10\n").encode("latin-1"),
        "a.csv is neither UTF-8, UTF-16 nor GB18030 text. Say which encoding it has with --encoding, for example",
    ),
    "UTF-16 without a mark": (
        "a.csv",
        (HEADER + ROW).encode("utf-16-le"),
        "a.csv has NUL bytes in its header; if it is UTF-16, say so with --encoding utf-16-le.",
    ),
    "missing columns": (
        "a.csv",
        b"who,when\nann,2026-01-01\n",
        (
            "No column was found for order, customer, time. The file has: who, when. "
            "Say which it is (in commands: --map order='who')."
        ),
    ),
    "doubled column": (
        "a.csv",
        b"order,customer,time,amount,amount\n1,ann,2026-01-01,1,2\n",
        "a.csv has two columns called 'amount' and 'amount'; rename one",
    ),
    "doubled but for case": (
        "a.csv",
        b"order,customer,time,Amount,amount\n1,ann,2026-01-01,1,2\n",
        "a.csv has two columns called 'Amount' and 'amount'; rename one (upper and lower case are one).",
    ),
    "our own name": (
        "a.csv",
        b"order,customer,time,amount,_row\n1,ann,2026-01-01,1,2\n",
        "a.csv has a column called '_row', a name that is taken; rename it.",
    ),
    "unclosed quote": (
        "a.csv",
        (HEADER + ROW + '2,"bob,2026-01-02,5\n3,cy,2026-01-03,5\n').encode(),
        (
            "a.csv has a quoted cell in line 3 that is not closed at its end. "
            'A quote inside a quoted cell is written twice: "12"" pipe".'
        ),
    ),
    "text after a quote": (
        "a.csv",
        (HEADER + '1,"12" pipe",2026-01-01,10\n').encode(),
        "a.csv has a quoted cell in line 2 that is not closed at its end. ",
    ),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_an_unreadable_file_is_refused_with_what_is_wrong_and_what_to_do(home: Path, case: str) -> None:
    name, content, message = UNREADABLE[case]

    with pytest.raises(DomainError) as refused:
        preview_import(kind="orders", path=file_of(home, content, name), options=ImportOptions())

    assert str(refused.value).startswith(message)
    assert list((home / "staging").iterdir()) == []


REFUSED_BY_THE_JOB: dict[str, tuple[bytes, str]] = {
    "unreadable": UNREADABLE["unclosed quote"][1:],
    "unfit": UNREADABLE["missing columns"][1:],
    "no good row": (
        (HEADER + "1,ann,soon,10\n").encode(),
        "No row of a.csv is good. For example row 2: time is not a date (2026-11-21 or 2026-11-21 14:30:00; other",
    ),
}


@pytest.mark.parametrize("case", REFUSED_BY_THE_JOB)
def test_a_refused_file_leaves_nothing_behind_and_the_next_can_come(home: Path, case: str) -> None:
    content, message = REFUSED_BY_THE_JOB[case]
    path, before = file_of(home, content, "a.csv"), whole_database()

    with pytest.raises(DomainError) as refused:
        bring("orders", path)

    assert str(refused.value).startswith(message)
    assert whole_database() == before
    assert list(ImportBatch.objects.values_list("state", "lane")) == [("failed", None)]
    assert list((home / "staging").iterdir()) == []


BAD_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "field": (
        {"mapping": {"who": "customer"}},
        "orders have no field 'who'; there are: order, customer, time, product, product_name, quantity, amount, ",
    ),
    "column": (
        {"mapping": {"amount": "Amount "}},
        "The file has no column 'Amount '; it has: order, customer, time, amount.",
    ),
    "encoding": ({"encoding": "klingon"}, "There is no text encoding called 'klingon'."),
    "encoding of bytes": ({"encoding": "base64"}, "There is no text encoding called 'base64'."),
    "zone": (
        {"time_zone": "Mars/Olympus"},
        "There is no time zone 'Mars/Olympus'; write it like America/New_York.",
    ),
    "zone of a path": (
        {"time_zone": "../etc"},
        "There is no time zone '../etc'; write it like America/New_York.",
    ),
    "format": ({"date_format": "%Q"}, "The date format '%Q' cannot be understood: "),
    "format of nothing": (
        {"date_format": "dd.mm"},
        "The date format 'dd.mm' names no part of a date; write it like ",
    ),
    "currency": ({"currency": "XXQ"}, "'XXQ' is not an ISO 4217 currency code such as CNY or USD."),
    "other currency": (
        {"currency": "EUR"},
        "This installation sums in USD (GUANXI_CURRENCY); amounts in EUR must be converted first.",
    ),
    "day": (
        {"observed_on": "yesterday"},
        "The date as of which facts are true is written like 2026-11-21, not 'yesterday'.",
    ),
    "party": ({"party_kind": "cat"}, "Rows are of kind person, organisation or household, not 'cat'."),
    "source": ({"source": "a:b"}, "The name of a source is 1 to 60 characters without a colon, not 'a:b'."),
    "long source": (
        {"source": "s" * 61},
        "The name of a source is 1 to 60 characters without a colon, not 'sss",
    ),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_what_cannot_be_is_refused_whatever_the_file(home: Path, case: str) -> None:
    options, message = BAD_OPTIONS[case]
    path, before = file_of(home, HEADER + ROW), whole_database()

    with pytest.raises(DomainError) as refused:
        bring("orders", path, **options)

    assert str(refused.value).startswith(message)
    assert whole_database() == before
    assert not ImportBatch.objects.exclude(lane=None).exists()


@pytest.mark.parametrize(
    ("encoding", "given", "read_as"),
    [
        ("utf-8", None, "utf-8-sig"),
        ("utf-8-sig", None, "utf-8-sig"),
        ("utf-16", None, "utf-16"),
        ("utf-16-be", "utf-16-be", "utf-16-be"),
        ("gb18030", None, "gb18030"),
        ("gbk", "gbk", "gbk"),
    ],
)
def test_chinese_is_read_right_in_every_encoding(
    home: Path, encoding: str, given: str | None, read_as: str
) -> None:
    path = file_of(home, "客户编号,姓名\n一,王小明\n".encode(encoding))

    preview = preview_import(kind="customers", path=path, options=ImportOptions(encoding=given))
    bring("customers", path, encoding=given)

    assert preview.encoding == read_as
    from guanxi.customers.models import Fact

    assert list(Fact.objects.values_list("party__source_key", "value_text")) == [("一", "王小明")]


def test_latin_text_is_read_when_its_encoding_is_said(home: Path) -> None:
    from guanxi.customers.models import Fact

    bring("customers", file_of(home, "customer,name\n1,Müller\n".encode("latin-1")), encoding="latin-1")
    assert Fact.objects.get().value_text == "Müller"


@pytest.mark.parametrize("said", ["utf-8", "UTF8"])
def test_a_wrong_encoding_is_named_with_the_byte_that_does_not_fit(home: Path, said: str) -> None:
    text = "客户编号,姓名\n" + "一二,王小明明\n" * 3
    with pytest.raises(DomainError, match=rf"^file\.csv is not {said} text: .* at byte \d+\.$"):
        bring("customers", file_of(home, text.encode("gbk")), encoding=said)


def test_a_file_that_is_gone_or_changed_when_the_job_runs_is_refused(home: Path) -> None:
    def start(path: Path) -> Any:
        return start_import(kind="orders", path=path, source="shop", options=ImportOptions(), actor=MIA)

    path = file_of(home, HEADER + ROW)
    job = start(path)
    path.unlink()
    with pytest.raises(ImportRefused, match=r"file\.csv does not exist any more\.$"):
        jobs.run_now(job)

    job = start(file_of(home, HEADER + ROW))
    file_of(home, HEADER + ROW + "2,bob,2026-01-01,5\n")
    with pytest.raises(
        ImportRefused, match=r"file\.csv was changed since the import was started; start it again\.$"
    ):
        jobs.run_now(job)
    with pytest.raises(DomainError, match=r"nowhere\.csv does not exist or is not a file\.$"):
        start(home / "nowhere.csv")
    with pytest.raises(DomainError, match=r"^'cats' cannot be imported; there are: .*customers.*orders"):
        start_import(kind="cats", path=path, source="shop", options=ImportOptions(), actor=MIA)
