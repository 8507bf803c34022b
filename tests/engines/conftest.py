"""One session of Spark for all tests that need it; where it is not installed they are skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from evenhand.engines import spark
from evenhand.errors import UserError

# Small tables: one task, no compiling, or every test would wait for what only large ones need.
QUICK = {
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark on two cores of this machine; with EVENHAND_SPARK set it has to be there."""
    try:
        spark.check_installed()
    except UserError as error:
        if os.environ.get("EVENHAND_SPARK"):
            raise
        pytest.skip(str(error))
    more = {"spark.master": "local[2]"} | QUICK
    with spark.started(tmp_path_factory.mktemp("spark"), more) as one:
        yield one
