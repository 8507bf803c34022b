"""Registrable domains: the examples of the Public Suffix List, and names that have none."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from evenhand import lists
from evenhand.errors import Mistakes
from evenhand.lists import suffix

RULES = suffix.load(lists.one(suffix.LIST))


def test_the_list_s_own_examples() -> None:
    """`test_psl.txt` of the Public Suffix List, as the library ships it."""
    text = (files("publicsuffixlist") / "test_psl.txt").read_text(encoding="utf-8")
    asked = 0
    for line in text.splitlines():
        if not line.startswith("checkPublicSuffix("):
            continue
        name, wanted = (
            None if part.strip() == "null" else part.strip().strip("'")
            for part in line.removeprefix("checkPublicSuffix(").rstrip(");").split(",")
        )
        # names in other letters and names without a listed suffix are answered elsewhere
        if name is None or not name.isascii() or not wanted or "example" in wanted.split(".")[-1:]:
            continue
        asked += 1
        assert suffix.registrable(name, RULES) == wanted.lower(), name
    assert asked > 30


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("WWW.Example.CO.UK.", "example.co.uk"),
        ("somebody.github.io", "somebody.github.io"),
        ("_dmarc.example.org", "example.org"),
        ("github.io", None),
        ("co.uk", None),
        ("uk", None),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        ("printer.local", None),
        ("", None),
        ("a..example.org", None),
        ("a." * 125 + "org", "a.org"),
        ("a." * 126 + "org", None),
        ("b\\x00.example.org", None),
    ],
)
def test_one_label_below_the_suffix(name: str, domain: str | None) -> None:
    assert suffix.registrable(name, RULES) == domain


def test_upwards_ends_at_the_domain() -> None:
    found = list(suffix.upwards("A.b.example.co.uk.", "example.co.uk"))
    assert found == ["a.b.example.co.uk", "b.example.co.uk", "example.co.uk"]


def test_a_user_s_own_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_LISTS", str(tmp_path / "own"))
    wrong, right = tmp_path / "wrong.dat", tmp_path / "right.dat"
    wrong.write_text("com\n")
    with pytest.raises(Mistakes, match="BEGIN ICANN"):
        lists.update(suffix.LIST, wrong)
    right.write_text("".join(f"// {p}\n" for p in suffix.PARTS) + "com\nodd.com\n")
    info = lists.update(suffix.LIST, right, "2026-01-02")
    assert (info.rows, info.own) == (2, True)
    assert suffix.registrable("a.b.odd.com", suffix.load(info)) == "b.odd.com"


def test_what_was_asked_before_changes_no_answer() -> None:
    """Neighbours of a name share its domain, but for those that a rule speaks of."""
    rules = suffix.Rules(["com", "*.cloud.shop.com", "!www.cloud.shop.com", "city.com"])
    asked = {
        "www.shop.com": "shop.com",
        "cloud.shop.com": None,  # above a wildcard, so a suffix itself
        "a.b.cloud.shop.com": "a.b.cloud.shop.com",
        "x.www.cloud.shop.com": "www.cloud.shop.com",
        "city.com": None,
        "a.city.com": "a.city.com",
        "b.a.city.com": "a.city.com",
        "other.shop.com": "shop.com",
    }
    for names in (list(asked), list(reversed(asked))):
        for name in names:
            assert suffix.registrable(name, rules) == asked[name], name
