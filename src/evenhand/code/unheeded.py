"""Checks whose answer counts for nothing: dropped, passed over when they fail, or always right.

Spec: CWE-347 (improper verification of a signature), CWE-252, CWE-390, CWE-295.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evenhand.code.answers import ANSWERS
from evenhand.code.finding import Finding
from evenhand.code.idle import idle
from evenhand.code.index import Call, Function
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import shape_of
from evenhand.code.use_guard import Guards

if TYPE_CHECKING:
    from tree_sitter import Node

CALLS = 40
UP = 4
STRICT = re.compile(
    r"(?i)verif|sign|digest|mac$|hash|check_?sum|integrit|compare|equal|authentic|pass"
)
# Own functions of these names may fail by an error, so that a dropped answer says nothing.
OWN = re.compile(r"(?i)(check|verify)_?\w*|is_?\w+|\w+_?(ok|valid|matches)")
SAYS = re.compile(
    r"(?i)\w*(verif(y|ied|ies)|check_?(sig|signature|digest|hash|checksum|licen|mac|token|pass)|is_?signed"
    r"|(sig|signature|mac|hash|token|licen[cs]e)_?(is_?)?(ok|valid|good)|valid_?(sig|signature|mac|token|licen)"
    r"|authenticat|is_?authentic|verify_\w+|check_?password)\w*"
)
RIGHT = re.compile(rb"(?i)\(?\s*(true|1|!0)\s*\)?")
LOOKS = re.compile(rb"(?i)verif|compare|!=|==|equal|\bif\b|match|digest|sha\d|hmac|valid")
# An outcome that is kept either way, for somebody else to ask.
KEEPS = re.compile(
    rb"\bif\b[^\n]{0,200}(?i:verif|compare|valid)[^\n]{0,200}\n?\s*"
    rb"(\w[\w.]{0,60}\.(?:append|push|add)\(|(?:self|this)\.\w+\s*=)[^\n]{0,200}\s*\}?\s*else\b[\s:{]*\1"
)
# What people say about a function, which is not what it does.
SPOKEN = re.compile(rb'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|/\*[\s\S]*?\*/|(?m:#.*$|(?<!:)//.*$)')
TOLD = re.compile(rb"(?m)^\s*(?:\w*log\w*(?:\.\w+)*|print|console\.\w+)\(.*$")  # what is only said
SIGNED = re.compile(rb"(?i)sig|hash|digest|mac|sum|token|passw|licen|cert|secret|key")
REFUSES = re.compile(
    rb"\s*(?:raise\b|throw\b|return\s*(?:\(?\s*)?(?:False|false|None|null|nil|undefined|!1)?\s*;?\s*$"
    rb"|return\b[^\n]*\b40[13]\b)"
)
OFF = pattern(
    rb"\bverify\s*=\s*False|rejectUnauthorized['\"]?\s*:\s*(?:false|!1)|ssl\.CERT_NONE"
    rb"|_create_unverified_context|NODE_TLS_REJECT_UNAUTHORIZED['\"\]]*\s*=\s*['\"]?0"
    rb"|CURLOPT_SSL_VERIFY(?:PEER|HOST)\s*(?:,|=>)\s*(?:false|0|FALSE)|strictSSL['\"]?\s*:\s*(?:false|!1)"
    rb"|['\"]?verify_peer['\"]?\s*=>\s*false|ssl_verify\s*=\s*false|verify\s*=\s*['\"]none['\"]"
    rb"|checkServerIdentity['\"]?\s*:\s*(?:\(\)|function|async|null)"
)
UNSIGNED = pattern(
    rb"verify_signature['\"]?\s*:\s*(?:False|false)|algorithms?['\"]?\s*[=:]\s*[\[(][^\])]*['\"]none['\"]"
    rb"|ignore_?signature['\"]?\s*[=:]\s*(?:True|true)"
)
# A library's own check that is replaced by what says that all is well.
REPLACED = pattern(
    rb"\.((?:verify|check|validate)_?\w*(?:[Ss]ig|[Dd]igest|[Cc]hecksum|[Hh]ash|[Ii]ntegrity|[Cc]ert)\w*)\s*=\s*"
    rb"(?:lambda\b[^:\n]*:\s*(?:True|None)\b"
    rb"|(?:async\s*)?(?:\([^)\n]{0,80}\)|\w+)\s*=>\s*(?:\{\s*return\s*)?"
    rb"(?:null|true|!0|undefined|Promise\.resolve\((?:null|true|!0)?\))"
    rb"|(?:async\s+)?function\b[^{\n]{0,80}\{\s*return\s*"
    rb"(?:null|true|!0|Promise\.resolve\((?:null|true|!0)?\))\s*;?\s*\})"
)
ENTERS = re.compile(rb"(?i)\breturn\b|session|login_?user|log_?in\(|cookie|token|grant|\.user\b")
MATTERS = re.compile(
    rb"(?i)update|upgrade|download|install|firmware|login|passw|token|auth|licen|plugin"
)
AS_ASKED = re.compile(
    rb"(?i)insecure|no[_-]?verify|skip[_-]?verif|verify_ssl|ssl_verify|if\b[^\n]*verif"
)
HITS = 6


def unheeded(look: Look) -> Iterator[Finding]:
    """Every check of which the answer counts for nothing."""
    if look.bundle:
        return
    for void in Guards(look).void:
        if STRICT.search(void.name):
            words = f"goes on where {void.name} fails"
            yield _made(look, void.line, "ignores a check", void.name, words, 0.5)
    for name in sorted(n for n in look.index.called if ANSWERS.fullmatch(n)):
        for call in look.index.called[name][:CALLS]:
            if _dropped(look, call, name):
                words = f"does not look at what {name} answers"
                line = look.flow.line(call.node)
                yield _made(look, line, "ignores a check", name, words, 0.55)
    for call in look.index.called.get("verify", ())[:CALLS]:
        if look.api.name != "python" and _dropped(look, call, "verify") and _plain(look, call):
            line = look.flow.line(call.node)
            words = "does not look at what verify answers"
            yield _made(look, line, "ignores a check", "verify", words, 0.55)
    for function in look.index.ordered:
        if SAYS.fullmatch(function.name):
            found = _always(look, function)
            if found is not None:
                yield found
    if look.api.name == "lua":
        for call in look.index.called.get("pcall", ())[:CALLS]:
            found = _caught(look, call)
            if found is not None:
                yield found
    for one in idle(look):
        yield _made(look, one.line, one.kind, one.name, one.words, one.strength)
    for match in itertools.islice(look.seen.each(REPLACED), HITS):
        if not look.is_code(*match.span()):
            continue
        name = match[1].decode("latin-1")
        words = f"replaces {name} by what says that all is well"
        yield _made(look, look.line_at(match.start()), "ignores a check", name, words, 0.6)
    yield from _off(look)


def _caught(look: Look, call: Call) -> Finding | None:
    """`pcall(verify, …)` whose answer is not asked for again."""
    given = shape_of(call.node, look.index.source).b
    text = look.index.source.text(given[0][1])[:60] if given else ""
    checks = ANSWERS.fullmatch(text.rpartition(".")[2]) or re.fullmatch(
        r"(?i)(\w+\.)*\w*verif\w*", text
    )
    if not checks:
        return None
    data, inside = look.index.source.data, call.inside
    start = data.rfind(b"\n", 0, call.node.start_byte) + 1
    left = re.search(rb"(\w+)\s*(?:,[^=\n]*)?=\s*$", data[start : call.node.start_byte])
    rest = data[call.node.end_byte : inside.end if inside is not None else len(data)]
    if left is not None and re.search(rb"\b" + left[1] + rb"\b", rest):
        return None
    words = f"goes on where {text} fails"
    return _made(look, look.flow.line(call.node), "ignores a check", text, words, 0.5)


def _dropped(look: Look, call: Call, name: str) -> bool:
    """True for a call that is a statement of its own."""
    if OWN.fullmatch(name) and look.flow.local(shape_of(call.node, look.index.source).a):
        return False
    if name.lower() == "matches" and not SIGNED.search(look.words(call.node)):
        return False  # anything may match
    node: Node | None = call.node
    parent = node.parent if node is not None else None
    for _ in range(UP):
        if parent is None:
            return False
        if parent.type in (
            "await",
            "await_expression",
            "error_suppression_expression",
            "parenthesized_expression",
        ):
            parent = parent.parent
            continue
        break
    if parent is None:
        return False
    if look.api.name == "lua":
        return parent.type in ("block", "chunk")
    answers = look.api.name != "python" or name in (
        "compare_digest",
        "constant_time_compare",
        "checkpw",
    )
    said = parent.type == "expression_statement" and (answers or name == "check_password_hash")
    return said and not _refused(look, parent)


def _refused(look: Look, statement: Node) -> bool:
    """True where nobody gets in, whatever the answer: both ways are to take as long."""
    after = statement.next_named_sibling
    while after is not None and not REFUSES.match(look.words(after)):
        if ENTERS.search(look.words(after)):
            return False
        after = after.next_named_sibling
    return after is not None


def _plain(look: Look, call: Call) -> bool:
    """True for `crypto.verify(…)`, which answers; others of that name may fail by an error."""
    text = look.index.source.text(call.node).partition("(")[0].strip()
    given = shape_of(call.node, look.index.source).b
    return bool(
        re.fullmatch(r"crypto\.verify|(\w+\.)*detached\.verify|verifier\.verify", text)
    ) and not (
        len(given) > 4  # a callback gets the answer
    )


def _always(look: Look, function: Function) -> Finding | None:
    """A function that is to check, and says that it is right whatever it finds."""
    if not function.returns or not function.parameters:
        return None
    data = look.index.source.data
    if not all(RIGHT.fullmatch(look.words(r).strip()) for r in function.returns):
        return None
    body = data[function.start : function.end]
    inner = body.partition(b"\n")[2] or body.partition(b"{")[2]
    inner = TOLD.sub(b"", SPOKEN.sub(b"", inner))
    if re.search(rb"\b(raise|throw|abort|exit|die|assert|error)\b", inner):
        return None
    if KEEPS.search(inner) or not LOOKS.search(inner):
        return None
    line = look.flow.line(function.node)
    words = f"{function.name} says that it is right, whatever it finds"
    return _made(look, line, "ignores a check", function.name, words, 0.52)


def _off(look: Look) -> Iterator[Finding]:
    """Signatures and certificates that are not looked at."""
    data = look.index.source.data
    for asked, words, base in (
        (UNSIGNED, "takes what is signed without looking at the signature", 0.46),
        (OFF, "takes any certificate", 0.34),
    ):
        for match in itertools.islice(look.seen.each(asked), HITS):
            near = data[max(0, match.start() - 300) : match.end() + 200]
            node = look.index.source.tree.root_node.descendant_for_byte_range(
                match.start(), match.start() + 1
            )
            if node is None or "comment" in node.type:
                continue
            if "string" in node.type and node.end_byte - node.start_byte > len(match[0]):
                continue
            if asked is OFF and AS_ASKED.search(near.replace(match[0], b"")):
                continue
            matters = asked is OFF and (MATTERS.search(near) or MATTERS.search(look.path.encode()))
            said = match[0][:40].decode("latin-1")
            yield _made(look, look.line_at(match.start()), "ignores a check", said, words,
                        base + (0.1 if matters else 0.0))  # fmt: skip


def _made(look: Look, line: int, kind: str, target: str, words: str, strength: float) -> Finding:
    strength -= 0.3 if TESTS.search(look.path) else 0.0
    return Finding(kind, target, round(strength, 3), line, ((line, words),), "when called")
