"""With --pseudonymise no client's address and no owner is in kept evidence, and it still joins."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from evenhand import pseudonym
from evenhand.errors import UserError
from tests.conftest import Run

KEY = "0123456789abcdef0123456789abcdef\n"


@pytest.fixture
def given(examples: Path, tmp_path: Path) -> Path:
    """A folder with a capture, and an archive whose files have an owner."""
    home = tmp_path / "given"
    home.mkdir()
    (home / "capture.pcap").write_bytes((examples / "alder" / "capture.pcap").read_bytes())
    (tmp_path / "note.txt").write_text("a file\n")
    with tarfile.open(home / "files.tar", "w") as archive:
        member = archive.gettarinfo(tmp_path / "note.txt", "note.txt")
        member.uname = "very-private-user"
        with (tmp_path / "note.txt").open("rb") as stream:
            archive.addfile(member, stream)
    return home


def rows(evenhand: Run, kept: Path, query: str) -> list[dict[str, str]]:
    """The answer to a query about kept evidence."""
    found: list[dict[str, str]] = json.loads(evenhand("sql", kept, query, "-f", "json").stdout)
    return found


def test_no_client_and_no_owner_is_kept_and_tables_still_join(
    given: Path, tmp_path: Path, evenhand: Run
) -> None:
    bare, kept = tmp_path / "bare", tmp_path / "kept"
    key = tmp_path / "key"
    key.write_text(KEY)
    assert evenhand("read", given, "-o", bare).returncode == 0
    done = evenhand("read", given, "--pseudonymise", key, "-o", kept)
    assert done.returncode == 0, done.stderr
    clients = {r["client_address"] for r in rows(evenhand, bare, "SELECT client_address FROM flow")}
    owners = {r["owner"] for r in rows(evenhand, bare, "SELECT owner FROM file")} - {None}
    assert clients and "very-private-user" in owners
    for path in kept.iterdir():
        written = path.read_bytes()
        found = [v for v in clients | owners if v.encode() in written]
        assert found == [], path.name
    joined = "SELECT count(*) AS n FROM destination JOIN place USING (address)"
    named = "SELECT count(*) AS n FROM flow JOIN host_name ON address = server_address"
    for query in (joined, named, "SELECT count(DISTINCT client_address) AS n FROM flow"):
        (before,), (after,) = rows(evenhand, bare, query), rows(evenhand, kept, query)
        assert int(before["n"]) > 0
        assert before == after, query


def test_one_key_gives_one_name_and_a_new_key_another(
    given: Path, tmp_path: Path, evenhand: Run
) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    query = "SELECT DISTINCT client_address FROM flow ORDER BY 1"
    found = []
    for number, words in enumerate([[key], [key], []]):
        kept = tmp_path / f"kept{number}"
        assert evenhand("read", given, "-o", kept, "--pseudonymise", *words).returncode == 0
        found.append(rows(evenhand, kept, query))
    assert found[0] == found[1] != found[2]
    assert all(r["client_address"].startswith("client-") for r in found[0])


def test_the_rules_of_a_key_file(tmp_path: Path) -> None:
    assert pseudonym.key_of(None) is None
    assert pseudonym.key_of("") != pseudonym.key_of("")
    (tmp_path / "short").write_text("too short")
    with pytest.raises(UserError, match="less than 16 bytes"):
        pseudonym.key_of(str(tmp_path / "short"))
    with pytest.raises(UserError, match="No such file"):
        pseudonym.key_of(str(tmp_path / "nowhere"))
    (tmp_path / "key").write_text(KEY)
    assert pseudonym.key_of(str(tmp_path / "key")) == KEY.strip().encode()


def test_a_pseudonym_is_hmac_sha256() -> None:
    """RFC 4231, test case 2."""
    made = pseudonym.pseudonym("client", "what do ya want for nothing?", b"Jefe")
    assert made == "client-5bdcc146bf60754e"
