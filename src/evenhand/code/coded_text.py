"""Code that stands in a file as something else: as numbers of letters, or decoded by a loader.

A list of numbers that are letters of a script says nothing to who reads it, whatever is done with
it; what a loader of modules gives back is run as source, though no call says so.

Spec: MITRE ATT&CK T1027 (obfuscated files); importlib.abc (loaders).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.index import Function
from evenhand.code.look import Look
from evenhand.code.secrets import TESTS
from evenhand.code.sieve import NUMBERED

LISTS = 40
LONGEST = 40_000
ALL = re.compile(rb"[\[(][\d\s,]*")
LETTERS = range(9, 127)
CODE = re.compile(
    r"createElement\(\s*['\"]script|<script|\bimport (?:os|sys|socket|subprocess|urllib)\b"
    r"|\beval\(|\bexec\("
    r"|os\.system|subprocess|child_process|\bfetch\(|XMLHttpRequest|document\.(?:head|body|write"
    r"|cookie)"
    r"|/bin/(?:ba)?sh|\bcurl |\bwget |require\(['\"]|__import__|new WebSocket|process\.env"
    r"|powershell"
)
LOADS = ("get_source", "get_data", "get_code", "source_to_code")
LOADER = re.compile(rb"Loader|Finder|Importer")
DECODES = re.compile(
    rb"b64decode|b85decode|a85decode|b32decode|unhexlify|fromhex|rot_?13|decrypt"
    rb"|\bmarshal\.loads|chr\([^)\n]*\^"
)
CLASS_HEAD = 300


def coded_texts(look: Look) -> Iterator[Finding]:
    """Every script that is written as numbers, and every loader that decodes what it gives."""
    if TESTS.search(look.path):
        return
    for match in itertools.islice(look.seen.each(NUMBERED), LISTS):
        data, start = look.index.source.data, match.start()
        rest = ALL.match(data, start, start + LONGEST)
        numbers = [int(n) for n in re.findall(rb"\d+", rest[0])] if rest else []
        if not all(n in LETTERS for n in numbers) or not look.is_code(start, match.end()):
            continue
        said = CODE.search("".join(map(chr, numbers)))
        if said is not None:
            line = look.line_at(match.start())
            steps = ((line, f"writes a script as {len(numbers)} numbers: …{said[0][:40]}…"),)
            yield Finding("hides what it calls", said[0][:40], 0.62, line, steps, "when called")
    for name in LOADS if look.api.name == "python" else ():
        for function in look.index.methods.get(name, ())[:LISTS]:
            found = _loader(look, function)
            if found is not None:
                yield found


def _loader(look: Look, function: Function) -> Finding | None:
    """A loader whose source is decoded where it is asked for."""
    data, around = look.index.source.data, function.node.parent
    while around is not None and around.type != "class_definition":
        around = around.parent
    if around is None or not function.returns:
        return None
    if not LOADER.search(
        data, around.start_byte, min(around.start_byte + CLASS_HEAD, function.start)
    ):
        return None
    met = DECODES.search(data, function.start, function.end)
    if met is None:
        return None
    line = look.line_at(met.start())
    steps = (
        (look.flow.line(function.node), f"a loader gives its source by {function.name}"),
        (line, "decodes it"),
    )
    return Finding("decodes and runs", met[0].decode("latin-1"), 0.6, line, steps, "when called")
