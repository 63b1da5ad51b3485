"""The columnar copy beside the truth it is to equal."""

from __future__ import annotations

from typing import Any

from guanxi.foundation import jobs
from guanxi.foundation.actor import Actor
from guanxi.foundation.engine.duck import rows, workspace
from guanxi.foundation.engine.truth import copy_truth
from guanxi.foundation.jobs import RunningJob
from guanxi.foundation.models import Job
from guanxi.foundation.registry import registry
from guanxi.insight import replica

Tables = dict[str, list[tuple[Any, ...]]]


def running(key: str = "test") -> RunningJob:
    """A job in our hands, as `sync` wants one."""
    job = jobs.enqueue("insight refresh", key, {"as_of": None}, Actor("Mia"))
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, worker="this test")
    job.refresh_from_db()
    return RunningJob(job)


def sync(key: str = "test") -> None:
    """Bring the copy up to date."""
    job = running(key)
    replica.sync(job)
    Job.objects.filter(pk=job.job.pk).delete()


def copied() -> Tables:
    """Every row of the copy."""
    with workspace() as duck:
        replica.open_replica(duck)
        return {name: _sorted(duck, f"SELECT * FROM {name}") for name in registry.datasets}


def rebuilt() -> Tables:
    """Every row that a copy made from nothing would have."""
    with workspace() as duck:
        for name, dataset in registry.datasets.items():
            copy_truth(duck, "truth", dataset.rows, no_values="string")
            duck.execute(f"CREATE TABLE {name} AS SELECT {dataset.columns} FROM truth")
        return {name: _sorted(duck, f"SELECT * FROM {name}") for name in registry.datasets}


def _sorted(duck: Any, sql: str) -> list[tuple[Any, ...]]:
    return sorted(rows(duck, sql), key=repr)
