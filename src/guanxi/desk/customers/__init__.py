"""The pages of customers: the list with its filters and views, one customer, search, files."""
