"""Commands that files other than scripts hold: of units, tables of jobs, hooks and rules.

Spec: systemd.service(5) (COMMAND LINES), crontab(5), udev(7) (RUN), inittab(5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evenhand.readers import Item

COMMAND_CHARACTERS = 10_000


def command_rows(path: str, command: str, line: int, moment: str) -> Iterator[Item]:
    """What one command does, as facts of the line that holds it."""
    yield from sequence_rows(path, [(line, command)], moment)


def sequence_rows(path: str, commands: Sequence[tuple[int, str]], moment: str) -> Iterator[Item]:
    """What commands that run one after the other do, as facts of the lines that hold them."""
    from evenhand.code.examine import examine, facts_of

    if not commands:
        return
    plain = (c[:COMMAND_CHARACTERS].lstrip("-@:+!").replace("\n", " ") for _, c in commands)
    text = "\n".join(plain).encode("utf-8", "replace")
    places = [line for line, _ in commands]

    def of(number: int) -> int:
        return places[min(max(number, 1), len(places)) - 1]

    for finding in examine(text, "shell", moment).found:
        steps = tuple((of(number), words) for number, words in finding.steps)
        yield from facts_of(finding._replace(line=of(finding.line), steps=steps), path)
