"""Options and commands that open something, against the papers of the same product.

Spec: evenhand.enrich.undocumented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evenhand import pipeline
from evenhand.limits import Limits

MAN = ".TH GATE 8\n.TP\n.B {}\n\\-\\-file \\-\\-quiet \\-\\-out {}\n.B show\n"
TAKEN = """
  - {{path: bin/gate, kind: option, name: --file}}
  - {{path: bin/gate, kind: option, name: --quiet}}
  - {{path: bin/gate, kind: option, name: --out, in_help: true}}
  - {{path: bin/gate, kind: option, name: --service, opens: runs a command, weight: 1.0,
     because: "only it leads to: runs a command (execl)", hidden: {hidden}}}
  - {{path: bin/gate, kind: option, name: --odd}}
"""
LEFT_OUT = (
    "hidden_access:\n  - {path: bin/gate, kind: option left out of the help, constant: --service, "
    "strength: 0.6, because: x}\n"
)


def told(
    folder: Path,
    more: str = "",
    page: str = "gate.8",
    facts: str = "",
    hidden: str = "false",
    name: str = "gate",
) -> list[tuple[Any, ...]]:
    (folder / "facts.yaml").write_text(
        "product: [{product: gate, name: gate}]\naccepted:" + TAKEN.format(hidden=hidden) + facts
    )
    (folder / page).write_text(MAN.format(name, more))
    paths = [str(folder / "facts.yaml"), str(folder / page)]
    found, mistakes = pipeline.read(paths, Limits(), 1, lambda name: None, [("gate", "*")])
    assert mistakes == []
    query = "SELECT kind, constant, strength, disclosure, because FROM hidden_access ORDER BY id"
    return found.connection.execute(query).fetchall()


def test_what_opens_and_is_named_nowhere_is_told(tmp_path: Path) -> None:
    ((kind, name, strength, disclosure, because),) = told(tmp_path)
    assert (kind, name, strength, disclosure) == ("undocumented option", "--service", 0.55, None)
    assert because.startswith("gate.8 and its help name 3 of 5 such options")


def test_what_is_said_to_be_left_out_weighs_more(tmp_path: Path) -> None:
    ((*_, because),) = found = told(tmp_path, hidden="true")
    assert found[0][2] == 0.6
    assert "which it says to leave out" in because


def test_what_is_named_is_not_told(tmp_path: Path) -> None:
    assert told(tmp_path, "\\-\\-service") == []


def test_the_page_of_another_program_says_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, page="other.8", name="other") == []


def test_what_the_help_leaves_out_and_a_page_names_is_documented(tmp_path: Path) -> None:
    ((_, _, strength, disclosure, because),) = told(tmp_path, "\\-\\-service", facts=LEFT_OUT)
    assert (strength, disclosure) == (0.2, "documented")
    assert because.endswith("gate.8 names it")


def test_it_is_told_once(tmp_path: Path) -> None:
    ((kind, _, strength, disclosure, _),) = told(tmp_path, facts=LEFT_OUT)
    assert (kind, strength, disclosure) == ("option left out of the help", 0.6, None)


def test_a_port_that_no_paper_names(tmp_path: Path) -> None:
    port = "  - {path: bin/gate, kind: port, name: 4711, opens: listens, because: it listens}\n"
    named = "\\-\\-service listens on port {}"
    ((kind, constant, strength, _, because),) = told(tmp_path, named.format(8080), facts=port)
    assert (kind, constant, strength) == ("undocumented port", "port 4711", 0.45)
    assert "name other ports" in because
    assert told(tmp_path, named.format(4711), facts=port) == []
