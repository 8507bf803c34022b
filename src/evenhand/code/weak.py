"""Cryptography that can be guessed: numbers that are not random, fixed vectors, old protocols.

Spec: CWE-338 (weak generator), CWE-329 (predictable vector), CWE-327 (broken algorithm), RFC 8996.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.finding import Finding
from evenhand.code.index import Call, Function
from evenhand.code.look import Look
from evenhand.code.origin import Leaf, leaves
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import OTHER, callee_of, shape_of
from evenhand.pattern import Pattern

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 60
HITS = 3
RANDOM = {
    "python": r"(numpy\.)?random\.(random|randint|choice|choices|getrandbits|randbytes|sample"
    r"|randrange|Random|seed|shuffle)(\(\)\.\w+)?",
    "javascript": r"Math\.random",
    "php": r"mt_rand|rand|uniqid|lcg_value|mt_srand|srand|str_shuffle|array_rand",
    "lua": r"math\.random(seed)?",
}
NAMES = ("random", "randint", "choice", "choices", "getrandbits", "randbytes", "sample", "seed",
         "randrange", "Random", "mt_rand", "rand", "uniqid", "lcg_value", "str_shuffle", "mt_srand",
         "srand", "randomseed")  # fmt: skip
SECRET = re.compile(
    r"(?i)(?<![a-z])(token|secret|passw\w*|pass_?phrase|salt|nonce|iv|otp|csrf|session_?(id|key)|api_?key"
    r"|(enc\w*|aes|priv\w*|sign\w*|mac|hmac|file|master|box|secret)_?key|key_?(gen|pair|bytes|material)?"
    r"|entropy|seed|pin|cookie|recovery|invite|reset|verification_?code|prng|csprng|random_?bytes"
    r"|secure_?random|crypt\w*|seal\w*|vault|licen[cs]e|credential)s?(?![a-z])"
)
NOT_SECRET = re.compile(
    r"(?i)key_?(name|frame|board|word|down|up|press)|react|render|cache_?key|test|mock|jitter"
)
SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
TIME = re.compile(rb"(?i)time|Date\.now|clock|getpid|os\.time|new Date|microtime|\b\d+\s*\)")
# Functions that are given a vector or nonce, by its place.
VECTORS = {
    "createCipheriv": 2, "createDecipheriv": -1, "openssl_encrypt": 4, "CBC": 0, "CTR": 0, "GCM": 0,
    "OFB": 0, "CFB": 0, "sodium_crypto_secretbox": 1,
}  # fmt: skip
EMPTY = re.compile(
    rb"(Buffer\.alloc|bytes|bytearray|new Uint8Array)\(\s*\w+\s*\)|b?['\"]\\(x00|0)['\"] ?\* ?\w+"
)
# A few bytes by chance that are made as long as a key: functions that fill up, by the place of the
# length that they fill up to and the least that is told.
FEW = ("urandom", "token_bytes", "randbytes", "random_bytes", "openssl_random_pseudo_bytes",
       "randomBytes")  # fmt: skip
FILLS = {
    "ljust": (0, 16), "rjust": (0, 16), "padEnd": (0, 16), "padStart": (0, 16), "repeat": (0, 4),
    "str_pad": (1, 16),
}  # fmt: skip
FEW_BYTES = 7
MAKES = re.compile(r"\b(AES|DES3?|Blowfish|ARC2|ChaCha20\w*)\.new")
SEALS = re.compile(r"AESGCM|AESCCM|AESOCB3|AESSIV|ChaCha20Poly1305|SecretBox")
BROKEN = pattern(
    rb"\bMODE_ECB\b|\bmodes\.ECB\(|['\"](?:aes|des|des3|bf|sm4)-(?:\d+-)?ecb['\"]|mode\.ECB\b"
    rb"|createCipher\("
)
OLD = pattern(
    rb"PROTOCOL_(?:TLSv1(?:_1)?|SSLv[23])\b|TLSVersion\.(?:TLSv1(?:_1)?|SSLv3|MINIMUM_SUPPORTED)\b"
    rb"|(?:minVersion|MIN_VERSION|secureProtocol)['\"]?\s*[:=]\s*"
    rb"['\"](?:TLSv1(?:\.1)?|SSLv\w+|TLSv1(?:_1)?_method)['\"]"
    rb"|SECLEVEL=0|CURL_SSLVERSION_(?:TLSv1_[01]|SSLv[23])|['\"](?:eNULL|aNULL|NULL-\w+|ALL:eNULL)\b"
)


def weak(look: Look) -> Iterator[Finding]:
    """Every place where what should be hard to guess is not."""
    if look.bundle:
        return
    for name in NAMES:
        for call in look.index.called.get(name, ())[:CALLS]:
            found = _guessed(look, call, name)
            if found is not None:
                yield found
    for name, place in VECTORS.items():
        for call in look.index.called.get(name, ())[:CALLS] if place >= 0 else ():
            found = _vector(look, call, name, place)
            if found is not None:
                yield found
    for name, place, callee in (("new", 2, MAKES), ("encrypt", 0, SEALS)):
        for call in look.index.called.get(name, ())[:CALLS] if look.api.name == "python" else ():
            if callee.search(look.ref(call) or look.index.source.text(call.node)[:80]):
                found = _vector(look, call, name, place)
                if found is not None:
                    yield found
    yield from _filled(look)
    for asked, words, strength in (
        (BROKEN, "shows what is alike in what it hides", 0.36),
        (OLD, "takes protocols or ciphers that are broken", 0.34),
    ):
        yield from _written(look, asked, words, strength)


def _guessed(look: Look, call: Call, name: str) -> Finding | None:
    """Numbers that can be computed, where a secret is made."""
    ref = look.ref(call)
    pattern = RANDOM.get(look.api.name, "")
    if not pattern or not re.fullmatch(pattern, ref) or look.flow.local(
        shape_of(call.node, look.index.source).a
    ):  # fmt: skip
        return None
    what = _purpose(look, call)
    if not what:
        return None
    seeded = name in ("Random", "seed", "mt_srand", "srand", "randomseed")
    strength = 0.4
    if seeded and TIME.search(look.words(call.node)):
        strength = 0.46
    return _made(look, call.node, ref, f"makes {what} of numbers that can be computed", strength)


def _purpose(look: Look, call: Call) -> str:
    """The secret that is made: the name that gets it, the function around, or the file's."""
    source = look.index.source
    node: Node | None = call.node.parent
    for _ in range(8):
        if node is None or "function" in node.type or node.type in ("block", "statement_block"):
            break
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        key = node.child_by_field_name("key")
        for one in (left, key):
            if (
                one is not None
                and one.end_byte < call.node.start_byte
                and _secret(source.text(one)[:60])
            ):
                return source.text(one)[:40]
        node = node.parent
    here: Function | None = call.inside
    while here is not None:
        name = look.title(here)
        if name and _secret(name):
            return f"what {name} gives"
        here = here.inside
    stem = look.path.rpartition("/")[2].partition(".")[0]
    return f"what {stem} gives" if _secret(stem) else ""


