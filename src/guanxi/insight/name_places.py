"""In which order customers stand by name: the copy holds no names, so the engine asks the truth for their places."""

from __future__ import annotations

from typing import Final

from guanxi.customers.queries import visible_sql
from guanxi.foundation.engine.duck import Duck
from guanxi.foundation.engine.truth import copy_truth

NAME: Final = "customer.name"
"""What lists are sorted by; the engine knows the place of a name only, not the name."""
NAME_PLACE: Final = "customer.name_place"
_KEYS = f"""SELECT fact.party_id, place.key, fact.observed_on, fact.id AS fact_id
            FROM customers_nameplace place JOIN customers_fact fact ON fact.id = place.fact_id
            WHERE {visible_sql("fact")}"""
_PLACES = """
CREATE OR REPLACE TEMP TABLE name_places AS
SELECT customer_id, dense_rank() OVER (ORDER BY key) AS value FROM (
  SELECT coalesce(resolved.customer_id, name_keys.party_id) AS customer_id,
         arg_max(key, (resolved.customer_id IS NULL, observed_on, fact_id)) AS key
  FROM name_keys LEFT JOIN resolved USING (party_id) GROUP BY 1)
"""


def read_name_places(duck: Duck) -> str:
    """A query of (customer_id, value): the number of each customer's name among all names, by how they are read.

    A customer is called as lists show it: by the newest name, that of the own record before those of merged ones.
    """
    copy_truth(duck, "name_keys", _KEYS)
    duck.execute(_PLACES)
    duck.execute("DROP TABLE name_keys")
    return "SELECT * FROM name_places"
