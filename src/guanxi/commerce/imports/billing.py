"""Invoice files and receipt files: what was billed, what came in, and which receipt paid which invoice."""

from __future__ import annotations

from guanxi.commerce.imports.orders import CURRENCY, ONE_CURRENCY
from guanxi.commerce.models import Allocation, Invoice, InvoiceDetail, Receipt
from guanxi.customers.imports.customer_files import CUSTOMER
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import (
    replace_by_key,
    resolve_keys,
    resolve_parties,
    stage_numbered,
    stage_rows,
    supersede,
    versions,
)
from guanxi.customers.queries import visible_sql
from guanxi.foundation.engine.duck import quoted, value
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.ids import reserve_ids
from guanxi.foundation.money import base_currency

INVOICE_KEYS = (
    "invoice_id", "invoice_key", "invoice_no", "invoiceno", "invoice_number", "bill_no",
    "发票号", "发票编号", "发票号码",
)  # fmt: skip
INVOICE_FIELDS = (
    Field("invoice", "key", "the invoice's key in the source", required=True, synonyms=INVOICE_KEYS),
    CUSTOMER,
    Field(
        "issued_on", "date", "when it was issued", required=True, is_past=True,
        synonyms=("invoice_date", "invoicedate", "issued", "issue_date", "date", "开票日期", "日期"),
    ),
    Field(
        "due_on", "date", "the day by which it is to be paid",
        synonyms=("due_date", "due", "payable_by", "到期日", "付款期限", "应付日期"),
    ),
    Field(
        "amount", "money", "what was billed, above zero", required=True,
        synonyms=("invoice_amount", "total", "billed", "金额", "开票金额", "发票金额"),
    ),
    CURRENCY,
)  # fmt: skip
ABOVE_ZERO = Rule("amount <= 0", "amount", "is not above zero")
INVOICE_RULES = (
    ABOVE_ZERO,
    ONE_CURRENCY,
    Rule("due_on < issued_on", "due_on", "lies before the day on which the invoice was issued"),
)
RECEIPT_FIELDS = (
    Field(
        "receipt", "key", "the receipt's key in the source", required=True,
        synonyms=("receipt_id", "receipt_key", "receipt_no", "payment_id", "payment_no",
                  "收款编号", "收款单号", "流水号"),
    ),
    CUSTOMER,
    Field(
        "received_on", "date", "when the money came in", required=True, is_past=True,
        synonyms=("receipt_date", "payment_date", "paid_on", "paid_at", "date", "收款日期", "到账日期", "日期"),
    ),
    Field(
        "amount", "money", "what came in, above zero; with an invoice, what went to it", required=True,
        synonyms=("receipt_amount", "payment_amount", "paid", "total", "金额", "收款金额", "到账金额"),
    ),
    Field("invoice", "key", "the key of the invoice that it paid", synonyms=INVOICE_KEYS),
    CURRENCY,
)  # fmt: skip
RECEIPT_RULES = (
    ABOVE_ZERO,
    ONE_CURRENCY,
    Rule(
        "receipt IN (SELECT receipt FROM checked GROUP BY receipt HAVING count(DISTINCT customer) > 1)",
        "customer",
        "is not the only customer of this receipt",
    ),
    Rule(
        "receipt IN (SELECT receipt FROM checked GROUP BY receipt HAVING count(DISTINCT received_on) > 1)",
        "received_on",
        "is not the only day of this receipt",
    ),
)


