"""Spark: answers the queries of checks on many machines, over the views that DuckDB holds.

Views, relations and rows of lists are taken from DuckDB's own catalogue, so that both engines ask
the same of the same. What a query gives is written by the machines as Parquet, and DuckDB reads it
there: no row goes through the driver's memory because there are many.

Spec: Apache Spark 4 SQL, ANSI mode; docs/decisions/0013-many-machines.md.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import facts, relations
from evenhand.engines.duckdb import SCHEMA as EVIDENCE
from evenhand.engines.duckdb import fetch, quoted
from evenhand.engines.translation import Letters, Names, translate
from evenhand.errors import UserError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

JAVA = 17  # the oldest that Spark 4 runs on
MEMORY = "2g"  # of the driver, unless SPARK_DRIVER_MEMORY says another
SCHEMA = "answered"  # in DuckDB: a view for each answer
BASE = "base"  # in DuckDB: evidence and lists side by side
FEW = 1_000  # rows of a table that are handed over; more are read by Spark where they lie
BROADCAST = "spark.sql.autoBroadcastJoinThreshold"
LAST = 0x110000  # one past the last code point of Unicode


class Spark:
    """Answers queries over the views of one DuckDB connection; `scratch` holds what it writes."""

    def __init__(self, session: Any, connection: DuckDBPyConnection, scratch: Path) -> None:
        self._session, self._connection, self._scratch = session, connection, scratch
        self._letters = letters(session)
        self._large = False  # whether any table is more than a few rows
        self._made: dict[tuple[str, str], str] = {}  # (schema, name) → its view in Spark
        self._answers: dict[tuple[str, str, str], str] = {}
        _allow(connection, scratch)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")

    def answer(self, query: str, values: Mapping[str, Any], schema: str) -> str:
        """Run a query, bare names meaning the views of `schema`; the name in DuckDB of what it
        gave. The same query over the same views is run once.
        """
        key = query, repr(sorted(values.items())), schema
        if key not in self._answers:
            number = len(self._answers)
            folder = self._scratch / f"answer_{number}"
            try:
                self._write(self._translated(query, values, schema), folder)
            except _errors() as error:
                raise UserError(f"Spark: {_first_line(str(error))}") from error
            if not any(folder.glob("*.parquet")):
                raise UserError(
                    f"{folder}: what Spark wrote there is not seen here; let TMPDIR be a folder "
                    "that every machine sees"
                )
            name = f"{SCHEMA}.answer_{number}"
            self._connection.execute(
                f"CREATE VIEW {name} AS FROM read_parquet({quoted(f'{folder}/*.parquet')})"
            )
            self._answers[key] = name
        return self._answers[key]

    def _translated(self, query: str, values: Mapping[str, Any], schema: str) -> str:
        names = Names(lambda at, name: self._view(at or schema, name), self._columns)
        return translate(query, values, names, self._letters)

    def _write(self, query: str, folder: Path) -> None:
        from pyspark.sql import functions, types

        # where all is small, one task joins it all: to send it round takes longer
        self._session.conf.set(BROADCAST, "10MB" if self._large else "-1")
        frame = self._session.sql(query)
        for field in frame.schema.fields:
            if isinstance(field.dataType, types.NullType):  # Parquet has no type for only NULLs
                column = functions.lit(None).cast("int")
                frame = frame.withColumn(field.name, column)
        frame.write.parquet(str(folder))

    def _columns(self, schema: str, name: str) -> list[str]:
        query = (
            f"SELECT column_name FROM duckdb_columns() WHERE schema_name = {quoted(schema)} "
            f"AND table_name = {quoted(name)} ORDER BY column_index"
        )
        return [row[0] for row in fetch(self._connection, query)]

    def _view(self, schema: str, name: str) -> str:
        """The view in Spark for a table, view or relation of DuckDB, or for Parquet files."""
        if schema not in ("file", BASE) and not self._columns(schema, name):
            schema = BASE  # a schema holds what differs in it
        if (schema, name) not in self._made:
            number = len(self._made)
            view = f"file_{number}" if schema == "file" else f"{schema}__{name}"
            if schema == "file":
                self._files(name).createOrReplaceTempView(view)
            elif (sql := self._defined(schema, name)) is None:
                self._handed_over(schema, name).createOrReplaceTempView(view)
            else:
                query = self._translated(sql, {}, schema)
                self._session.sql(f"CREATE OR REPLACE TEMPORARY VIEW `{view}` AS {query}")
            self._made[schema, name] = view
        return self._made[schema, name]

    def _defined(self, schema: str, name: str) -> str | None:
        """The SQL behind a name; None where DuckDB holds the rows, or they are few."""
        query = (
            f"SELECT sql FROM duckdb_views() WHERE schema_name = {quoted(schema)} "
            f"AND view_name = {quoted(name)}"
        )
        found = fetch(self._connection, query)
        table = facts.tables().get(name)
        if not found or (table is not None and self._few(schema, table)):
            return None
        if name in relations.every():
            return relations.every()[name]  # as written: DuckDB tells it in other words
        return re.sub(r"(?s)\ACREATE VIEW \S+ AS (.*?);?\s*\Z", r"\1", found[0][0])

    def _few(self, schema: str, table: facts.Table) -> bool:
        """Whether a table's rows are so few that they need no file: the law's always are."""
        if schema not in (BASE, EVIDENCE):
            return False
        ((rows,),) = fetch(self._connection, f"SELECT count(*) FROM {schema}.{table.name}")
        self._large |= rows > FEW
        return table.looked_up or rows <= FEW

    def _files(self, pattern: str) -> Any:
        """The rows of Parquet files: one, or all in a folder and those below it."""
        folder = pattern.removesuffix("/**/*.parquet")
        reader = self._session.read
        if folder != pattern:
            reader = reader.option("mergeSchema", "true")
            if not any(p.is_dir() for p in Path(folder).rglob("*=*")):
                reader = reader.option("recursiveFileLookup", "true")
        return reader.parquet(folder)

    def _handed_over(self, schema: str, name: str) -> Any:
        """Rows that DuckDB gives to Spark, as one piece."""
        from pyspark.sql.pandas.types import from_arrow_schema

        rows = self._connection.sql(f"FROM {schema}.{name}").to_arrow_table()
        if len(rows):
            return self._session.createDataFrame(rows).coalesce(1)
        shape = ", ".join(
            f"CAST(NULL AS {f.dataType.simpleString()}) AS `{f.name}`"
            for f in from_arrow_schema(rows.schema).fields
        )
        return self._session.sql(f"SELECT {shape} WHERE FALSE")


def _allow(connection: DuckDBPyConnection, scratch: Path) -> None:
    """Let DuckDB read what is written there, also when it is locked."""
    ((allowed,),) = fetch(connection, "SELECT current_setting('allowed_directories')")
    listed = ", ".join(quoted(d) for d in [*allowed, f"{scratch}/"])
    connection.execute(f"SET allowed_directories = [{listed}]")


@functools.lru_cache(maxsize=1)
def letters(session: Any) -> Letters:
    """Where DuckDB and this Java differ in what a letter is in lower and in upper case.

    They follow different years of Unicode; a few letters also depend on those around them in Java.
    """
    import duckdb

    every = [chr(n) for n in range(1, LAST) if not 0xD800 <= n < 0xE000 and chr(n) != "\n"]
    text = "\n".join(every)
    java = session._jvm.org.apache.spark.unsafe.types.UTF8String.fromString(text).toLowerCase()
    theirs = str(java.toString()).split("\n")
    with duckdb.connect() as connection:
        told = fetch(connection, "SELECT lower($text), upper($text)", {"text": text})
    ours, upper = (changed.split("\n") for changed in told[0])
    made = dict(zip(every, theirs, strict=True))
    # at the end of a word Java has another small sigma
    differ = [(c, o) for c, o in zip(every, ours, strict=True) if o != made[c] or c == "Σ"]
    later = all(made[o] == o for _, o in differ)  # Java leaves alone what is exchanged before
    lowered = differ if later else [(c, o) for c, o in zip(every, ours, strict=True) if c != o]
    changed = [(c, u) for c, u in zip(every, upper, strict=True) if c != u]
    return Letters(_pair(lowered), later, _pair(changed))


def _pair(letters: list[tuple[str, str]]) -> tuple[str, str]:
    return "".join(c for c, _ in letters), "".join(o for _, o in letters)


def _first_line(text: str) -> str:
    """The line that says what is wrong: Java may warn first, and names its error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith((": ", "Error: ", "Exception in "))]
    return next(iter([*causes, *lines]), "no reason given").removeprefix(": ")


