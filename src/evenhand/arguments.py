"""The words of the command line: every command, its options, its help.

Spec: DESIGN, contract of the command line.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from evenhand import __version__, engines

Run = Callable[[argparse.Namespace], int]  # a command: words in, exit code out
Command = Callable[[str, str], argparse.ArgumentParser]  # name and help of a command → its words

EXAMPLES = {
    "check": """examples:
  evenhand check app.whl capture.pcapng sbom.json
  evenhand check firmware/ facts.yaml -r gids-2020 -o report.html -o result.json
  evenhand check inventory.yaml -r ./our-rules --swap XA:XB
  evenhand check register.xlsx register.map.yaml -r eu-gdpr-transfers   (a mapping says what
                                                                         the columns mean)
  curl … | evenhand check - -f json""",
    "read": """example:
  evenhand read capture.pcap package.deb -o evidence/""",
    "judge": """example:
  evenhand judge evidence/ -r clean-network-2020 --as-of 2021-01-01
  SPARK_MASTER=spark://host:7077 evenhand judge evidence/ -r eu-gdpr-transfers --engine spark""",
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


class Words(argparse.ArgumentParser):
    """The words of a command: its options may stand between its paths."""

    _parsing = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse; argparse's own way to mix paths and options calls this twice."""
        if self._parsing or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._parsing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._parsing = False


def parser(run: Mapping[str, Run]) -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(
        prog="evenhand",
        description="One body of evidence, every rulebook: read artefacts, judge the facts, "
        "report each verdict with the evidence that it rests on.",
        epilog="exit codes: 0 nothing broken, 1 something broken, 2 a mistake in what was asked",
    )
    top.add_argument("--version", action="version", version=f"evenhand {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", parser_class=Words)

    def command(name: str, says: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=says,
            description=says[0].upper() + says[1:] + ".",
            epilog=EXAMPLES[name],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(run=run[name])
        return made

    _add_judging_commands(command)
    _add_looking_commands(command)
    return top


def _add_judging_commands(command: Command) -> None:
    """Commands that read artefacts or judge evidence."""
    check = command("check", "read artefacts, judge them, report")
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

    read = command("read", "read artefacts and keep the evidence")
    read.add_argument("paths", nargs="+", metavar="PATH", help="file, folder, or - for stdin")
    read.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR")
    _reading(read)

    judge = command("judge", "judge kept evidence")
    judge.add_argument("folder", type=Path, metavar="DIR")
    _judging(judge)
    judge.add_argument(
        "--engine",
        choices=engines.NAMES,
        default=engines.NAMES[0],
        help="where the checks run: here, or in Spark (needs evenhand[spark] and Java 17; "
        "SPARK_MASTER names the machines)",
    )
    _reporting(judge)

    compare = command("compare", "judge with several rulebooks side by side")
    compare.add_argument("paths", nargs="+", metavar="PATH-or-DIR")
    _judging(compare)
    _reading(compare)
    compare.add_argument("-f", dest="format", choices=("text", "json"), default="text")

    decide = command("decide", "answer one transfer, demand, notice or update now")
    decide.add_argument("file", metavar="FILE", help="a facts file")
    _judging(decide)
    _reading(decide)


def _add_looking_commands(command: Command) -> None:
    """Commands that look into evidence, rulebooks and lists."""
    explain = command("explain", "say what a verdict rests on and what would flip it")
    explain.add_argument("folder", type=Path, metavar="DIR", help="kept evidence")
    explain.add_argument("verdict", metavar="VERDICT", help="RULEBOOK/CLAUSE/SUBJECT")
    explain.add_argument("--as-of", type=_day, metavar="DAY", default=None)
    explain.add_argument(
        "-r", "--rulebook", metavar="RULEBOOK", help="folder or file, where it is none of ours"
    )
    explain.add_argument("--replay", action="store_true", help="as it was judged, see check --help")
    explain.add_argument("--profile", type=Path, metavar="FILE", help="as it was judged")

    sql = command("sql", "ask the evidence in SQL (DuckDB)")
    sql.add_argument("folder", type=Path, metavar="DIR", help="kept evidence")
    sql.add_argument("query", nargs="?", metavar="QUERY")
    sql.add_argument("-f", dest="format", choices=("text", "csv", "json"), default="text")

    rulebook = command("rulebook", "list, test, write, export or compare rulebooks")
    rulebook.add_argument(
        "action", choices=("list", "show", "test", "new", "export", "docs", "diff")
    )
    rulebook.add_argument("names", nargs="*", metavar="NAME", help="id, folder or file")
    rulebook.add_argument("-f", dest="format", choices=("text", "json", "oscal"))
    rulebook.add_argument("-o", dest="out", type=Path, metavar="PATH")
    rulebook.add_argument("--from-catalog", type=Path, metavar="FILE", help="an OSCAL catalogue")
    rulebook.add_argument("--as-of", type=_day, metavar="DAY", help="export, diff: as of this day")

    lists = command("lists", "show or update the lists that addresses and law come from")
    lists.add_argument("action", choices=("show", "update"))
    lists.add_argument("name", nargs="?", metavar="LIST")
    lists.add_argument("--from", dest="source", type=Path, metavar="FILE")
    lists.add_argument("--version-day", metavar="DAY", help="day of the data in FILE")


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
        "--profile",
        type=Path,
        metavar="FILE",
        help="rulebooks, parameters, products, mappings, waivers",
    )
    group.add_argument(
        "--swap", metavar="AA:BB", help="also say what each verdict rests on, two states exchanged"
    )


def _reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading")
    group.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        default=os.cpu_count() or 1,
        help="processes that read at the same time (one for each processor)",
    )
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


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes, from 1 up")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day as YYYY-MM-DD") from None
