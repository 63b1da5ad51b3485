"""The colleagues whom a cell may name, by e-mail address, sign-in name or name."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from guanxi.customers.imports.cells import PEOPLE
from guanxi.customers.owners import keepers
from guanxi.foundation.engine.duck import Duck
from guanxi.staff.models import User
from guanxi.staff.visibility import EVERYTHING


def read_people(duck: Duck) -> None:
    """Fill the table of those to whom customers may be given."""
    found = [(person, _calls(person)) for person in keepers(EVERYTHING)]
    times = Counter(call for _person, calls in found for call in calls)
    ids = {call: person.pk if times[call] == 1 else None for person, calls in found for call in calls}
    table = pa.table({"called": pa.array(ids, pa.string()), "id": pa.array(ids.values(), pa.int64())})
    duck.register("_people", table)
    duck.execute(f"CREATE OR REPLACE TABLE {PEOPLE} AS SELECT * FROM _people")
    duck.unregister("_people")


def _calls(person: User) -> set[str]:
    """In what ways a file may name somebody."""
    names = (person.email, person.username, person.get_full_name())
    return {name.strip().lower() for name in names if name.strip()}
