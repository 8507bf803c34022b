"""Evidence: all facts of a run in DuckDB, kept as Parquet with a manifest.

Spec: DESIGN, contract of facts; Apache Parquet.
"""

from __future__ import annotations

import graphlib
import importlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import __version__, discovery, facts, stored
from evenhand.artefact import Artefact
from evenhand.engines import duckdb as engine
from evenhand.errors import UserError
from evenhand.limits import BATCH_BYTES, Limits
from evenhand.roots import Unread

if TYPE_CHECKING:
    import duckdb

MANIFEST = "manifest.json"
NO_DIGEST = "0" * 12
# A dictionary of more values than this gains hardly any room, and takes a fifth of the writing.
PARQUET = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 1000"
HOLDS = (
    "Names of hosts, addresses and declared parties; addresses of clients can be personal data. "
    "Values of personal identifiers are not kept. To delete this evidence, delete its folder."
)


class Evidence:
    """The facts of a run: one table per fact table, in the schema `evidence` of a DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.lists: list[str] = []  # names of the lists that enrichment used
        self.complete = True  # False where a stop by the clock or by hand cut the run short
        self.absent: dict[str, list[str]] = {}  # table → columns that old evidence lacks
        self.made_with = __version__
        self.held: list[str] | None = None  # measures that confined its reading; None: not known

    @classmethod
    def empty(cls) -> Evidence:
        """Evidence with every table there and no row in it."""
        connection = engine.connect()
        engine.create_tables(connection)
        return cls(connection)

    def add(self, table: str, rows: Any) -> None:
        """Append Arrow rows to a fact table."""
        stored.own(self.connection, table)
        engine.insert(self.connection, table, rows)

    def enrich(self) -> None:
        """Merge rows with one key, then run every enrichment step in order of need."""
        nothing = engine.empty(self.connection)
        for table in facts.tables().values():
            if table.key and table.name not in nothing:
                _merge(self.connection, table)
        steps = {}
        for name, module in discovery.modules("enrich").items():
            steps[name] = discovery.declared(module, "NEEDS", "MAKES"), module
        makers: dict[str, set[str]] = {}  # a table may be made by several steps
        for name, (said, _) in steps.items():
            for table_name in said["MAKES"]:
                makers.setdefault(table_name, set()).add(name)
        order = graphlib.TopologicalSorter(
            {
                name: sorted({m for t in said["NEEDS"] for m in makers.get(t, ())} - {name})
                for name, (said, _) in steps.items()
            }
        )
        used: set[str] = set()
        with engine.unhurried(self.connection):
            for name in order.static_order():
                said, module = steps[name]
                if engine.empty(self.connection).issuperset((*said["NEEDS"], *said["MAKES"])):
                    continue  # what it makes is made of nothing
                used.update(importlib.import_module(module).enrich(self.connection))
        self.lists = sorted(used)

    def keep(self, folder: Path) -> None:
        """Write every table as Parquet, and a manifest that says what this is."""
        import duckdb

        try:
            with engine.unhurried(self.connection):
                self._write(folder)
        except (OSError, duckdb.Error) as error:
            said = getattr(error, "strerror", None) or str(error).splitlines()[0]
            raise UserError(f"{folder}: the evidence was not written: {said}") from error

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MANIFEST).exists():
            raise UserError(f"{folder}: holds other files; give a new folder or one of evidence")
        rows, nothing = {}, engine.empty(self.connection)
        for name in facts.tables():
            path = folder / f"{name}.parquet"
            if name in nothing:
                rows[name] = 0
                stored.write_empty(path, name)
            else:
                rows[name] = self._write_table(name, path)
        manifest = {
            "evenhand": __version__,
            "complete": self.complete,
            "holds": HOLDS,
            "lists": self.lists,
            "tables": {
                t.name: {"rows": rows[t.name], "schema_version": t.version}
                for t in facts.tables().values()
            },
        }
        text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")

    def _write_table(self, name: str, path: Path) -> int:
        """Write the rows of a table; how many they are."""
        there = stored.files(self.connection, name)
        if len(there) == 1:
            shutil.copyfile(there[0], path)
            return stored.count(path)
        query = f"COPY {engine.SCHEMA}.{name} TO {engine.quoted(str(path))} ({PARQUET})"
        rows: int = self.connection.execute(query).fetchall()[0][0]
        return rows

    @classmethod
    def load(cls, folder: Path) -> Evidence:
        """Open kept evidence; tables and columns that it lacks are there and empty."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(
                f"{folder}: no evidence here ({error}); make some with: evenhand read PATH -o DIR"
            ) from error
        connection = engine.connect(folder.resolve())
        evidence = cls(connection)
        evidence.lists = list(manifest.get("lists", []))
        evidence.complete = bool(manifest.get("complete", True))
        evidence.made_with = str(manifest.get("evenhand", ""))
        for table in facts.tables().values():
            evidence._open_table(table, folder.resolve())
        return evidence

    def _open_table(self, table: facts.Table, folder: Path) -> None:
        """A view over the table's file, or over every file in its folder."""
        single, many = folder / f"{table.name}.parquet", folder / table.name
        empty = table.schema().empty_table()
        if not single.exists() and not many.is_dir():
            engine.create(self.connection, f"{engine.SCHEMA}.{table.name}", empty)
            self.absent[table.name] = list(table.columns)
            return
        pattern = str(single) if single.exists() else f"{many}/**/*.parquet"
        source = f"read_parquet({engine.quoted(pattern)}, union_by_name = true)"
        described = engine.fetch(self.connection, f"DESCRIBE SELECT * FROM {source}")
        there = {row[0] for row in described}
        engine.create(self.connection, f"{engine.SCHEMA}.shape_{table.name}", empty)
        shape = engine.fetch(self.connection, f"DESCRIBE {engine.SCHEMA}.shape_{table.name}")
        columns = [
            f"CAST({f'{chr(34)}{name}{chr(34)}' if name in there else 'NULL'} AS {kind})"
            f' AS "{name}"'
            for name, kind, *_ in shape
        ]
        self.connection.execute(f"DROP TABLE {engine.SCHEMA}.shape_{table.name}")
        query = f"SELECT {', '.join(columns)} FROM {source}"
        self.connection.execute(f"CREATE VIEW {engine.SCHEMA}.{table.name} AS {query}")
        missing = [name for name, *_ in shape if name not in there]
        if missing:
            self.absent[table.name] = missing


