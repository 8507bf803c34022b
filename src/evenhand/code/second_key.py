"""Keys that are written in the code, where a token, a licence or an update is checked with a key.

A key of its own beside the one that is set up, or a second public key, lets in whoever holds the
other half. One fixed key alone is common, and a smaller thing: a default that nobody changes.

Spec: CWE-321 (hard-coded cryptographic key), RFC 7519 (tokens), RFC 2104 (HMAC).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand.code.credential import EMPTY, opaque
from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look
from evenhand.code.origin import Leaf, leaves
from evenhand.code.secrets import PLACEHOLDER, PLAIN, TESTS
from evenhand.code.syntax import shape_of

CALLS = 60  # of one name
WORK = 40_000  # expressions looked at in one file, before this asks no more
# Functions that are given a key: the place of the key, and what of their callee has to be seen.
SHARED: dict[str, tuple[int, str]] = {
    "decode": (1, r"(?i).*\b(jwt|jose|jws|token).*"),
    "encode": (1, r"(?i).*\b(jwt|jose|jws).*"),
    "verify": (1, r"(?i).*(jwt|jsonwebtoken|jose|jws).*"),
    "sign": (1, r"(?i).*(jwt|jsonwebtoken|jose|jws|cookie-signature).*"),
    "unsign": (1, r"(?i).*(cookie|signature).*"),
    "jwtVerify": (1, ""), "jwtDecrypt": (1, ""), "compactVerify": (1, ""),
    "verifyToken": (1, ""), "createHmac": (1, ""), "hash_hmac": (2, ""),
    "hmac_sha1": (0, ""), "hmac_sha256": (0, ""), "HMAC": (0, ""), "HmacSHA256": (1, ""),
    "new": (0, r"(?i)(.*\.)?hmac\w*\.new|.*HMAC\.new"),
    "digest": (0, r"hmac\.digest"),
    "URLSafeTimedSerializer": (0, ""), "URLSafeSerializer": (0, ""), "TimestampSigner": (0, ""),
    "TimedJSONWebSignatureSerializer": (0, ""), "JSONWebSignatureSerializer": (0, ""),
    "Signer": (0, ""), "Fernet": (0, ""),
}  # fmt: skip
PUBLIC: dict[str, tuple[int, str]] = {
    "from_public_bytes": (0, ""), "VerifyKey": (0, ""), "createPublicKey": (0, ""),
    "load_pem_public_key": (0, ""), "load_der_public_key": (0, ""), "openssl_verify": (2, ""),
    "sodium_crypto_sign_verify_detached": (2, ""), "crypto_sign_verify_detached": (2, ""),
    "ed25519_verify": (2, ""), "checkvalid": (2, ""), "import_key": (0, ""), "importSPKI": (0, ""),
    "importPublicKey": (0, ""), "publicKeyFromPem": (0, ""), "load_ssh_public_key": (0, ""),
    "openssl_pkey_get_public": (0, ""),
    "verify": (2, r"(?i)(.*\.)?(crypto|ed25519|ed|nacl|tweetnacl|secp256k1|detached|rsa)\.verify"
                  r"|.*nacl.*verify"),
}  # fmt: skip
# An own function that checks and is given a key at some place.
OWN = re.compile(
    r"(?i)(?!.*(decrypt|password|email|input|schema|form|url|type))(verif\w*|\w*_verif\w*|check_?(sig|mac|"
    r"token|licen)\w*|same|is_?signed\w*|\w*sign(ed|ature)?_?(ok|valid|good)|unsign|sign|mac|hmac\w*|"
    r"valid_?(sig|mac|token|licen)\w*|good)"
)
KEY = re.compile(r"(?i)key|secret|anchor|signer|issuer|trust|\bk\b|_k\b|pub|pem")
NAME = re.compile(r"(?i)[$\w.>-]*(key|secret|signer|anchor|trusted|pem)\w*|\$?k")
EMPTY_TEXT = re.compile(rb"b?(?:\"\"|''|``)")
SHORTEST = 6
UP = 4


class Asked(NamedTuple):
    """A call that is given a key, and the ends that the key may come from."""

    call: Call
    what: str
    public: bool
    ends: list[Leaf]

    @property
    def fixed(self) -> list[Leaf]:
        """Ends that are written in the code and could be keys."""
        return [e for e in self.ends if e.fixed is not None and _keylike(e.fixed)]

    @property
    def open(self) -> bool:
        """True where somebody else may set the key."""
        return any(e.fixed is None for e in self.ends)


def second_keys(look: Look) -> Iterator[Finding]:
    """Every fixed key that is taken beside another, or instead of one."""
    if look.bundle:
        return
    asked, own = list(_asked(look)), list(_own(look))
    for one in asked:
        found = _within(look, one)
        if found is not None:
            yield found
    for one in own:
        if one.open and any(e.fixed == "" or opaque(e.fixed or "", True) for e in one.fixed):
            found = _within(look, one)
            if found is not None:
                yield found
    yield from _between(look, [*asked, *own])


def _keylike(text: str) -> bool:
    """True for a constant that could be a key; empty is one that is put together."""
    if not text:
        return True
    flat = text.strip()
    if "://" in flat[:9]:  # whom a token is for
        return False
    if len(set(text)) == 1:  # a salt of zeros, a row of stars: nobody holds that
        return False
    return SHORTEST <= len(flat) < 3000 and not PLAIN.fullmatch(flat) and not EMPTY.fullmatch(flat)


def _asked(look: Look) -> Iterator[Asked]:
    """Calls that are given a key."""
    start = look.flow.work
    for names, public in ((SHARED, False), (PUBLIC, True)):
        for name, (place, callee) in names.items():
            for call in look.index.called.get(name, ())[:CALLS]:
                if look.flow.work - start > WORK:
                    return
                if callee and not re.fullmatch(callee, _callee(look, call)):
                    continue
                if look.flow.local(shape_of(call.node, look.index.source).a):
                    continue
                node = _argument(look, call, place)
                if node is not None:
                    yield Asked(call, name, public, leaves(look, node))


def _callee(look: Look, call: Call) -> str:
    """What is called: its library's name where that is known, and as it is written."""
    callee = shape_of(call.node, look.index.source).a
    if callee is None:
        return ""
    ref = look.flow.ref(callee)
    if ref:
        return ref
    text = look.index.source.text(call.node).partition("(")[0]
    return text.replace("::", ".").replace("->", ".").strip()[-80:]


