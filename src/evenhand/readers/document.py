"""Documents of a product: what they announce of ways in, of data that are sent and of updates.

Man pages, READMEs, notes on privacy and telemetry, descriptions of packages, security.txt. A name
counts where it stands in a sentence about the matter; that a document merely holds it does not.

Spec: man-pages(7), groff_man(7); RFC 9116 (security.txt); Python core metadata; deb-control(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.announced import Announced
from evenhand.readers import Item, Partly

VERSION = "3"
RECOGNISES = {
    "names": (
        "README*",
        "*.md",
        "*.rst",
        "*.adoc",
        "*.txt",
        "*.[1-8]",
        "PRIVACY*",
        "TELEMETRY*",
        "SECURITY*",
        "METADATA",
        "PKG-INFO",
        "control",
    ),
}
EMITS = ("announced",)
CANNOT_SEE = {
    "announced": (
        "what is said in other languages than English, in pictures, or over several sentences; "
        "whether what is said is so"
    )
}

READ_BYTES = 1 << 20
SENTENCE = 2_000  # characters; what is longer is no sentence
SHORT = 160
MOST = 2_000  # rows of one document

TOPICS = {
    "account": r"accounts?\b|log ?in|log-in|passwords?\b|user ?names?\b|credentials?\b",
    "remote access": (
        r"remote(ly)? (support|access|maint|manag|control|shell|debug)|ssh\b|telnet|supporter|"
        r"opens? (a|the|one) (port|shell|session|tunnel)|"
        r"listens? (on|at)|waits? (on|for)|serves? on"
    ),
    "rights": r"\bsudo\b|\bdoas\b|as root\b|privileges?\b|administrator|without a password",
    "debugging": r"debug|diagnos|factory|test mode|rescue|failsafe|recovery|consol",
    "data sent": (
        r"telemetry|usage (data|statistics)|analytics|(is|are|be|gets?) (sent|uploaded|reported|"
        r"copied)|sends?\b|uploads?\b|reports? to|crash report|connects? to|copies\b|contacts?\b"
    ),
    "update": r"updates?\b|upgrades?\b|new (version|release)|downloads?\b|fetch",
    "schedule": (
        r"\bcron|every (night|day|week|hour|\w+ minutes)|daily|weekly|timer|at (start|boot)"
    ),
    "replaced function": r"LD_PRELOAD|replaces? \w+|interpos|wraps? \w+",
    "commands": (
        r"(runs?|executes?|evaluates?|starts?) .{0,40}(command|code|script|program|shell|line)"
    ),
}
# A sentence without any of these is about none of the topics: most sentences of most documents.
_ANY = re.compile(
    "account|log.?in|passw|user|creden|remote|ssh|telnet|suppor|open|listen|wait|serve|debug|diag|"
    "factory|test|rescue|failsafe|recover|consol|telem|usage|analyt|sen[dt]|upload|report|crash|"
    "connect|cop[iy]|contact|upda|upgra|new |downl|fetch|cron|every|daily|weekly|timer|at |preload|"
    "sudo|doas|root|privil|admin|replac|interpos|wrap|run|execut|evaluat|start"
)
_TOPICS = {topic: re.compile(words.lower()) for topic, words in TOPICS.items()}
_CONTROL = re.compile(
    r"\b(off|disabled?|unless|only (while|if|when)|until|opt(s|ed)?[- ]?(in|out)|"
    r"asks? (you|whether|each)|if you agree|delete the line|stops? (it|that)|locked|"
    r"(is|are) refused|must be changed)\b|--(no|stop|off|disable)\b"
)
# Words beside `user` or `account` that name none.
_PLAIN = (
    r"(?:of|can|may|is|are|was|who|to|and|or|in|with|for|the|that|will|from|on|has|have|should|must|by"
    r"|an?|your|this|any|each|every|no|one|same|other|new|local|current|per|as|if|when|not|be|all|at"
    r"|name|names|data|id|ids|agents?|guide|interface|input|does|do|it|its|their|our|my|another)\b"
)
_NAMES = re.compile(
    r"(?P<option>(?<![\w-])--?[A-Za-z][\w-]{1,40})"
    r"|(?P<host>(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![\w(]))"
    r"|(?P<path>(?<![\w.])/[\w.+-]+(?:/[\w.+*-]+)+)"
    r"|(?:port|on|at)\s+(?P<port>\d{2,5})\b"
    rf"|\b(?i:users?|accounts?|groups?)\s+[\"'“`*]*(?!{_PLAIN})(?P<account>[a-z_][\w-]{{1,31}})"
    rf"|(?<![\w/.-])[\"'“`*]*(?!{_PLAIN})(?P<user>[a-z_][\w-]{{1,31}})[\"'”`*]*\s+(?i:user|account)\b"
    r"|[\"'“`](?P<quoted>[\w@.:-]{2,40})[\"'”`]"
    r"|\b(?P<pair>[a-z][\w-]{1,31})/[\w-]{1,31}\b"
    r"|\b(?P<variable>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b"
    r"|\b(?P<function>malloc|free|calloc|realloc|readdir|open|connect|accept|crypt)\b"
)

_MATTER = re.compile(
    r"(?<!open)telemetry|usage (?:data|statistics|metrics|information)"
    r"|anonym\w+ (?:\w+ )?(?:data|usage|statistics|analytics)"
)
# A host, a path, or an option of which nothing is said: its own words are not what is said of it.
_ALONE = re.compile(
    r"(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}(?![\w(])|(?<![\w.])/[\w.+-]+(?:/[\w.+*-]+)*"
    r"|(?<![\w-])--?[a-z][\w-]{1,40}(?=\s*(?:$|[.,;)]|and\b|or\b))"
)


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield `announced` for each topic and name of each sentence about one."""
    with artefact.open() as stream:
        raw = stream.read(READ_BYTES + 1)
    if b"\0" in raw:
        raise NotThisFormat("holds NUL bytes: no document in plain text")
    text = raw[:READ_BYTES].decode("utf-8", "replace")
    seen: set[tuple[str, str]] = set()
    sentences = list(_sentences(text))
    for number, (line, said) in enumerate(sentences):
        low = said.lower()
        if not _ANY.search(low):
            continue
        about = _ALONE.sub(" ", low)
        topics = [t for t, words in _TOPICS.items() if words.search(about)]
        names = _named(said) if topics else []
        if not names and "data sent" in topics:  # that it is sent at all is worth knowing
            names = [m[0] for m in _MATTER.finditer(about)][:1]
        if not names:
            continue
        after = sentences[number + 1][1] if number + 1 < len(sentences) else ""
        control = bool(_CONTROL.search(f"{low} {after.lower()}"))
        for topic in topics:
            for name in names:
                if (topic, name) in seen:
                    continue
                seen.add((topic, name))
                short = said if len(said) <= SHORT else f"{said[: SHORT - 1]}…"
                yield Announced(artefact.name, topic, name, f"line {line}", control or None, short)
        if len(seen) >= MOST:
            yield Partly(f"more than {MOST} announcements: none after line {line} read")
            return
    if len(raw) > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)


