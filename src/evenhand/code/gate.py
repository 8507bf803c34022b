"""Whom PHP and Lua let in for what only a maker could know, whichever framework hands it on.

Input (`brought`), a condition that is fixed (`held`) and an effect: somebody is logged in, a check
answers yes, what would refuse is passed over. All three are sought in the tree; with fewer of them
the place is worth less than a look.

Spec: CWE-798 (hard-coded credentials), CWE-912 (hidden functionality).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.branch import (
    Asked,
    Branch,
    Ways,
    calls,
    cases,
    operands,
    statements,
    straight,
)  # fmt: skip
from evenhand.code.brought import brought
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import FIXED, SECRET, made
from evenhand.code.held import Known, against, all_known, surest
from evenhand.code.index import Choice, Function
from evenhand.code.spoken import guards, way_of, words_of
from evenhand.code.syntax import field, shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.look import Look

ENTRANCE = "debug entrance"
BODY = 4_000  # bytes of a branch
RESTS = 3_000  # bytes after a branch in which something is refused
RIGHTS = re.compile(
    r"(?i)(?:.*[.>\]\[('\"_]|\$)?(?:is_?)?(?:admin\w*|role|roles|auth\w*|allow\w*|logged_?in|user|uid|status"
    r"|capabilit\w*|allcaps|caps|all|level|granted|trusted|rights|permissions|identity|account|member|me|username|user_?id)['\"\])]*"
)
GIVEN = re.compile(
    r"(?is)true|1|['\"](?:root|admin\w*|\w*:operator|\w*:admin|ROLE_\w*ADMIN)['\"]|.*STATUS_SUCCESS|\[?['\"]ROLE_.*"
    r"|[{\[].*(?:root|admin|ROLE_).*|array_merge\(\$\w+,\s*[\[(a].*"
)
RAISES = frozenset((
    "addRole", "add_role", "set_role", "assignRole", "setRoles", "grantRole", "addGroup", "setRole",
    "add_cap", "makeSuperUser", "syncRoles",
))  # fmt: skip
RAISED = re.compile(r"(?i)\(\s*\[?['\"][\w:]*(?:admin\w*|root|owner)['\"]")
ENTERS = re.compile(
    r"(?i)log|once|user|ident|account|passport|token|auth|switch|header|var|result|role|session|ubus"
    r"|consumer|cap|group|start|open|make|begin|create|cookie|write|new|password"
)
SESSION = re.compile(
    r"(?i)\$_SESSION|session|ngx\.ctx|kong\.ctx|.*status|txn.*|event\.origin.*|.*user.*|.*role.*"
)


def gates(look: Look, ways: Ways) -> Iterator[Finding]:
    """Every place of one file where what is fixed and sent lets somebody past."""
    told: set[int] = set()
    file = _File(_assigned(look), {})
    for way, own in (*((w, None) for w in ways.every), *_arms(look)):
        found = _of_branch(look, way, own, file)
        if found is not None and found.line not in told:
            told.add(found.line)
            yield found
    for function in look.index.ordered:
        for answer in function.returns[:8]:
            one = _answered(look, function, answer)
            if one is not None and one.line not in told:
                told.add(one.line)
                yield one


def _of_cases(look: Look, way: Branch) -> tuple[Known | None, bool]:
    """The surest of what a branch's cases know, and whether it is all that is asked."""
    for case in way.cases:
        best = surest(look, case)
        if best is not None:
            return best, all_known(look, case) is not None
    return None, False


class _File(NamedTuple):
    """What is asked once of a file: who is made somebody where, and which functions check."""

    assigned: list[tuple[int, str]]
    checks: dict[int, bool]


def _of_branch(look: Look, way: Branch, own: Known | None, file: _File) -> Finding | None:
    """What one branch lets past; `own` is known where no condition of an `if` says it."""
    effect = _effect(look, way, file)
    if effect is None:
        return None
    best, alone = (own, True) if own is not None else _of_cases(look, way)
    if best is None:
        return None
    words, kind, fixed = effect
    strength = _strength(best, kind, alone, fixed)
    if strength < 0.3:
        return None
    return _told(look, way.choice.condition, best, words, strength, kind == "enters")


