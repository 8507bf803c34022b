"""Checks that are skipped: by a variable, a file, a part of a request, a name that only some know.

A function that lets in or turns away has a way past it that asks for nothing of what it checks.
Settings do that too, where their maker says so: this is a place to look at, no accusation.

Spec: CWE-287 (improper authentication), CWE-489 (active debug code), CWE-807.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.asked import REQUEST, asked
from evenhand.code.finding import Finding
from evenhand.code.index import Choice, Function
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

PLACES = 3_000
BRANCH = 400  # bytes of a branch that only lets past
DENIALS = 2_000
LONGEST = 600  # of a condition
# Functions and classes that let in or turn away.
GUARD = re.compile(
    r"(?i)auth|(^|_)log_?in|sign_?in|permission|permit|is_?allowed|may_|^may$|^can$|^can_?[A-Z]?\w*"
    r"|access|guard|protect|require_?(user|admin|login|token|role)|verif|check_?(sig|tok|pass|user|lic"
    r"|right|role|perm|cert|mac|hash|digest)|(sig|licen[cs]e|token|session)_?(is_?)?(ok|valid|good)"
    r"|valid_?(sig|token|licen|session|user)|is_?(valid_?)?(admin|signed|trusted|licen)|entitle|privileg"
)
GUARD_CLASS = re.compile(
    r"(?i)auth|guard|permission|policy|acl|access|middleware|licen[cs]e|session"
)
# Names that need no second word, and the words of which a weaker name needs one beside it.
WHOM = re.compile(
    r"(?i)auth(?!or(?!i[sz]))|log_?in|sign|permission|token|role|user|admin|licen|session|passw|privileg|mac$"
    r"|verif|guard|trust|allow|permit|protect|(^|_)may"
)
ABOUT = re.compile(
    rb"(?i)\bauth|authori[sz]|authent|log_?in\b|signature|\bsig\b|signed|token|\broles?\b|permission|user"
    rb"|owner|admin|licen[cs]e|session|passw|secret|\bacl\b|credential|cookie|denied|forbidden|40[13]\b|hmac"
    rb"|privileg|account|groups?\b|approv|members?\b|\brights?\b"
)
NOT_GUARD = re.compile(
    r"(?i)author(?!i[sz])|config|option|schema|format|version|accessor|canvas|cancel"
    r"|colou?r|tty|ansi|unicode|emoji|render"
)
DENIES = pattern(
    rb"(?i)\b40[13]\b|permission(error|denied)|unauthori[sz]ed|forbidden|access_?denied|not allowed"
    rb"|/login|\bdeny\b|\bdenied\b|bad (signature|token)|invalid(signature|token)|not_authenticated"
)
HANDS = re.compile(rb"(?i)\b(authenticat|verify|authori[sz]|check|require)\w*\(")
PEOPLE = frozenset(("user", "$user", "account", "principal", "identity", "claims", "subject"))
RIGHTS = re.compile(
    rb"(?i)\broles?\b|\brights?\b|permission|\bscopes?\b|is_?admin|\bgrants?\b|\bacl\b"
)
TURNS_AWAY = re.compile(
    rb"(?i)\b(raise|throw|abort|exit|die|deny|reject)\b|\breturn\s*\(?\s*(false|null|nil|none|redirect"
    rb"|abort|res\b|ngx\.exit|!1|unauthor)|\b40[13]\b|sendStatus|location:|/login"
    rb"|\bnext\s*\(\s*(?:new\s|\w*err)"
)
PASSES = re.compile(
    rb"(?i)\breturn\s*(\(?\s*(true|1|!0|await|next|view|f|fn|func|handler|inner|self|this|user|\$?next"
    rb"|\$?user|\$?handler|view_func|call_next|get_response|wrapped|none|null|nil)\b|;|\}|end|$)|\bnext\s*\("
)
NOTHING = re.compile(rb"[\s{:]*(?:then\s*)?return(?:\s+(?:None|null|nil))?\s*;?\s*\}?")
LEAVES = re.compile(
    rb"(?i)\b(raise|throw|abort|exit|die)\b|\b40[13]\b|sendStatus|location:|/login|redirect\("
)
ANSWERS = re.compile(rb"\breturn\b(?!\s*(?:True|true|1)\b)[^\n;}]{3,}")
# Conditions that ask for the kind or the number of something, and not for a way past.
PLAIN = re.compile(
    rb"\bis (?:not )?None|isinstance\(|\blen\(|typeof|undefined|\.length\b|issubclass|instanceof"
    rb"|\.constructor\b|\bArray\.isArray\("
)
# What a condition has to hold, for a way past to turn on it: a source, a name, or two operands.
TURNS = re.compile(
    rb"env|xists|is_?file|eader|META|ookie|query|args|params|_GET|_POST|_REQUEST|_SERVER|host|mail|name"
    rb"|user|ngx|open\(|get\(|has\(|input\(|\band\b|&&|^[\s(!]*[\w$.]+[\s)]*$"
)
REPLIES = re.compile(
    rb"\s*(?:new\s+|await\s+)?(?:\w+\.)*(?:[rR]edirect|\w*Response|render\w*|jsonify)\("
)
THERE = re.compile(rb"[\s(!]*(?:isset|empty)\s*\(\s*([^()]+?)\s*\)[\s)]*")
LIGHT = re.compile(rb"[\w$.\->?]+")
# A condition that is of another kind: it has been checked, or another thing is decided by it.
CHECKED = re.compile(
    rb"(?i)verif|valid\w*\(|check\w*\(|compare|authenticat|\.has\(|find|lookup|in_array|passw|token|secret"
    rb"|\bsession|api_?key|authorization|signature|csrf|xsrf|\bjwt|bearer|otp\b"
)
SHAPE = re.compile(
    r"(?i)^(method|path|path_info|request_?method|url|uri|original_?url|host|origin|content[-_]?type|accept.*"
    r"|upgrade|connection|x-requested-with|x-forwarded-(proto|for|host)|content-length|referer|if-.*"
    r"|range|remote_addr|ip|protocol|secure|xhr|httpversion|server_.*|script_.*|document_root|body"
    r"|route|endpoint|view_args|action|callback|redirect.*|next|lang|locale|page|id|name|user_?name"
    r"|([\w-]+[-_])?version|email|code|state|error|grant_type|client_id|scope|sec-.*|argv|https|http_host|query_string)$"
)
SAID = re.compile(
    r"(?i)disable|skip|insecure|no_?(auth|verif|check)|debug|dev|test|allow|bypass|unsafe"
)
EXISTS = re.compile(
    r"(?i)\b(exists\w*|is_?file|is_?dir|is_readable|file_exists|existsSync|access|accessSync|lstat\w*"
    r"|stat\w*|lfs\.attributes|io\.open)\("
)
NAMED = re.compile(
    r"\[\s*['\"]([\w.-]{1,40})['\"]\s*\]|(?:get|header|param|query|cookies?|input|has|exists|headers)"
    r"\(\s*['\"]([\w.-]{1,40})['\"]|(?:headers|query|cookies|params|args|var|GET|POST)(?:\.|->)(\w{1,40})(?![\w(])"
    r"|['\"]([\w.-]{1,40})['\"] (?:not )?in\b"
)
OWN = re.compile(r"\b(?:req|request|ctx)\.\w+")
NO_NAMES = ("get", "header", "getHeader", "toLowerCase", "has")
ENVIRONMENT = ("setting", "variable", "host", "locale")
WHO = re.compile(
    r"(?i)(user_?name|login|email|e_?mail|account|mail|\bname|uid|user|subject|sub|handle|kid|key_?id|iss(uer)?)\W*$"
)
COMMON = re.compile(
    r"(?i)admin\w*|root|anonymous|anon|guest|system|public|owner|super\w*|nobody|me|self|user|staff|all|any"
    r"|none|default|everyone|everybody|member|moderator|editor|viewer|string|object|number|undefined|\W*"
)


class Way(NamedTuple):
    """What a way past a check turns on, and how surely nobody is told of it."""

    words: str
    strength: float
    constant: str


def bypasses(look: Look) -> Iterator[Finding]:
    """Every way past a check that asks for nothing of what is checked."""
    if look.bundle:
        return
    guards = Guards(look)
    for choice in look.index.choices[:PLACES]:
        found = _choice(look, choice, guards)
        if found is not None:
            yield found
    for function in look.index.ordered[:PLACES]:
        if function.returns and guards.named(function):
            for value in function.returns[:8]:
                found = _either(look, value, function)
                if found is not None:
                    yield found


class Guards:
    """Functions of one file that let in or turn away."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._denials: list[int] | None = None
        self._known: dict[int, int] = {}

    def sure(self, function: Function | None) -> int:
        """2 where its name says so, 1 where it only turns away, or hands on to what checks."""
        key = id(function)
        if key not in self._known:
            named = self.named(function)
            self._known[key] = 2 if named else int(function is not None and self._asks(function))
        return self._known[key]

    def named(self, function: Function | None) -> bool:
        """True where its name, that of its class or of a function around it says so."""
        here, depth = function, 0
        while here is not None and depth < 3:
            name = self.look.title(here)
            if GUARD.search(name) and not NOT_GUARD.search(name):
                return bool(WHOM.search(name)) or self._about(here)
            if here.owner and depth == 0 and GUARD_CLASS.search(here.owner):
                return True
            here, depth = here.inside, depth + 1
        return False

    def _about(self, function: Function) -> bool:
        """True where a function that may mean anything (can_…, access, valid) is about somebody."""
        data = self.look.index.source.data
        return bool(ABOUT.search(data, function.start, function.end))

    def _asks(self, function: Function) -> bool:
        if self._denials is None:
            found = self.look.seen.spans(DENIES)
            self._denials = [start for start, _ in itertools.islice(found, DENIALS)]
        place = bisect.bisect_left(self._denials, function.start)
        if place < len(self._denials) and self._denials[place] < function.end:
            return True
        data, start, end = self.look.index.source.data, function.start, function.end
        if "next" in function.parameters and HANDS.search(data, start, end):
            return True
        return not PEOPLE.isdisjoint(function.parameters) and bool(RIGHTS.search(data, start, end))


