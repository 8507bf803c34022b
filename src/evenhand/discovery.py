"""Discovery: adding a file is the registration. Nothing is imported to find out what there is.

Readers, checks, rulebooks, reports, lists and enrichers are found by listing their folders;
readers outside this package by the entry-point group `evenhand.readers_v1`.

Spec: Python packaging, entry points specification.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from evenhand.errors import EvenhandError
from evenhand.readers import Read

HOME = Path(__file__).parent
ENTRY_POINTS = "evenhand.readers_v1"
DECLARED = {"VERSION", "RECOGNISES", "EMITS", "CANNOT_SEE"}  # by every reader
CODE = re.compile(r"^(?:def|class|async def|@)", re.MULTILINE)  # where a module's code begins


@dataclass(frozen=True)
class Signs:
    """How a reader's format is recognised: every kind of sign that is given must be there.

    magic  (offset in bytes, hexadecimal digits) pairs, any of which is enough
    keys   names that a JSON object has at its top level, all of which must be there
    fields names that stand in the first line of a text table, all of which must be there
    names  shell patterns of the file name, or with a slash of the end of the path (`etc/cron.d/*`),
           where content alone cannot tell; any is enough
    tables true where a document whose top-level keys are fact tables is meant
    text   true where any text will do, and nothing more specific is needed
    binary true where any content will do that no other reader recognises
    whole  true where nothing is to be read of the content but what this reader reads: no other
           one is asked beside it
    mapped true where a mapping of the user's may fit; it is asked first, and if it does, alone
    """

    magic: tuple[tuple[int, str], ...] = ()
    keys: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tables: bool = False
    text: bool = False
    binary: bool = False
    whole: bool = False
    mapped: bool = False


@dataclass(frozen=True)
class Reader:
    """A reader as declared by its literals; its module is imported when it is first used."""

    name: str
    module: str
    version: str
    signs: Signs
    emits: tuple[str, ...]
    cannot_see: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""

    def load(self) -> Read:
        """Import the reader's module and return its `read`."""
        return cast(Read, importlib.import_module(self.module).read)


def literals(source: str) -> dict[str, Any]:
    """Module-level constants (and `__doc__`) of a module, without running it."""
    tree = ast.parse(source)
    found: dict[str, Any] = {"__doc__": ast.get_docstring(tree) or ""}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            name, value = node.target.id, node.value
        else:
            continue
        if name.isupper():
            try:
                found[name] = ast.literal_eval(value)
            except ValueError:
                continue  # computed constants are the module's own business
    return found


def _declared(source: str, names: Collection[str]) -> dict[str, Any]:
    """The constants of a module, these among them if it has them.

    What stands before the first function is enough, nearly always, and parsed in a fifth of the
    time; text that ends within something is no Python.
    """
    head = CODE.search(source)
    try:
        said = literals(source[: head.start()]) if head else {}
    except SyntaxError:
        said = {}
    return said if all(name in said for name in names) else literals(source)


def _reader(name: str, module: str, path: Path) -> Reader:
    said = _declared(path.read_text(encoding="utf-8"), DECLARED)
    missing = DECLARED - said.keys()
    if missing:
        raise EvenhandError(f"reader {name} ({module}): no literal {', '.join(sorted(missing))}")
    signs = {k: _tuples(v) for k, v in said["RECOGNISES"].items()}
    return Reader(
        name,
        module,
        said["VERSION"],
        Signs(**signs),
        tuple(said["EMITS"]),
        said["CANNOT_SEE"],
        said["__doc__"].splitlines()[0] if said["__doc__"] else "",
    )


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list | tuple) else value


@functools.cache
def readers() -> dict[str, Reader]:
    """Every reader by name, our own first, each group in order of its name."""
    found = {}
    for entry in sorted((HOME / "readers").iterdir()):
        path = entry / "__init__.py" if entry.is_dir() else entry
        if entry.name.startswith("_") or path.suffix != ".py" or not path.exists():
            continue
        found[entry.stem] = _reader(entry.stem, f"evenhand.readers.{entry.stem}", path)
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        spec = importlib.util.find_spec(point.module)
        if spec is not None and spec.origin and point.name not in found:
            found[point.name] = _reader(point.name, point.module, Path(spec.origin))
    return found


def folders(kind: str, marker: str) -> dict[str, Path]:
    """Folders below `HOME/kind` that hold `marker`, by their path relative to it."""
    return dict(_folders(HOME / kind, marker))


@functools.cache
def _folders(home: Path, marker: str) -> dict[str, Path]:
    found = {p.parent.relative_to(home).as_posix(): p.parent for p in home.rglob(marker)}
    return dict(sorted(found.items()))


def modules(kind: str) -> dict[str, str]:
    """Public modules of the package `evenhand.<kind>`: name → dotted name."""
    found = (
        p for p in (HOME / kind).iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    )
    names = sorted(p.stem for p in found if not p.stem.startswith("_"))
    return {n: f"evenhand.{kind}.{n}" for n in names}


@functools.cache
def declared(module: str, *names: str) -> Mapping[str, Any]:
    """The constants of one of our modules, by its dotted name; these among them if it has them."""
    path = HOME.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return _declared(path.read_text(encoding="utf-8"), names)