def _strength(best: Known, kind: str, alone: bool, fixed: bool) -> float:
    """What input, condition and effect are worth together."""
    sure = best.sure
    if kind == "enters":
        word = (0.6 if sure >= 0.45 else 0.52) if fixed else 0.35
        strength = 0.72 if sure >= 0.7 else word
    elif kind == "yes":
        strength = 0.66 if sure >= 0.7 else 0.38 if sure >= 0.45 else 0.2
    else:  # passes over what refuses
        strength = 0.58 if sure >= 0.7 else 0.32 if sure >= 0.45 else 0.15
    return round(strength - (0.0 if alone else 0.12), 3)


def _told(
    look: Look, node: Node, best: Known, effect: str, strength: float, enters: bool
) -> Finding:
    said = f"{best.said}: {effect}"
    found = made(look, node, "lets past a check", said, strength, ENTRANCE)
    if best.sure >= 0.8 and not enters:
        found = made(look, node, FIXED, said, strength, SECRET)
    return found._replace(access=found.access if strength >= 0.5 else "")


def _effect(look: Look, way: Branch, file: _File) -> tuple[str, str, bool] | None:
    """What a branch does for who is known: words, kind, and whether it names the account."""
    low, high = way.low, min(way.high, way.low + BODY)
    words, source = words_of(look), look.index.source
    for call in calls(look, low, high):
        if not ENTERS.search(call.name or "new"):
            continue
        spoken = way_of(look, shape_of(call.node, source).a)
        name = spoken.way if spoken is not None else call.name
        if words.enters.fullmatch(name) and straight(look, way, call.node.start_byte):
            text = source.text(call.node)[:300]
            return "somebody is logged in", "enters", _names_account(look, call.node, text)
        if call.name in RAISES and RAISED.search(source.text(call.node)[-80:]):
            return "somebody is given all rights", "enters", True
        if name.endswith("set_var") and re.search(r",\s*true\s*\)$", source.text(call.node)[:120]):
            return "says yes", "yes", True
        if name.endswith(".ubus") and re.match(r'.*\(\s*"session"', source.text(call.node)[:80]):
            return "a session is made", "enters", True
        if re.search(r"(?i)set-cookie.{0,20}sysauth", source.text(call.node)[:80]):
            return "a session is made", "enters", True
    for at, said in file.assigned:
        if low <= at < high and straight(look, way, at):
            return said, "enters", True
    if way.choice.node.type.startswith("match") and _gives_rights(look, way):
        return "somebody is made somebody", "enters", True
    function = way.choice.inside
    if function is None:
        return None
    checks = file.checks.get(function.start)
    if checks is None:
        checks = file.checks[function.start] = guards(look, function)
    if checks and any(_yes(look, n) for n in _answers_in(look, function, way)):
        return "the check says yes", "yes", True
    if _passes(look, way, function):
        return "what would refuse is passed over", "passes", True
    return None


def _gives_rights(look: Look, way: Branch) -> bool:
    """True for an arm that is `admin`, of what a name of rights is given."""
    source = look.index.source
    if not GIVEN.fullmatch(source.data[way.low : way.high].decode("utf-8", "replace").strip()):
        return False
    up = way.choice.node
    for _ in range(4):
        if up.type == "assignment_expression":
            left = field(up, "left")
            return left is not None and RIGHTS.fullmatch(source.text(left)) is not None
        if up.parent is None:
            return False
        up = up.parent
    return False


def _names_account(look: Look, node: Node, text: str) -> bool:
    """True where the account is told by what is written: the first, number 1, `admin`."""
    from evenhand.code.carried import carried

    fixed = words_of(look).fixed_enters
    if fixed.match(re.sub(r"^.*?(\w+\s*\()", r"\1", text, count=1, flags=re.S)) or fixed.match(
        text
    ):
        return True
    for one in carried(look, node, 2):
        makes = "call" in one.type or one.type == "object_creation_expression"
        if makes and fixed.match(look.index.source.text(one)[:300]):
            return True
    return False