def _merge(connection: duckdb.DuckDBPyConnection, table: facts.Table) -> None:
    """Rows with one key become one; values that differ become NULL, with a `defect`."""
    key = ", ".join(table.key)
    again = f"SELECT 1 FROM {table.name} GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    if not engine.fetch(connection, again):
        return
    own = [c for c in table.columns if c not in (*table.key, *facts.SHARED)]
    same = [f"CASE WHEN count(DISTINCT {c}) = 1 THEN any_value({c}) END AS {c}" for c in own]
    differ = " || ".join(f"CASE WHEN count(DISTINCT {c}) > 1 THEN '{c} ' ELSE '' END" for c in own)
    firsts = [f"arg_min({c}, id) AS {c}" for c in ("artefact", "locator")]
    grade = (
        "CASE WHEN count(DISTINCT grade) = 1 THEN any_value(grade) "
        "WHEN bool_or(grade = 'alleged') THEN 'alleged' ELSE 'declared' END"
    )
    columns = ", ".join(["min(id) AS id", *firsts, f"{grade} AS grade", key, *same])
    connection.execute(
        f"CREATE TEMP TABLE merged AS SELECT {columns}, {differ or chr(39) * 2} AS differ, "
        f"count(*) AS times FROM {table.name} GROUP BY {key} ORDER BY min(id)"
    )
    told = "SELECT artefact, locator, trim(differ) FROM merged WHERE differ <> '' ORDER BY id"
    for number, (artefact, locator, names) in enumerate(engine.fetch(connection, told)):
        row = facts.tables()["defect"].row(
            "one key, one row",
            f"rows of {table.name} with one key differ in: {names}; these are taken as not known",
            locator,
        )
        identity = f"defect/merge-{table.name}/{(artefact or '')[7:19] or NO_DIGEST}/{number}"
        insert_rows(connection, "defect", [(identity, artefact, row)])
    connection.execute(f"DELETE FROM {table.name}")
    connection.execute(
        f"INSERT INTO {table.name} BY NAME SELECT * EXCLUDE (differ, times) FROM merged"
    )
    connection.execute("DROP TABLE merged")


def insert_rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Iterable[tuple[str, str, Any]],
    schema: str = engine.SCHEMA,
) -> None:
    """Append rows given as (id, artefact, row of the table)."""
    import pyarrow as pa

    shape = facts.tables()[table]
    values = [
        {"id": identity, "artefact": artefact, **_plain(row._asdict())}
        for identity, artefact, row in rows
    ]
    if values:
        engine.insert(
            connection, table, pa.Table.from_pylist(values, schema=shape.schema()), schema
        )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v.items()) if isinstance(v, Mapping) else v for k, v in values.items()}


