"""Host names and addresses in bytes: what is one, and what only looks like one.

A name in a URL is taken at its word if its suffix is public. A bare name must look like nothing
else: not a file, an attribute, a method, a package, a version. When in doubt it is left out;
readers say so in their `CANNOT_SEE`.

Spec: RFC 3986 (authority), RFC 1123 s. 2.1 (host names), RFC 4291 s. 2.2 (IPv6 text),
RFC 6761 (special-use names),
UTS 46 (non-transitional mapping of international names), the Public Suffix List (ICANN part).
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from evenhand.pattern import Pattern

# Context that a window of bytes needs around a host for it to be seen as a whole.
BEFORE_BYTES, AFTER_BYTES = 256, 1024


class Found(NamedTuple):
    """A host at `offset` bytes into the data searched."""

    offset: int
    host: str  # canonical: lower case, A-labels, addresses in their shortest form
    scheme: str | None


class Window(NamedTuple):
    """A stretch of a long content; hosts that start in `data[low:high]` are this window's own."""

    data: bytes
    base: int  # offset of data[0] in the whole
    low: int
    high: int


def windows(chunks: Iterable[bytes]) -> Iterator[Window]:
    """Windows over chunks, overlapping so that no host is cut in two.

    The first one opens with a line feed that is not in the content (`base` is then -1).
    """
    held, base, low = b"\n", -1, 1
    for chunk in chunks:
        data = held + chunk
        high = max(low, len(data) - AFTER_BYTES)
        yield Window(data, base, low, high)
        cut = max(0, high - BEFORE_BYTES)
        held, base, low = data[cut:], base + cut, high - cut
    yield Window(held, base, low, len(held) + 1)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Schemes whose authority is a host on a network; `git+ssh` counts by its last part.
SCHEMES = _words(
    "http https ws wss ftp ftps sftp tftp ssh git svn rsync telnet ldap ldaps mqtt mqtts ws "
    "amqp amqps nats kafka redis rediss postgres postgresql mysql mariadb mongodb srv clickhouse "
    "smb cifs nfs rtsp rtsps rtmp rtmps stun turn coap coaps tcp udp tls ssl quic dns sip sips "
    "xmpp imap imaps smtp smtps pop3 pop3s socks socks4 socks4a socks5 socks5h irc ircs gopher "
    "nntp gemini grpc grpcs vnc rdp ntp ipp ipps dav davs oci"
)
# What other letters may run into in front of `://` (strings laid end to end, `\nhttp://`).
_RUN_ON = re.compile(rb"(?:https?|wss?|ftps?|mqtts?)$")
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,18}$")
_MARK = Pattern(rb":(?:\\?/){2}|%3[aA]%2[fF]%2[fF]")
_AUTHORITY = re.compile(
    rb"(?:[^\s/?#@\"'<>\\]{1,100}@)?"
    rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_\x80-\xff][A-Za-z0-9_.\x80-\xff-]{0,252})"
)
# A name that goes on in a variable, a pattern or a format is not the whole name.
_GOES_ON = re.compile(rb"[{$*(]|%[(sdv@{]|\\\.|\.?[{$*]")

_NAME = rb"((?:[a-z0-9][a-z0-9-]{0,62}\.){1,10}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59}))"
_TAIL = rb"\.?(:\d{2,5})?(?:/[^\s\"'`<>]{0,512})?"
_QUOTED = re.compile(rb"[\"'`](?://)?" + _NAME + _TAIL + rb"\\?[\"'`]")
_DELIMITED = re.compile(rb"[\s=:,(>|]" + _NAME + _TAIL + rb"(?=[\s,;)<|]|$)")
_WHOLE = re.compile(
    rb"(?<![\x20-\x7e])" + _NAME + rb"\.?(:\d{2,5})?(?:/[\x21-\x7e]{0,512})?(?![\x20-\x7e])"
)
_IPV4 = re.compile(
    rb"(?<![\w./:+~^-])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(:\d{2,5}(?!\w)|/\d{1,2}(?![\w.]))?"
    rb"(?!\.?\w|[-+/])"
)
# What to look for first.
_DOTTED = Pattern(rb"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]")
_COLONS = Pattern(rb":[0-9a-fA-F]{0,4}:")
_IPV6 = re.compile(
    rb"(?<![\w:.])(?<!//\[)((?:[23][0-9a-fA-F]{3}|[fF][cdCD][0-9a-fA-F]{2}):[0-9a-fA-F:.]{2,41})"
)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")