def _assigned(look: Look) -> list[tuple[int, str]]:
    """Where somebody is made somebody by what a name is given."""
    found = []
    source = look.index.source
    for name, every in look.index.given.items():
        for given in every[:40]:
            node = given.node
            if given.how not in ("is", "set", "into") or not hasattr(node, "type"):
                continue
            parent = node.parent
            left = field(parent, "left") if parent is not None else None
            target = source.text(left)[:120] if left is not None else name
            target = re.sub(r"\[\$\w+\]$", "", target)
            if node.end_byte - node.start_byte > 200 or not RIGHTS.fullmatch(target):
                continue
            held = SESSION.match(target) is not None or (
                given.inside is not None and guards(look, given.inside)
            )
            if held and GIVEN.fullmatch(source.text(node)):
                found.append((given.at, "somebody is made somebody"))
    return sorted(found)


def _answers_in(look: Look, function: Function, way: Branch) -> list[Node]:
    return [r for r in function.returns if way.low <= r.start_byte < way.high
            and straight(look, way, r.start_byte)]  # fmt: skip


def _yes(look: Look, node: Any) -> bool:
    text = re.sub(r"\s+", "", look.index.source.text(node)[:200])
    return words_of(look).yes.fullmatch(text) is not None


def _passes(look: Look, way: Branch, function: Function) -> bool:
    """True where a branch goes on, or leaves, before what the rest of the function refuses."""
    data, words = look.index.source.data, words_of(look)
    block = statements(field(way.choice.node, "consequence", "body"))
    if not block or way.low != way.choice.start:
        return False
    last = re.sub(r"\s+", "", look.index.source.text(block[-1])[:200])
    if not words.goes_on.fullmatch(last) and not words.goes_on.fullmatch(
        last.removeprefix("return")
    ):
        return False
    if words.refuses.search(data, way.low, min(way.high, way.low + BODY)):
        return False
    rest = data[way.high : min(function.end, way.high + RESTS)]
    return words.refuses.search(rest) is not None


def _answered(look: Look, function: Function, answer: Node) -> Finding | None:
    """`return known || other`, or `known ? 1 : other`, in a function that checks."""
    if not guards(look, function) or answer.end_byte - answer.start_byte > 1_200:
        return None
    kept = answer
    for node in operands(look, answer)[:8]:
        if node.type == "conditional_expression":
            body = field(node, "body")
            asked = field(node, "condition")
            if asked is None or body is None or not _yes(look, body):
                continue
            answer = asked
    for case in cases(look, answer, True):
        best = all_known(look, case)
        if best is not None and best.sure >= 0.7 and _compares(look, case):
            return _told(look, kept, best, "the check says yes", 0.66, False)
    return None


def _compares(look: Look, case: list[Asked]) -> bool:
    return any(brought(look, a.node) is None for a in case)


def _arms(look: Look) -> Iterator[tuple[Branch, Known | None]]:
    """`switch` and `match`: each case as a branch of its own."""
    if look.api.name != "php":
        return
    data = look.index.source.data
    if b"switch" not in data and b"match" not in data:
        return
    from tree_sitter import QueryCursor

    cursor = QueryCursor(_arm_query())
    found = cursor.captures(look.index.source.tree.root_node)
    for node in found.get("arm", [])[:400]:
        yield from _arm(look, node)


@functools.cache
def _arm_query() -> Any:
    from tree_sitter import Query

    from evenhand.code.grammar_php import PHP
    from evenhand.code.syntax import language

    return Query(language(PHP)[0], "[(case_statement) (match_conditional_expression)] @arm")


def _arm(look: Look, node: Node) -> Iterator[tuple[Branch, Known | None]]:
    """One case: the value of the choice is that of the case, or the case itself holds."""
    around = node.parent.parent if node.parent is not None else None
    subject = field(around, "condition") if around is not None else None
    values = field(node, "value", "conditional_expressions")
    if subject is None or values is None:
        return
    body = [c for c in node.named_children if c.start_byte >= values.end_byte]
    if not body:
        return
    inside = look.index.inside(node.start_byte)
    choice = Choice(node, values, body[0].start_byte, body[-1].end_byte, inside)
    parts = values.named_children if node.type.startswith("match") else [values]
    whole = look.index.source.text(subject).strip("() \n").lower() == "true"
    if whole:
        every = [case for p in parts for case in cases(look, p, True)]
        way = Branch(every, choice.start, choice.end, choice)
        yield way, None
        return
    for value in parts:
        yield Branch([], choice.start, choice.end, choice), against(look, subject, value)
