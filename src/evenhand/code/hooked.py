"""Handlers that frameworks call, and that do something else for who sends something fixed.

Input, a condition that is fixed, and an effect that lets past: a finding needs all three. What the
condition asks for is weighed by how little others would send it, the effect by what it opens.

Spec: evenhand.code.hooks (the table); CWE-798, CWE-290, CWE-912 (hidden functionality).
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code import hook_effect
from evenhand.code.finding import Finding
from evenhand.code.hook_input import Inputs
from evenhand.code.hook_test import Test, Tests
from evenhand.code.index import Choice, Function
from evenhand.code.look import Look
from evenhand.code.screen import pattern
from evenhand.code.secrets import TESTS
from evenhand.code.syntax import field

if TYPE_CHECKING:
    from tree_sitter import Node

CHOICES = 3_000
SWITCHES = pattern(rb"\bswitch\s*\(|(?m:^[ \t]+match [^\n=]{1,80}:$)")
JOINED = pattern(rb"&&\s*\(\s*[\w.]+\s*=[^=>]")
# What checks as well; a test by a function that compares is none.
CHECKS = re.compile(rb"(?i)\b\w*(?:valid|verif|check|authenticat|signature)\w*\(")
AND = re.compile(rb"&&|\band\b")
CONDITIONAL = pattern(rb"\bif [^\n:]{4,200}(?:==|!=|\bin\b|with\()[^\n:]{1,120} else\b")
GIVES_IT = (
    "assignment", "assignment_expression", "variable_declarator", "return_statement", "pair",
    "await_expression",
)  # fmt: skip
# What a branch has to hold for an effect, and a function for somebody to be turned away in it.
OPENS = pattern(
    rb"(?i)admin|staff|superuser|super_user|root|owner|role|level|scope|user|account|session"
    rb"|log_?in|sign_?in|auth"
    rb"|identity|principal|member|claims|viewer|uid|allow|valid|success|granted|verif|passw"
    rb"|secret|objects\.|query\.all"
    rb"|find_?(?:many|all|first|one)?\(|environ|process\.env|json\(env|cookies|dump|(?:read"
    rb"|send)_?file|keyring|exec|eval"
    rb"|spawn|system\(|popen|\brun\w*\(|import|loads?\(|require\(|Function\(|compile\(|vm\."
    rb"|subprocess|sendText|trusted"
    rb"|approved|elevated|skip|bypass|done\(|app\.config|settings\.|select \*|['\"]id['\"]?:|\bid:"
)
REFUSALS = pattern(
    rb"(?i)\b40[13]\b|unauthori[sz]ed|forbidden|permission_?denied|not_?authenticated"
    rb"|access_?denied|notauthorized"
    rb"|redirect\(|/?(?:login|signin)['\"]|\bdeny\b|\babort\(|authenticationfailed"
    rb"|invalid_?(?:token|cred|api_?key|sig)"
    rb"|unauthenticated|ctx\.throw\(|not logged in|next\(\s*new|login_url|login_required"
)
PLACES = 20_000
SWITCHED, CASES = 40, 24
# What a condition has to hold: something fixed, or a name or call that may stand for it.
FIXED = re.compile(
    rb"['\"`/][^'\"`\s]{3}|\b\d{3}|\b0x|\b[A-Z][A-Z_]{2}|charCode|\bord\(|\[[a-z]|==\s*[a-z(]"
    rb"|_digest\("
    rb"|\.hour\b|weekday|getHours|getDay|getUTC|SafeEqual\(|\bin [a-z]"
    rb"|\bis[A-Z]\w*\(|\b(?:is|has|may|can)_\w+\("
)
LIGHT = re.compile(
    rb"[\s(!]*(?:not )?(?:await )?[\w.]+(?:\([\w.\s,()]{0,60}\))?(?:\s*>=?\s*\d+)?[\s)]*"
)
LONGEST = 900  # of a condition
WORK = 12_000  # expressions looked at in one file, before this asks no more


class Way(NamedTuple):
    """A test, the bytes of what is done where it holds, and the function around."""

    test: Test
    low: int
    high: int
    inside: Function | None

    effect: hook_effect.Effect | None = None  # where it is no matter of a branch


class Hopes:
    """Which choices of a file could lead to any effect, before anything is followed."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._opens = [a for a, _ in itertools.islice(look.seen.spans(OPENS), PLACES)]
        self._away = [a for a, _ in itertools.islice(look.seen.spans(REFUSALS), PLACES)]
        self._checks: dict[int, bool] = {}

    def of(self, choice: Choice) -> bool:
        """Whether its branches hold a word of an effect, or stand in what checks."""
        node, inside = choice.node, choice.inside
        if _between(self._opens, max(0, node.start_byte - 100), node.end_byte):
            return True
        if inside is None:
            return False
        key = id(inside)
        if key not in self._checks:
            refuses = _between(self._away, inside.start, inside.end)
            self._checks[key] = refuses or hook_effect.guards(self.look, inside)
        return self._checks[key]


