"""The workshop of rule makers: list, show and test rulebooks and checks.

Spec: DESIGN, contract of the command line (rulebook).
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.errors import EvenhandError
from evenhand.judge import cases, check, rulebook


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
    """Run the cases of every check that the rulebooks cite; (report, something failed)."""
    books = rulebook.load_all(list(names) or list(rulebook.names()))
    used = {u.check.name: u.check for b in books for c in b.clauses for u in c.uses}
    if not names:
        used |= {n: check.load(n) for n in check.names() if n not in used}
    bench = cases.Bench()
    lines, failed, passed = [], 0, 0
    for name, one in sorted(used.items()):
        try:
            report = cases.test(one, bench)
        except EvenhandError as error:
            report = cases.Report(failures=str(error).splitlines())
        passed += report.passed
        wrong = report.failures + [f"checks/{name}/cases.yaml:1: {w}" for w in report.unseen()]
        failed += len(wrong)
        lines.append(f"{'FAIL' if wrong else 'ok  '} {name}: {report.passed} cases")
        lines += [f"     {w}" for w in wrong]
    lines.append(f"{passed} cases passed, {failed} faults in {len(used)} checks")
    return "\n".join(lines) + "\n", failed > 0
