"""The workshop of rule makers: list, show, test, begin, export, describe and compare rulebooks.

Spec: DESIGN, contract of the command line (rulebook).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evenhand.errors import EvenhandError, Mistakes, UserError
from evenhand.judge import cases, check, lint, rulebook

USAGE = {
    "list": "",
    "show": "RULEBOOK…",
    "test": "[RULEBOOK…]",
    "new": "NAME [--from-catalog FILE]",
    "export": "RULEBOOK -f oscal [-o FILE]",
    "docs": "RULEBOOK [-o DIR]",
    "diff": "OLD NEW EVIDENCE [-f text|json]",
}
WANTED = {"list": (0, 0), "show": (1, 99), "test": (0, 99), "new": (1, 1), "export": (1, 1),
          "docs": (1, 1), "diff": (3, 3)}  # fmt: skip
FORMATS = {"export": ("oscal",), "diff": ("text", "json")}  # the first is the default
TAKES_OUT = ("export", "docs")


@dataclass(frozen=True)
class Options:
    """What else was asked for."""

    as_of: date
    format: str | None = None
    out: Path | None = None
    catalogue: Path | None = None


def run(action: str, names: Sequence[str], options: Options) -> tuple[str, int]:
    """Do one thing; its text for stdout, and the exit code."""
    least, most = WANTED[action]
    formats = FORMATS.get(action, ())
    wrong = (
        not least <= len(names) <= most
        or (options.format is not None and options.format not in formats)
        or (options.catalogue is not None and action != "new")
        or (options.out is not None and action not in TAKES_OUT)
    )
    if wrong:
        raise UserError(f"usage: evenhand rulebook {action} {USAGE[action]}".rstrip())
    match action:
        case "list":
            return listing(), 0
        case "show":
            return show(names), 0
        case "test":
            text, failed = test(names)
            return text, int(failed)
        case "new":
            return _new(names[0], options), 0
        case "export":
            return _export(names[0], options), 0
        case "docs":
            return _docs(names[0], options), 0
    return _diff(names[0], names[1], Path(names[2]), options)


def _new(name: str, options: Options) -> str:
    from evenhand.judge import control, scaffold

    catalogue = control.load(options.catalogue) if options.catalogue else None
    folder = scaffold.new(name, catalogue)
    return f"wrote {folder}; next: evenhand rulebook test {folder}\n"


def _export(name: str, options: Options) -> str:
    from evenhand.judge import oscal

    (book,) = rulebook.load_all([name])
    text = oscal.catalog(book, options.as_of)
    if options.out is None:
        return text
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{options.out}: {error.strerror}") from error
    return f"wrote {options.out}\n"


def _docs(name: str, options: Options) -> str:
    from evenhand.judge import pages

    (book,) = rulebook.load_all([name])
    if options.out is None:
        return "\n".join(pages.pages(book).values())
    written = pages.write(book, options.out)
    return f"wrote {len(written)} pages in {options.out}, of which {pages.INDEX} is the first\n"


def _diff(old: str, new: str, folder: Path, options: Options) -> tuple[str, int]:
    from evenhand.judge import difference

    found = difference.compare(old, new, folder, options.as_of)
    text = difference.render(found, options.format or FORMATS["diff"][0])
    return text, int(bool(found.verdicts or found.clauses))


def listing() -> str:
    """Every rulebook and every check that ships."""
    lines = ["rulebooks"]
    for name in rulebook.names():
        book = rulebook.load(name)
        decidable = sum(bool(c.uses) for c in book.clauses)
        binding = "binding" if book.binding else "non-binding"
        lines.append(
            f"  {name}  {book.title} ({binding}): {len(book.clauses)} clauses, "
            f"{decidable} with checks"
        )
    lines += ["", "checks"]
    for name in check.names():
        lines.append(f"  {name}  {' '.join(check.load(name).asks.split())}")
    return "\n".join(lines) + "\n"


def show(names: Sequence[str]) -> str:
    """The clauses of rulebooks, with the checks that they cite."""
    lines = []
    for book in rulebook.load_all(list(names)):
        lines += [f"{book.id} (version {book.version}): {book.title}", ""]
        for clause in book.clauses:
            binding = "binding" if clause.binding else "non-binding"
            lines.append(f"{clause.id}  {clause.title} ({clause.addressee}, {binding})")
            lines.append(f"    {' '.join(clause.says.split())}")
            for use in clause.uses:
                given = {k: v for k, v in use.parameters.items() if v not in (None, [])}
                lines.append(f"    asks {use.check.name} {given or ''}".rstrip())
            if clause.undecidable:
                lines.append(f"    not decidable: {' '.join(clause.undecidable.split())}")
            lines.append(f"    source: {clause.cites}")
        lines.append("")
    return "\n".join(lines)


def test(names: Sequence[str]) -> tuple[str, bool]:
    """Run the cases of every check that the rulebooks cite; (report, something failed).

    Raises `Mistakes` with every fault of the rulebooks as written, before any case is run.
    """
    wrong_as_written = lint.faults(names)
    if wrong_as_written:
        raise Mistakes(wrong_as_written)
    books = rulebook.load_all(list(names) or list(rulebook.names()))
    used = {u.check.name: u.check for b in books for c in b.clauses for u in c.uses}
    if not names:
        used |= {n: check.load(n) for n in check.names() if n not in used}
    bench = cases.Bench()
    lines, failed, passed = [], 0, 0
    for name, one in sorted(used.items()):
        at = check.shown_at(name, one.folder, check.names().get(name) == one.folder)
        try:
            report = cases.test(one, bench)
        except EvenhandError as error:
            report = cases.Report(failures=str(error).splitlines())
        passed += report.passed
        wrong = report.failures + [f"{at}/cases.yaml:1: {w}" for w in report.unseen()]
        failed += len(wrong)
        lines.append(f"{'FAIL' if wrong else 'ok  '} {name}: {report.passed} cases")
        lines += [f"     {w}" for w in wrong]
    for book in books if names else ():
        undecidable = sum(c.undecidable is not None for c in book.clauses)
        lines.append(f"{book.id}: {len(book.clauses)} clauses, {undecidable} of them undecidable")
    lines.append(f"{passed} cases passed, {failed} faults in {len(used)} checks")
    return "\n".join(lines) + "\n", failed > 0
