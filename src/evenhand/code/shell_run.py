"""Shells and interpreters that a script starts: what they are given as text, as a file, by a pipe.

Spec: sh(1), eval and dot of POSIX.1-2024; one-line programs of Perl, Ruby, Awk, PHP, Lua, Tcl.
"""

from __future__ import annotations

import re

from evenhand.code.shell_effect import Effects
from evenhand.code.shell_word import LANGUAGES, SHELLS, Ran, option
from evenhand.code.value import NOTHING, Tag, Value, union

# What connects and what acts, by the language of a program in one line; of the rest any.
NETWORK = {
    "perl": re.compile(r"IO::Socket::(?!UNIX)\w+|IO::Socket\b(?!::)|\b(?:connect|socket) ?\("),
    "ruby": re.compile(r"(?:TCP|UDP|SSL)Socket|\bSocket\.(?:tcp|new|open|udp)"),
    "awk": re.compile(r"/inet[46]?/(?:tcp|udp)/"),
    "": re.compile(
        r"Socket|/inet[46]?/(?:tcp|udp)/|socket\.(?:tcp|connect)|require.{1,3}socket|fsockopen"
        r"|stream_socket_client|socket_connect|\bsocket \S+ \d+|net\.connect"
    ),
}
ACTS = {
    "perl": re.compile(r"\b(?:exec|system|popen|qx)\b|\beval\b(?!\s*\{)|`|/bin/\w*sh|\bsh -i"),
    "": re.compile(
        r"\b(?:exec|system|popen|shell_exec|passthru|spawn|eval|proc_open|getline|os\.execute)\b"
        r"|`|/bin/\w*sh|%x|\bsh -i"
    ),
}
REMARK = re.compile(r"(?m)(?:^|\s)#(?!!).*$")
FETCHES = re.compile(r"LWP|HTTP::Tiny|open-uri|Net::HTTP|URI\.open|file_get_contents|curl_exec")
SCRIPT = re.compile(r"^[\w./-]+\.(?:py|pl|rb|php|js|sh)$")
WAYS = re.compile(r"downloads and runs|decodes and runs|runs commands")


def runs(effects: Effects, ran: Ran, name: str, given: Value) -> Value:
    """A shell or interpreter: what it is given as text, as a file, or by a pipe."""
    effects.offers(ran, name)
    words = [w for w in ran.words if not option(w)]
    text, inline = _inline(ran, name, words, given)
    told = union(words) if inline or name == "eval" else union((given, *words))
    if name not in ("trap", "alias", "at"):
        _tagged(effects, ran, name, told, bool(words))
    if not inline and name not in ("trap", "alias", "awk", "gawk"):
        _files(effects, ran, words)
    if text:
        _text(effects, ran, name, text)
    return NOTHING


def _inline(
    ran: Ran, name: str, words: list[Value], given: Value
) -> tuple[str | None, bool]:  # fmt: skip
    """The text of a program that stands on the command line, or that a pipe brings."""
    flags = r"-\w*[cerE]" if name != "su" else r"-\w*c|--command"
    inline = any(isinstance(w.const, str) and re.fullmatch(flags, w.const) for w in ran.words)
    known = [w.const for w in words if isinstance(w.const, str)]
    if name in ("awk", "gawk", "trap"):
        return (known[0] if known else None), True
    if name == "alias":
        return next((k.partition("=")[2] for k in known if "=" in k), None), True
    if inline:
        return next((k for k in known if name != "su" or " " in k), None), True
    if name == "eval" and words and len(known) == len(words):
        return " ".join(known), False
    if name in (*SHELLS, "at") and isinstance(given.const, str):
        return given.const, False
    return None, False


def _tagged(effects: Effects, ran: Ran, name: str, told: Value, words: bool) -> None:
    """What came from elsewhere and is run here."""
    for tag in told.tags:
        if tag.kind == "socket" and name in SHELLS:
            end = "gives the connection a shell"
            effects.add("runs commands", tag.what, 0.85, ran.line, tag, end, "remote control")
        elif tag.kind in ("net", "socket"):
            strength = 0.75 if name in ("eval", "su", *SHELLS) or not words else 0.6
            effects.fetched(tag, strength, ran.line, "runs it")
        elif tag.kind == "decoded":
            effects.add("decodes and runs", tag.what, 0.75, ran.line, tag, "runs it")
        elif tag.kind == "asked":
            target = "a request"
            effects.add("runs commands", target, 0.85, ran.line, tag, "runs it", "remote control")


def _files(effects: Effects, ran: Ran, words: list[Value]) -> None:
    places = {t: None for w in words for t in w.texts[:2]} | dict.fromkeys(ran.raws)
    first = words[0].const if words else None
    if isinstance(first, str) and SCRIPT.search(first) and effects.kept(first) is None:
        return  # a script that is here is run; what comes after is what it is given
    for place in places:
        kept = effects.kept(place)
        if kept is not None:
            effects.fetched(kept, 0.65, ran.line, "runs the file")
            return


def _text(effects: Effects, ran: Ran, name: str, text: str) -> None:
    plain = re.sub(r"[\d.]+$", "", name)
    shell = name in ("eval", "trap", "alias", "su", "runuser", "at", *SHELLS)
    language = "shell" if shell else LANGUAGES.get(plain, "")
    found = effects.inner(text, language) if language else []
    for one in found:
        steps = ((ran.line, f"runs {text[:60]!r}"), *one.steps)
        effects.found.append(one._replace(line=ran.line, moment=effects.moment, steps=steps))
    if shell or any(WAYS.search(f.kind) and f.strength >= 0.5 for f in found):
        return
    kind = "awk" if plain == "gawk" else plain
    said = REMARK.sub("", text) if kind in ("perl", "ruby", "awk") else text
    connects, acts = (table.get(kind, table[""]).search(said) for table in (NETWORK, ACTS))
    if connects and acts:
        begun = Tag("socket", "", ((ran.line, f"runs {text[:60]!r}"),))
        words = f"a program in one line of {plain} connects, and runs what it is told"
        effects.add("runs commands", plain, 0.8, ran.line, begun, words, "remote control")
    elif FETCHES.search(text) and re.search(r"\b(?:eval|exec|system)\b|`", text):
        begun = Tag("net", "", ((ran.line, f"runs {text[:60]!r}"),))
        words = f"a program in one line of {plain} fetches, and runs what it gets"
        effects.add("downloads and runs", plain, 0.75, ran.line, begun, words)


def runs_variable(effects: Effects, ran: Ran) -> None:
    """A command whose whole name came from elsewhere."""
    if not ran.words or not re.fullmatch(r"\$\{?\w+[^/]*\}?|\$\(.*\)|`.*`", ran.called, re.S):
        return
    for tag in ran.words[0].tags:
        if tag.kind in ("net", "socket") and ran.words[0].const is None:
            access = "remote control" if tag.kind == "socket" else ""
            words = "runs it as a command"
            kind = "runs commands" if access else "downloads and runs"
            effects.add(kind, tag.what or "the network", 0.75, ran.line, tag, words, access)
        elif tag.kind == "asked":
            words = "runs it as a command"
            effects.add(
                "runs commands", "a request", 0.85, ran.line, tag, words, "remote control"
            )  # fmt: skip
