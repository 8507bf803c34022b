"""Commands that files other than scripts hold: of units, tables of jobs, hooks and rules.

Spec: systemd.service(5) (COMMAND LINES), crontab(5), udev(7) (RUN), inittab(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.readers import Item

COMMAND_CHARACTERS = 10_000


def command_rows(path: str, command: str, line: int, moment: str) -> Iterator[Item]:
    """What one command does, as facts of the line that holds it."""
    from evenhand.code.examine import examine, facts_of

    text = command[:COMMAND_CHARACTERS].lstrip("-@:+!")
    for finding in examine(text.encode("utf-8", "replace"), "shell", moment).found:
        steps = tuple((line, words) for _, words in finding.steps)
        yield from facts_of(finding._replace(line=line, steps=steps), path)
