"""The command line: words in, exit code out. Nothing heavy is imported before it is needed.

Spec: DESIGN, contract of the command line.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand import __version__
from evenhand.errors import EvenhandError, Mistakes, UserError

if TYPE_CHECKING:
    from evenhand.evidence import Evidence
    from evenhand.judge.result import Result
    from evenhand.judge.rulebook import Rulebook

EXAMPLES = {
    "check": """examples:
  evenhand check app.whl capture.pcapng sbom.json
  evenhand check firmware/ facts.yaml -r gids-2020 -o report.html -o result.json
  evenhand check inventory.yaml -r ./our-rules --swap XA:XB
  curl … | evenhand check - -f json""",
    "read": """example:
  evenhand read capture.pcap package.deb -o evidence/""",
    "judge": """example:
  evenhand judge evidence/ -r clean-network-2020 --as-of 2021-01-01""",
    "compare": """example:
  evenhand compare inventory.yaml -r gids-2020 -r clean-network-2020 --swap XA:XB""",
    "decide": """example:
  evenhand decide demand.yaml -r gids-2020""",
    "explain": """example:
  evenhand check demand.yaml --keep evidence/
  evenhand explain evidence/ gids-2020/5a/demand:d1""",
    "sql": """examples:
  evenhand sql evidence/ "SELECT host, count(*) FROM mention GROUP BY host"
  evenhand sql evidence/            lists the tables""",
    "rulebook": """examples:
  evenhand rulebook list
  evenhand rulebook show gids-2020
  evenhand rulebook new our-rules   (then change it, and:)
  evenhand rulebook test ./our-rules
  evenhand rulebook new theirs --from-catalog catalog.json
  evenhand rulebook export gids-2020 -f oscal -o gids.oscal.json
  evenhand rulebook docs ./our-rules -o pages/
  evenhand rulebook diff ./our-rules-1 ./our-rules-2 evidence/   (exit code 1: verdicts change)""",
    "lists": """examples:
  evenhand lists show
  evenhand lists update address_located --from FILE""",
}


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 nothing broken, 1 something broken, 2 the user's mistake."""
    top = parser()
    asked = top.parse_args(words)
    if not hasattr(asked, "run"):
        top.print_help()
        return 2
    try:
        code: int = asked.run(asked)
    except Mistakes as error:
        for line in error.lines:
            print(f"evenhand: {line}", file=sys.stderr)
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


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(
        prog="evenhand",
        description="One body of evidence, every rulebook: read artefacts, judge the facts, "
        "report each verdict with the evidence that it rests on.",
        epilog="exit codes: 0 nothing broken, 1 something broken, 2 a mistake in what was asked",
    )
    top.add_argument("--version", action="version", version=f"evenhand {__version__}")
    commands = top.add_subparsers(metavar="COMMAND")

    def command(name: str, says: str, run: Any) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=says,
            description=says[0].upper() + says[1:] + ".",
            epilog=EXAMPLES[name],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run)
        return made

    check = command("check", "read artefacts, judge them, report", _check)
    check.add_argument("paths", nargs="+", metavar="PATH", help="file, folder, or - for stdin")
    _judging(check)
    _reading(check)
    _reporting(check)
    check.add_argument("--keep", type=Path, metavar="DIR", help="keep the evidence there")
    check.add_argument(
        "--baseline",
        metavar="PATH",
        help="an earlier release (or its kept evidence): report what differs in facts",
    )

    read = command("read", "read artefacts and keep the evidence", _read)
    read.add_argument("paths", nargs="+", metavar="PATH", help="file, folder, or - for stdin")
    read.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR")
    _reading(read)

    judge = command("judge", "judge kept evidence", _judge)
    judge.add_argument("folder", type=Path, metavar="DIR")
    _judging(judge)
    _reporting(judge)

    compare = command("compare", "judge with several rulebooks side by side", _compare)
    compare.add_argument("paths", nargs="+", metavar="PATH-or-DIR")
    _judging(compare)
    _reading(compare)
    compare.add_argument("-f", dest="format", choices=("text", "json"), default="text")

    decide = command("decide", "answer one transfer, demand, notice or update now", _decide)
    decide.add_argument("file", metavar="FILE", help="a facts file")
    _judging(decide)
    _reading(decide)

    explain = command("explain", "say what a verdict rests on and what would flip it", _explain)
    explain.add_argument("folder", type=Path, metavar="DIR", help="kept evidence")
    explain.add_argument("verdict", metavar="VERDICT", help="RULEBOOK/CLAUSE/SUBJECT")
    explain.add_argument("--as-of", type=_day, metavar="DAY", default=None)
    explain.add_argument(
        "-r", "--rulebook", metavar="RULEBOOK", help="folder or file, where it is none of ours"
    )

    sql = command("sql", "ask the evidence in SQL (DuckDB)", _sql)
    sql.add_argument("folder", type=Path, metavar="DIR", help="kept evidence")
    sql.add_argument("query", nargs="?", metavar="QUERY")
    sql.add_argument("-f", dest="format", choices=("text", "csv", "json"), default="text")

    rulebook = command("rulebook", "list, test, write, export or compare rulebooks", _rulebook)
    rulebook.add_argument(
        "action", choices=("list", "show", "test", "new", "export", "docs", "diff")
    )
    rulebook.add_argument("names", nargs="*", metavar="NAME", help="id, folder or file")
    rulebook.add_argument("-f", dest="format", choices=("text", "json", "oscal"))
    rulebook.add_argument("-o", dest="out", type=Path, metavar="PATH")
    rulebook.add_argument("--from-catalog", type=Path, metavar="FILE", help="an OSCAL catalogue")
    rulebook.add_argument("--as-of", type=_day, metavar="DAY", help="export, diff: as of this day")

    lists = command("lists", "show or update the lists that addresses and law come from", _lists)
    lists.add_argument("action", choices=("show", "update"))
    lists.add_argument("name", nargs="?", metavar="LIST")
    lists.add_argument("--from", dest="source", type=Path, metavar="FILE")
    lists.add_argument("--version-day", metavar="DAY", help="day of the data in FILE")
    return top


