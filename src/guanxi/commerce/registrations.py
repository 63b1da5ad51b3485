"""What commerce offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.commerce.imports.orders import ORDERS, PRODUCTS
from guanxi.commerce.models import Order, OrderLine, Product, ProductDetail
from guanxi.commerce.queries import orders_of
from guanxi.customers.imports.kinds import register
from guanxi.customers.models import Party
from guanxi.customers.queries import visible_sql
from guanxi.foundation.registry import Dataset, PersonalData, Reference, registry

ORDER_LINES = Dataset(
    name="order_lines",
    model=Order,
    key="order_id",
    rows=f"""SELECT sale.id AS order_id, sale.party_id, sale.business_date, line.product_id, line.quantity,
                    line.amount, line.cost, line.discount, CASE WHEN line.is_return THEN 1 ELSE 0 END AS is_return,
                    sale.batch_id
             FROM commerce_order sale JOIN commerce_orderline line ON line.order_id = sale.id
             WHERE {visible_sql("sale")}""",
    changed="SELECT id FROM commerce_order WHERE batch_id = {batch} OR superseded_by_id = {batch}",
    columns="""order_id::BIGINT AS order_id, party_id::BIGINT AS party_id,
               (business_date::DATE - DATE '1970-01-01')::INTEGER AS day, product_id::BIGINT AS product_id,
               quantity::DOUBLE AS quantity, amount::BIGINT AS amount, cost::BIGINT AS cost,
               discount::BIGINT AS discount, is_return::INTEGER::BOOLEAN AS is_return, batch_id::BIGINT AS batch_id""",
)
PRODUCT_DETAILS = Dataset(
    name="products",
    model=ProductDetail,
    key="detail_id",
    rows=f"""SELECT detail.id AS detail_id, detail.product_id, detail.name, detail.department, detail.category,
                    detail.brand, detail.unit_cost, detail.batch_id
             FROM commerce_productdetail detail WHERE {visible_sql("detail")}""",
    changed="SELECT id FROM commerce_productdetail WHERE batch_id = {batch} OR superseded_by_id = {batch}",
    columns="""detail_id::BIGINT AS detail_id, product_id::BIGINT AS product_id, name, department, category, brand,
               unit_cost::BIGINT AS unit_cost, batch_id::BIGINT AS batch_id""",
)


def fill() -> None:
    """Fill the registry."""
    register(PRODUCTS)
    register(ORDERS)
    registry.add(
        ORDER_LINES,
        PRODUCT_DETAILS,
        PersonalData("orders", Order, orders_of),
        Reference(Party, Order, "party_id", "batch_id"),
        Reference(Product, OrderLine, "product_id", "order__batch_id"),
        Reference(Product, ProductDetail, "product_id", "batch_id"),
    )
