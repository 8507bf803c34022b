"""What is told by words as they stand: variables and inputs that are read, checks switched off.

Each pattern begins with a word that is sought first, so that a file is walked through quickly.

Spec: documentation of the libraries and programs named.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator

from evenhand.code.screen import Seen, pattern
from evenhand.code.syntax import Source
from evenhand.code.use import Use

HITS = 400  # of one pattern in one file
CODES = 24
SHORTEST = 32  # characters of a code
Q = r"['\"`]"
NAMED = rf"{Q}([\w$.:/-]{{1,60}}){Q}"
VARIABLE, INPUT, OFF = "reads variable", "reads input", "switches off verification"
OPENS, GRANTS, CASE = "opens for debugging", "grants", "has a case"
# kind, sensitivity, pattern; the name is the group, else all of it
_PATTERNS = (
    (VARIABLE, 0.57, rf"environ(?:\.get|\.pop|\.setdefault)?\s*[\[(]\s*{NAMED}"),
    (VARIABLE, 0.57, rf"getenv\w*\s*\(\s*{NAMED}"),
    (VARIABLE, 0.57, r"process\.env\.(\w+)"),
    (VARIABLE, 0.57, rf"process\.env\[\s*{NAMED}"),
    (VARIABLE, 0.5, rf"\$_ENV\[\s*{NAMED}"),
    (INPUT, 0.6, rf"headers(?:\.get)?\s*[\[(]\s*{NAMED}"),
    (INPUT, 0.6, r"headers\.(\w{3,40})\b(?!\s*[(=])"),
    (INPUT, 0.6, rf"cookies?(?:\.get)?\s*[\[(]\s*{NAMED}"),
    (INPUT, 0.58, rf"request\.(?:args|form|values|GET|POST|META|params|json)\S{{0,5}}[\[(]\s*"
     rf"{NAMED}"),
    (INPUT, 0.58, r"req(?:uest)?\.(?:query|body|params|cookies)\.(\w{1,40})"),
    (INPUT, 0.58, r"form\.(\w{1,40})\b(?!\s*\()"),
    (INPUT, 0.58, rf"req(?:uest)?\.(?:query|body|params|cookies)\[\s*{NAMED}"),
    (INPUT, 0.6, rf"\.header\(\s*{NAMED}"),
    (INPUT, 0.6, rf"\.formvalue\(\s*{NAMED}"),
    (INPUT, 0.6, r"ngx\.var\.(\w+)"),
    (INPUT, 0.6, rf"\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\[\s*{NAMED}"),
    (OFF, 0.95, r"verify\w*[\"']?\s*[=:]\s*(?:False|false|0|[\"']none[\"']|None)(?!\w)"),
    (OFF, 0.95, r"check_hostname\s*=\s*(?:False|0)"),
    (OFF, 0.95, r"CERT_NONE"),
    (OFF, 0.95, r"_create_unverified_context"),
    (OFF, 0.95, r"rejectUnauthorized[\"']?\s*:\s*(?:false|!1)"),
    (OFF, 0.95, r"NODE_TLS_REJECT_UNAUTHORIZED[\"'\]]*\s*=\s*[\"']?0"),
    (OFF, 0.95, r"strictSSL[\"']?\s*:\s*(?:false|!1)"),
    (OFF, 0.95, r"checkServerIdentity[\"']?\s*:\s*(?:\(\)|function|async|null)"),
    (OFF, 0.95, r"CURLOPT_SSL_VERIFY\w+\s*(?:,|=>)\s*(?:false|0|FALSE)"),
    (OFF, 0.95, r"SSL_VERIFY_NONE"),
    (OFF, 0.95, r"ssl_verify\s*=\s*false"),
    (OFF, 0.95, r"AutoAddPolicy"),
    (OFF, 0.95, r"WarningPolicy"),
    (OFF, 0.95, r"disable_warnings\("),
    (OFF, 0.95, r"verify_signature[\"']?\s*:\s*(?:False|false)"),
    (OFF, 0.95, r"--(?:no-check-certificate|insecure|no-gpg-check|nogpgcheck|"
     r"allow-unauthenticated|no-check-signature|force-yes|trusted-host|no-verify|"
     r"allow-untrusted|no-check-gpg|nodigest|nosignature)\b"),
    (OPENS, 0.7, r"debug\s*=\s*True"),
    (OPENS, 0.7, r"--inspect\w*"),
    (OPENS, 0.66, r"0\.0\.0\.0"),
    (OPENS, 0.7, r"WERKZEUG_DEBUG\w*"),
    *(
        (GRANTS, 0.62, rf"{word}[\"']?\]?\s*(?::|=>|=)\s*[\"']?(?:True|true|1|!0|yes|admin)\b")
        for word in ("dmin", "taff", "uperuser", "uthenticated", "uthorized", "ogged_in", "oggedIn")
    ),
    *(
        (GRANTS, 0.62, rf"{word}[\"']?\]?\s*(?::|=>|=)\s*[\"'](?:admin\w*|root|owner|superuser"
         r"|service|maint\w*|system|\*)[\"']")
        for word in ("role", "Role", "level", "scope", "privilege")
    ),
    (GRANTS, 0.62, r"\$_SESSION\[[^\]]{1,40}\]\s*="),
    (CASE, 0.42, rf"case\s+{NAMED}\s*:"),
)  # fmt: skip
_ASKED = tuple((kind, weight, pattern(p.encode())) for kind, weight, p in _PATTERNS)
_CODE = pattern(rb"['\"`]([A-Za-z0-9+/=_-]{%d,})['\"`]" % SHORTEST)
SPOKEN = (b"-", b"0")  # options and addresses are told in a text too: commands are texts
WORD = re.compile(rb"\w")
_SAID = ("string_content", "string_fragment", "doc", "text", "escape_sequence")


def of_text(source: Source, seen: Seen, bundle: bool) -> Iterator[Use]:
    """Every word that is told of a file; what stands in comments and documents is passed over."""
    data = source.data
    for kind, weight, asked in _ASKED:
        for match in itertools.islice(seen.each(asked), HITS):
            line = line_of(source, match.start(), match[0][:1] in SPOKEN)
            if line:
                name = match[1] if match.re.groups else _whole(data, match)
                yield Use(kind, name.decode("utf-8", "replace"), line, weight)
    yield from _codes(source, seen, bundle)


def _whole(data: bytes, match: re.Match[bytes]) -> bytes:
    """What matched, from where its first word begins."""
    start = match.start()
    while start > 0 and match.start() - start < 40 and WORD.match(data, start - 1):
        start -= 1
    return data[start : match.end()]


def _codes(source: Source, seen: Seen, bundle: bool) -> Iterator[Use]:
    told = 0
    for match in seen.each(_CODE):
        text = match[1].decode()
        if told >= CODES:
            break
        line = line_of(source, match.start()) if _scrambled(text) else 0
        if line:
            told += 1
            name = f"{text[:16]}… ({len(text)} characters)"
            yield Use("holds a code", name, line, 0.4 if bundle else 0.68)


def _scrambled(text: str) -> bool:
    """True where letters and digits are mixed as in keys and digests, not as in names."""
    sample = text[:400]
    counts = Counter(sample)
    bits = -sum(n / len(sample) * math.log2(n / len(sample)) for n in counts.values())
    digits = sum(c.isdigit() for c in sample)
    return bits > 3.2 and (digits * 12 > len(sample)) and sample.count("-") + sample.count("_") < 6


def line_of(source: Source, at: int, spoken: bool = False) -> int:
    """The line of a byte; 0 where it is part of a comment or, but for options, of a text."""
    node = source.tree.root_node.descendant_for_byte_range(at, at + 1)
    if node is None or "comment" in node.type or (not spoken and node.type in _SAID):
        return 0
    return int(node.start_point[0]) + 1 + source.data.count(b"\n", node.start_byte, at)
