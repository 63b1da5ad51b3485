"""Where names stand in lists: kept with the import that brought them, also those from before there were places."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from customers.importing import bring, file_of, undo
from django.apps import apps

from guanxi.customers.models import ImportBatch, NamePlace
from guanxi.customers.names import LONGEST, sort_key

pytestmark = pytest.mark.django_db(transaction=True)


def kept() -> list[tuple[str, int, int]]:
    return sorted(NamePlace.objects.values_list("key", "fact_id", "batch_id"))


def test_names_from_before_get_the_places_that_an_import_gives_and_go_with_it(home: Path) -> None:
    first = bring("customers", file_of(home, "customer,name\nc1,王伟\nc2,Zoë\nc3,\n"))["import"]
    second = bring("customers", file_of(home, "customer,name\nc2,Zoë Li\n", "2.csv"))["import"]
    places = kept()
    assert [key for key, *_ in places] == ["wang wei 王伟", "zoe Zoë", "zoe li Zoë Li"]

    NamePlace.objects.all().delete()
    for batch in ImportBatch.objects.all():
        batch.staged = [entry for entry in batch.staged if entry["model"] != "customers.NamePlace"]
        batch.save()
    import_module("guanxi.customers.migrations.0004_name_places").place_names(apps, None)
    assert kept() == places

    undo(second)
    assert kept() == places[:2]
    undo(first)
    assert kept() == []


def test_a_place_fits_its_column_however_long_the_name_is() -> None:
    longest = NamePlace._meta.get_field("key").max_length or 0
    for name in ("王" * 300, "Wolfeschlegelstein " * 20, "ǖ" * 300, ""):
        assert len(sort_key(name)) <= 2 * LONGEST + 1 <= longest
