"""The columnar engine and the roads between it and the truth database."""
