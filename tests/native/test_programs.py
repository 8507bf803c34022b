"""Compiled programs with harmless plants: what is found first, and that clean ones are clean.

Spec: tests/native/programs/door.c and gate.c.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.readers.reading import Reading, read

SOURCE = Path(__file__).parent / "programs" / "door.c"
GATE = SOURCE.with_name("gate.c")
PLANTS = {  # number of the plant → kind and constant of what must be found first
    1: ("fixed secret", "xq7-Umbra!94"),
    2: ("fixed secret", "k3Wp0z9Q"),
    4: ("fixed secret", "(decoded)"),
    5: ("remote control", "shell"),
    7: ("remote control", "recv"),
    10: ("early code", "system"),
    13: ("conditional behaviour", "user id 31337"),
    15: ("conditional behaviour", "time 1893456000"),
}
GATES = {  # the same for gate.c, and whether -O0 shows it as well
    1: ("fixed secret", "hw-svc!Kite42", True),
    2: ("fixed secret", "0x9549721a9ec15227", False),
    3: ("fixed secret", "Xibu.b-tfdsfu", False),
    4: ("fixed secret", "svc_Tarn-01", True),
    5: ("command left out of the help", "lp7", True),
    6: ("option left out of the help", "--recover-tty", True),
    7: ("fixed secret", "ENGMODE kestrel-5", True),
    8: ("fixed secret", "(bytes, f631d8a5)", False),
}


@functools.cache
def compiler() -> str:
    """A compiler of C for this machine; the test is skipped where there is none."""
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        pytest.skip("no C compiler to make programs with")
    return found


def build(folder: Path, plant: int, *options: str, source: Path = SOURCE) -> Path:
    """Compile a program with a plant, without symbols."""
    out = folder / f"{source.stem}{plant}"
    words = [compiler(), "-w", "-s", f"-DPLANT={plant}", *options, "-o", str(out), str(source)]
    libraries = ["-lcrypt"] if source == SOURCE else []
    done = subprocess.run([*words, *libraries], capture_output=True, text=True, check=False)
    if done.returncode:
        assert "crypt" in done.stderr, done.stderr
        pytest.skip("the C compiler has no crypt library to link with")
    return out


def library(text: str, out: Path, level: str = "-O2", plant: int = 0) -> Reading:
    """What is read of a library of this C."""
    source = out.with_suffix(".c")
    source.write_text(text)
    words = [compiler(), "-w", "-s", level, f"-DPLANT={plant}", "-shared", "-fPIC", "-o", str(out)]
    subprocess.run([*words, str(source)], check=True)
    return read("elf", out)


@pytest.mark.parametrize("plant", PLANTS)
def test_the_plant_is_found_first(plant: int, tmp_path: Path) -> None:
    found = read("elf", build(tmp_path, plant, "-O2")).table("hidden_access")
    assert (found[0].kind, found[0].constant) == PLANTS[plant]
    assert found[0].strength >= 0.6


@pytest.mark.parametrize("plant", GATES)
def test_what_opens_a_door_later_is_found_first(plant: int, tmp_path: Path) -> None:
    kind, constant, plainly = GATES[plant]
    for level in ("-O0", "-O2") if plainly else ("-O2",):
        found = read("elf", build(tmp_path, plant, level, source=GATE)).table("hidden_access")
        assert found[0].kind == kind
        assert constant.startswith(found[0].constant or "?"), level
        assert found[0].strength >= 0.5
        assert not found[0].effect_shown


def test_nothing_is_found_in_the_clean_gate(tmp_path: Path) -> None:
    found = read("elf", build(tmp_path, 0, "-O2", source=GATE))
    assert found.table("hidden_access") == []
    told = {a.name for a in found.table("accepted") if a.kind == "command"}
    assert told == {"show", "restart", "enter"}


@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_nothing_is_found_in_the_clean_program(level: str, tmp_path: Path) -> None:
    found = read("elf", build(tmp_path, 0, level))
    assert found.table("hidden_access") == []
    assert found.reasons == []
    options = {a.name for a in found.table("accepted") if a.kind == "option"}
    assert options == {"--help", "--port", "--verbose"}


def test_a_program_that_holds_its_library(tmp_path: Path) -> None:
    clean = read("elf", build(tmp_path, 0, "-O2", "-static-pie"))
    assert clean.table("hidden_access") == []
    found = read("elf", build(tmp_path, 1, "-O2", "-static-pie")).table("hidden_access")
    assert [f.constant for f in found] == ["xq7-Umbra!94"]


def test_the_difference_is_the_plant(tmp_path: Path) -> None:
    def rows(plant: int) -> set[tuple[str, str, str | None]]:
        uses = read("elf", build(tmp_path, plant, "-O2")).table("native_use")
        return {(u.kind, u.name, u.leads_to) for u in uses}

    new = rows(1) - rows(0)
    (changed,) = (r for r in new if r[0] == "function")  # and no other one
    assert new - {changed} == {("compares", "xq7-Umbra!94", "system")}


def test_the_same_bytes_give_the_same_rows(tmp_path: Path) -> None:
    path = build(tmp_path, 6, "-O2")
    assert read("elf", path).rows == read("elf", path).rows
