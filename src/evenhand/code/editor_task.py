"""Tasks that an editor starts by itself as soon as a folder is opened: shipped, or put in place.

A task that runs on opening is announced by the editor once and runs each time. Programs that make
a folder for somebody put it there as text or as an object; what its command does is asked of the
shell.

Spec: documentation of Visual Studio Code (tasks.json 2.0.0: command, args, runOptions.runOn).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from evenhand.code.finding import Finding
from evenhand.code.look import Look

FILE_BYTES = 1 << 20
LINE_BYTES = 8_000
AROUND = 1_500  # bytes of one task
MOST = 20  # tasks of one file
OPENED = re.compile(rb"\\?[\"']?runOn\\?[\"']?\s*:\s*\\?[\"']folderOpen\b")
TASK = re.compile(
    rb"\\?[\"'`]?label\\?[\"'`]?\s*:|\\?[\"'`]?type\\?[\"'`]?\s*:\s*\\?[\"'](?:shell|process)\b"
)
COMMAND = re.compile(
    rb"\\?[\"']?\bcommand\\?[\"']?\s*:\s*(?P<q>\\?[\"'`])(?P<text>.{1,1000}?)(?<!\\)(?P=q)"
)
ARGUMENTS = re.compile(rb"\\?[\"']?\bargs\\?[\"']?\s*:\s*\[(?P<list>[^\]]{0,600})\]")
WORD = re.compile(rb"\\?[\"'`]((?:[^\"'`\\]|\\.)*)\\?[\"'`]")
Inner = Callable[[str, str], list[Finding]]


def opened_tasks(look: Look) -> Iterator[Finding]:
    """Tasks in the texts and objects of a program that makes a folder for somebody."""
    return tasks(look.index.source.data, look.inner, "when called")


def tasks(data: bytes, inner: Inner, moment: str) -> Iterator[Finding]:
    """What each task does that runs when a folder is opened; no other part is looked at."""
    if b"folderOpen" not in data:
        return
    data = _bounded(data, FILE_BYTES, LINE_BYTES)
    for met, opened in enumerate(OPENED.finditer(data)):
        if met >= MOST:
            return
        near = data[max(0, opened.start() - AROUND) : opened.end() + AROUND]
        at = opened.start() - max(0, opened.start() - AROUND)
        command = _nearest(near, at)
        if command is None:
            continue
        number = 1 + data.count(b"\n", 0, opened.start() - at + command.start())
        yield from _told(near, command, number, inner, moment)


def _nearest(near: bytes, at: int) -> re.Match[bytes] | None:
    """The command of the same task: the last before the setting, else the first after it."""
    every = list(COMMAND.finditer(near))
    before = [m for m in every if m.start() < at and TASK.search(near, max(0, m.start() - 400), at)]
    return before[-1] if before else next((m for m in every if m.start() > at), None)


def _told(
    near: bytes, command: re.Match[bytes], line: int, inner: Inner, moment: str
) -> Iterator[Finding]:
    given = ARGUMENTS.search(near, command.end(), command.end() + 700)
    words = [command["text"], *(WORD.findall(given["list"]) if given else ())]
    text = b" ".join(words).decode("utf-8", "replace").replace('\\"', '"')
    step = (line, f"a task of an editor, started when the folder is opened: {text[:80]}")
    found = inner(text, "shell")
    for one in found:
        yield one._replace(line=line, moment=moment, steps=(step, *one.steps))
    if not found:
        yield Finding(
            "runs on an event", text[:60], 0.0, line, (step,), moment, stated=True
        )  # fmt: skip


def _bounded(data: bytes, most: int, of_line: int) -> bytes:
    """The start of a file, and of each of its lines: the work on a line grows with its square."""
    data = data[:most]
    if max(map(len, data.split(b"\n"))) > of_line:
        data = b"\n".join(line[:of_line] for line in data.split(b"\n"))
    return data
