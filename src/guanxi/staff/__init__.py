"""Users: who works with the product."""
