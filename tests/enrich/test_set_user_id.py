"""Programs that run as their owner: one that starts a shell is told from one that asks first.

Spec: evenhand.enrich.set_user_id.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from evenhand import facts
from evenhand.enrich import set_user_id
from evenhand.evidence import Evidence

ARCHIVE, PROGRAM = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def told(calls: list[str], runs: str, mode: int = 0o4755, options: tuple[str, ...] = ()) -> Any:
    """Path and reason of what is written for a system with one such program."""
    path = "usr/lib/kiosk/thumb"
    rows: dict[str, list[dict[str, Any]]] = {
        "occurrence": [
            {"artefact": ARCHIVE, "path": "root.tar"},
            {"artefact": PROGRAM, "path": f"root.tar!/{path}", "parent": ARCHIVE},
        ],
        "file": [{"artefact": ARCHIVE, "path": path, "kind": "file", "mode": mode, "owner": "0"}],
        "behaviour": [
            {"artefact": PROGRAM, "kind": "runs commands", "target": runs},
        ],
        "accepted": [{"artefact": PROGRAM, "kind": "option", "name": o} for o in options],
        "native_use": [{"artefact": PROGRAM, "kind": "calls", "name": c} for c in calls],
    }
    evidence = Evidence.empty()
    for name, given in rows.items():
        numbered = [{"id": f"{name}/t/{n}"} | row for n, row in enumerate(given)]
        evidence.add(name, pa.Table.from_pylist(numbered, schema=facts.tables()[name].schema()))
    set_user_id.enrich(evidence.connection)
    query = "SELECT path, because, strength FROM evidence.hidden_access"
    return evidence.connection.execute(query).fetchall()


def test_one_that_starts_a_shell_is_told_and_alone_put_before_nobody() -> None:
    ((path, because, strength),) = told(["execl", "setuid"], "/bin/sh")
    assert path == "root.tar!/usr/lib/kiosk/thumb"
    assert (
        because
        == "runs as root whoever starts it: it starts a shell, and asks nobody for a password"
    )
    assert strength < 0.5


@pytest.mark.parametrize(
    "honest",
    [
        {"calls": ["execl", "crypt"], "runs": "/bin/sh"},
        {"calls": ["execl", "pam_authenticate"], "runs": "/bin/sh"},
        {"calls": ["execl"], "runs": "/bin/mount"},
        {"calls": ["execl"], "runs": "/bin/sh", "mode": 0o755},
        {"calls": ["execl"], "runs": "/bin/sh", "options": ("--help",)},
    ],
)
def test_others_are_not(honest: dict[str, Any]) -> None:
    assert told(**honest) == []
