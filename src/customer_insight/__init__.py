"""Customer analytics: tables in, tables out.

A library without a database, a web framework or a clock. A function takes tables (a DuckDB relation, a Polars or pandas
frame, a PyArrow table, a PySpark DataFrame) and keyword-only parameters, and returns a table of the same kind.
"""
