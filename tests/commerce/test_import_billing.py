"""Invoice, receipt and cost files: what was billed, what came in, what paid what, and what serving cost."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from customers.importing import bring, error_lines, file_of, undo, whole_database
from insight.analysing import shown

from guanxi.commerce.models import Allocation, Invoice, InvoiceDetail, Receipt, ServiceCost
from guanxi.customers.imports.running import ImportOptions, preview_import
from guanxi.customers.models import Party
from guanxi.customers.queries import profile

pytestmark = pytest.mark.django_db(transaction=True)

INVOICES = """\
invoice_no,customer_id,invoice_date,due_date,total
I1,ann,2026-01-10,2026-02-09,100
I2,ann,2026-02-10,,"1,250.50"
I3,bob,2026-02-11,2026-02-11,0.01
"""
RECEIPTS = """\
receipt_no,customer_id,payment_date,paid,invoice_key
R1,ann,2026-02-01,60,I1
R2,ann,2026-03-01,40,I1
R2,ann,2026-03-01,1000,I2
R2,ann,2026-03-01,10.50,
R2,ann,2026-03-01,50,I2
R3,cas,2026-03-02,7,
"""
COSTS = """\
booking,customer_id,date,type,amount
C1,ann,2026-01-31,Service,12.50
C2,ann,2026-01-31,物流,4
C3,bob,2026-02-01,Gift wrapping,1
C4,bob,2026-02-02,service,-1
"""


def invoices() -> list[tuple[Any, ...]]:
    found = InvoiceDetail.objects.visible().order_by("invoice__source_key")
    return list(
        found.values_list(
            "invoice__source_key", "party__source_key", "issued_on", "due_on", "amount", "currency"
        )
    )


def receipts() -> list[tuple[Any, ...]]:
    found = Receipt.objects.visible().order_by("source_key")
    return list(found.values_list("source_key", "party__source_key", "received_on", "amount"))


def paid() -> list[tuple[Any, ...]]:
    """Which receipt that counts paid how much of which invoice."""
    found = Allocation.objects.filter(receipt__in=Receipt.objects.visible())
    return sorted(found.values_list("receipt__source_key", "invoice__source_key", "amount"))


@pytest.mark.requirement("ANA-14")
def test_invoices_carry_customer_day_due_day_and_amount(home: Path) -> None:
    result = bring("invoices", file_of(home, INVOICES))
    assert invoices() == [
        ("I1", "ann", date(2026, 1, 10), date(2026, 2, 9), 10_000, "USD"),
        ("I2", "ann", date(2026, 2, 10), None, 125_050, "USD"),
        ("I3", "bob", date(2026, 2, 11), date(2026, 2, 11), 1, "USD"),
    ]
    assert (result["rows_good"], result["notes"]["new customers"], result["notes"]["currency"]) == (
        3,
        2,
        "USD",
    )


@pytest.mark.requirement("ANA-12")
def test_rows_of_one_receipt_are_one_sum_and_say_what_went_to_which_invoice(home: Path) -> None:
    bring("invoices", file_of(home, INVOICES))
    result = bring("receipts", file_of(home, RECEIPTS, "receipts.csv"))
    assert receipts() == [
        ("R1", "ann", date(2026, 2, 1), 6_000),
        ("R2", "ann", date(2026, 3, 1), 110_050),
        ("R3", "cas", date(2026, 3, 2), 700),
    ]
    assert paid() == [("R1", "I1", 6_000), ("R2", "I1", 4_000), ("R2", "I2", 105_000)]
    notes = {
        name: result["notes"][name]
        for name in ("receipts", "rows that name no invoice", "invoices not known yet")
    }
    assert notes == {"receipts": 3, "rows that name no invoice": 2, "invoices not known yet": 0}


def test_a_receipt_may_come_before_its_invoice_and_find_it_later(home: Path) -> None:
    result = bring("receipts", file_of(home, RECEIPTS, "receipts.csv"))
    assert result["notes"]["invoices not known yet"] == 2
    assert (invoices(), Invoice.objects.count()) == ([], 2)
    bring("invoices", file_of(home, INVOICES))
    assert [part[:2] for part in paid()] == [("R1", "I1"), ("R2", "I1"), ("R2", "I2")]
    assert Invoice.objects.count() == 3


def test_invoices_of_another_source_are_others(home: Path) -> None:
    bring("invoices", file_of(home, INVOICES), source="books")
    bring("receipts", file_of(home, RECEIPTS, "receipts.csv"), source="bank")
    assert Invoice.objects.count() == 5
    found = Allocation.objects.values_list("invoice__source", flat=True).distinct()
    assert set(found) == {"bank"}


def test_the_same_key_again_replaces_the_whole_receipt_and_the_invoice_and_undo_brings_them_back(
    home: Path,
) -> None:
    bring("invoices", file_of(home, INVOICES))
    bring("receipts", file_of(home, RECEIPTS, "receipts.csv"))
    before = whole_database()
    changed = "invoice,customer,issued_on,amount\nI1,bob,2026-01-11,90\n"
    other = "receipt,customer,received_on,amount,invoice\nR2,ann,2026-03-05,30,I2\n"
    first = bring("invoices", file_of(home, changed, "changed.csv"))
    second = bring("receipts", file_of(home, other, "other.csv"))
    assert invoices()[0] == ("I1", "bob", date(2026, 1, 11), None, 9_000, "USD")
    assert len(invoices()) == 3
    assert receipts()[1] == ("R2", "ann", date(2026, 3, 5), 3_000)
    assert paid() == [("R1", "I1", 6_000), ("R2", "I2", 3_000)]

    assert undo(second["import"])["kept"] == 0
    assert undo(first["import"])["kept"] == 0
    assert whole_database() == before


def test_an_undone_file_of_invoices_leaves_those_that_receipts_name_and_they_go_with_the_receipts(
    home: Path,
) -> None:
    empty = whole_database()
    billed = bring("invoices", file_of(home, INVOICES))
    came = bring("receipts", file_of(home, RECEIPTS, "receipts.csv"))
    assert undo(billed["import"])["kept"] == 3  # ann, and the invoices I1 and I2
    assert (invoices(), sorted(Invoice.objects.values_list("source_key", flat=True))) == ([], ["I1", "I2"])
    assert len(paid()) == 3
    assert undo(came["import"])["kept"] == 0
    assert whole_database() == empty


def test_bad_invoices_and_receipts_say_why(home: Path) -> None:
    text = (
        "invoice,customer,issued_on,due_on,amount,currency\n"
        "1,ann,2026-01-10,2026-01-09,5,\n"
        "2,ann,2026-01-10,,0,\n"
        "3,,2999-01-01,,5,\n"
        "4,ann,2026-01-10,2999-01-01,5,EUR\n"
        "5,ann,2026-01-10,2099-01-01,5,usd\n"
        "5,ann,2026-01-10,,6,\n"
    )
    result = bring("invoices", file_of(home, text))
    assert error_lines(result) == [
        ["2", "due_on", "2026-01-09", "lies before the day on which the invoice was issued"],
        ["3", "amount", "0", "is not above zero"],
        ["4", "customer", "", "is missing"],
        ["4", "issued_on", "2999-01-01", "is a date outside 1900 to 2199"],
        ["5", "currency", "EUR", "is not USD, the currency this installation sums in (GUANXI_CURRENCY)"],
        ["5", "due_on", "2999-01-01", "is a date outside 1900 to 2199"],
        ["7", "invoice", "5", "occurs already in row 6, which was taken"],
    ]
    assert [row[0] for row in invoices()] == ["5"]
    text = (
        "receipt,customer,received_on,amount,invoice\n"
        "1,ann,2026-01-10,5,\n1,bob,2026-01-10,5,\n2,ann,2026-01-10,5,\n2,ann,2026-01-11,5,\n3,ann,2026-01-10,-5,I1\n"
    )
    result = bring("receipts", file_of(home, text + "4,ann,2026-01-10,5,I1\n", "receipts.csv"))
    assert [(row, column, reason) for row, column, _, reason in error_lines(result)] == [
        ("2", "customer", "is not the only customer of this receipt"),
        ("3", "customer", "is not the only customer of this receipt"),
        ("4", "received_on", "is not the only day of this receipt"),
        ("5", "received_on", "is not the only day of this receipt"),
        ("6", "amount", "is not above zero"),
    ]
    assert receipts() == [("4", "ann", date(2026, 1, 10), 500)]


@pytest.mark.requirement("ANA-32")
def test_costs_keep_their_kind_under_one_word_however_it_is_written(home: Path) -> None:
    bring("costs", file_of(home, COSTS))
    found = ServiceCost.objects.visible().order_by("source_key")
    assert list(found.values_list("source_key", "party__source_key", "booked_on", "kind", "amount")) == [
        ("C1", "ann", date(2026, 1, 31), "service", 1_250),
        ("C2", "ann", date(2026, 1, 31), "delivery", 400),
        ("C3", "bob", date(2026, 2, 1), "gift wrapping", 100),
        ("C4", "bob", date(2026, 2, 2), "service", -100),
    ]


def test_costs_again_replace_and_undo_brings_back(home: Path) -> None:
    empty = whole_database()
    first = bring("costs", file_of(home, COSTS))
    second = bring("costs", file_of(home, COSTS.replace("12.50", "13"), "again.csv"))
    assert list(ServiceCost.objects.visible().filter(source_key="C1").values_list("amount", flat=True)) == [
        1_300
    ]
    assert ServiceCost.objects.visible().count() == 4
    undo(second["import"])
    assert ServiceCost.objects.visible().get(source_key="C1").amount == 1_250
    undo(first["import"])
    assert whole_database() == empty


@pytest.mark.parametrize(("kind", "text"), [("invoices", INVOICES), ("receipts", RECEIPTS), ("costs", COSTS)])
def test_a_dry_run_writes_nothing_and_an_undo_leaves_nothing(home: Path, kind: str, text: str) -> None:
    empty = whole_database()
    path = file_of(home, text)
    preview = preview_import(kind=kind, path=path, options=ImportOptions())
    assert (preview.rows_bad, whole_database()) == (0, empty)
    undo(bring(kind, path)["import"])
    assert whole_database() == empty


def test_a_profile_tells_what_was_billed_paid_and_spent(home: Path) -> None:
    bring("invoices", file_of(home, INVOICES))
    bring("receipts", file_of(home, RECEIPTS, "receipts.csv"))
    bring("costs", file_of(home, COSTS, "costs.csv"))
    known = profile("shop:ann")
    assert known["invoices"][0] == {
        "invoice": "shop:I2",
        "issued_on": "2026-02-10",
        "due_on": None,
        "amount_minor": 125_050,
        "currency": "USD",
    }
    assert [(each["receipt"], each["amount_minor"], each["paid"]) for each in known["receipts"]] == [
        ("shop:R2", 110_050, "shop:I1, shop:I2"),
        ("shop:R1", 6_000, "shop:I1"),
    ]
    assert [(each["cost"], each["kind"], each["amount_minor"]) for each in known["costs"]] == [
        ("shop:C2", "delivery", 400),
        ("shop:C1", "service", 1_250),
    ]
    printed = shown("customers", "show", "shop:ann")
    assert "shop:I1, shop:I2" in printed
    assert "delivery" in printed


def test_files_with_chinese_headers_go_in_by_guess(home: Path) -> None:
    bring(
        "invoices",
        file_of(home, "发票号,客户编号,开票日期,到期日,金额\nI1,王,2026年1月10日,2026年2月9日,100\n"),
    )
    bring(
        "receipts", file_of(home, "收款单号,客户编号,收款日期,金额,发票号\nR1,王,2026-02-01,60,I1\n", "r.csv")
    )
    bring(
        "costs", file_of(home, "凭证号,客户编号,记账日期,费用类型,金额\nC1,王,2026-02-01,客服,6\n", "c.csv")
    )
    assert invoices()[0][:5] == ("I1", "王", date(2026, 1, 10), date(2026, 2, 9), 10_000)
    assert paid() == [("R1", "I1", 6_000)]
    assert ServiceCost.objects.get().kind == "service"
    assert Party.objects.count() == 1