def _secret(name: str) -> bool:
    name = SPLIT.sub("_", name)
    return bool(SECRET.search(name)) and not NOT_SECRET.search(name)


def _vector(look: Look, call: Call, name: str, place: int) -> Finding | None:
    """A vector or nonce that is always the same."""
    given = shape_of(call.node, look.index.source).b
    named = next((n for k, n in given if k in ("iv", "nonce", "initialization_vector")), None)
    node = named if named is not None else given[place][1] if place < len(given) else None
    if node is None or isinstance(node, str):
        return None
    ends = leaves(look, node)
    if not ends or not all(_same(look, e) for e in ends):
        return None
    return _made(look, call.node, name, "hides with a vector that is always the same", 0.42)


def _same(look: Look, leaf: Leaf) -> bool:
    """True for a vector that is written out, or is nothing but zeros."""
    if EMPTY.fullmatch(look.words(leaf.node)):
        return True
    return leaf.fixed == "" or (leaf.fixed is not None and len(leaf.fixed) >= 8)


def _filled(look: Look) -> Iterator[Finding]:
    """A few bytes by chance that what is fixed is added to."""
    few = {c.node.id: c for name in FEW for c in look.index.called.get(name, ())[:CALLS]}
    few = {number: call for number, call in few.items() if _few(look, call)}
    if not few:
        return
    made = [call.node for call in few.values() if _times(look, call.node)]
    for name, (place, least) in FILLS.items():
        for call in look.index.called.get(name, ())[:CALLS]:
            given = shape_of(call.node, look.index.source).b
            base = given[0][1] if name == "str_pad" and given else _receiver(look, call)
            known = look.flow.value(given[place][1]).const if place < len(given) else None
            if isinstance(known, int) and known >= least and any(
                e.node.id in few for e in leaves(look, base)
            ):  # fmt: skip
                made.append(call.node)
    for call in look.index.called.get("concat", ())[:CALLS]:
        ends = [
            e for _, node in shape_of(call.node, look.index.source).b for e in leaves(look, node)
        ]
        if any(e.node.id in few for e in ends) and any(_same(look, e) for e in ends):
            made.append(call.node)
    for node in made[:HITS]:
        words = "fills up a few bytes by chance with what is fixed"
        yield _made(look, node, look.index.source.text(node)[:40], words, 0.5)


def _few(look: Look, call: Call) -> bool:
    """True for a call that gives at most a few bytes."""
    given = shape_of(call.node, look.index.source).b
    asked = look.flow.value(given[0][1]).const if given else None
    return isinstance(asked, int) and 0 < asked <= FEW_BYTES


def _times(look: Look, node: Node) -> bool:
    """True where a text is repeated."""
    around = shape_of(node.parent, look.index.source) if node.parent is not None else OTHER
    if around.kind != "op" or around.a != "*":
        return False
    often = look.flow.value(around.c).const
    return isinstance(often, int) and often >= 4


def _receiver(look: Look, call: Call) -> Node | None:
    """What a method is called on."""
    callee = callee_of(call.node, look.index.source)
    shape = shape_of(callee, look.index.source) if callee is not None else OTHER
    return shape.a if shape.kind == "member" else None


def _written(look: Look, asked: Pattern, words: str, strength: float) -> Iterator[Finding]:
    source = look.index.source
    for match in itertools.islice(look.seen.each(asked), HITS):
        node = source.tree.root_node.descendant_for_byte_range(match.start() + 1, match.start() + 2)
        if node is not None and "comment" not in node.type:
            yield _made(look, node, match[0].decode("latin-1")[:40], words, strength)


def _made(look: Look, node: Node, target: str, words: str, strength: float) -> Finding:
    strength -= 0.2 if TESTS.search(look.path) else 0.0
    line = look.flow.line(node)
    return Finding("uses weak cryptography", target, round(strength, 3), line, ((line, words),),
                   "when called")  # fmt: skip
