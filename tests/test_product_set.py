"""The set of products that detectors are measured with: whole, harmless, the same every time."""

from __future__ import annotations

import ast
import importlib.util
import ipaddress
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks" / "product_cases"
RESERVED = (
    ".example",
    ".invalid",
    ".test",
    ".localhost",
    ".example.com",
    ".example.net",
    ".example.org",
)


def module(name: str) -> ModuleType:
    """A module of the set, which is no package."""
    path = FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


case, pack, make = module("case"), module("pack"), module("make")
PAIRS, NEGATIVES = case.pairs(), case.negatives()
SHORT: set[str] = set()  # cases of sets whose authors were free to make a product of one file
for held_out in ("held_out", "held_out_2", "held_out_3", "held_out_4", "held_out_5"):
    found = [*case.pairs(FOLDER / held_out)], [*case.negatives(FOLDER / held_out)]
    PAIRS, NEGATIVES = PAIRS + found[0], NEGATIVES + found[1]
    if held_out in ("held_out_3", "held_out_4", "held_out_5"):
        SHORT |= {c.id for c in (*found[0], *found[1])}
EVERY = [(c, v) for c in PAIRS for v in case.VARIANTS] + [(c, "new") for c in NEGATIVES]


def test_there_are_thirty_of_each_and_every_one_says_what_it_is() -> None:
    assert len(PAIRS) >= 30
    assert len(NEGATIVES) >= 30
    assert all(c.head["plant"] for c in PAIRS)
    assert all(c.head["says"] for c in NEGATIVES)


@pytest.mark.parametrize(("one", "variant"), EVERY, ids=[f"{c.id}-{v}" for c, v in EVERY])
def test_a_product_is_whole_and_names_reserved_hosts_only(one: Any, variant: str) -> None:
    members = one.members(variant)
    assert (1 if one.id in SHORT else 3) <= len(members) <= 15
    for member in members:
        text = member.content.decode()
        assert "@@" not in text
        assert not re.search(r"\{\{\w+ ", text)
        if member.path.endswith(".py"):
            ast.parse(text)
        # a namespace of XML is a name, and no host; the middle of a host may be put in when it runs
        plain = re.sub(r'xmlns ?= ?"[^"]*"', "", text)
        for host in re.findall(r"https?://([\w.-]+)", re.sub(r"\b\$\{\w+\}\.", ".", plain)):
            assert host.endswith(RESERVED) or host == "localhost" or is_address(host), host


def is_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("one", PAIRS, ids=[c.id for c in PAIRS])
def test_a_plant_has_its_place_and_is_the_only_change_beside_honest_ones(one: Any) -> None:
    new = {m.path: m for m in one.members("new")}
    planted = {m.path: m for m in one.members("planted")}
    assert make.places(one)
    differ = {p for p in planted if p not in new or new[p].content != planted[p].content}
    assert {p for p, m in planted.items() if m.plant} == differ
    assert new.keys() <= planted.keys()
    old = {m.path: m.content for m in one.members("old")}
    assert old != {p: m.content for p, m in new.items()}, "no honest change"


FORMS = sorted(f for f in pack._FORMS if f != "squashfs" or shutil.which("mksquashfs"))


@pytest.mark.parametrize("form", FORMS)
def test_a_product_is_packed_the_same_each_time(form: str) -> None:
    one = next(c for c in PAIRS if not c.builds())
    one.head["form"] = form
    name, content = pack.pack(one, "new")
    assert (name, content) == pack.pack(one, "new")
    assert one.head["name"] in name
