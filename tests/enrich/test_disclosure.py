"""Documents of a product announce findings by name, or they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evenhand import pipeline
from evenhand.evidence import Evidence
from evenhand.judge import finding
from evenhand.limits import Limits

FACTS = """
product: [{product: gate, name: gate}]
hidden_access:
  - {product: gate, path: gate, kind: debug entrance, constant: --debug-console, strength: 0.8}
  - {product: gate, path: gate, kind: debug entrance, constant: --debug, strength: 0.7}
  - {product: gate, path: gate, kind: default account, constant: service, strength: 0.6}
behaviour:
  - {path: gate, kind: reports usage, target: "https://stats.gate.example/in"}
  - {path: gate, kind: reports usage, target: "https://other.gate.example/in"}
"""
README = """# Gate
With --debug-console a debug console listens on port 4444, unless it is disabled.

The account "service" may log in.

Usage data are sent to stats.gate.example.

See other.gate.example and --debug.
"""


def evidence(tmp_path: Path, readme: str) -> Evidence:
    (tmp_path / "facts.yaml").write_text(FACTS)
    (tmp_path / "README").write_text(readme)
    paths = [str(tmp_path / "facts.yaml"), str(tmp_path / "README")]
    found, mistakes = pipeline.read(paths, Limits(), 1, lambda name: None, [("gate", "*")])
    assert mistakes == []
    return found


def asked(found: Evidence, query: str) -> list[tuple[Any, ...]]:
    return found.connection.execute(query).fetchall()


def test_a_name_in_a_sentence_about_it_discloses(tmp_path: Path) -> None:
    found = evidence(tmp_path, README)
    marked = asked(found, "SELECT constant, disclosure FROM hidden_access ORDER BY constant")
    # the account is named, but not how to turn it off: the question stays open
    assert marked == [("--debug", None), ("--debug-console", "documented"), ("service", None)]
    declared = asked(found, "SELECT text FROM declaration WHERE kind = 'access' ORDER BY text")
    assert declared == [("--debug-console",), ("service",)]
    told = asked(
        found,
        "SELECT b.target, d.path, d.locator FROM disclosure AS d "
        "JOIN behaviour AS b ON b.id = d.finding",
    )
    assert told == [("https://stats.gate.example/in", "README", "line 6")]
    kept = {f.about: f.look_here for f in finding.findings(found.connection)}
    assert kept == {"--debug": True, "--debug-console": False, "service": True}


def test_without_documents_nothing_is_disclosed(tmp_path: Path) -> None:
    found = evidence(tmp_path, "# Gate\n\nServes pages.\n")
    assert asked(found, "SELECT * FROM disclosure") == []
    assert asked(found, "SELECT DISTINCT disclosure FROM hidden_access") == [(None,)]


def test_rights_that_a_document_names_send_nobody_there(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("User dev may do everything by sudo without a password.\n")
    place = tmp_path / "etc/sudoers.d/x"
    place.parent.mkdir(parents=True)
    place.write_text("dev ALL=(ALL) NOPASSWD: ALL\nsvc ALL=(ALL) NOPASSWD: ALL\n")
    found, _ = pipeline.read([str(tmp_path)], Limits(), 1, lambda name: None, [("d", "*")])
    kept = {f.about: f.look_here for f in finding.findings(found.connection)}
    assert kept == {"dev": False, "svc": True}