class Collector:
    """Takes the answers of the readers, in order, into evidence; hands on what is inside."""

    def __init__(self, evidence: Evidence, limits: Limits, folder: Path) -> None:
        self.evidence, self._limits, self._folder = evidence, limits, folder
        self.mistakes: list[str] = []  # errors in facts files that the user gave
        self._depth: dict[str, int] = {}  # digest → how many archives deep it was first met
        self._expanded = 0
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._rows: dict[str, list[tuple[str, str, Any]]] = {}

    def claim(self, products: Iterable[tuple[str, str]]) -> None:
        """Note which paths belong to which product, as a profile says."""
        for product, pattern in products:
            self._note("product_artefact", "", product=product, path=pattern, grade="declared")

    def add_roots(self, roots: Iterable[Artefact | Unread]) -> list[Artefact]:
        """Note every place; return the contents to read, each once."""
        new = []
        # by path, so that the order in which they were named changes nothing
        for root in sorted(roots, key=lambda r: r.path if isinstance(r, Unread) else r.name):
            if isinstance(root, Unread):
                if not root.digest:
                    self._note("occurrence", "", path=root.path)
                self._not_read(root.digest, root.path, root.outcome, root.reason)
                self.evidence.complete &= root.outcome != "partly"  # the user cut it short
                if root.target is not None:  # what a folder's links turn on, say
                    self._note("file", "", path=root.path, kind="link", link_target=root.target)
                continue
            if self._met(root, 0):
                new.append(root)
        return new

    def _met(self, artefact: Artefact, depth: int) -> bool:
        """Note a place; True where the content was not met before."""
        self._note("occurrence", artefact.digest, path=artefact.name, parent=artefact.parent)
        if artefact.digest in self._depth:
            return False
        self._depth[artefact.digest] = depth
        return True

    def add_answer(self, artefact: Artefact, answer: dict[str, Any]) -> list[Artefact]:
        """Take what was read of an artefact; return the new contents inside it."""
        import pyarrow as pa

        for table, path in sorted(answer.get("tables", {}).items()):
            with pa.memory_map(str(path)) as held, pa.ipc.open_stream(held) as stream:
                self._take(table, stream, artefact.size_bytes > BATCH_BYTES)
            path.unlink()
        digest, size = artefact.digest, artefact.size_bytes
        self._note("artefact", digest, kind=answer["kind"], size_bytes=size)
        readings = answer["readings"]
        for row in readings:
            by_clock = row.pop("by_clock", False)
            self.evidence.complete &= not by_clock
            self._note("reading", digest, path=artefact.name, **row)
            own = row["reader"] in ("facts_file", "mapping") and not artefact.parent
            if own and row["outcome"] != "read":
                self.mistakes += row["reason"].split("; ")
        if not readings:
            reason = "empty" if not size else "no reader knows this format"
            self._not_read(
                digest, artefact.name, "skipped" if not size else "unknown format", reason
            )
        return self._inside(artefact, answer["children"])

    def _take(self, table: str, stream: Any, alone: bool) -> None:
        """Take rows over; those of an artefact that is always read alone may stay in a file, which
        is then the same whatever the number of jobs.
        """
        rows = stream.read_all() if alone else stream
        if not (alone and stored.store(self.evidence.connection, table, rows)):
            self.evidence.add(table, rows)

    def _inside(self, artefact: Artefact, children: list[dict[str, Any]]) -> list[Artefact]:
        depth = self._depth[artefact.digest] + 1
        new = []
        for child in children:
            digest, size = child["digest"], child["size_bytes"]
            place = self._folder / digest[7:]
            member = Artefact(
                f"{artefact.name}!/{child['name']}", place, digest, size, artefact.digest
            )
            if not self._met(member, depth):
                continue
            self._expanded += size
            reason = ""
            if depth > self._limits.depth:
                reason = f"more than {self._limits.depth} archives deep (limit depth)"
            elif self._expanded > self._limits.run_bytes:
                reason = f"more than {self._limits.run_bytes} bytes expanded (limit run_bytes)"
            if reason:
                place.unlink(missing_ok=True)
                self._note("artefact", digest, kind="unknown", size_bytes=size)
                self._not_read(digest, member.name, "skipped", reason)
            else:
                new.append(member)
        return new

    def _not_read(self, digest: str, path: str, outcome: str, reason: str) -> None:
        self._note(
            "reading",
            digest,
            path=path,
            reader="",
            reader_version="",
            outcome=outcome,
            reason=reason,
        )

    def _note(self, table: str, digest: str, **values: Any) -> None:
        number = self._numbers[table, digest]
        self._numbers[table, digest] += 1
        identity = f"{table}/pipeline/{digest[7:19] or NO_DIGEST}/{number}"
        row = facts.tables()[table].row(**values)
        self._rows.setdefault(table, []).append((identity, digest, row))

    def finish(self, held: list[str] | None = None) -> None:
        """Write what was noted; `held` are the measures that confined the reading."""
        self.evidence.held = held
        for table, rows in self._rows.items():
            insert_rows(self.evidence.connection, table, rows)
        self._rows.clear()
