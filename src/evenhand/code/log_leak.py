"""Commands of a build that print all of its variables, or a secret, encoded: the log hides neither.

What a log shows is masked word for word; encoded, reversed or spread out it is not. To keep it in
a variable or a file, or to make a digest of it, prints nothing.

Spec: GitHub Actions (masking of secrets in logs), GitLab CI (masked variables); CWE-532.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ENCODER = (
    r"(?:base(?:64|32)|basenc|xxd|od|hexdump|rev|uuencode|openssl\s+(?:enc|base64)|gzip|xz|zstd"
    r"|sed\s+['\"]?s/\(?\.\\?\)?/|fold\s+-w\s*1\b)"
    r"(?![^|;&)]*\s(?:-d\b|-D\b|-r\b|--decode|--reverse))"
)
KEEPS = r"(?:sort|tr|grep\s+-v|cat|tee|cut\s+-d|awk|sed|jq|paste|xargs|tar|gzip)\b[^|;&<>]*"
TAKES = rf"\s*(?:-0\s*|--null\s*|-p\s*)?(?:\|\s*{KEEPS})*\|\s*{ENCODER}"
START = r"(?:^|[;&|({`]|\b(?:then|do|else|sudo)\s)\s*"
EVERY = re.compile(
    rf"{START}(?:env|printenv|export|set|declare|typeset|cat\s+/proc/self/environ){TAKES}"
)
SECRET = r"\$\{\{\s*(?:secrets\.\w+|github\.token|toJSON\(\s*(?:secrets|github)\s*\))\s*\}\}"
ONE = re.compile(rf"(?i)\b(?:echo|printf)\b[^|;&]*{SECRET}[^|;&]*{TAKES}")
HELD = rf"\b(?:echo|printf)\b[^|;&]*\$\{{?%s\b[^|;&]*{TAKES}"
WHOLE = re.compile(r"(?i)toJSON\(\s*secrets")
HANDED = re.compile(rf"(?m)^[ \t]*([A-Za-z_]\w*)[ \t]*:[ \t]*[\"']?{SECRET}[\"']?[ \t]*$", re.I)
SHOWS = re.compile(
    r"(?:print|console\.log|puts)\b[^;]*\b(?:b64encode|hexlify|Buffer\.from|btoa|Base64)\b[^;]*"
    r"(?:os\.environ\b(?![\[.])|process\.env\b(?![\[.])|ENV\b(?![\[.]))"
)
# Not printed: kept in a file or a variable, sent on (told elsewhere), or made a digest.
KEPT = re.compile(
    r">{1,2}\s*(?!&|/dev/(?:stdout|stderr|tty)\b|\"?\$\{?GITHUB_STEP_SUMMARY)\S"
    r"|\|\s*(?:\w*sum\b|wc\b|curl\b|wget\b|nc\b|md5\b|openssl\s+(?:dgst|sha)|docker\b|kubectl\b|gh\b)"
)
INSIDE = re.compile(r"(?:\$\(|`)\W*$")  # what it writes is a word of another command
PRINTS = re.compile(r"\s*(?:echo|printf)\b(?!.*::add-mask::)")


def printed(command: str, handed: Mapping[str, str]) -> tuple[str, float] | None:
    """What a command prints encoded, and how plainly; `handed`: variables, and what they are."""
    met, words, strength = EVERY.search(command), "all variables of the build", 0.65
    if met is None:
        met = SHOWS.search(command)
    if met is None:
        given = {re.search(HELD % re.escape(n), command): said for n, said in handed.items()}
        met = ONE.search(command) or next((m for m in given if m), None)
        whole = met is not None and WHOLE.search(given.get(met, met[0]))
        words, strength = ("all secrets", 0.65) if whole else ("a secret", 0.45)
    if met is None or KEPT.search(command, met.end()) or KEPT.search(met[0]):
        return None
    word = re.search(r"\w", met[0])
    before = command[: met.start() + (word.start() if word else 0)]
    inside = INSIDE.search(before)
    if inside and not PRINTS.match(re.split(r"[;&|]", before[: inside.start()])[-1]):
        return None
    return words, strength
