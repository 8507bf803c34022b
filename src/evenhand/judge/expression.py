"""Expressions over conditions: AND, OR, NOT, parentheses; three values, as in SQL.

Spec: SQL:2016, three-valued logic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evenhand.errors import UserError

TOKEN = re.compile(r"\s*(\(|\)|[A-Za-z_][A-Za-z_0-9]*)")
Value = bool | None


@dataclass(frozen=True)
class Expression:
    """A condition, or AND / OR / NOT of expressions."""

    operator: Literal["condition", "AND", "OR", "NOT"]
    name: str = ""
    parts: tuple[Expression, ...] = ()

    def names(self) -> set[str]:
        """The conditions in it."""
        if self.operator == "condition":
            return {self.name}
        return set().union(*(p.names() for p in self.parts))

    def sql(self) -> str:
        """The same as SQL over boolean columns."""
        if self.operator == "condition":
            return f'"{self.name}"'
        if self.operator == "NOT":
            return f"(NOT {self.parts[0].sql()})"
        return "(" + f" {self.operator} ".join(p.sql() for p in self.parts) + ")"

    def value(self, conditions: Mapping[str, Value]) -> Value:
        """Its value: True, False or None (not known)."""
        if self.operator == "condition":
            return conditions[self.name]
        values = [p.value(conditions) for p in self.parts]
        if self.operator == "NOT":
            return None if values[0] is None else not values[0]
        decisive = self.operator == "OR"
        if decisive in values:
            return decisive
        return None if None in values else not decisive

    def reasons(self, conditions: Mapping[str, Value]) -> list[tuple[str, Value]]:
        """The conditions that its value turns on, each with its own value."""
        if self.operator == "condition":
            return [(self.name, conditions[self.name])]
        mine = self.value(conditions)
        found = []
        for part in self.parts:
            if self.operator == "NOT" or part.value(conditions) is mine:
                found += [r for r in part.reasons(conditions) if r not in found]
        return found


def parse(text: str) -> Expression:
    """Parse an expression; raises UserError with what is wrong."""
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise UserError(f"{text!r}: only names, AND, OR, NOT and parentheses may stand here")
        tokens.append(match[1])
        at = match.end()
    tree = _either(tokens, text)
    if tokens:
        raise UserError(f"{text!r}: {tokens[0]!r} is not expected")
    return tree


def _chain(tokens: list[str], text: str, operator: Literal["AND", "OR"], level: int) -> Expression:
    take = _both if level == 0 else _single
    parts = [take(tokens, text)]
    while tokens and tokens[0] == operator:
        tokens.pop(0)
        parts.append(take(tokens, text))
    return parts[0] if len(parts) == 1 else Expression(operator, parts=tuple(parts))


def _either(tokens: list[str], text: str) -> Expression:
    return _chain(tokens, text, "OR", 0)


def _both(tokens: list[str], text: str) -> Expression:
    return _chain(tokens, text, "AND", 1)


def _single(tokens: list[str], text: str) -> Expression:
    token = tokens.pop(0) if tokens else ""
    if token == "NOT":
        return Expression("NOT", parts=(_single(tokens, text),))
    if token == "(":
        inner = _either(tokens, text)
        if not tokens or tokens.pop(0) != ")":
            raise UserError(f"{text!r}: a closing parenthesis is missing")
        return inner
    if token in ("", ")", "AND", "OR"):
        raise UserError(f"{text!r}: a condition is missing")
    return Expression("condition", token)