def stage_invoices(staging: Staging) -> None:
    """Invoices. The same key again replaces what it said before."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    _resolve_invoices(staging)
    _replace_details(staging)
    stage_numbered(
        staging,
        InvoiceDetail,
        f"""SELECT invoices.id AS invoice_id, parties.id AS party_id, issued_on, due_on, amount,
                   '{base_currency()}' AS currency, {versions(staging)}
            FROM good JOIN invoices ON invoices.key = good.invoice JOIN parties ON parties.key = good.customer
            ORDER BY good._row""",
    )
    staging.datasets.add("invoices")


def stage_receipts(staging: Staging) -> None:
    """Receipts with what they paid. Rows of one key are one receipt; one that came before is replaced as a whole."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    _resolve_invoices(staging)
    first = _number_receipts(staging)
    replace_by_key(staging, Receipt, "numbered", "key")
    _stage_receipt_rows(staging, first)
    _stage_allocations(staging, first)
    staging.notes |= {
        "receipts": int(value(staging.duck, "SELECT count(*) FROM numbered")),
        "rows that name no invoice": int(
            value(staging.duck, "SELECT count(*) FROM good WHERE invoice IS NULL")
        ),
        "invoices not known yet": int(value(staging.duck, "SELECT count(*) FROM invoices WHERE is_new")),
    }
    staging.datasets |= {"receipts", "allocations"}


def _resolve_invoices(staging: Staging) -> None:
    """Table `invoices` (key, id, is_new); those that nobody named before come with this import."""
    resolve_keys(staging, Invoice, "invoice", "invoices")
    if value(staging.duck, "SELECT count(*) FROM invoices WHERE is_new"):
        stage_rows(
            staging,
            Invoice,
            f"""SELECT id, '{quoted(staging.batch.source)}' AS source, key AS source_key,
                       {staging.batch.pk} AS batch_id FROM invoices WHERE is_new ORDER BY id""",
            first_id=int(value(staging.duck, "SELECT min(id) FROM invoices WHERE is_new")),
        )


def _replace_details(staging: Staging) -> None:
    if value(staging.duck, "SELECT count(*) FROM invoices WHERE NOT is_new"):
        copy_truth(
            staging.duck,
            "_details",
            f"SELECT row.id, row.invoice_id FROM commerce_invoicedetail row WHERE {visible_sql('row')}",
        )
        supersede(
            staging,
            InvoiceDetail,
            "SELECT id FROM _details WHERE invoice_id IN (SELECT id FROM invoices) ORDER BY 1",
        )


def _number_receipts(staging: Staging) -> int:
    """Table `numbered`: a row per receipt, with its reserved id; return the first id."""
    first = reserve_ids(Receipt, int(value(staging.duck, "SELECT count(DISTINCT receipt) FROM good")))
    staging.duck.execute(
        f"""CREATE TABLE numbered AS
            SELECT key, {first} - 1 + row_number() OVER (ORDER BY first_row) AS id, customer, received_on, amount
            FROM (SELECT receipt AS key, min(_row) AS first_row, min(customer) AS customer,
                         min(received_on) AS received_on, CAST(sum(amount) AS BIGINT) AS amount
                  FROM good GROUP BY 1)"""
    )
    return first


def _stage_receipt_rows(staging: Staging, first: int) -> None:
    stage_rows(
        staging,
        Receipt,
        f"""SELECT numbered.id, '{quoted(staging.batch.source)}' AS source, numbered.key AS source_key,
                   parties.id AS party_id, received_on, amount, '{base_currency()}' AS currency, {versions(staging)}
            FROM numbered JOIN parties ON parties.key = numbered.customer ORDER BY numbered.id""",
        first_id=first,
    )


def _stage_allocations(staging: Staging, first: int) -> None:
    stage_rows(
        staging,
        Allocation,
        """SELECT numbered.id AS receipt_id, invoices.id AS invoice_id, CAST(sum(good.amount) AS BIGINT) AS amount
           FROM good JOIN numbered ON numbered.key = good.receipt JOIN invoices ON invoices.key = good.invoice
           GROUP BY 1, 2 ORDER BY 1, 2""",
        id_column="receipt_id",
        first_id=first,
    )


INVOICES = ImportKind("invoices", INVOICE_FIELDS, stage_invoices, rules=INVOICE_RULES, unique=("invoice",))
RECEIPTS = ImportKind("receipts", RECEIPT_FIELDS, stage_receipts, rules=RECEIPT_RULES)
