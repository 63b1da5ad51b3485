"""Whatever points at a customer says so: in the profile (personal data) and to the undo of imports (reference)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from guanxi.customers.models import Party
from guanxi.foundation.registry import Dataset, JobKind, Registry, registry


def _pointing_at_parties() -> Iterator[tuple[type[Model], str, bool]]:
    """Model, column, and whether the row is true of itself: derived rows, without a constraint, may be left behind."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is Party:
                yield model, field.attname, field.db_constraint


POINTING = sorted(_pointing_at_parties(), key=str)
TRUE = [(model, column) for model, column, constrained in POINTING if constrained]


def test_the_walk_finds_what_we_know_of() -> None:
    known = {
        ("Fact", "party_id"),
        ("PartyLink", "party_id"),
        ("PartyLink", "survivor_id"),
        ("Order", "party_id"),
    }
    assert known <= {(model.__name__, column) for model, column in TRUE}


@pytest.mark.parametrize(
    "model", sorted({model for model, *_ in POINTING}, key=str), ids=lambda model: model.__name__
)
def test_every_model_that_names_a_party_is_personal_data(model: type[Model]) -> None:
    assert model in {entry.model for entry in registry.personal_data}


@pytest.mark.parametrize(("model", "column"), TRUE, ids=lambda part: getattr(part, "__name__", part))
def test_every_column_that_names_a_party_keeps_it_when_its_import_is_undone(
    model: type[Model], column: str
) -> None:
    assert (Party, model, column) in {
        (entry.target, entry.model, entry.column) for entry in registry.references
    }


def test_a_second_dataset_or_job_kind_of_a_name_is_a_mistake() -> None:
    fresh = Registry()
    dataset = Dataset("parties", Party, "party_id", "", "", "")
    fresh.add(dataset, JobKind("import", lambda running: {}))
    with pytest.raises(ValueError, match=r"^'parties' is registered twice$"):
        fresh.add(dataset)
    with pytest.raises(ValueError, match=r"^'import' is registered twice$"):
        fresh.add(JobKind("import", lambda running: {}))