def _argument(look: Look, call: Call, place: int) -> Any:
    given = shape_of(call.node, look.index.source).b
    named = next((n for k, n in given if k in ("key", "secret", "secret_key", "secretOrPublicKey")),
                 None)  # fmt: skip
    return named if named is not None else given[place][1] if place < len(given) else None


def _within(look: Look, asked: Asked) -> Finding | None:
    """One place that takes a fixed key or another one."""
    fixed = asked.fixed
    if not fixed:
        return None
    if asked.open:
        back = all(e.falls_back for e in fixed)
        words = "takes a fixed key where none is set" if back else "takes a fixed key as well"
        return _made(look, asked, fixed[-1], words, 0.4 if back else 0.62)
    if asked.public:
        distinct = {e.fixed or e.node.id for e in fixed}
        if len(distinct) < 2:
            return None
        return _made(look, asked, fixed[-1], f"takes any of {len(distinct)} fixed public keys", 0.4)
    if len(fixed) > 1:
        return _made(look, asked, fixed[-1], f"takes any of {len(fixed)} fixed keys", 0.48)
    text = fixed[0].fixed or ""
    if text and not opaque(text, True):
        return None
    return _made(look, asked, fixed[0], "uses a key that is fixed", 0.38)


def _between(look: Look, asked: list[Asked]) -> Iterator[Finding]:
    """A check that is made twice: with the key that is set up, and with one that is fixed."""
    together: dict[tuple[bool, int], list[Asked]] = defaultdict(list)
    for one in asked:
        inside = one.call.inside
        together[one.public, inside.start if inside is not None else -1].append(one)
    for every in together.values():
        others = [a for a in every if a.open]
        for one in every:
            alike = [a for a in others if a.what == one.what and a.call is not one.call]
            if one.fixed and not one.open and alike and not _derives(look, one, alike):
                last = one.fixed[-1]
                yield _made(look, one, last, "takes a fixed key beside the one that is given", 0.62)


def _derives(look: Look, one: Asked, others: list[Asked]) -> bool:
    """True where what comes out is the key of the other call: a fixed word tells keys apart."""
    parent, left = one.call.node.parent, None
    for _ in range(UP):  # past `.digest()`
        if parent is None or left is not None:
            break
        left = parent.child_by_field_name("left") or parent.child_by_field_name("name")
        parent = parent.parent
    name = look.words(left).strip() if left is not None else b""
    made = re.compile(rb"(?<![\w.])" + re.escape(name) + rb"\b") if name else None
    for other in others:
        for _, given in shape_of(other.call.node, look.index.source).b[:4]:
            within = given.start_byte <= one.call.node.start_byte < given.end_byte
            if within or (made is not None and made.search(look.words(given))):
                return True
    return False


def _own(look: Look) -> Iterator[Asked]:
    """Calls of functions that check, of this package by their names, by the key they are given."""
    places: dict[str, list[int]] = {}
    for function in look.index.ordered:
        if OWN.fullmatch(function.name):
            shift = 1 if function.owner and function.parameters[:1] in (["self"], ["cls"]) else 0
            found = [n - shift for n, p in enumerate(function.parameters) if KEY.search(p)]
            places.setdefault(function.name, found)
    for name in sorted(n for n in look.index.called if OWN.fullmatch(n)):
        for call in look.index.called[name][:12]:
            given = shape_of(call.node, look.index.source).b
            known = places.get(name)
            if known is None:  # of another file
                known = [n for n, (_, a) in enumerate(given[:4])
                         if NAME.fullmatch(look.index.source.text(a)[:60])]  # fmt: skip
            if known and known[0] < len(given):
                yield Asked(call, name, False, leaves(look, given[known[0]][1]))


def _made(look: Look, asked: Asked, leaf: Leaf, words: str, strength: float) -> Finding:
    text = leaf.fixed or ""
    weak = bool(text and PLACEHOLDER.search(text)) or bool(TESTS.search(look.path))
    strength -= 0.2 if weak else 0.0
    if text and not asked.public and not weak and not opaque(text, True):
        strength -= 0.08
    if not text and EMPTY_TEXT.fullmatch(look.words(leaf.node)):
        strength -= 0.25  # no key at all: nobody holds that, and libraries refuse it
    line = look.flow.line(asked.call.node)
    steps = [(line, f"{words} ({asked.what})")]
    at = look.flow.line(leaf.node)
    if at != line:
        steps.insert(0, (at, "holds the key"))
    about = text if len(text) <= 8 else text[:4] + "…"
    return Finding(
        "takes a fixed key", about or "put together", round(max(0.1, strength), 3), line,
        tuple(steps), "when called", access="fixed secret" if strength >= 0.5 else "",
    )  # fmt: skip
