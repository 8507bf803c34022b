"""Commands of a short shell script, and whether anything decides before they are run.

No shell: no words are expanded, and a line that is not plain is left alone.

Spec: POSIX.1-2017, Shell Command Language s. 2.9 (compound commands).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

OPENS = re.compile(r"^(?:if|for|while|until|case|select)\b|^\{|^\w+\s*\(\)|^function\b|^\(")
CLOSES = re.compile(r"^(?:fi|done|esac)\b|^\}|^\)")
NO_COMMAND = re.compile(
    r"^(?:then|else|elif|do|exit|return|set|export|local|echo|printf|test)\b|^\w+=\S*$|^[#.:\[]"
)
ENDS = re.compile(r"^(?:exit|return|exec)\b")


def commands(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line, command and whether it is run whatever happens, for each plain line."""
    depth, ended, heredoc = 0, False, ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = line.strip()
        if heredoc:
            heredoc = "" if plain == heredoc else heredoc
            continue
        mark = re.search(r"<<-?\s*[\"']?(\w+)", plain)
        heredoc = mark[1] if mark else ""
        if not plain or plain.startswith("#"):
            continue
        whole = OPENS.match(plain) and re.search(r"\b(?:fi|done|esac)\s*;?$|\}$", plain)
        if OPENS.match(plain) and not whole:
            depth += 1
        elif CLOSES.match(plain):
            depth = max(0, depth - 1)
        elif not whole and not NO_COMMAND.match(plain):
            direct = not (depth or ended or "&&" in plain or "||" in plain)
            yield number, plain.split(" #")[0].rstrip(" &;"), direct
        ended = ended or (not depth and bool(ENDS.match(plain)))