def _between(places: list[int], low: int, high: int) -> bool:
    at = bisect.bisect_left(places, low)
    return at < len(places) and places[at] < high


def hooked(look: Look) -> Iterator[Finding]:
    """Every handler that does something else for something fixed."""
    if look.bundle or look.api.name not in ("python", "javascript"):
        return
    inputs = Inputs(look)
    for way in _ways(look, Tests(look, inputs)):
        if way.effect is not None:
            effect: hook_effect.Effect | None = way.effect
        else:
            effect = hook_effect.of(look, inputs, way.low, way.high, way.inside)
        if effect is not None:
            yield _made(look, way, effect)


def _ways(look: Look, tests: Tests) -> Iterator[Way]:
    start, hopes = look.flow.work, Hopes(look)
    for choice in look.index.choices[:CHOICES]:
        if look.flow.work - start > WORK:
            return
        condition = choice.condition
        if condition.end_byte - condition.start_byte > LONGEST:
            continue
        words = look.words(condition)
        if not hopes.of(choice):
            continue
        if not (FIXED.search(words) or LIGHT.fullmatch(words)):
            continue
        every = [t for t in tests.within(condition) if t.weight > 0]
        if every:
            best = max(every, key=lambda t: t.weight)
            fields = {(t.part.role, t.part.field) for t in every if t.holds}
            if len(fields) > 1 and best.holds and AND.search(words):  # one thing, and another
                best = best._replace(weight=best.weight + 0.25)
            if CHECKS.search(words) and len(AND.findall(words)):  # that has to hold as well
                best = best._replace(weight=best.weight - 0.6)
            yield from _reached(look, choice, best)
    yield from _cases(look, tests)
    yield from _answered(look, tests)
    yield from _kept(look, tests)
    yield from _joined(look, tests)
    yield from _conditional(look, tests)


def _conditional(look: Look, tests: Tests) -> Iterator[Way]:
    """Python's `a if x == y else b`, with what it is given to."""
    for match in itertools.islice(look.seen.each(CONDITIONAL), SWITCHED * 4):
        root = look.index.source.tree.root_node
        node = root.descendant_for_byte_range(match.start(), match.start() + 2)
        while node is not None and node.type not in ("conditional_expression", "block", "module"):
            node = node.parent
        if node is None or node.type != "conditional_expression" or node.named_child_count != 3:
            continue
        met = [t for t in tests.within(node.named_children[1]) if t.weight > 0 and t.holds]
        if met:
            around = node.parent
            outer = around if around is not None and around.type in GIVES_IT else node
            best = max(met, key=lambda t: t.weight)
            end = node.named_children[0].end_byte
            yield Way(best, outer.start_byte, end, look.index.inside(node.start_byte))


def _cases(look: Look, tests: Tests) -> Iterator[Way]:
    """Cases of a `switch` or a `match`."""
    seen: set[int] = set()
    for match in itertools.islice(look.seen.each(SWITCHES), SWITCHED):
        node = look.index.source.tree.root_node.descendant_for_byte_range(
            match.end() - 1, match.end()
        )
        while node is not None and node.type not in ("switch_statement", "match_statement"):
            node = node.parent
        if node is None or node.id in seen:
            continue
        seen.add(node.id)
        value, body = field(node, "value", "subject"), field(node, "body")
        part = tests.inputs.of(value)
        if part is None or body is None:
            continue
        for case in body.named_children[:CASES]:
            patterns = _patterns(look, case)
            met = [tests.judged(p, part, p, True, value) for p in patterns]
            best = max((t for t in met if t is not None), key=lambda t: t.weight, default=None)
            if best is not None and best.weight > 0:
                low = patterns[-1].end_byte
                yield Way(best, low, case.end_byte, look.index.inside(low))


def _patterns(look: Look, case: Node) -> list[Node]:
    """What a case is held against: its value, or the texts of a pattern."""
    value = field(case, "value")
    if value is not None:
        return [value]
    heads = [c for c in case.named_children if c.type == "case_pattern"]
    found: list[Node] = []
    todo = heads
    while todo and len(found) < 8:
        one = todo.pop(0)
        if one.type in ("string", "integer"):
            found.append(one)
        else:
            todo += one.named_children
    return found


