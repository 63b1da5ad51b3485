"""What `make test-spark` rests on: worker processes of their own, and no quiet gathering of all rows in one of them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from spark_cluster import cluster

TWO_ROWS = pa.table({"number": [1, 2]})


def test_two_worker_processes_share_the_rows() -> None:
    def processes(batches: Iterator[Any]) -> Iterator[Any]:  # inside, for the workers do not know this file
        for _ in batches:
            time.sleep(3)  # so that no worker can do the part of the other too
            yield pa.RecordBatch.from_pydict({"worker": [os.getppid()]})

    rows = cluster().session.range(2, numPartitions=2)

    workers = rows.mapInArrow(processes, "worker long").toArrow()["worker"].to_pylist()

    assert os.getpid() not in workers
    assert len(set(workers)) == 2


def test_a_window_over_all_rows_does_not_pass_unseen() -> None:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    before = len(cluster().warnings())

    cluster().session.createDataFrame(TWO_ROWS).select(
        F.sum("number").over(Window.orderBy("number"))
    ).toArrow()

    assert len(cluster().warnings()) > before
