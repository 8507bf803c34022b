"""Man pages as plain text, with what is set apart in them between marks.

Spec: groff(7), groff_man(7), mdoc(7).
"""

from __future__ import annotations

import re

BOLD, PLAIN = "\x01", "\x02"  # what stands between is set apart
ESCAPES = (
    (re.compile(r'\\".*'), ""),
    (re.compile(r"\\f(?:[BI2345]|\[\w*[BI]\w*\]|\([A-Z]*[BI][A-Z]*|C[BIW])"), BOLD),
    (re.compile(r"\\f(?:[RP1C]|\[\w*\]|\(\w\w)"), PLAIN),
    (re.compile(r"\\\((?:hy|en|em|mi)|\\\[(?:hy|en|em|mi|u2010|u2011)\]|\\[-N]'?(?:45')?"), "-"),
    (re.compile(r"\\\((?:aq|cq|oq|dq|lq|rq)|\\\[(?:aq|cq|oq|dq|lq|rq)\]"), '"'),
    (re.compile(r"\\s[-+]?\d|\\[&%|^:/,)]|\\m\[\w*\]|\\v'[^']*'|\\h'[^']*'|\\z"), ""),
    (re.compile(r"\\[ 0~]"), " "),
    (re.compile(r"\\(?:\*\(\w\w|\*\[\w+\]|\*\w)"), ""),
    (re.compile(r"\\e"), r"\\"),
    (re.compile(r"\\(.)"), r"\1"),
)
SET_APART = re.compile(
    r"\.\s*(?:[BIS][BIRM]?|SB|SH|SS|TP|TQ|OP|SY|IP|Sh|Ss|Cm|Ic|Nm|Ar|Li|Ql|Dq|Sq"
    r"|It|Fl|Op|Oo|Sy|Em|Xr|Ev|Pa|Va|Ns|Cd|Qq|Bq|Pq|Brq|Nd|Dl|Bl|Do|Xo)\b"
)
ALTERNATING = re.compile(r"\.\s*(?:[BIR][BIR]|MR|OP)\s")
_NO_FLAG = r"(?!(?:Ar|Ns|Op|Oc|Oo|Cm|Ic|Xo|Xc|Pf|No|Li|Sy)\b)"
FLAG = re.compile(rf"(?<![\w.-])(?:Fl|\.Fl)\b((?:[ \t]+{_NO_FLAG}[\w@#?+:{{}}\[\]-][^\s\"]*)*)")
MDOC = re.compile(r"^\.\s*(?:Dd|Nm|Sh)\b", re.M)
PAGE = re.compile(r"^[.']\s*(?:TH|Dd|SH|Sh|so|TP|PP)\b|^\.\\\"|^'\\\"", re.M)


def is_page(text: str) -> bool:
    """True for the source of a man page."""
    return PAGE.search(text, 0, 20_000) is not None


def plain(text: str) -> str:
    """The text of a page, line for line."""
    mdoc, after, lines = MDOC.search(text) is not None, False, []
    for line in text.split("\n"):
        apart = after or SET_APART.match(line) is not None
        after = line.startswith(".TP") or line.startswith(".TQ")
        lines.append(_line(line, apart, mdoc))
    return "\n".join(lines)


def _line(line: str, apart: bool, mdoc: bool) -> str:
    if line.startswith(('.\\"', "'\\\"")):
        return ""
    if line.startswith((".Bl", ".Bd", ".if", ".ie", ".de", ".nr", ".ds")):
        return ""  # `-tag -width` are its own
    if mdoc and line.startswith("."):
        line = FLAG.sub(_flags, re.sub(r"\bFl\s+Fl\s+", "Fl -", line))
        line = re.sub(r"\s+Ns\s+", "", line)
    joined = ALTERNATING.match(line) is not None
    line = re.sub(r"^\.\s*(?:[A-Z][A-Za-z]|B|I|R)\b\s?", "", line)
    for pattern, instead in ESCAPES:
        line = pattern.sub(instead, line)
    if joined:  # words of `.BR a b` stand beside each other
        words = re.findall(r'"[^"]*"|\S+', line)
        line = "".join(w.strip('"') if w.startswith('"') else w for w in words) + " " + line
    return f"{BOLD}{line}{PLAIN}" if apart else line


def _flags(match: re.Match[str]) -> str:
    """`Fl a`, `Fl -long`, `Fl Fl long`, and several of them."""
    words = match[1].split()
    return " " + " ".join(f"-{w}" for w in words) + " " if words else " -"