# Endings of bare names that are taken at once; every other word-like ending is too often an
# attribute (`user.name`, `collections.abc`) to be believed without a port or `www.`.
_PLAIN = _words("com net org edu gov mil")
# Two-letter endings that are also file endings, attributes, operators or words in code.
_CODE = _words(
    "ac ad ai am an ar as at ax bb bd bi by bz cc cd cg cm co cs db dj dm do ec eg er es ge gl gm "
    "gs gt hr id ie il im in io ip ir is it je km la li lt lv ma mc md me mg ml mm mo mp ms mt mx "
    "my na nc ne nf no np nr nu om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs sa sb sc "
    "sd se sg sh si sk sl sm sn so sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv "
    "tz ug us uy vc vg vi ws ye"
)
# What registries of two-letter endings call their second level.
_SECOND = _words("ac co com edu go gob gouv gov govt mil ne net nhs nom or org sch")
_FILES = _words("py rs sh pl pm md so cc ps ml zip mov app java bat js ts")
_SERVICES = _words("www mqtt broker ntp smtp imap cdn")
# Packages are names turned round (`org.apache.commons.net`), or start with their language.
_PACKAGES = _words(
    "com net org edu gov mil io java javax jakarta android androidx kotlin scala sun dalvik "
    "this self cls window document math os sys np"
)
_STEMS = _words("readme todo index main notes changelog install news command")

# Whether bare names that `believable` takes can be there at all: most texts hold attributes alone.
_LABELS = rb"(?:[a-z0-9][a-z0-9-]*\.)+"
_ENDS = rb"(?:" + "|".join(sorted(_PLAIN)).encode() + rb"|(?:" + (
    "|".join(sorted(_SECOND)).encode() + rb")\.[a-z][a-z0-9-]*|xn--[a-z0-9-]+"
)  # fmt: skip
_BEGINS = rb"(?:" + "|".join(sorted(_SERVICES)).encode() + rb")\.[a-z0-9]"
_LIKELY = Pattern(rb"[\s=:,(>|](?:" + _LABELS + _ENDS + rb")(?:[^a-z0-9-]|$)|" + _BEGINS + rb")")
_LIKELY_QUOTED = Pattern(
    rb"[\"'`](?://)?(?:" + _LABELS + _ENDS
    + rb"|[a-z]{2}|[a-z0-9-]+\.?:[0-9]+)(?:[^a-z0-9-]|$)|" + _BEGINS + rb")"
)  # fmt: skip

_VERSIONED = re.compile(
    rb"(?:version|release|revision|\bver|\brev|\bv|build|section|chapter|clause|"
    rb"\boid|identifier|\xc2\xa7|[=<>~!^]=|update|upgrade|\bsince|\bbefore|\bfixed in)\W{0,4}$",
    re.I,
)
_ADDRESSED = re.compile(
    rb"(?:(?<!\.)\bips?\b|ipv4|addr|\bdns|host|server|resolver|\bbind|listen|gateway|proxy|ping|"
    rb"\bpeer|\bnetwork|subnet|\bnode|connect|remote|endpoint|\bnet\b|\bntp)",
    re.I,
)
_OIDS = ("2.5.4.", "2.5.29.", "1.3.", "1.2.")


# Names that nobody can register, and what for (RFC 6761 s. 6, RFC 2606, RFC 6762 s. 3).
SPECIAL_USE = {
    "example": "documentation",
    "test": "test",
    "invalid": "invalid",
    "localhost": "loopback",
    "local": "local network",
}
DOCUMENTATION = _words("example.com example.net example.org")


