"""Input that is known by its digest alone: what is hashed, and held against a fixed digest.

Whoever knows what gives the digest is let in; nobody who reads the code can say what it is. A
digest of a file or of what was fetched is there to find faults, and none of this.

Spec: CWE-798 (hard-coded credentials), FIPS 180-4, RFC 1321.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code import grant
from evenhand.code.asked import asked
from evenhand.code.credential import EMPTY
from evenhand.code.finding import Finding
from evenhand.code.fixed import assembled
from evenhand.code.index import Function, callee_name
from evenhand.code.look import Look
from evenhand.code.origin import leaves
from evenhand.code.secrets import COMPARES, DEEP, GUARDS, SAME, TESTS
from evenhand.code.sieve import FIXED_DIGEST
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

PLACES = 4_000  # conditions, results and assignments of one file
WORK = 20_000
NAMES = 60
HOPS = 3
COMPARED = re.compile(rb"==|equal|compare| in |includes|\.has\(|(?:starts|ends)[wW]ith\(")
HASHES = re.compile(
    r"(?i)(?<![a-z])(sha_?\d{1,3}(_\d+|sum)?|sha2|sha3_?\d*|md5(sum)?|md4|blake[23]\w*|createHash|crc32\w*|adler32"
    r"|pbkdf2\w*|scrypt\w*|hexdigest|digest(Sync)?|subtle\.digest|new_?hash|hash(ed|_of|_?password|er)?|fnv\w*"
    r"|djb2|bcrypt|argon2\w*|ripemd\w*|whirlpool|xxh\w*|siphash|crypt|_?h)\(|hashlib\.|hash_algos|createHash"
)
HOLDS = re.compile(
    r"(.*\.)?(includes|has|indexOf|in_array|contains|some|every|startsWith|startswith|endsWith|endswith|"
    r"array_search|str_starts_with|strncmp|__eq__|equal|eql|Equals|find)"
)
# What is hashed to find faults, or to tell contents from each other.
CONTENT = re.compile(
    r"(?i)\b(data|content|contents|file|files|body|blob|image|buf|buffer|payload|chunk|chunks|archive|"
    r"path|url|uri|raw|stream|bytes|source|src|code|text|html|script|css|module|package|pkg|wheel|"
    r"document|doc|message|msg|block|row|rows|record|json|cert|certificate|der|pem|asset|resp|response|"
    r"fd|fh|fp|f|reader|artifact|download|firmware|tarball|state|config|tree|commit|name|domain|host)\b|read"
)
PERSON = re.compile(
    r"(?i)pass|pwd|\bpw\b|pin\b|secret|phrase|token|cred|\bkey\b|_key\b|code\b|answer|unlock|word|auth|"
    r"cookie|header|login|otp|serial|licen|given|entered|supplied|attempt|guess|input|argv|\bcard"
)
# What tells the machine, its network or its place.
MACHINE = re.compile(
    r"gethostname|getfqdn|hostname\(\)|platform\.node|getnode\(|networkInterfaces|machine[-_]?id"
    r"|getlocale|getdefaultlocale|tzname|timeZone\b|getuser\(|userInfo\(|getlogin\("
    r"|\b(?:identity|net|network|host|machine)\.(?:domain|name|host|fqdn)\(\)"
)
CRYPTED = re.compile(
    r"\$(2[abxy]?|argon2\w*|scrypt|pbkdf2\S*|[156y])\$\S{8,}|(pbkdf2[:$]|scrypt:)\S{16,}"
)
DIGEST = re.compile(r"(?i)(0x)?[0-9a-f]{8,128}|[\w+/-]{20,90}={0,2}|\w+[:$][\w$+/.=-]{16,}")
CHECKS_HASH = ("compare", "compareSync", "checkpw", "password_verify", "check_password_hash",
               "verify", "check_password", "checkPassword", "verify_password")  # fmt: skip


def digested(look: Look) -> Iterator[Finding]:
    """Every comparison of a digest of what somebody gives with one that is fixed."""
    start, near = look.flow.work, _near(look)
    if near is None or look.bundle:
        return
    for node, inside, low, high in _places(look):
        if look.flow.work - start > WORK:
            return
        if not near.search(look.words(node)):
            continue
        for pair in _pairs(look, node, 0):
            found = _judged(look, pair, inside, low, high)
            if found is not None:
                yield found
    for name in CHECKS_HASH:
        for call in look.index.called.get(name, ())[:40]:
            found = _crypted(look, call.node, call.inside)
            if found is not None:
                yield found


def _near(look: Look) -> re.Pattern[bytes] | None:
    """What an expression has to hold: a fixed digest, or a name that one was given to."""
    at = [start for start, _ in itertools.islice(look.seen.spans(FIXED_DIGEST), 400)]
    if not at:
        return None
    names = set()
    for name, every in look.index.given.items():
        for given in every[:6]:
            node = given.node
            if given.how in ("is", "set", "into", "part", "more") and hasattr(node, "start_byte"):
                place = bisect.bisect_left(at, node.start_byte)
                if place < len(at) and at[place] < node.end_byte:
                    names.add(name.rpartition(".")[2].rpartition(">")[2])
    words = "|".join(re.escape(n) for n in sorted(names)[:NAMES])
    fixed = FIXED_DIGEST.text
    return re.compile(fixed + rb"|(?<!\w)(?:" + words.encode() + rb")(?!\w)" if words else fixed)


def _places(look: Look) -> Iterator[tuple[Node, Function | None, int, int]]:
    """Expressions that may compare, and what depends on them."""
    index = look.index
    for choice in index.choices[:PLACES]:
        yield choice.condition, choice.inside, choice.start, choice.end
    for function in index.ordered[:PLACES]:
        for value in function.returns[:6]:
            yield value, function, 0, 0
    for every in list(index.given.values())[:PLACES]:
        for given in every[:4]:
            one = given.node
            if given.how not in ("is", "set") or not hasattr(one, "type"):
                continue
            if COMPARED.search(look.words(one)[:400]):
                yield one, given.inside, 0, 0


def _pairs(look: Look, node: Node, depth: int) -> Iterator[tuple[Node, Any, Any]]:
    """Both sides of each comparison in an expression."""
    if depth > DEEP or node.end_byte - node.start_byte > 1500:
        return
    sides = _sides(look, node)
    if sides is not None:
        yield node, *sides
    for child in node.named_children[:24]:
        if child.named_child_count:
            yield from _pairs(look, child, depth + 1)


def _sides(look: Look, node: Node) -> tuple[Any, Any] | None:
    source = look.index.source
    if node.type == "comparison_operator" and len(node.named_children) == 2:
        return node.named_children[0], node.named_children[1]
    shape = shape_of(node, source)
    if shape.kind == "op" and shape.a in (*SAME, "!=", "!==", "~=", "<>"):
        return shape.b, shape.c
    if shape.kind != "call" or not shape.b:
        return None
    name = callee_name(node, source)
    if not (COMPARES.fullmatch(name) or HOLDS.fullmatch(name)):
        return None
    if len(shape.b) >= 2:
        return shape.b[0][1], shape.b[1][1]
    callee = shape_of(shape.a, source)
    return (callee.a, shape.b[0][1]) if callee.kind == "member" and callee.a is not None else None


def _judged(
    look: Look, pair: tuple[Node, Any, Any], inside: Function | None, low: int, high: int
) -> Finding | None:
    node, one, two = pair
    for value, other in ((one, two), (two, one)):
        if isinstance(value, str) or isinstance(other, str) or value is None or other is None:
            continue
        hashed = _hashed(look, value)
        if not hashed:
            continue
        fixed = _fixed(look, other)
        if fixed is None:
            continue
        return _made(look, node, value, hashed, fixed, inside, (low, high))
    return None


def _hashed(look: Look, node: Node) -> str:
    """What stands where a digest is reckoned, through names and own functions; empty: no digest."""
    source, todo, seen = look.index.source, [node], set()
    said: list[str] = []
    met = False
    for _ in range(HOPS + 1):
        nodes, todo = todo, []
        for one in nodes:
            text = source.text(one)[:600]
            said.append(text)
            met = met or bool(HASHES.search(text))
            for name in re.findall(r"[A-Za-z_$][\w$]*", text)[:16]:
                if name not in seen:
                    seen.add(name)
                    todo += _behind(look, name, one)
        if met or not todo:
            break
    return " ".join(said)[:1200] if met else ""


def _behind(look: Look, name: str, near: Node) -> list[Node]:
    """What a name was given in the functions around, or the body of an own function."""
    here = look.index.inside(near.start_byte)
    every = look.index.given.get(name, ())[:60]
    while True:
        own = [g for g in every if g.inside is here and g.how != "ref"]
        if own or here is None or name in here.parameters:
            break
        here = here.inside
    found = []
    for given in own[:3]:
        node = given.node.node if isinstance(given.node, Function) else given.node
        if hasattr(node, "type") and node.end_byte - node.start_byte < 1200:
            found.append(node)
    found += [f.node for f in look.index.methods.get(name, ())[:2]
              if f.end - f.start < 1200]  # fmt: skip
    return found


def _fixed(look: Look, node: Node) -> str | None:
    """The fixed digest, empty where it is put together; None where it is none."""
    look.flow.begin(600)
    const = look.flow.value(node).const
    if isinstance(const, int) and not isinstance(const, bool):
        return hex(const) if abs(const) > 0xFFFF else None
    if isinstance(const, tuple) and const and all(isinstance(c, int) for c in const):
        return "" if len(const) >= 8 else None
    for one in const[:8] if isinstance(const, tuple) else (const,):
        if isinstance(one, bytes) and len(one) >= 8 and not EMPTY.fullmatch(one.hex()):
            return one.hex()
        if isinstance(one, str) and _digest(one):
            return one
    if const is None and assembled(look, node):
        return ""
    several = leaves(look, node) if const is None else []
    return next((e.fixed for e in several if e.fixed and _digest(e.fixed)), None)


def _digest(text: str) -> bool:
    raw = len(text) >= 8 and not text.isprintable()
    return raw or bool(
        DIGEST.fullmatch(text) and re.search(r"\d", text) and not EMPTY.fullmatch(text)
    )


def _made(
    look: Look, node: Node, value: Node, hashed: str, fixed: str, inside: Function | None,
    branch: tuple[int, int],
) -> Finding | None:  # fmt: skip
    tag, name = asked(look, value)
    named = bool(name) or bool(PERSON.search(hashed))
    guard = inside is not None and bool(GUARDS.search(inside.name))
    if MACHINE.search(hashed):
        return _of_machine(look, node, fixed)
    if tag is None and (CONTENT.search(hashed) and not PERSON.search(hashed)):
        return None
    if not (named or tag or guard):
        return None
    let = grant.of(look, *branch) if branch[1] else None
    strength = 0.42 + 0.1 * (tag is not None) + 0.06 * named + 0.08 * guard
    strength += 0.08 * (let is not None and let.sure == 1.0)
    strength -= 0.1 if CONTENT.search(hashed) and tag is None else 0.0
    return _finding(look, node, fixed, strength, tag.steps if tag else (), let)


def _of_machine(look: Look, node: Node, fixed: str) -> Finding | None:
    """Something turns on one machine, or those of a network: a digest, so that none is named."""
    if look.bundle or TESTS.search(look.path):
        return None
    line = look.flow.line(node)
    steps = ((line, "holds a digest of what tells the machine, or its place, against a fixed one"),)
    return Finding("acts by host", fixed[:4] + "…", 0.62, line, steps, "when called")


def _crypted(look: Look, node: Node, inside: Function | None) -> Finding | None:
    """A password that is held against a fixed hash by a function made for it."""
    shape = shape_of(node, look.index.source)
    if node.parent is not None and node.parent.type == "expression_statement":
        return None  # nothing turns on the answer
    for _, given in shape.b[:3]:
        look.flow.begin(400)
        const = look.flow.value(given).const
        text = const.decode("latin-1") if isinstance(const, bytes) else const
        if isinstance(text, str) and CRYPTED.fullmatch(text):
            guard = inside is not None and bool(GUARDS.search(inside.name))
            return _finding(look, node, text, 0.56 if guard else 0.48, (), None)
    return None


def _finding(
    look: Look, node: Node, fixed: str, strength: float, steps: Any, let: grant.Grant | None
) -> Finding:
    strength -= 0.3 if look.bundle or TESTS.search(look.path) else 0.0
    line = look.flow.line(node)
    said = f"a fixed digest of {len(fixed)} characters" if fixed else "a fixed digest"
    way = (*steps, (line, f"holds a digest of what is given against {said}"))
    if let is not None:
        way = (*way, (line, let.words))
    about = fixed if len(fixed) <= 8 else fixed[:4] + "…"
    return Finding(
        "checks a fixed secret", about or "assembled", round(max(0.1, strength), 3), line, way,
        "when called", access="fixed secret",
    )  # fmt: skip
