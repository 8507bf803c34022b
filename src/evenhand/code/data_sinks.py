"""Where data leave or stay: sent over a network, written where they start again.

Spec: MITRE ATT&CK T1041, T1547, T1552.
"""

from __future__ import annotations

import re

from evenhand.code.api import INSTANCE, METADATA, PERSONAL
from evenhand.code.api_javascript import PAGE_COOKIES
from evenhand.code.choice import consent
from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.placed import STAYS, asked_for, placed
from evenhand.code.sensitive import URL, host_in, of_path, of_persistence
from evenhand.code.syntax import shape_of
from evenhand.code.value import Tag, Value, union
from evenhand.host import registrable

# What a connection shows to say who it is, is not what is sent.
AUTHENTICATES = frozenset(
    ("cert", "auth", "verify", "pkey", "key_filename", "ssl", "ssl_context", "context",
     "client_keys", "private_key")
)  # fmt: skip
# Methods that take the path of a file and send what is in it.
UPLOADS = frozenset(("put", "upload_file", "fput_object", "upload_from_filename", "fastPut"))
# Settings that say where a name leads; what connects is given the address that they hold.
CONNECTS = frozenset(("connect", "create_connection", "open_connection", "createConnection"))
WHERE = re.compile(r"\.ssh[/\\](config|known_hosts)\b")
FOLDER = re.compile(r"\.ssh([/\\](config|known_hosts))?\)?$")
LOOKS_UP = frozenset(("gethostbyname", "gethostbyname_ex", "getaddrinfo"))
NEAR = 3  # lines that are one place
UNIQUE = re.compile(r"machine-?[iI]d\b|getnode")  # one machine of all
NODES = 60  # of what a call is given
NAMES = "names"
ADDRESS = re.compile(r"(\.(src|href)|location)$")
HERE = re.compile(r"|localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0")


def at_net(look: Look, call: Call) -> list[Finding]:
    """Data that leave: what they are, where they came from, whether anybody was asked."""
    owner = look.owner(call)
    whole = union(v for k, v in look.flow.arguments(call) if k not in AUTHENTICATES)
    line, moment = look.flow.line(call.node), look.when(call)
    if call.name in UPLOADS:
        met = filter(None, map(of_path, whole.texts))
        opened = [Tag(k, what, ((line, f"takes {what}"),)) for k, what in met]
        whole = whole._replace(tags=(*whole.tags, *opened))
    host = host_of(whole, owner)
    end = (line, f"sends it to {host or 'a host that is not shown'}")
    out = []
    personal = [t for t in whole.tags if t.kind in PERSONAL and not _own(t, host, whole)]
    names = call.name in CONNECTS
    if names and any(WHERE.search(x) for x in whole.texts):
        personal = [t for t in personal if not FOLDER.search(t.what)]
    if host == METADATA:  # where they come from
        personal = [t for t in personal if t.what != INSTANCE]
    if HERE.fullmatch(host):  # to a program on this machine, or to who knows whom
        personal = [t for t in personal if t.kind != "key words"]
        # a page's own cookies go back to its own server: so are requests of others told apart
        if not whole.having("decoded"):
            personal = [t for t in personal if t.what != PAGE_COOKIES]
    if not personal:
        personal = _handed(look, call)
    for tag in personal[:4]:
        steps, note = (*tag.steps, end), f"what is sent: {tag.what}"
        sure, target = PERSONAL[tag.kind], host or tag.kind
        sure -= 0.25 if tag.steps and tag.steps[-1][1].startswith(NAMES) else 0.0
        sure -= 0.2 if tag.kind == "key words" and _client(look, call, host) else 0.0
        made = look.made(call, "collects and sends", target, sure, steps, by=0.1,
                         note=note, consent=consent(look, call))  # fmt: skip
        out += [made, *_where_taken(look, call, tag, made)]
    about = [t for t in whole.tags if t.kind in ("host", "platform")]
    hosts = [t for t in about if t.kind == "host"] or (about if look.says_usage else [])
    early = moment in ("at install", "at import") and bool(hosts)
    unique = any(UNIQUE.search(t.what) for t in hosts)
    if call.name in LOOKS_UP and not any("." in t for t in whole.texts):
        hosts = []  # the machine's own address, which its own name has
    if hosts and not personal and (len(about) > 1 or early or unique):
        said = consent(look, call)
        strength = 0.4 + 0.05 * min(len(hosts), 4) + (0.1 if said == "not shown" else -0.1)
        steps = (*(s for t in hosts[:3] for s in t.steps[:1]), end)
        out.append(look.made(call, "reports usage", host or "host not shown", strength, steps,
                             by=0.1, consent=said))  # fmt: skip
    return out