@functools.cache
def _suffixes() -> object:
    import publicsuffixlist

    return publicsuffixlist.PublicSuffixList(accept_unknown=False, only_icann=True)


@functools.lru_cache(maxsize=65536)
def registrable(name: str) -> str | None:
    """The part of a canonical name that somebody can register, None where there is none."""
    if name.endswith(".onion"):  # RFC 7686
        return ".".join(name.split(".")[-2:])
    found: str | None = _suffixes().privatesuffix(name)  # type: ignore[attr-defined]
    return found


def _a_label(label: str) -> str | None:
    if label.isascii():
        return label
    if not all(c.isalnum() or c == "-" or unicodedata.category(c)[0] == "M" for c in label):
        return None
    return "xn--" + label.encode("punycode").decode("ascii")


@functools.lru_cache(maxsize=65536)
def canonical(raw: bytes) -> str | None:
    """A host as written → as compared; None where it is no public name and no address."""
    if raw[:1] == b"[":
        return address(raw[1:-1].decode("ascii", "replace"))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.lower()).replace("\u3002", ".")
    text = text.lower().rstrip(".")
    if text.replace(".", "").isdigit():
        return address(text)
    labels = [_a_label(part) for part in text.split(".")]
    if len(labels) < 2 or any(a is None or not _LABEL.fullmatch(a) for a in labels):
        return _ascii_part(raw)
    name = ".".join(a for a in labels if a)
    own = registrable(name) if len(name) <= 253 else None
    # `www.in` is how `www.inside…` ends in a table of words
    return name if own and "_" not in own and not own.startswith("www.") else _ascii_part(raw)


def special_use(name: str) -> str | None:
    """What a reserved name is reserved for; None where a name is like any other."""
    labels = name.split(".")
    if labels[-1] in SPECIAL_USE:
        return SPECIAL_USE[labels[-1]]
    return "documentation" if ".".join(labels[-2:]) in DOCUMENTATION else None


def _reserved(raw: bytes) -> str | None:
    """A reserved name as compared: it has no public suffix, and a URL takes it at its word."""
    name = raw.decode("latin-1").lower().rstrip(".")
    labels = name.split(".")
    good = len(labels) >= 2 and len(name) <= 253 and all(_LABEL.fullmatch(part) for part in labels)
    return name if good and labels[-1] in SPECIAL_USE else None


def _ascii_part(raw: bytes) -> str | None:
    """The name before the first non-ASCII byte: prose runs on where no blank parts words."""
    head = re.match(rb"[\x00-\x7f]*", raw)
    return canonical(head[0]) if head and 3 < len(head[0]) < len(raw) else None


