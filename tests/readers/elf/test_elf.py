"""Facts from native programs: those made by hand here, of both machines.

Spec: evenhand.readers.elf.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.native.made import AARCH64, X86_64, Kind, program
from tests.readers.reading import read_bytes

BOTH = pytest.mark.parametrize("kind", [X86_64, AARCH64], ids=["x86-64", "AArch64"])


@BOTH
def test_a_fixed_secret_before_a_command(kind: Kind, tmp_path: Path) -> None:
    found = read_bytes("elf", program(kind), tmp_path)
    (one,) = found.table("hidden_access")
    assert (one.kind, one.constant) == ("fixed secret", "kw7#Orchid")
    assert one.strength > 0.5
    assert one.effect_shown is None  # where its input comes from is not seen
    assert "compared by strcmp" in one.because
    assert "runs a command (system)" in one.because
    assert one.locator.endswith(" in function 0x1020")
    assert found.reasons == []


@BOTH
def test_what_is_called_and_compared(kind: Kind, tmp_path: Path) -> None:
    found = read_bytes("elf", program(kind), tmp_path)
    *uses, outline = ((u.kind, u.name, u.leads_to) for u in found.table("native_use"))
    assert uses == [
        ("calls", "strcmp", None),
        ("calls", "system", None),
        ("compares", "kw7#Orchid", "system"),
    ]
    assert outline[0] == "function"
    assert outline[1].startswith("calls strcmp, system (")
    assert [(b.kind, b.target) for b in found.table("behaviour")] == [("runs commands", "id")]


def test_other_machines_are_told(tmp_path: Path) -> None:
    data = bytearray(program(X86_64))
    data[18:20] = struct.pack("<H", 8)
    found = read_bytes("elf", bytes(data), tmp_path)
    assert found.rows == []
    assert found.reasons == ["code of this machine (ELF e_machine 8) is not decoded"]


@pytest.mark.parametrize("size", [20, 64, 200, 0x1020, 0x1030, 0x2010, 0x2400])
def test_cut_off(size: int, tmp_path: Path) -> None:
    found = read_bytes("elf", program(X86_64)[:size], tmp_path)
    assert found.reasons
    assert [h for h in found.table("hidden_access") if h.effect_shown] == []


@pytest.mark.parametrize(
    ("at", "form", "value", "reason"),
    [
        (56, "<H", 0xFFFF, "program headers beyond the end of the file"),  # how many segments
        (64 + 56 + 16, "<Q", 0x1000, "segments overlap; the later is left out"),
        (64 + 32, "<Q", 1 << 40, "a segment is cut off by the end of the file"),
        (40, "<Q", 1 << 50, "section headers are not believed: they do not fit the file"),
    ],
)
def test_headers_that_lie(at: int, form: str, value: int, reason: str, tmp_path: Path) -> None:
    data = bytearray(program(X86_64))
    struct.pack_into("<H", data, 60, 5)
    struct.pack_into(form, data, at, value)
    assert reason in read_bytes("elf", bytes(data), tmp_path).reasons


def test_a_symbol_table_said_to_be_giant(tmp_path: Path) -> None:
    data = bytearray(program(X86_64))
    struct.pack_into("<II", data, 0x2380, 1, 0xFFFFFFFF)
    found = read_bytes("elf", bytes(data), tmp_path)
    assert "only the first 1000000 dynamic symbols were read" in found.reasons