def _judging(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("judging")
    group.add_argument(
        "-r",
        "--rulebook",
        action="append",
        dest="rulebooks",
        metavar="RULEBOOK",
        help="id, folder or file; give several (default: gids-2020 and clean-network-2020)",
    )
    group.add_argument(
        "--as-of", type=_day, metavar="DAY", default=None, help="judge as of this day (today, UTC)"
    )
    group.add_argument(
        "--replay", action="store_true", help="judge facts that are older than the rule, marked so"
    )
    group.add_argument(
        "--profile", type=Path, metavar="FILE", help="rulebooks, parameters, products, waivers"
    )
    group.add_argument(
        "--swap", metavar="AA:BB", help="also say what each verdict rests on, two states exchanged"
    )


def _reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading")
    group.add_argument("--jobs", type=int, metavar="N", default=os.cpu_count() or 1)
    group.add_argument(
        "--limit", action="append", default=[], metavar="NAME=NUMBER", help="change a limit"
    )
    group.add_argument(
        "--pseudonymise",
        nargs="?",
        const="",
        metavar="KEYFILE",
        help="replace client addresses and user names by keyed hashes (without KEYFILE: a new key)",
    )


def _reporting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reporting")
    group.add_argument(
        "-f", dest="format", metavar="FORMAT", help="terminal, json, html, sarif or oscal"
    )
    group.add_argument(
        "-o",
        dest="out",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="write a report; the format is the file's suffix unless -f says it",
    )
    group.add_argument("--fail-on", choices=("broken", "never"), default="broken")
    group.add_argument("-v", "--verbose", action="store_true", help="leave nothing out")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day as YYYY-MM-DD") from None


def _gather(asked: argparse.Namespace, paths: Sequence[str]) -> tuple[Evidence, list[str]]:
    from evenhand import pipeline, pseudonym
    from evenhand.judge import profile
    from evenhand.limits import Limits

    limits = Limits().with_words(asked.limit)
    key = pseudonym.key_of(asked.pseudonymise)
    progress = _progress()
    products = profile.load(getattr(asked, "profile", None)).products
    evidence, mistakes = pipeline.read(paths, limits, asked.jobs, progress, products)
    progress("")
    if key is not None:
        pseudonym.apply(evidence.connection, key)
    for line in mistakes:
        print(f"evenhand: {line}", file=sys.stderr)
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


def _verdicts(asked: argparse.Namespace, evidence: Evidence, books: list[Rulebook]) -> Result:
    from evenhand.judge import bench, judge, profile

    swap = bench.parse_swap(asked.swap)
    as_of = asked.as_of or datetime.now(UTC).date()
    result = judge(evidence, books, as_of, asked.replay, swap, profile.load(asked.profile))
    for note in result.notes:
        print(f"evenhand: {note}", file=sys.stderr)
    return result


def _books(asked: argparse.Namespace) -> list[Rulebook]:
    """The rulebooks asked for: a mistake in one is said before anything is read."""
    from evenhand.judge import DEFAULT, bench, profile, rulebook

    bench.parse_swap(asked.swap)
    chosen = profile.load(asked.profile)
    books = rulebook.load_all(list(asked.rulebooks or chosen.rulebooks or DEFAULT))
    profile.apply_parameters(books, chosen)
    return books


def _report(asked: argparse.Namespace, result: Result) -> None:
    from evenhand import pipeline, reports

    wanted = [(reports.named(asked.format, path), path) for path in asked.out]
    for report, path in wanted:
        pipeline.save(report.render(result, reports.Options(verbose=asked.verbose)), path)
        print(f"wrote {path}", file=sys.stderr)
    if not wanted or (asked.format is None and sys.stdout.isatty()):
        report = reports.named(asked.format or "terminal", None)
        sys.stdout.write(report.render(result, reports.for_terminal(sys.stdout, asked.verbose)))


def _code(asked: argparse.Namespace, result: Result, mistakes: list[str]) -> int:
    if mistakes or not any(r.outcome in ("read", "partly") for r in result.readings):
        if not mistakes:
            print("evenhand: nothing could be read", file=sys.stderr)
        return 2
    broken = any(v.outcome == "broken" and not v.waived for v in result.verdicts)
    return int(broken and asked.fail_on == "broken")


def _check(asked: argparse.Namespace) -> int:
    books = _books(asked)
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
    evidence, mistakes = _gather(asked, asked.paths)
    evidence.keep(asked.out)
    print(f"wrote {asked.out}", file=sys.stderr)
    return 2 if mistakes else 0


def _judge(asked: argparse.Namespace) -> int:
    from evenhand.evidence import Evidence

    result = _verdicts(asked, Evidence.load(asked.folder), _books(asked))
    _report(asked, result)
    return _code(asked, result, [])


def _open(asked: argparse.Namespace, paths: Sequence[str]) -> tuple[Evidence, list[str]]:
    """Kept evidence where one folder of it is given, else artefacts."""
    from evenhand.evidence import MANIFEST, Evidence

    if len(paths) == 1 and (Path(paths[0]) / MANIFEST).is_file():
        return Evidence.load(Path(paths[0])), []
    return _gather(asked, paths)


def _compare(asked: argparse.Namespace) -> int:
    from evenhand.judge import compare

    books = _books(asked)
    evidence, mistakes = _open(asked, asked.paths)
    sys.stdout.write(compare.render(_verdicts(asked, evidence, books), asked.format))
    return 2 if mistakes else 0


def _decide(asked: argparse.Namespace) -> int:
    from evenhand.judge import compare

    books = _books(asked)
    evidence, mistakes = _gather(asked, [asked.file])
    result = _verdicts(asked, evidence, books)
    sys.stdout.write(compare.answers(result))
    if mistakes:
        return 2
    return int(any(v.outcome == "broken" for v in result.verdicts))


def _explain(asked: argparse.Namespace) -> int:
    from evenhand.evidence import Evidence
    from evenhand.judge import explain

    as_of = asked.as_of or datetime.now(UTC).date()
    sys.stdout.write(
        explain.explain(Evidence.load(asked.folder), asked.verdict, as_of, asked.rulebook)
    )
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
            raise UserError("evenhand lists update LIST --from FILE: both are needed")
        info = lists.update(asked.name, asked.source, asked.version_day)
        print(f"installed {info.label}: {info.path}", file=sys.stderr)
        return 0
    chosen = [lists.one(asked.name)] if asked.name else list(lists.every().values())
    sys.stdout.write(listing.describe(chosen, datetime.now(UTC).date()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
