"""The command line: words in, exit code out. Nothing heavy is imported before it is needed.

Spec: DESIGN, contract of the command line.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import arguments
from evenhand.errors import EvenhandError, Mistakes, UserError
from evenhand.limits import COLLECT

if TYPE_CHECKING:
    from evenhand.engines import Elsewhere
    from evenhand.evidence import Evidence
    from evenhand.judge.result import Result
    from evenhand.judge.rulebook import Rulebook


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 nothing broken, 1 something broken, 2 the user's mistake."""
    gc.set_threshold(*COLLECT)
    top = arguments.parser(COMMANDS)
    asked = top.parse_args(words)
    if not hasattr(asked, "run"):
        top.print_help()
        return 2
    if words is None:
        from evenhand import starter

        starter.own()
    try:
        code: int = asked.run(asked)
    except Mistakes as error:
        _say(error.lines)
        return 2
    except EvenhandError as error:
        print(f"evenhand: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nevenhand: interrupted", file=sys.stderr)
        return 130
    return code


def _gather(asked: argparse.Namespace, paths: Sequence[str]) -> tuple[Evidence, list[str]]:
    from evenhand import offers, pipeline, pseudonym, server_query
    from evenhand.judge import profile
    from evenhand.limits import Limits

    limits = Limits().with_words(asked.limit)
    key = pseudonym.key_of(asked.pseudonymise)
    progress = _progress()
    chosen = profile.load(getattr(asked, "profile", None))
    with tempfile.TemporaryDirectory(prefix="evenhand-") as folder:
        given = [*chosen.mappings, *server_query.answers(chosen.queries, Path(folder))]
        evidence, mistakes = pipeline.read(
            paths, limits, asked.jobs, progress, chosen.products, given
        )
    progress("")
    for line in offers.notes(evidence.connection):
        print(f"evenhand: {line}", file=sys.stderr)
    if key is not None:
        pseudonym.apply(evidence.connection, key)
    _say(mistakes)
    return evidence, mistakes


def _progress() -> Any:
    if not sys.stderr.isatty():
        return lambda name: None
    count = 0

    def show(name: str) -> None:
        nonlocal count
        count += 1
        line = f"{count} read  {name}"[:78] if name else ""
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)

    return show


def _verdicts(
    asked: argparse.Namespace,
    evidence: Evidence,
    books: list[Rulebook],
    elsewhere: Elsewhere | None = None,
) -> Result:
    from evenhand.judge import bench, judge, profile

    swap = bench.parse_swap(asked.swap)
    as_of = asked.as_of or datetime.now(UTC).date()
    chosen = profile.load(asked.profile)
    result = judge(evidence, books, as_of, asked.replay, swap, chosen, elsewhere)
    return replace(result, notes=_noted(evidence, result, swap))


def _noted(evidence: Evidence, result: Result, swap: tuple[str, str] | None) -> tuple[str, ...]:
    """What is to be told besides the verdicts: of reading, of waivers, of what was asked."""
    from evenhand import notices

    read, judged = notices.after_reading(evidence), notices.after_judging(evidence, swap)
    return (*read, *result.notes, *judged)


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        from evenhand.judge.words import printable  # with all of the judge: where there are notes

        print(f"evenhand: {printable(note)}", file=sys.stderr)


def _books(asked: argparse.Namespace) -> list[Rulebook]:
    """The rulebooks asked for: a mistake in one is said before anything is read."""
    from evenhand.judge import DEFAULT, bench, profile, rulebook

    bench.parse_swap(asked.swap)
    chosen = profile.load(asked.profile)
    books = rulebook.load_all(list(asked.rulebooks or chosen.rulebooks or DEFAULT))
    profile.apply_parameters(books, chosen)
    return books


def _formats(asked: argparse.Namespace) -> None:
    """A format that there is none of is said before anything is read."""
    from evenhand import reports

    for path in asked.out or [None]:
        reports.named(asked.format or (None if path else "terminal"), path)


def _report(asked: argparse.Namespace, result: Result) -> None:
    from evenhand import pipeline, reports

    wanted = [(reports.named(asked.format, path), path) for path in asked.out]
    for report, path in wanted:
        pipeline.save(report.pieces(result, reports.Options(verbose=asked.verbose)), path)
        print(f"wrote {path}", file=sys.stderr)
    printed = not wanted or (asked.format is None and sys.stdout.isatty())
    if not printed or asked.format not in (None, "terminal"):
        _say(result.notes)  # the report on the terminal has them itself
    if printed:
        report = reports.named(asked.format or "terminal", None)
        options = reports.for_terminal(sys.stdout, asked.verbose)
        sys.stdout.writelines(report.pieces(result, options))


