"""What a file of any language calls, compares with and brings in, by its words alone.

Nothing is parsed: a call is a name before a bracket, with the first text that it is given. So a
place that no rule speaks of still gives something that a release can be compared by. The rows say
nothing by themselves; they weigh less than whatever a rule names, and none of them is a lead.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

import re

from evenhand.code.use import Use, settled
from evenhand.pattern import Pattern

CALLS, COMPARED, IMPORTED, SAYS = "calls", "is compared with", "brings in", "says"
MOST = 64  # of one file
LINES = 200  # of one file of settings
FILE_BYTES, SETTINGS_BYTES = 1 << 19, 1 << 15  # larger ones are bundles and data
LINE_BYTES = 300  # on an average; longer lines are written by programs
WEIGHT = {IMPORTED: 0.24, COMPARED: 0.22, CALLS: 0.2, SAYS: 0.16}
WITH_TEXT, AFAR = 0.03, 0.01  # more for a call with a text, of something that is brought in
_TEXT = rb"\"[^\"\n]{1,60}\"|'[^'\n]{1,60}'|`[^`\n]{1,60}`"
_CALL = re.compile(rb"\b(\w[\w$.]{1,80}+)!?\(\s*(" + _TEXT + rb")?")
_COMPARED = Pattern(rb"[!=~]==?\s*[(\[]?(?:" + _TEXT + rb"|-?\d{3,20})")
_IMPORTED = re.compile(rb"\n[ \t]*(?:import|from|use|require|include|#include)[ \t]([^\n;]{1,80})")
_COMMENT = re.compile(rb"\s*(?:#(?!include)|//|/?\*|--|;|>>>|\"\"\"|<!--)")
# Words before a bracket that are of the language, or that every file has.
PLAIN = frozenset(
    b"if for while switch catch function return and or not in elif except assert print len str int "
    b"isinstance range list dict set tuple super type repr bool float sorted enumerate zip map "
    b"format append join get items keys values push slice concat replace split trim toString "
    b"String Number Array Object Boolean Error TypeError ValueError forEach filter reduce length "
    b"strip lower upper startswith endswith hasOwnProperty isArray typeof await yield def fn func "
    b"sizeof match case let const var with lambda async isset empty array count strlen pairs "
    b"ipairs tostring tonumber unless until when else do then self.assertEqual Some Ok Err vec "
    b"console.log require elseif foreach echo method_exists min max sum any all iter next hash abs "
    b"Array.isArray Object.keys Object.assign cast TypeVar property super.__init__".split()
)
_OWN = Pattern(rb"\b(?:def|function|fn|func|sub|class|const|let|var) +\*?[\w$.:]{2,80}")
_AROUND = (b"self.", b"this.", b"cls.", b"super.")
# Calls that tell people something, not the machine.
_TOLD = re.compile(
    rb"(?i)(?:.*\.)?(?:\w*(?:error|exception|warning)|log|logger|console|debug|info|warn"
    rb"|_|gettext\w*|help_text|add_argument|\w*log)(?:\.\w+)?"
)
_WORD = re.compile(rb"[\w$]+")
_AROUND_TEXT = b"!=~ \t\r\n([\"'`"
_METHOD = re.compile(rb"[^\n]*\{[ \t]*(?:\n|$)")


def phrases(data: bytes) -> list[Use]:
    """The calls, comparisons and imports of a source, each once, those that say most first."""
    if len(data) > FILE_BYTES or len(data) > LINE_BYTES * (data.count(b"\n") + 1):
        return []
    told = [(WEIGHT[IMPORTED], IMPORTED, m[1], m.start(1)) for m in _IMPORTED.finditer(data)]
    own = {data[start:end].rpartition(b" ")[2] for start, end in _OWN.spans(data)}
    own.update(word for m in told for word in _WORD.findall(m[2]))
    first: dict[tuple[bytes, bytes | None], int] = {}
    for match in _CALL.finditer(data):
        first.setdefault((match[1], match[2]), match.start())
    for (name, text), at in first.items():
        if (weight := _weight(name, text, own)) and not (b"." not in name and _made(data, at)):
            told.append((weight, CALLS, b"%b(%b)" % (name, text[1:-1] if text else b""), at))
    for start, end in _COMPARED.spans(data):
        told.append((WEIGHT[COMPARED], COMPARED, data[start:end].strip(_AROUND_TEXT), start))
    told.sort(key=lambda t: (-t[0], t[1:3]))
    return _once(data, told, MOST)


def settings(data: bytes) -> list[Use]:
    """The lines of a file of settings."""
    if len(data) > SETTINGS_BYTES or len(data) > LINE_BYTES * (data.count(b"\n") + 1):
        return []
    at = 0
    told: list[tuple[float, str, bytes, int]] = []
    for line in data.split(b"\n"):
        words = line.strip(b" \t\r,{}[]")
        if len(words) > 3 and not _COMMENT.match(line):
            told.append((WEIGHT[SAYS], SAYS, words, at))
        at += len(line) + 1
    return _once(data, told, LINES)


def _weight(name: bytes, text: bytes | None, own: set[bytes]) -> float:
    """How much a call says; 0 for those of the file itself, and those that every file has."""
    last = name.rpartition(b".")[2]
    if name in own and not text:
        return 0.0
    if name.startswith(_AROUND) and (not text or last in own):
        return 0.0
    if (not text and (name in PLAIN or last in PLAIN)) or _TOLD.fullmatch(name):
        return 0.0
    return WEIGHT[CALLS] + WITH_TEXT * bool(text) + AFAR * (name.partition(b".")[0] in own)


def _made(data: bytes, at: int) -> bool:
    """Whether a name before a bracket, first on its line, is a method that is made there."""
    start = data.rfind(b"\n", 0, at) + 1
    return not data[start:at].strip() and _METHOD.match(data, at) is not None


def _once(data: bytes, told: list[tuple[float, str, bytes, int]], most: int) -> list[Use]:
    """The first of each kind and name, with their lines; comments are passed over."""
    chosen: dict[tuple[str, str], tuple[float, int]] = {}
    for weight, kind, said, at in told:
        if len(chosen) >= most:
            break
        name = settled(said.decode("utf-8", "replace"))
        start = data.rfind(b"\n", 0, at) + 1
        if name and (kind, name) not in chosen and not _COMMENT.match(data, start, at + 4):
            chosen[kind, name] = (weight, at)
    line, position, found = 1, 0, []
    for (kind, name), (weight, at) in sorted(chosen.items(), key=lambda c: c[1][1]):
        line += data.count(b"\n", position, at)
        position = at
        found.append(Use(kind, name, line, weight))
    return found
