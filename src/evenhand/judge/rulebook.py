"""A rulebook: one instrument, its clauses, and the checks that each clause cites.

Spec: DESIGN (A check, a rulebook).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from evenhand import discovery, documents
from evenhand.errors import EvenhandError, Mistakes, UserError
from evenhand.judge import check as checks
from evenhand.judge import codes
from evenhand.judge.check import Check

BOOK_KEYS = {"id", "version", "title", "binding", "clauses"}
BOOK_OPTIONAL = {"issued", "issuer", "source", "note", "unverified", "until"}
CLAUSE_KEYS = {"id", "says", "addressee", "cites"}
CLAUSE_OPTIONAL = {
    *("binding", "since", "until", "checks", "undecidable", "needs", "unverified", "note"),
    *("reading", "title"),
}
YES, NO = ("true", "yes"), ("false", "no")


@dataclass(frozen=True)
class Use:
    """A check as a clause uses it."""

    check: Check
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Uses with one key share one run."""
        return f"{self.check.name} {sorted(self.parameters.items())}"


@dataclass(frozen=True)
class Clause:
    """One clause: whom it addresses, whether it binds, and which checks it cites."""

    id: str
    title: str
    says: str
    addressee: str
    binding: bool
    since: date | None
    until: date | None  # first day no longer in force
    cites: str
    unverified: bool
    uses: tuple[Use, ...]
    undecidable: str | None
    needs: tuple[str, ...]

    @property
    def addresses_state(self) -> bool:
        """True where the clause is about what states do."""
        return self.addressee.split(" ")[0] == "state"

    def in_force(self, day: date) -> bool:
        """True where the text is in force on a day: from <= day < to."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True)
class Rulebook:
    """An instrument as its folder declares it."""

    id: str
    version: str
    title: str
    binding: bool
    folder: Path
    clauses: tuple[Clause, ...]

    def on(self, day: date) -> Rulebook:
        """The rulebook as it stands on a day: of every clause the one text in force, where none
        is the last that was, else the first that will be.
        """
        texts: dict[str, Clause] = {}
        for clause in sorted(self.clauses, key=lambda c: c.since or date.min):
            begun = clause.since is None or clause.since <= day
            if begun or clause.id not in texts:
                texts[clause.id] = clause
        if len(texts) == len(self.clauses):
            return self
        ids = dict.fromkeys(c.id for c in self.clauses)
        return replace(self, clauses=tuple(texts[i] for i in ids))


def names() -> dict[str, Path]:
    """Every rulebook that ships with the package, by id."""
    return discovery.folders("rulebooks", "rulebook.yaml")


def load_all(wanted: list[str]) -> list[Rulebook]:
    """Load rulebooks by id, folder or file; all mistakes of all of them at once."""
    books, mistakes = [], []
    for word in dict.fromkeys(wanted):
        try:
            books.append(load(word))
        except Mistakes as error:
            mistakes += error.lines
        except UserError as error:
            mistakes.append(str(error))
    ids = [b.id for b in books]
    mistakes += [f"two rulebooks have the id {i}" for i in sorted(set(ids)) if ids.count(i) > 1]
    if mistakes:
        raise Mistakes(dict.fromkeys(mistakes))  # one check may be cited by many clauses
    return books


def find(word: str) -> tuple[Path, str]:
    """Where the `rulebook.yaml` of an id, folder or file is, and how messages name it."""
    folder = names().get(word)
    path = folder / "rulebook.yaml" if folder else Path(word)
    if path.is_dir():
        path = path / "rulebook.yaml"
    if not path.is_file():
        hint = checks.meant(word, names())
        end = "" if hint else f"; there are: {', '.join(names())}"
        raise UserError(f"no rulebook is named {word}{hint} and no such file exists{end}")
    return path, f"rulebooks/{word}/rulebook.yaml" if folder else str(path)


def load(word: str) -> Rulebook:
    """Load one rulebook by id, or from a folder or a `rulebook.yaml`."""
    path, shown = find(word)
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown}: {error.strerror}") from error
    return _book(documents.parse(text, shown), path.parent)


def _book(document: documents.Document, folder: Path) -> Rulebook:
    said, mistakes = document.value, list[str]()
    if not isinstance(said, dict):
        raise Mistakes([f"{document.at()}: not a mapping"])
    _keys(document, (), BOOK_KEYS, BOOK_OPTIONAL, mistakes)
    for key in sorted(BOOK_KEYS & said.keys() - {"clauses"}):
        _word(document, (), key, mistakes)
    for key in ("binding", "unverified"):
        _whether(document, (), key, mistakes)
    clauses = []
    listed = said.get("clauses")
    if listed is not None and not isinstance(listed, list):
        mistakes.append(f"{document.at('clauses')}: clauses is not a list")
    for number in range(len(listed) if isinstance(listed, list) else 0):
        clause = _clause(document, number, folder, mistakes)
        if clause is not None:
            clauses.append((number, clause))
    mistakes += _overlaps(document, clauses)
    if mistakes:
        raise Mistakes(mistakes)
    return Rulebook(
        said["id"],
        said["version"],
        said["title"],
        _yes(said["binding"]),
        folder,
        tuple(c for _, c in clauses),
    )


def _overlaps(document: documents.Document, clauses: Sequence[tuple[int, Clause]]) -> list[str]:
    """Texts of one clause that are in force on one day."""
    found, earlier = [], dict[str, list[Clause]]()
    for number, clause in clauses:
        for other in earlier.setdefault(clause.id, []):
            begins = max(clause.since or date.min, other.since or date.min)
            ends = min(clause.until or date.max, other.until or date.max)
            if begins < ends:
                on = "on every day" if begins == date.min else f"on {begins}"
                found.append(
                    f"{document.at('clauses', number)}: clause {clause.id} is there twice "
                    f"{on}; give the older text an `until`"
                )
        earlier[clause.id].append(clause)
    return found


def _keys(
    document: documents.Document,
    place: documents.Place,
    needed: set[str],
    optional: set[str],
    mistakes: list[str],
) -> None:
    said = document.value
    for step in place:
        said = said[step]
    mistakes += [f"{document.at(*place)}: {k} is missing" for k in sorted(needed - said.keys())]
    for key in sorted(said.keys() - needed - optional):
        hint = checks.meant(key, needed | optional)
        mistakes.append(f"{document.at(*place, key)}: {key} is not known here{hint}")


def _clause(
    document: documents.Document, number: int, folder: Path, mistakes: list[str]
) -> Clause | None:
    place = ("clauses", number)
    said = document.value["clauses"][number]
    if not isinstance(said, dict):
        mistakes.append(f"{document.at(*place)}: a clause is not a mapping")
        return None
    known = len(mistakes)
    _keys(document, place, CLAUSE_KEYS, CLAUSE_OPTIONAL, mistakes)
    for key in sorted((CLAUSE_KEYS | {"title", "undecidable"}) & said.keys()):
        _word(document, place, key, mistakes)
    for key in ("binding", "unverified"):
        _whether(document, place, key, mistakes)
    if bool(said.get("checks")) == bool(said.get("undecidable")):
        mistakes.append(
            f"{document.at(*place)}: a clause either cites checks or says why it is undecidable"
        )
    days = {key: _day(document, place, key, mistakes) for key in ("since", "until")}
    if days["since"] and days["until"] and days["until"] <= days["since"]:
        mistakes.append(f"{document.at(*place, 'until')}: until is not after since")
    uses = _uses(document, place, said.get("checks") or [], folder, mistakes)
    if len(mistakes) > known:
        return None
    return Clause(
        said["id"],
        said.get("title") or said["id"],
        said["says"],
        said["addressee"],
        _yes(said.get("binding", document.value.get("binding"))),
        days["since"],
        days["until"],
        said["cites"],
        _yes(said.get("unverified")),
        uses,
        said.get("undecidable"),
        tuple(said.get("needs") or ()),
    )


def _uses(
    document: documents.Document,
    place: documents.Place,
    said: Any,
    folder: Path,
    mistakes: list[str],
) -> tuple[Use, ...]:
    uses = []
    for number, one in enumerate(said if isinstance(said, list) else [None]):
        at = document.at(*place, "checks", number)
        named = isinstance(one, dict) and isinstance(one.get("use"), str)
        if not named or one.keys() - {"use", "with"}:
            mistakes.append(f"{at}: a check is cited as {{use: NAME, with: {{PARAMETER: VALUE}}}}")
            continue
        try:
            check = checks.load(one["use"], folder)
            with_ = document.at(*place, "checks", number, "with")
            use = Use(check, checks.cast_parameters(check, one.get("with") or {}, with_))
            mistakes += _unknown_states(use, document, (*place, "checks", number, "with"))
            uses.append(use)
        except Mistakes as error:
            mistakes += error.lines
        except EvenhandError as error:
            mistakes.append(f"{at}: {error}")
            continue
        if [u.check.name for u in uses].count(one["use"]) == 2:
            # a verdict is found again by its clause, check and subject
            mistakes.append(
                f"{at}: {one['use']} is cited twice; give the second a clause of its own"
            )
    return tuple(uses)


def _unknown_states(
    use: Use, document: documents.Document, place: documents.Place
) -> Iterator[str]:
    """Codes in parameters that stand for states, and that nobody knows."""
    for name, value in use.parameters.items():
        if isinstance(value, list) and use.check.parameters[name].role != "none":
            for code in codes.unknown(value):
                at = document.at(*place, name)
                yield f"{at}: {name}: {code!r} is no state or group: see lists/territory"


def _word(
    document: documents.Document, place: documents.Place, key: str, mistakes: list[str]
) -> None:
    said = document.value
    for step in place:
        said = said[step]
    if not isinstance(said[key], str) or not said[key].strip():
        why = ": say where the wording stands" if key == "cites" else ""
        mistakes.append(f"{document.at(*place, key)}: {key} is to be a text{why}")


def _day(
    document: documents.Document, place: documents.Place, key: str, mistakes: list[str]
) -> date | None:
    said = document.value
    for step in place:
        said = said[step]
    if said.get(key) is None:
        return None
    try:
        return date.fromisoformat(said[key])
    except (ValueError, TypeError):
        mistakes.append(f"{document.at(*place, key)}: {said[key]!r} is no day as YYYY-MM-DD")
        return None


def _yes(value: Any) -> bool:
    return str(value).lower() in YES


def _whether(
    document: documents.Document, place: documents.Place, key: str, mistakes: list[str]
) -> None:
    """Note a value that is neither yes nor no: `binding: maybe` must not pass for no."""
    said = document.value
    for step in place:
        said = said[step]
    if said.get(key) is not None and str(said[key]).lower() not in (*YES, *NO):
        mistakes.append(f"{document.at(*place, key)}: {key} is to be true or false")
