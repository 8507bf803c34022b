"""Rust's source with its macros as calls: of what a macro is given, its grammar knows words only.

Lines stay where they are. What is in braces of a format becomes an argument; words of a command
that a chain of calls puts together become one list.

Spec: The Rust Reference (macro invocations); std::fmt (named parameters); std::process::Command.
"""

from __future__ import annotations

import re

FORMATS = r"format|print|println|eprint|eprintln|panic|format_args|bail|anyhow"
CALLS = re.compile(rf"\b({FORMATS}|env|option_env|concat|include_str|include_bytes)!\s*\(")
TUPLED = re.compile(r"\bformat(?:_args)?\((?=\s*\")")  # what is put together is its parts
WRITES = re.compile(r"\bwrite(?:ln)?!\s*\(\s*(?:&mut\s+)?([A-Za-z_][\w.]*)\s*,")
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
NAMED = re.compile(r"(?<!\{)\{([a-z_]\w*)(?::[^{}]*)?\}")
GIVEN = re.compile(r"(?:\.write|\b(?:" + FORMATS + r"))\(\s*\Z")
COMMAND = re.compile(r"\b(?:\w+::)*Command::new\(")
NEXT = re.compile(r"\s*\.\s*([a-z_]\w*)\s*\(")
SKIPPED = frozenset((
    "env", "envs", "env_remove", "env_clear", "current_dir", "stdin", "stdout", "stderr",
))  # fmt: skip
RUN = "spawn_command"
CHAINS = 2_000  # of one file
PARTS = 60  # of one chain
PART = 20_000  # characters of what one call is given


def spoken(data: bytes) -> bytes:
    """The same program, as far as calls go, in words that the grammar takes for calls."""
    text = data.decode("utf-8", "surrogateescape")
    text = CALLS.sub(r"\1(", text)
    text = WRITES.sub(r"\1.write(", text)
    text = TUPLED.sub("(", _named(text))
    return _chains(text).encode("utf-8", "surrogateescape")


def _named(text: str) -> str:
    """Names within the text of a format, behind it as well."""
    parts, done = [], 0
    for match in TEXT.finditer(text):
        names = NAMED.findall(match[0]) if "{" in match[0] else []
        if names and GIVEN.search(text, max(0, match.start() - 40), match.start()):
            parts += [text[done : match.end()], "".join(f", {n}" for n in names)]
            done = match.end()
    return "".join((*parts, text[done:]))


def _chains(text: str) -> str:
    parts, done = [], 0
    for number, match in enumerate(COMMAND.finditer(text)):
        if number >= CHAINS or match.start() < done:
            continue
        words, at = [], _closed(text, match.end())
        if at < 0:
            continue
        words.append(text[match.end() : at - 1])
        for _ in range(PARTS):
            step = NEXT.match(text, at)
            if step is None or step[1] not in ("arg", "args", *SKIPPED):
                break
            end = _closed(text, step.end())
            if end < 0:
                break
            given = text[step.end() : end - 1]
            lines = "\n" * text.count("\n", at, step.end())
            if step[1] in SKIPPED:
                lines, given = lines + "\n" * given.count("\n"), ""
            elif step[1] == "args":
                given = re.sub(r"^\s*&?\s*(?:vec!)?\[|\]\s*$", "", given)
            words.append(lines + given)
            at = end
        listed = ",".join(w if w.strip() else w + '""' for w in words)
        parts += [text[done : match.start()], f"{RUN}([{listed}])"]
        done = at
    return "".join((*parts, text[done:]))


def _closed(text: str, at: int) -> int:
    """Behind the bracket that closes the one before `at`; below zero: there is none near."""
    depth, stop = 1, min(len(text), at + PART)
    while at < stop:
        sign = text[at]
        if sign == '"':
            met = TEXT.match(text, at)
            at = met.end() if met else stop
            continue
        depth += (sign in "([{") - (sign in ")]}")
        at += 1
        if not depth:
            return at
    return -1