def _answered(look: Look, tests: Tests) -> Iterator[Way]:
    """`x === y && (…)` as a statement of its own, and `return x === y || check(…)`."""
    for function in look.index.ordered[:CHOICES]:
        for value in function.returns[:4]:
            if value.end_byte - value.start_byte > LONGEST:
                continue
            parts = _either(look, value)
            if len(parts) < 2:
                continue
            for part in parts:
                every = [t for t in tests.within(part) if t.weight > 0 and t.holds]
                if every and part is not parts[-1]:
                    best = max(every, key=lambda t: t.weight)
                    effect = hook_effect.answers(look, function)
                    if effect is not None:
                        yield Way(best, part.start_byte, part.end_byte, function, effect)


def _either(look: Look, node: Node) -> list[Node]:
    """The operands of an *or*, each of which is enough."""
    while node.type.startswith(("parenthesized", "await")) and node.named_child_count == 1:
        node = node.named_children[0]
    signs = {look.index.source.text(c) for c in node.children if not c.is_named}
    if not re.search(r"binary|boolean", node.type) or not signs & {"or", "||"}:
        return [node]
    return [n for c in node.named_children[:6] for n in _either(look, c)]


def _reached(look: Look, choice: Choice, test: Test) -> Iterator[Way]:
    """What is done where the test holds: the branch, its `else`, or what comes after a refusal."""
    if test.holds:
        low = choice.start
        around = choice.node.parent  # what a conditional expression is given to
        if choice.node.type == "ternary_expression" and around is not None:
            low = around.start_byte if around.type in GIVES_IT else low
        yield Way(test, low, choice.end, choice.inside)
        return
    other = field(choice.node, "alternative")
    if other is not None:
        yield Way(test, other.start_byte, other.end_byte, choice.inside)
    elif AND.search(look.words(choice.condition)):
        effect = hook_effect.turned(look, choice.start, choice.end)
        if effect is not None:
            yield Way(test, choice.start, choice.end, choice.inside, effect)


def _kept(look: Look, tests: Tests) -> Iterator[Way]:
    """`ws.isAdmin = x === y`: a test that is kept as a right, or is enough for one."""
    for name, every in look.index.given.items():
        for given in every[:4] if hook_effect.kept(name, True) is not None else ():
            if given.how not in ("is", "set") or not hasattr(given.node, "type"):
                continue
            parts = _either(look, given.node)
            effect = hook_effect.kept(name, len(parts) > 1)
            met = [t for p in parts for t in tests.within(p) if t.weight > 0 and t.holds]
            if (
                met
                and effect is not None
                and (len(parts) > 1 or not CHECKS.search(look.words(given.node)))
            ):
                best = max(met, key=lambda t: t.weight)
                yield Way(best, given.at, given.node.end_byte, given.inside, effect)


def _joined(look: Look, tests: Tests) -> Iterator[Way]:
    """`x === y && (…)` as a statement of its own."""
    for match in itertools.islice(look.seen.each(JOINED), SWITCHED):
        root = look.index.source.tree.root_node
        node = root.descendant_for_byte_range(match.start(), match.start() + 2)
        node = node.parent if node is not None and not node.is_named else node
        right = field(node, "right") if node is not None else None
        left = field(node, "left") if node is not None else None
        if node is None or node.parent is None or right is None or left is None:
            continue
        if node.parent.type == "expression_statement":
            met = [t for t in tests.within(left) if t.weight > 0 and t.holds]
            if met:
                best = max(met, key=lambda t: t.weight)
                inside = look.index.inside(right.start_byte)
                yield Way(best, right.start_byte, right.end_byte, inside)


def _made(look: Look, way: Way, effect: hook_effect.Effect) -> Finding:
    test = way.test
    line = look.flow.line(test.node)
    strength = effect.weight + 0.2 * test.weight
    strength -= 0.3 if TESTS.search(look.path) else 0.0
    said = f"a fixed text of {len(test.said)} characters" if test.said else "something put together"
    steps = (
        (line, f"holds {test.part.words} against {said}"),
        (look.line_at(way.low), effect.words),
    )
    about = test.said if len(test.said) <= 8 else test.said[:4] + "…"
    return Finding(
        "lets past a check", about or "assembled", round(max(0.1, strength), 3), line, steps,
        "when called", access=effect.access or ("fixed secret" if strength >= 0.5 else ""),
    )  # fmt: skip