def _named(said: str) -> list[str]:
    """Names in a sentence, ports as `port 22`; each once, in order."""
    found = []
    for match in _NAMES.finditer(said):
        kind, name = match.lastgroup, match[match.lastgroup or 0]
        found.append(f"port {name}" if kind == "port" else name.rstrip(".-"))
    return list(dict.fromkeys(found))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with the line on which each begins; markup taken out, blank lines end one."""
    held: list[str] = []
    began = 1
    for number, line in enumerate(text.split("\n"), 1):
        plain = _plain(line)
        if held and (not plain or re.match(r"#|[-*] |=+$|-+$|[A-Z][\w-]*: ", plain)):
            yield from _cut(began, held)
            held = []
        if plain:
            began = began if held else number
            held.append(plain)
        if sum(map(len, held)) > SENTENCE:
            yield from _cut(began, held)
            held = []
    yield from _cut(began, held)


def _cut(began: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    for piece in re.split(r"(?<=[.!?;])\s+(?=[\"“`(A-Z-])", " ".join(lines)):
        if piece:
            yield began, piece[:SENTENCE]


def _plain(line: str) -> str:
    """A line without the markup of groff and Markdown."""
    if line.startswith(('.\\"', "'\\\"")):
        return ""
    line = re.sub(r"^\.(SH|SS|TP|TH|PP|LP|P|br|sp|nf|fi|RS|RE|IP)\b.*", "", line)
    line = re.sub(r"^\.[A-Za-z]{1,2} ", "", line)
    line = re.sub(r"\\f[A-Z]|\\&|\*\*|__", "", line).replace("\\-", "-")
    return line.strip()