def _choice(look: Look, choice: Choice, guards: Guards) -> Finding | None:
    data, condition = look.index.source.data, choice.condition
    if choice.end - choice.start > BRANCH:
        return None
    words = look.words(condition)
    if PLAIN.search(words) or not TURNS.search(words):
        return None
    sure = guards.sure(choice.inside)
    if not sure and choice.inside is not None:
        return None
    branch = data[choice.start : choice.end]
    if condition.end_byte - condition.start_byte > LONGEST:
        return None
    away = None if _quiet(look, choice, branch) else TURNS_AWAY.search(branch)
    if away is None and not PASSES.search(branch):
        return None
    if choice.inside is None and (away is None or not LEAVES.search(branch)):
        return None
    if away is None:
        if CHECKED.search(look.words(condition)) or _not(look, condition):
            return None
        way = _way(look, condition)
        if way is None:
            return None
        if not _refuses(look, choice):
            return None
        alone = all(LIGHT.fullmatch(look.words(o)) for o in _operands(look, condition, "and")[:-1])
        strength = way.strength - (0.0 if alone else 0.12) - (0.0 if sure == 2 else 0.08)
        return _made(look, condition, way, "is let past the check", strength)
    return _needs(look, condition, "and", "is not checked where it says so", sure)


def _quiet(look: Look, choice: Choice, branch: bytes) -> bool:
    """True for a plain `return`, where the rest of the function turns away by an error."""
    if choice.inside is None or not NOTHING.fullmatch(branch.strip()):
        return False
    return bool(LEAVES.search(look.index.source.data, choice.end, choice.inside.end))


