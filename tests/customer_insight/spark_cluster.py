"""A Spark cluster on this machine: a driver and two worker processes, each in a Java process of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "768m",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.sql.shuffle.partitions": "2",
    # A few rows each: planning anew between stages costs more than it saves.
    "spark.sql.adaptive.enabled": "false",
    # Nor does compiling what is run once.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "UTC",
}
BRIEF_LIVES = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {log}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %p %c: %m%n%ex
"""
ALL_IN_ONE_PLACE = "No Partition Defined for Window operation"


class Cluster:
    """One session for all tests of a process, and the log its driver writes."""

    def __init__(self) -> None:
        import pyspark
        from pyspark.sql import SparkSession

        home = Path(tempfile.mkdtemp(prefix="spark-test-"))
        self.log = home / "driver.log"
        (home / "log4j2.properties").write_text(LOGGING.format(log=self.log))
        os.environ |= {
            "SPARK_HOME": str(Path(pyspark.__file__).parent),
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_WORKER_DIR": str(home / "work"),
        }
        options = f"{BRIEF_LIVES} -Dlog4j2.configurationFile=file:{home}/log4j2.properties"
        settings = SETTINGS | {
            "spark.driver.extraJavaOptions": options,
            "spark.executor.extraJavaOptions": BRIEF_LIVES,
            "spark.local.dir": str(home),
            "spark.sql.warehouse.dir": str(home / "warehouse"),
        }
        builder = SparkSession.builder.master(os.environ.get("SPARK_MASTER", "local-cluster[2,1,1024]"))
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.session: Any = builder.getOrCreate()

    def warnings(self) -> list[str]:
        """Lines of the log about rows that were all sent to one place."""
        return [line for line in self.log.read_text().splitlines() if ALL_IN_ONE_PLACE in line]


@cache
def cluster() -> Cluster:
    """The cluster of this process, started when a test first asks."""
    return Cluster()
