"""Product files and order files."""

from __future__ import annotations

from guanxi.commerce.models import Order, OrderLine, Product, ProductDetail
from guanxi.customers.imports.cells import LARGEST_AMOUNT
from guanxi.customers.imports.kinds import Field, ImportKind, Rule, Staging
from guanxi.customers.imports.options import ImportOptions
from guanxi.customers.imports.staging import (
    business_day,
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
from guanxi.foundation.money import base_currency, minor_units

LARGEST_QUANTITY = 10**9
PRODUCT_FIELDS = (
    Field(
        "product", "key", "the product's key in the source", required=True,
        synonyms=("product_id", "product_key", "sku", "item_id", "stockcode", "商品编码", "商品编号", "产品编号"),
    ),
    Field(
        "name", "text", "product name",
        synonyms=("product_name", "description", "product_type", "商品名称", "产品名称"),
    ),
    Field("department", "text", "department", synonyms=("division", "部门", "大类")),
    Field("category", "text", "category", synonyms=("product_category", "品类", "类别")),
    Field("brand", "text", "brand", synonyms=("品牌",)),
    Field("unit_cost", "money", "what one costs us", synonyms=("cost", "cost_price", "成本价", "单位成本")),
)  # fmt: skip
CURRENCY = Field("currency", "text", "ISO 4217 code", synonyms=("currency_code", "币种"))
ORDER_FIELDS = (
    Field(
        "order", "key", "the order's key in the source", required=True,
        synonyms=(
            "order_id", "order_key", "order_no", "order_number", "basket_id", "transaction_id", "invoice", "invoice_no",
            "invoiceno", "receipt", "receipt_no", "ticket", "订单号", "订单编号", "单号", "小票号", "交易号",
        ),
    ),
    Field(
        "customer", "key", "the customer's key in the source; empty for an unknown buyer", expected=True,
        synonyms=(
            "customer_id", "customer_key", "customerid", "household_id", "client_id", "member_id", "user_id",
            "account_id", "客户编号", "客户号", "客户ID", "会员号", "会员编号", "用户编号",
        ),
    ),
    Field(
        "time", "time", "when it was bought", required=True,
        synonyms=(
            "order_time", "order_date", "ordered_at", "placed_at", "transaction_timestamp", "transaction_time",
            "timestamp", "date", "invoice_date", "invoicedate", "purchase_date",
            "下单时间", "交易时间", "购买时间", "日期",
        ),
    ),
    Field(
        "product", "key", "the product's key in the source",
        synonyms=("product_id", "product_key", "sku", "item_id", "stockcode", "商品编码", "商品编号", "产品编号"),
    ),
    Field("product_name", "text", "product name", synonyms=("description", "item_name", "商品名称", "产品名称")),
    Field("quantity", "number", "how many; negative for a return", synonyms=("qty", "units", "数量")),
    Field(
        "amount", "money", "what the customer paid for the line",
        synonyms=(
            "sales_value", "line_total", "net_amount", "line_amount", "total", "sales", "金额", "销售额", "实付金额",
        ),
    ),
    Field("unit_price", "number", "price of one, where no amount is given", synonyms=("price", "unitprice", "单价")),
    Field("cost", "money", "what the line's goods cost us", synonyms=("line_cost", "cogs", "成本")),
    Field("discount", "money", "taken off the price", synonyms=("retail_disc", "discount_amount", "折扣", "优惠金额")),
    Field("channel", "text", "through which channel", synonyms=("sales_channel", "渠道", "销售渠道")),
    Field("store", "text", "at which shop", synonyms=("store_id", "shop", "shop_id", "branch", "门店", "店铺")),
    CURRENCY,
    Field("is_return", "flag", "the goods came back", synonyms=("return", "returned", "退货", "是否退货")),
)  # fmt: skip
ONE_CURRENCY = Rule(
    "upper(currency) <> '{currency}'",
    "currency",
    "is not {currency}, the currency this installation sums in (GUANXI_CURRENCY)",
)
ORDER_RULES = (
    Rule(
        "amount IS NULL AND unit_price IS NULL",
        "amount",
        "is missing, and there is no unit price either",
    ),
    ONE_CURRENCY,
    Rule(
        f"amount IS NULL AND abs(unit_price * coalesce(quantity, 1)) >= {LARGEST_AMOUNT}",
        "unit_price",
        "times the quantity is too large an amount",
    ),
    Rule(
        f"abs(quantity) >= {LARGEST_QUANTITY}",
        "quantity",
        "is too large a quantity",
    ),
    Rule(
        """"order" IN (SELECT "order" FROM checked GROUP BY "order"
           HAVING count(DISTINCT customer) > 1)""",
        "customer",
        "is not the only customer of this order",
    ),
)


def stage_products(staging: Staging) -> None:
    """New products, and details that replace what was known."""
    _resolve_products(staging, "product")
    staging.duck.execute(
        """CREATE TABLE details AS SELECT products.id AS product_id, good.*
           FROM good JOIN products ON products.key = good.product"""
    )
    _stage_details(staging, "SELECT product_id, name, department, category, brand, unit_cost FROM details")


def stage_orders(staging: Staging) -> None:
    """Orders with their lines. An order that came before is replaced as a whole."""
    resolve_parties(staging, "customer", ImportOptions(**staging.batch.options).party_kind)
    _resolve_products(staging, "product")
    _stage_new_names(staging)
    _number_orders(staging)
    replace_by_key(staging, Order, "numbered", "key")
    first = int(value(staging.duck, "SELECT min(id) FROM numbered"))
    _stage_order_rows(staging, first)
    _stage_lines(staging, first)
    anonymous = int(value(staging.duck, "SELECT count(*) FROM good WHERE customer IS NULL"))
    staging.notes |= {
        "orders": int(value(staging.duck, "SELECT count(*) FROM numbered")),
        "lines without a customer": anonymous,
        "returned lines": int(value(staging.duck, f"SELECT count(*) FROM good WHERE {_is_return()}")),
    }
    staging.datasets.add("order_lines")


def _amount() -> str:
    """Minor units; price times quantity is reckoned in decimals, so that half a unit is half a unit."""
    price, units = "CAST(unit_price AS DECIMAL(21, 6))", "CAST(coalesce(quantity, 1) AS DECIMAL(16, 6))"
    return f"coalesce(amount, CAST(round({price} * {units} * {minor_units(base_currency())}) AS BIGINT))"


def _is_return() -> str:
    """A return is flagged, or has a negative quantity or amount."""
    return f"coalesce(is_return, FALSE) OR coalesce(quantity, 1) < 0 OR {_amount()} < 0"


def _resolve_products(staging: Staging, column: str) -> None:
    resolve_keys(staging, Product, column, "products")
    new = int(value(staging.duck, "SELECT count(*) FROM products WHERE is_new"))
    staging.notes["new products"] = new
    staging.datasets.add("products")
    if new:
        stage_rows(
            staging,
            Product,
            f"""SELECT id, '{quoted(staging.batch.source)}' AS source, key AS source_key,
                       {staging.batch.pk} AS batch_id FROM products WHERE is_new ORDER BY id""",
            first_id=int(value(staging.duck, "SELECT min(id) FROM products WHERE is_new")),
        )


def _stage_details(staging: Staging, sql: str) -> None:
    staging.duck.execute(f"CREATE TABLE detail_rows AS {sql}")
    if value(staging.duck, "SELECT count(*) FROM products WHERE NOT is_new"):
        copy_truth(
            staging.duck,
            "_details",
            f"SELECT row.id, row.product_id FROM commerce_productdetail row WHERE {visible_sql('row')}",
        )
        supersede(
            staging,
            ProductDetail,
            "SELECT id FROM _details WHERE product_id IN (SELECT product_id FROM detail_rows)",
        )
    stage_numbered(
        staging,
        ProductDetail,
        f"""SELECT product_id, coalesce(name, '') AS name, left(coalesce(department, ''), 120) AS department,
                   left(coalesce(category, ''), 120) AS category, left(coalesce(brand, ''), 120) AS brand,
                   unit_cost, {versions(staging)} FROM detail_rows ORDER BY product_id""",
    )


def _stage_new_names(staging: Staging) -> None:
    """A product first seen on an order gets the name that the order gives it; a known one keeps what it has."""
    if value(staging.duck, "SELECT count(product_name) FROM good"):
        _stage_details(
            staging,
            """SELECT products.id AS product_id, arg_min(product_name, _row) AS name, NULL::VARCHAR AS department,
                      NULL::VARCHAR AS category, NULL::VARCHAR AS brand, NULL::BIGINT AS unit_cost
               FROM good JOIN products ON products.key = good.product AND products.is_new
               WHERE product_name IS NOT NULL GROUP BY 1""",
        )


def _number_orders(staging: Staging) -> None:
    count = int(value(staging.duck, 'SELECT count(DISTINCT "order") FROM good'))
    first = reserve_ids(Order, count)
    staging.duck.execute(
        f"""CREATE TABLE numbered AS
            SELECT key, {first} - 1 + row_number() OVER (ORDER BY first_row) AS id, customer, placed_at, channel, store
            FROM (SELECT "order" AS key, min(_row) AS first_row, max(customer) AS customer, min(time) AS placed_at,
                         min(channel) AS channel, min(store) AS store FROM good GROUP BY 1)"""
    )


def _stage_order_rows(staging: Staging, first: int) -> None:
    stage_rows(
        staging,
        Order,
        f"""SELECT numbered.id, '{quoted(staging.batch.source)}' AS source, numbered.key AS source_key,
                   parties.id AS party_id, placed_at,
                   {business_day("placed_at")} AS business_date,
                   left(coalesce(channel, ''), 60) AS channel, left(coalesce(store, ''), 60) AS store,
                   '{base_currency()}' AS currency, {versions(staging)}
            FROM numbered LEFT JOIN parties ON parties.key = numbered.customer ORDER BY numbered.id""",
        first_id=first,
    )


def _stage_lines(staging: Staging, first: int) -> None:
    sign = f"CASE WHEN {_is_return()} THEN -1 ELSE 1 END"
    stage_rows(
        staging,
        OrderLine,
        f"""SELECT numbered.id AS order_id,
                   row_number() OVER (PARTITION BY numbered.id ORDER BY good._row) AS position,
                   products.id AS product_id, {sign} * abs(coalesce(quantity, 1)) AS quantity,
                   {sign} * abs({_amount()}) AS amount, abs(coalesce(discount, 0)) AS discount,
                   {sign} * abs(cost) AS cost, ({_is_return()}) AS is_return
            FROM good JOIN numbered ON numbered.key = good."order"
            LEFT JOIN products ON products.key = good.product ORDER BY 1, 2""",
        id_column="order_id",
        first_id=first,
    )


PRODUCTS = ImportKind("products", PRODUCT_FIELDS, stage_products, unique=("product",))
ORDERS = ImportKind("orders", ORDER_FIELDS, stage_orders, rules=ORDER_RULES)
