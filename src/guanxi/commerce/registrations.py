"""What commerce offers to the other rooms through the registry."""

from __future__ import annotations

from guanxi.commerce import queries
from guanxi.commerce.datasets import DATASETS
from guanxi.commerce.imports.billing import INVOICES, RECEIPTS
from guanxi.commerce.imports.opportunities import OPPORTUNITIES
from guanxi.commerce.imports.orders import ORDERS, PRODUCTS
from guanxi.commerce.imports.serving import COSTS
from guanxi.commerce.models import (
    Allocation,
    Invoice,
    InvoiceDetail,
    Opportunity,
    Order,
    OrderLine,
    Product,
    ProductDetail,
    Receipt,
    ServiceCost,
)
from guanxi.customers.imports.kinds import register
from guanxi.customers.models import Party
from guanxi.foundation.registry import PersonalData, Reference, registry


def fill() -> None:
    """Fill the registry."""
    for kind in (PRODUCTS, ORDERS, OPPORTUNITIES, INVOICES, RECEIPTS, COSTS):
        register(kind)
    registry.add(
        *DATASETS,
        PersonalData("orders", Order, queries.orders_of),
        PersonalData("opportunities", Opportunity, queries.opportunities_of),
        PersonalData("invoices", InvoiceDetail, queries.invoices_of),
        PersonalData("receipts", Receipt, queries.receipts_of),
        PersonalData("costs", ServiceCost, queries.costs_of),
        *(
            Reference(Party, model, "party_id", "batch_id")
            for model in (Order, Opportunity, InvoiceDetail, Receipt, ServiceCost)
        ),
        Reference(Product, OrderLine, "product_id", "order__batch_id"),
        Reference(Product, ProductDetail, "product_id", "batch_id"),
        Reference(Invoice, InvoiceDetail, "invoice_id", "batch_id"),
        Reference(Invoice, Allocation, "invoice_id", "receipt__batch_id"),
    )