def _where_taken(look: Look, call: Call, tag: Tag, made: Finding) -> list[Finding]:
    """The same, at the place where it is taken, where another function than that sends it.

    What is sent may be as usual, and what is taken new.
    """
    at = tag.steps[0][0] if tag.steps else made.line
    inside = call.inside
    first = inside.node.start_point[0] + 1 if inside is not None else 0
    last = inside.node.end_point[0] + 1 if inside is not None else 0
    if first <= at <= last or abs(at - made.line) <= NEAR or tag.kind == "variable":
        return []
    return [made._replace(line=at, target=tag.what[:60], strength=round(made.strength - 0.02, 3))]


def _handed(look: Look, call: Call) -> list[Tag]:
    """Paths that own functions are given, whose result is sent: what they do is not seen."""
    source, found = look.index.source, []
    todo = [n for _, n in shape_of(call.node, source).b[:6]]
    for _ in range(NODES):
        if not todo:
            break
        node = todo.pop()
        shape = shape_of(node, source)
        if shape.kind == "call" and look.flow.local(shape.a):
            line = look.flow.line(node)
            for value in (look.flow.value(n) for _, n in shape.b[:4]):
                met = filter(None, map(of_path, value.texts))
                found += [
                    Tag(k, what, ((line, f"{NAMES} {what}"),)) for k, what in met if k in PERSONAL
                ]
        todo += node.named_children[:12]
    return found[:2]


def at_address(look: Look) -> list[Finding]:
    """Data that leave in the address of a picture, a frame or a page."""
    out = []
    for name, every in look.index.given.items():
        if not ADDRESS.search(name):
            continue
        for given in every[:6]:
            if given.how not in ("is", "set") or not hasattr(given.node, "start_point"):
                continue
            look.flow.begin()
            value = look.flow.value(given.node)
            host = host_of(value, Value())
            personal = [t for t in value.tags if t.kind in PERSONAL and not _own(t, host, value)]
            if not personal or HERE.fullmatch(host):
                continue
            tag, line = personal[0], look.flow.line(given.node)
            steps = (*tag.steps, (line, f"puts it into an address of {host}"))
            note = f"what is sent: {tag.what}"
            out.append(Finding("collects and sends", host, PERSONAL[tag.kind], line, steps,
                               "when called", note, "not shown"))  # fmt: skip
    return out


def host_of(whole: Value, owner: Value) -> str:
    """The host that a call speaks to: of a URL in it, of the connection, or named as such."""
    address = next((m[1] for m in map(URL.search, whole.texts) if m), "")
    met = union((owner, whole)).having("net", "socket")
    return (
        address.lower()
        or (met.what if met else "")
        or next((h for h in map(host_in, whole.texts) if h), "")
    )


def _own(tag: Tag, host: str, whole: Value) -> bool:
    """True for a key that goes where its name says it belongs, or who knows where."""
    if tag.kind != "variable":
        return False
    owner = tag.what.removeprefix("variable ").partition("_")[0].lower()
    if not host or len(owner) < 3 or owner in host:
        return True
    return any(owner in t.lower() for t in whole.texts if "." in t)


def _client(look: Look, call: Call, host: str) -> bool:
    """True in a class or a module within a package that has the name of the host: its client."""
    label = (registrable(host) or "").partition(".")[0].replace("-", "")
    owner = call.inside.owner if call.inside is not None else ""
    names = [owner, *look.path.split("/")[1:]]
    return len(label) > 3 and any(label in re.sub(r"[-_]", "", n).lower() for n in names)


def at_write(look: Look, call: Call) -> list[Finding]:
    """A file, link or registry value by which something starts again."""
    given = look.flow.arguments(call)
    owner = look.owner(call)
    places = [*(given[0][1].texts if given else ()), *owner.texts]
    what = next((w for w in map(of_persistence, places) if w), None)
    written, at = (given[:1], owner.texts) if owner.texts else (given[1:2], places)
    inside = [f for p in at[:2] for _, v in written for f in placed(look, call, p, v)]
    if what is None:
        return inside
    brought = union(v for _, v in given).having("net", "decoded")
    own = asked_for(look, call) or (what.startswith("authorized keys") and _given(look, call))
    strength = STAYS + (0.16 if brought else -0.12 if own else 0.0)
    end = (look.flow.line(call.node), f"writes {what}")
    steps = (*(brought.steps if brought else ()), end)
    return [look.made(call, "adds persistence", what, strength, steps), *inside]


def _given(look: Look, call: Call) -> bool:
    """True where all that is written is what the function is given: whose key, its caller says."""
    names = call.inside.parameters if call.inside is not None else []
    written = re.search(rb"\.write(?:_text|lines)?\(\s*([A-Za-z_]\w*)", look.words(call.node))
    return written is not None and written[1].decode() in names


def at_read(look: Look, call: Call) -> list[Finding]:
    """A file opened to be written is a write by another name."""
    given = look.flow.arguments(call)
    mode = next((v.const for _, v in given[1:2] if isinstance(v.const, str)), "")
    writes = re.fullmatch(r"[rwab+xt]*", mode) and set(mode) & set("wax")
    return at_write(look, call) if writes else []