def _errors() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return PySparkException, Py4JError


@contextlib.contextmanager
def opened(connection: DuckDBPyConnection) -> Iterator[Spark]:
    """Spark over these views, on this machine or on those of SPARK_MASTER; gone with its files
    at the end.
    """
    scratch = Path(tempfile.mkdtemp(prefix="evenhand-spark-")).resolve()
    try:
        with started(scratch) as session:
            yield Spark(session, connection, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def started(scratch: Path, more: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A session of Spark that writes nowhere but into `scratch`; `more` settings, if any."""
    check_installed()
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    conf = SparkConf(loadDefaults=False).setAll(
        list((settings(scratch) | dict(more or {})).items())
    )
    log = scratch / "spark.log"
    gateway = None
    try:
        with log.open("wb") as stream:
            gateway = launch_gateway(conf, {"stdout": stream, "stderr": stream})
        context = SparkContext(conf=conf, gateway=gateway)
    except _errors() as error:
        _end(gateway)
        said = str(error) if gateway else log.read_text("utf-8", "replace") or str(error)
        raise UserError(f"Spark did not start: {_first_line(said)}") from error
    try:
        yield SparkSession(context)
    finally:
        context.stop()
        _end(gateway)


def _end(gateway: Any) -> None:
    """End Spark's process, so that another may be started."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()  # its own sign to end
        gateway.proc.wait()


def settings(scratch: Path) -> dict[str, str]:
    """How Spark is run: alone and unseen on this machine, unless SPARK_MASTER names another."""
    master = os.environ.get("SPARK_MASTER", f"local[{os.cpu_count() or 1}]")
    chosen = {
        "spark.app.name": "evenhand",
        "spark.master": master,
        "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", MEMORY),
        "spark.local.dir": str(scratch),
        "spark.log.level": "OFF",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.icu.caseMappings.enabled": "false",  # a third year of Unicode
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.parquet.compression.codec": "lz4_raw",  # in Java: needs no library of the system
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
        "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
        "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
        "spark.sql.artifact.isolation.enabled": "false",
        "spark.sql.maxPlanStringLength": "1000",  # nobody reads it, and it costs
    }
    if master.startswith("local"):
        chosen |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        chosen["spark.sql.shuffle.partitions"] = str(4 * (os.cpu_count() or 1))
    return chosen


def check_installed() -> None:
    """Raises UserError where pyspark or a Java that it runs on is not there."""
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise UserError(
            "--engine spark: pyspark is not installed; pip install 'evenhand[spark]'"
        ) from error
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(f"{home}/bin/java" if home else "java")
    if java is None:
        raise UserError(f"--engine spark: no Java is found; install Java {JAVA} or later")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA:
        told = said.splitlines()[0] if said else "a Java that does not say its version"
        raise UserError(f"--engine spark: Java {JAVA} or later is needed; {java} is: {told}")
