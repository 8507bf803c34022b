"""Learn what `evenhand.native` holds to be common, from the packages of a distribution.

    python scripts/learn_native.py functions OUT ARCHIVE.a…      functions of static libraries
    python scripts/learn_native.py constants OUT FOLDER…         one folder a package, unpacked
    python scripts/learn_native.py sections OUT.csv PACKAGE.deb…  needs dpkg-deb

Nothing of what is read is run. The results lie in src/evenhand/native/known, with their date.
Needs pyelftools for static libraries, which nothing else here does.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import subprocess
import sys
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from evenhand.errors import EvenhandError
from evenhand.native import capability, dynamic, learned
from evenhand.native.functions import MACHINES

LEAST_BYTES, LEAST_FIXED = 12, 10
BEFORE = {41: 2, 42: 3, 22: 3, 19: 4, 20: 3}  # relocations whose instruction the linker rewrites
WIDE = {1: 8, 24: 8}
KNOWN = {
    *capability.KINDS, *capability.COMPARATORS, *capability.FILLS, *capability.GIVES,
    *capability.COPIES, *capability.PASSES, *capability.NUMBERS, *capability.BUILDS,
    *capability.WHERE, *capability.NO_RETURN, "dup2", "dup3", "dup", "fork", "htons", "strlen",
    "getopt", "getopt_long", "dlsym", "__libc_start_main",
}  # fmt: skip


def members(path: Path) -> Iterator[bytes]:
    """The members of an archive."""
    data, at = path.read_bytes(), 8
    while at + 60 <= len(data):
        size = int(data[at + 48 : at + 58])
        yield data[at + 60 : at + 60 + size]
        at += 60 + size + size % 2


def functions_of(data: bytes) -> Iterator[tuple[int, bytes, bytes, str]]:
    """Machine, bytes with what the linker changes left out, which bytes those are, and name."""
    from elftools.elf.elffile import ELFFile

    file: Any = ELFFile(io.BytesIO(data))
    machine = file.header["e_machine"]
    symbols = file.get_section_by_name(".symtab")
    if symbols is None or machine not in ("EM_X86_64", "EM_AARCH64"):
        return
    places: dict[int, list[tuple[int, int]]] = {}
    for section in file.iter_sections():
        if section["sh_type"] != "SHT_RELA":
            continue
        for row in section.iter_relocations():
            kind, at = row["r_info_type"], row["r_offset"]
            if machine == "EM_AARCH64":
                span = (at & ~3, (at & ~3) + 4)
            else:
                span = (at - BEFORE.get(kind, 0), at + WIDE.get(kind, 4))
            places.setdefault(section["sh_info"], []).append(span)
    named: dict[tuple[int, int, int], list[str]] = {}
    for symbol in symbols.iter_symbols():
        info, index = symbol["st_info"], symbol["st_shndx"]
        if info["type"] in ("STT_FUNC", "STT_LOOS") and isinstance(index, int):
            key = (index, symbol["st_value"], symbol["st_size"])
            named.setdefault(key, []).append(symbol.name)
    for (index, start, size), names in sorted(named.items()):
        if size < LEAST_BYTES:
            continue
        code = bytearray(file.get_section(index).data()[start : start + size])
        mask = bytearray(size)
        for low, high in places.get(index, ()):
            for n in range(max(low, start), min(high, start + size)):
                mask[n - start], code[n - start] = 1, 0
        if size - sum(mask) >= LEAST_FIXED:
            bare = {n: n.lstrip("_").removeprefix("libc_").removeprefix("GI_") for n in names}
            known = sorted(n for m in names for n in (m, bare[m]) if n in KNOWN)
            yield (
                62 if machine == "EM_X86_64" else 183,
                bytes(code),
                bytes(mask),
                (known or [""])[0],
            )


def learn_functions(out: Path, archives: list[Path]) -> None:
    """Write size, checksum, what is left out and name of every function."""
    rows: dict[tuple[int, int, int, bytes], set[str]] = {}
    for archive in archives:
        for member in members(archive):
            if member[:4] != b"\x7fELF":
                continue
            for machine, code, mask, name in functions_of(member):
                spans = learned.packed(mask)
                rows.setdefault((machine, len(code), zlib.crc32(code), spans), set()).add(name)
    names = sorted({n for found in rows.values() for n in found if n})
    out_bytes = bytearray("\n".join(names).encode() + b"\0")
    for (machine, size, check, spans), found in sorted(rows.items()):
        told = found - {""}
        # alike but for what they call: any of the names, where they can do the same
        alike = len(told) == 1 or len({capability.kind_of(n) for n in told}) == 1
        number = names.index(min(told)) + 1 if told and alike else 0
        out_bytes += struct.pack("<BIIHH", machine, size, check, number, len(spans)) + spans
    out.write_bytes(zstandard.ZstdCompressor(19).compress(bytes(out_bytes)))
    print(f"{len(rows)} functions, {len(names)} names, {out.stat().st_size} bytes")


TEXT = re.compile(rb"[\x20-\x7e]{3,60}(?=\0)")


def constants_of(folder: Path) -> tuple[set[str], set[str], set[int]]:
    """Texts, words and compared numbers in all programs of one package."""
    texts: set[str] = set()
    words: set[str] = set()
    numbers: set[int] = set()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        try:
            loaded = dynamic.load(path.read_bytes())
        except (EvenhandError, OSError):
            continue
        for segment in loaded.segments:
            if not segment.flags & 1:
                raw = loaded.read(segment.start, segment.file_bytes)
                texts |= {m[0].decode().strip() for m in TEXT.finditer(raw)}
        for start, size in loaded.code():
            code = loaded.read(start, min(size, 16 << 20))
            found = MACHINES[loaded.machine].references(code, start)
            numbers |= set(found.numbers[:, 1].tolist())
    for text in texts:
        words |= {w.lower() for w in learned.WORD.findall(text) if 2 <= len(w) <= 16}
    return texts, words, numbers


def learn_constants(out: Path, folders: list[Path]) -> None:
    """Write which texts, words and numbers were met in how many packages."""
    counts: tuple[Counter[Any], Counter[Any], Counter[Any]] = (Counter(), Counter(), Counter())
    for folder in folders:
        for counter, found in zip(counts, constants_of(folder), strict=True):
            counter.update(found)
    write_constants(out, len(folders), *counts)


def write_constants(
    out: Path, packages: int, texts: Counter[Any], words: Counter[Any], numbers: Counter[Any]
) -> None:
    """Write the filters that `evenhand.native.learned` asks."""
    filters = {
        "text in 2": [t for t, n in texts.items() if n >= 2],
        "text in 5": [t for t, n in texts.items() if n >= 5],
        "word in 4": [w for w, n in words.items() if n >= 4],
        "word in 20": [w for w, n in words.items() if n >= 20],
        "number in 3": [str(v) for v, n in numbers.items() if n >= 3],
    }
    out.write_bytes(learned.written(packages, filters))
    sizes = {name: len(items) for name, items in filters.items()}
    print(f"{packages} packages, {sizes}, {out.stat().st_size} bytes")


def kinds_of(package: Path) -> set[str] | None:
    """What the programs of a package can do, by the functions that they import."""
    words = ["dpkg-deb", "--fsys-tarfile", str(package)]
    unpacked = subprocess.run(words, capture_output=True, check=True).stdout  # noqa: S603
    found: set[str] = set()
    programs = 0
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isfile() else None
            data = stream.read() if stream is not None and member.size > 64 else b""
            if data[:4] != b"\x7fELF":
                continue
            try:
                loaded = dynamic.load(data)
            except EvenhandError:
                continue
            programs += 1
            found |= {k for n in loaded.imported.values() if (k := capability.kind_of(n))}
    return found if programs else None


def learn_sections(out: Path, packages: list[Path]) -> None:
    """Write for each section how many packages have programs, and how many of them can do what."""
    counts: Counter[tuple[str, str]] = Counter()
    whole: Counter[str] = Counter()
    for package in packages:
        try:
            found = kinds_of(package)
            words = ["dpkg-deb", "-f", str(package), "Section"]
            said = subprocess.run(  # noqa: S603
                words, capture_output=True, check=True, text=True
            ).stdout
        except (subprocess.CalledProcessError, tarfile.TarError) as error:
            print(f"{package}: {error}", file=sys.stderr)
            continue
        section = said.strip().rpartition("/")[2].lower()
        if found is None or not section:
            continue
        whole[section] += 1
        counts.update((section, kind) for kind in found)
    with out.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(("section", "capability", "having", "packages"))
        for section, packages_of in sorted(whole.items()):
            for kind in sorted(set(capability.KINDS.values())):
                rows.writerow((section, kind, counts[section, kind], packages_of))
    print(f"{sum(whole.values())} packages of {len(whole)} sections")


def main(words: list[str]) -> None:
    """Learn one of the three."""
    what, out, *places = words
    paths = [Path(p) for p in places]
    learn = {
        "functions": learn_functions, "constants": learn_constants, "sections": learn_sections,
    }  # fmt: skip
    learn[what](Path(out), paths)


if __name__ == "__main__":
    main(sys.argv[1:])