def _refuses(look: Look, choice: Choice) -> bool:
    """True where the rest of the function may turn somebody away, or checks something."""
    end = choice.inside.end if choice.inside is not None else len(look.index.source.data)
    rest = look.index.source.data[choice.end : min(end, choice.end + 4000)]
    return any(p.search(rest) for p in (TURNS_AWAY, ANSWERS, CHECKED))


def _either(look: Look, value: Node, function: Function) -> Finding | None:
    """`return x || check(…)`, where x is not what is checked."""
    if value.end_byte - value.start_byte > LONGEST:
        return None
    return _needs(look, value, "or", "is let past the check", 2)


def _needs(look: Look, node: Node, sign: str, words: str, sure: int) -> Finding | None:
    """One of several operands that decides for itself, where another one checks."""
    parts = _operands(look, node, sign)
    if len(parts) < 2:
        return None
    for at, part in enumerate(parts):
        others = parts[:at] + parts[at + 1 :]
        if CHECKED.search(look.words(part)) or not any(_checks(look, o) for o in others):
            continue
        if any(_of_the_same(look, part, other) for other in others):
            continue
        way = _way(look, part)
        # that a part of a request is there, and what it is, skips nothing
        if way is not None and any(way.constant.encode() not in look.words(o) for o in others):
            return _made(look, node, way, words, way.strength - (0.04 if sure == 2 else 0.1))
    return None


def _checks(look: Look, node: Node) -> bool:
    """True for what asks something: a call, a comparison, a part of something; not an answer."""
    words = look.words(node)
    return bool(re.search(rb"[.(\[]|->|==", words)) and not REPLIES.match(words)


def _of_the_same(look: Look, part: Node, other: Node) -> bool:
    """True for `user` beside `not user.active`: whether somebody is there at all."""
    there = THERE.fullmatch(look.words(other))
    if there and there[1] in look.words(part):  # asked for before it is compared
        return True
    name = look.words(part).strip(b"( )")
    rest = re.sub(rb"^(?:not\s+|!|\s|\()+", b"", look.words(other))
    return bool(LIGHT.fullmatch(name)) and rest.startswith((name + b".", name + b"->", name + b"["))


def _not(look: Look, node: Node) -> bool:
    text = look.index.source.text(node).lstrip("( \n")
    return bool(re.match(r"!(?![=!])|not\b|empty\(|is_null\(", text))