def _code(asked: argparse.Namespace, result: Result, mistakes: list[str]) -> int:
    if mistakes or not any(r.outcome in ("read", "partly") for r in result.readings):
        if not mistakes:
            print("evenhand: nothing could be read", file=sys.stderr)
        return 2
    broken = any(not v.waived for v in result.having("broken"))
    return int(broken and asked.fail_on == "broken")


def _check(asked: argparse.Namespace) -> int:
    books = _books(asked)
    _formats(asked)
    evidence, mistakes = _gather(asked, asked.paths)
    if asked.keep:
        evidence.keep(asked.keep)
    result = _verdicts(asked, evidence, books)
    if asked.baseline:
        from evenhand import baseline

        old, more = _open(asked, [asked.baseline])
        mistakes += more
        result = replace(result, differences=baseline.differences(evidence, old))
    _report(asked, result)
    return _code(asked, result, mistakes)


def _read(asked: argparse.Namespace) -> int:
    from evenhand import notices

    evidence, mistakes = _gather(asked, asked.paths)
    _say(notices.after_reading(evidence))
    evidence.keep(asked.out)
    print(f"wrote {asked.out}", file=sys.stderr)
    return 2 if mistakes else 0


def _judge(asked: argparse.Namespace) -> int:
    from evenhand import engines
    from evenhand.evidence import Evidence

    books = _books(asked)
    evidence = Evidence.load(asked.folder)
    with engines.beside(asked.engine, evidence.connection) as elsewhere:
        result = _verdicts(asked, evidence, books, elsewhere)
        _report(asked, result)
        return _code(asked, result, [])


def _open(asked: argparse.Namespace, paths: Sequence[str]) -> tuple[Evidence, list[str]]:
    """Kept evidence where one folder of it is given, else artefacts."""
    from evenhand.evidence import MANIFEST, Evidence

    if len(paths) == 1 and (Path(paths[0]) / MANIFEST).is_file():
        return Evidence.load(Path(paths[0])), []
    return _gather(asked, paths)


def _compare(asked: argparse.Namespace) -> int:
    from evenhand.judge import bench, compare, profile

    books = _books(asked)
    evidence, mistakes = _open(asked, asked.paths)
    as_of = asked.as_of or datetime.now(UTC).date()
    swap, chosen = bench.parse_swap(asked.swap), profile.load(asked.profile)
    found = compare.compare(evidence, books, as_of, asked.replay, swap, chosen)
    _say(_noted(evidence, found.result, swap))
    sys.stdout.write(compare.render(found, asked.format))
    return 2 if mistakes else 0


def _decide(asked: argparse.Namespace) -> int:
    from evenhand.judge import compare

    books = _books(asked)
    evidence, mistakes = _gather(asked, [asked.file])
    result = _verdicts(asked, evidence, books)
    _say(result.notes)
    sys.stdout.write(compare.answers(result))
    if mistakes:
        return 2
    return int(any(v.outcome == "broken" for v in result.verdicts))


def _explain(asked: argparse.Namespace) -> int:
    from evenhand.evidence import Evidence
    from evenhand.judge import explain

    as_of = asked.as_of or datetime.now(UTC).date()
    words = explain.Asked(asked.verdict, as_of, asked.rulebook, asked.replay, asked.profile)
    sys.stdout.write(explain.explain(Evidence.load(asked.folder), words))
    return 0


def _sql(asked: argparse.Namespace) -> int:
    from evenhand import query
    from evenhand.evidence import Evidence

    evidence = Evidence.load(asked.folder)
    sys.stdout.write(query.answer(evidence.connection, asked.query, asked.format))
    return 0


def _rulebook(asked: argparse.Namespace) -> int:
    from evenhand.judge import workshop

    day = asked.as_of or datetime.now(UTC).date()
    options = workshop.Options(day, asked.format, asked.out, asked.from_catalog)
    text, code = workshop.run(asked.action, asked.names, options)
    sys.stdout.write(text)
    return code


def _lists(asked: argparse.Namespace) -> int:
    from evenhand import listing, lists

    if asked.action == "update":
        if not asked.name or not asked.source:
            raise UserError("usage: evenhand lists update LIST --from FILE")
        info = lists.update(asked.name, asked.source, asked.version_day)
        print(f"installed {info.label}: {info.path}", file=sys.stderr)
        return 0
    chosen = [lists.one(asked.name)] if asked.name else list(lists.every().values())
    sys.stdout.write(listing.describe(chosen, datetime.now(UTC).date()))
    return 0


COMMANDS = {
    "check": _check,
    "read": _read,
    "judge": _judge,
    "compare": _compare,
    "decide": _decide,
    "explain": _explain,
    "sql": _sql,
    "rulebook": _rulebook,
    "lists": _lists,
}


if __name__ == "__main__":
    sys.exit(main())
