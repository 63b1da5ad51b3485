"""Files of what was sold: products, orders, opportunities, invoices, receipts, costs of serving."""