def address(text: str) -> str | None:
    """An IP address that can be somewhere else: no loopback, mask, broadcast or zero network."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if found.is_loopback or found.is_unspecified or text.startswith(("0.", "255.")):
        return None
    return str(found)


def _scheme_before(data: bytes, end: int) -> str | None:
    before = data[max(0, end - 24) : end]
    match = _SCHEME.search(before)
    if match is None:
        return None
    word = match[0].lower()
    text = word.decode("ascii")
    if text.rpartition("+")[2] in SCHEMES:
        return text
    run_on = _RUN_ON.search(word)
    return run_on[0].decode("ascii") if run_on else None


def in_urls(data: bytes) -> Iterator[Found]:
    """Hosts in URLs: `scheme://host`, also with `\\/` or percent-encoded."""
    for start, end in _MARK.spans(data):
        scheme = _scheme_before(data, start)
        match = _AUTHORITY.match(data, end) if scheme else None
        if match is None or _GOES_ON.match(data, match.end()):
            continue
        host = canonical(match[1]) or _reserved(match[1])
        if host is not None:
            yield Found(match.start(1), host, scheme)


def believable(name: str, port: bool, quoted: bool) -> bool:
    """True where a bare lower-case name is a host name and hardly anything else."""
    labels = name.split(".")
    last, own = labels[-1], registrable(name)
    if own is None or any(not _LABEL.fullmatch(label) for label in labels):
        return False
    if labels[0] in _PACKAGES or labels[0] in _STEMS or all(x.isdigit() for x in labels[:-1]):
        return False
    if last in _PLAIN:
        return len(own.split(".")[0]) > 1
    if not _FILES.isdisjoint(labels[1:]):
        return False
    second = own.split(".")[1:-1]  # `co` of `name.co.uk`
    if (port and quoted) or last.startswith("xn--") or (second and second[0] in _SECOND):
        return True
    if len(labels) == 2:
        return False
    if labels[0] in _SERVICES:
        return True
    turned = registrable(f"x.{labels[0]}") is not None  # `de.name.thing`
    return quoted and len(last) == 2 and last not in _CODE and not turned


def _bare(
    likely: Pattern, pattern: re.Pattern[bytes], data: bytes, quoted: bool
) -> Iterator[Found]:
    if not likely.found(data):
        return
    for match in pattern.finditer(data):
        name = match[1].decode("ascii")
        if believable(name, match[2] is not None, quoted):
            yield Found(match.start(1), name, None)


def whole_strings(data: bytes) -> Iterator[Found]:
    """Bare names that are all of a string, as binaries hold them: a NUL ends it, or its length
    stands before it. Other printable bytes may be a piece of a name in the midst of code.
    """
    for match in _WHOLE.finditer(data):
        start, end = match.span()
        ended = end == len(data) or data[end] == 0
        if not ended and not (start and data[start - 1] == end - start):
            continue
        name = match[1].decode("ascii")
        labels = name.split(".")
        if len(labels) == 2 and len(labels[0]) < 4:
            continue  # `n.lc` turns up in random bytes
        if believable(name, match[2] is not None, True):
            yield Found(match.start(1), name, None)


def in_text(data: bytes) -> Iterator[Found]:
    """Bare names (quoted or delimited) and addresses in text."""
    yield from _bare(_LIKELY_QUOTED, _QUOTED, data, True)
    yield from _bare(_LIKELY, _DELIMITED, data, False)
    for match in _anchored(_DOTTED, _IPV4, 2, data):
        host = address(match[1].decode("ascii"))
        if host and _is_address(data, match):
            yield Found(match.start(1), host, None)
    for match in _anchored(_COLONS, _IPV6, 9, data):
        host = _ipv6(match[1].decode("ascii"))
        if host and not data[match.end() : match.end() + 1].isalnum():
            yield Found(match.start(1), host, None)


def _anchored(
    sign: Pattern, whole: re.Pattern[bytes], back: int, data: bytes
) -> Iterator[re.Match[bytes]]:
    """Matches of `whole` that start at most `back` bytes before a match of `sign`."""
    done = 0
    for anchor, _ in sign.spans(data):
        for start in range(max(done, anchor - back), anchor + 1):
            if match := whole.match(data, start):
                done = match.end()
                yield match
                break


def _is_address(data: bytes, match: re.Match[bytes]) -> bool:
    """Four numbers are an address if a port or a mask follows or the line speaks of one."""
    line = data[max(0, match.start() - 80) : match.start()].rpartition(b"\n")[2]
    if _VERSIONED.search(line.rstrip(b"\"' ([")):
        return False
    if match[2] is not None:
        return match[2][:1] == b":" or not _is_network(match[0].decode("ascii"))
    octets = [int(part) for part in match[1].split(b".")]
    if match[1].decode("ascii").startswith(_OIDS):
        return False
    return max(octets) >= 100 or _ADDRESSED.search(line) is not None


def _is_network(text: str) -> bool:
    """True for `10.0.0.0/8`: a range of addresses, no host in it."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return not text.endswith("/32")


def _ipv6(text: str) -> str | None:
    text = text.rstrip(".:") if not text.endswith("::") else text
    groups = [g for g in text.split(":") if g]
    if len(groups) == 8 and all(len(g) == 2 for g in groups):
        return None  # eight bytes of a fingerprint
    if len(groups) < 3 and text.replace(":", "").isdigit():
        return None  # a slice, a[2000::10]
    return address(text)