def _operands(look: Look, node: Node, sign: str) -> list[Node]:
    """The operands of an *and* or *or*, inside brackets too; nothing for other expressions."""
    while node.type.startswith("parenthesized") and node.named_child_count == 1:
        node = node.named_children[0]
    signs = ("and", "&&") if sign == "and" else ("or", "||", "??")
    own = [look.index.source.text(c) for c in node.children if not c.is_named]
    if not re.search(r"binary|boolean", node.type) or not any(s in signs for s in own):
        return []
    found: list[Node] = []
    for child in node.named_children[:8]:
        found += _operands(look, child, sign) or [child]
    return found


def _way(look: Look, node: Node) -> Way | None:
    """What an expression turns on, where that is nothing that a check asks for."""
    text = look.index.source.text(node)[:LONGEST]
    opened = EXISTS.search(text)
    look.flow.begin(600)
    value = look.flow.value(node)
    if opened is not None and not value.having("request"):
        path = next((t for t in value.texts if re.search(r"[/\\.]\w", t)), "")
        return Way(f"whoever puts the file {path} there", 0.5, path) if path else None
    who = _who(look, node)
    if who:
        return Way(f"who goes by {who}", 0.46, who)
    tag = value.having(*ENVIRONMENT)
    if tag is not None and "://" not in tag.what:
        name = tag.what.removeprefix("variable ")
        if tag.kind == "variable" and re.search(r"(?i)key$|token|secret|passw", name):
            return None
        told = SAID.search(name) or _names_whom(look, node)
        return Way(f"whoever sets {tag.what}", 0.4 if told else 0.52, name)
    known = value.having("request") or REQUEST.search(text) or asked(look, node)[0]
    if not known:
        return None
    return _part(look, node, value.texts)


def _names_whom(look: Look, node: Node) -> bool:
    """True for `account.get("name") == owner`: a setting says who it is, not that all may pass."""
    if node.type != "comparison_operator" or node.named_child_count != 2:
        return False
    if re.search(rb"[<>!]|\bin\b", look.words(node)):
        return False
    consts = []
    for side in node.named_children:
        look.flow.begin(200)
        value = look.flow.value(side)
        if value.const is not None or value.having("request"):
            return False
        consts.append(value.having(*ENVIRONMENT))
    return consts.count(None) == 1


def _part(look: Look, node: Node, texts: tuple[str, ...]) -> Way | None:
    """The part of a request that a way turns on, by its name."""
    text = look.index.source.text(node)
    names = [next(filter(None, found)) for found in NAMED.findall(text)]
    if not names and not OWN.search(text):
        names = [t for t in texts if re.fullmatch(r"[\w.-]{1,40}", t)]
    named = [n for n in names if n not in NO_NAMES and not SHAPE.search(n)]
    if not named or len(named) < len(names) or CHECKED.search(named[0].encode()):
        return None
    strength = 0.46 if SAID.search(named[0]) else 0.58
    return Way(f"a request with {named[0]}", strength, named[0])


def _who(look: Look, node: Node) -> str:
    """The name that somebody has to go by: `user.name == "…"`, `email.endswith("…")`."""
    source = look.index.source
    todo = [node]
    for _ in range(12):
        if not todo:
            return ""
        one = todo.pop()
        shape = shape_of(one, source)
        sides: list[Node] = []
        if one.type == "comparison_operator" and one.named_child_count == 2:
            sides = one.named_children if b"!=" not in look.words(one) else []
        elif shape.kind == "op" and shape.a in ("==", "==="):
            sides = [shape.b, shape.c]
        elif shape.kind == "call" and shape.b:
            callee = shape_of(shape.a, source) if shape.a is not None else None
            if callee is not None and callee.kind == "member" and callee.a is not None:
                ends = str(callee.b).lower() in ("endswith", "startswith", "equals")
                sides = [callee.a, shape.b[0][1]] if ends else []
        for value, other in (sides, sides[::-1]) if len(sides) == 2 else ():
            if isinstance(value, str) or isinstance(other, str):
                continue
            said = shape_of(other, source).a if shape_of(other, source).kind == "text" else None
            fits = isinstance(said, str) and len(said) > 3 and not COMMON.fullmatch(said)
            if fits and WHO.search(source.text(value)[-40:]):
                return str(said)[:40]
        todo += one.named_children[:8]
    return ""


def _made(look: Look, node: Node, way: Way, words: str, strength: float) -> Finding | None:
    strength -= 0.3 if TESTS.search(look.path) else 0.0
    if strength < 0.3:
        return None
    line = look.flow.line(node)
    return Finding(
        "lets past a check", way.constant[:40], round(strength, 3), line,
        ((line, f"{way.words} {words}"),), "when called",
        access="debug entrance" if strength >= 0.5 else "",
    )  # fmt: skip
