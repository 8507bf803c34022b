"""Plug-ins of OpenWrt's rpcd: methods that answer a call and are not in their own list.

Spec: rpcd, executable plug-ins (`/usr/libexec/rpcd/*`: `list`, `call METHOD`); libubox jshn.sh.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.readers import Item
from evenhand.rootfs.opening import Opening
from evenhand.rootfs.text import text_of
from evenhand.rootfs.told import told

VERSION = "1"
RECOGNISES = {"names": ("libexec/rpcd/*",)}
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "methods whose names are put together as it runs; plug-ins that are no shell",
    "hidden_access": "methods whose names are put together as it runs; plug-ins that are no shell",
}

BEGINS = re.compile(r"\s*(?:.*[;&]\s*)?case\s")
LABEL = re.compile(r"\s*\(?[\"']?(\w[\w-]*(?:[\"']?\s*\|\s*[\"']?[\w-]+)*)[\"']?\)(.*)")
NAMED = re.compile(r"\"([\w-]+)\\?\"\s*:|json_add_object\s+[\"']?([\w-]+)")
TAKEN = re.compile(r"\bjson_get_vars?\s+(\w+)")
RUNS = r"\b(?:eval|(?:ba|a)?sh\s+-c)\s+[\"']?\$\{?%s\b"


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield every method that the plug-in answers to and does not list."""
    text = yield from text_of(artefact)
    if not re.match(r"#!\s*\S*/(?:env\s+)?(?:ba|a|da)?sh\b", text):
        raise NotThisFormat("no plug-in that is a shell script")
    listed, methods = _parts(text)
    names = {a or b for a, b in NAMED.findall(listed.replace("\\", ""))}
    if not names or "$" in listed:
        return  # what it lists is put together
    for name, (line, body) in methods.items():
        if name in names:
            continue
        runs = any(re.search(RUNS % re.escape(v), body) for v in TAKEN.findall(body))
        because = "a method that the plug-in does not list is answered" + (
            ": it runs what it is given" if runs else ""
        )
        kind, strength = ("runs commands", 0.7) if runs else ("lets in", 0.35)
        opens = Opening(kind, name[:60], because, strength, "debug entrance")
        yield from told(artefact.name, line, opens)


def _parts(text: str) -> tuple[str, dict[str, tuple[int, str]]]:
    """What stands under `list`, and line and commands of every method under `call`."""
    depth, branch, names = 0, "", list[str]()
    listed, methods = "", dict[str, tuple[int, str]]()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        rest, label = line, LABEL.match(line)
        if label is not None and depth == 1:
            branch, rest = label[1].strip("\"'"), label[2]
        elif label is not None and depth == 2 and branch == "call":
            names, rest = re.findall(r"[\w-]+", label[1]), label[2]
            methods.update((n, (number, "")) for n in names if n not in methods)
        if branch == "list":
            listed += rest + "\n"
        for name in names if depth >= 2 else ():
            at, held = methods[name]
            methods[name] = (at, held + rest + "\n")
        opens = BEGINS.match(rest) is not None
        depth += opens - len(re.findall(r"(?:^|[\s;])esac\b", rest))
        if depth < 2:
            names = []
        if depth == 0:
            branch = ""
    return listed, methods
