"""Findings: what is shown comes first, then what nobody disclosed, the weightier first."""

from __future__ import annotations

from pathlib import Path

from evenhand import pipeline
from evenhand.judge import finding
from evenhand.limits import Limits
from tests.conftest import Run

FACTS = """
product: [{product: gate, name: gate}]
hidden_access:
  - {product: gate, kind: debug entrance, constant: weak, strength: 0.2}
  - {product: gate, kind: fixed secret, constant: told, strength: 0.9, disclosure: documented}
  - {product: gate, kind: fixed secret, constant: likely, strength: 0.8, because: a rare constant}
  - {product: gate, kind: default account, constant: sure, strength: 0.7, effect_shown: true}
  - {product: gate, kind: default account, constant: none, strength: 0}
"""


def test_findings_stand_in_the_order_in_which_to_look(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS)
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    found = finding.findings(evidence.connection)
    assert [f.about for f in found] == ["sure", "likely", "weak", "told"]
    assert [f.look_here for f in found] == [True, True, False, False]
    assert finding.number(evidence.connection) == 4
    assert [f.about for f in finding.findings(evidence.connection, 1)] == ["sure"]


def test_what_two_tables_tell_of_one_place_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "auth.py"
    path.write_text(
        "def is_admin(request):\n"
        "    if request.headers.get('x-support-token') == '9f2c77ab01e4':\n"
        "        return True\n"
        "    return request.user.is_admin\n"
    )
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    told = evidence.connection.execute("SELECT kind FROM evidence.behaviour ORDER BY 1").fetchall()
    assert told == [("checks a fixed secret",), ("lets past a check",)]  # two ways to see it
    (only,) = finding.findings(evidence.connection)
    assert (only.table, only.locator) == ("hidden_access", "line 2")
    assert finding.number(evidence.connection) == 1


def test_a_product_with_few_findings_has_leads_and_they_are_none(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_job.py").write_text("import os\nos.system('true')\n")
    (tmp_path / "job.py").write_text(
        "import random, subprocess, zlib\n"
        "def pack(data):\n    return zlib.compress(data)\n"
        "def build(path):\n    return subprocess.run(['cc', path])\n"
        "def remove(path):\n    import os\n    os.unlink(path)\n"
        "def load(text):\n    return eval(text)\n"
        "def draw(some):\n    return random.choice(some)\n"
    )
    evidence, mistakes = pipeline.read([str(tmp_path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    found = finding.findings(evidence.connection)
    assert [(f.path, f.kind) for f in found] == [
        ("job.py", "runs code"), ("job.py", "runs a command"), ("job.py", "deletes"),
    ]  # fmt: skip
    assert all(f.lead and not f.look_here and f.strength <= finding.FAINT for f in found)
    assert finding.number(evidence.connection) == finding.FEW


ROOT = """
document_name:
  - {path: man8/told.8, source: man page, about: told, kind: option, names: [--x]}
account:
  - {path: etc/passwd, name: root, uid: 0, password: elsewhere}
  - {path: etc/passwd, name: toor, uid: 0, password: locked}
service:
  - {path: a.socket, name: told.socket, listens: "0.0.0.0:23"}
  - {path: b.socket, name: quiet.socket, listens: "/run/b, 2323"}
  - {path: c.socket, name: local.socket, listens: "127.0.0.1:23"}
key_file:
  - {path: root/.ssh/authorized_keys, kind: authorised key, fingerprint: "SHA256:x"}
  - {path: etc/ssl/ca.pem, kind: trusted authority, fingerprint: "sha256:y"}
"""


def test_accounts_keys_and_services_are_leads(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(ROOT)
    evidence, mistakes = pipeline.read([str(path)], Limits(), 1, lambda name: None)
    assert mistakes == []
    found = finding.findings(evidence.connection)
    assert [(f.kind, f.about) for f in found] == [
        ("account", "toor"), ("authorised key", "SHA256:x"), ("service", "quiet.socket"),
    ]  # fmt: skip
    assert all(f.lead and not f.look_here and f.strength <= finding.FAINT for f in found)


def test_a_score_alone_breaks_nothing_and_is_said(tmp_path: Path, evenhand: Run) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(
        "product: [{product: gate, name: gate}]\n"
        "hidden_access:\n"
        "  - {product: gate, path: sbin/gate, kind: fixed secret,\n"
        "     constant: likely, strength: 0.8, because: a rare constant}\n"
    )
    done = evenhand("check", path, "-r", "gids-2020")
    assert done.returncode == 0, done.stderr
    assert "Look here: 1 finding" in done.stdout
    assert "sbin/gate, /hidden_access/0: fixed secret (likely)" in done.stdout
    assert "not shown, look here (strength 0.80): a rare constant" in done.stdout
