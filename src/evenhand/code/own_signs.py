"""What is asked of files of one language alone: PHP and Lua, with their frameworks.

Spec: none.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.code import lua_entrance, php_entrance, php_login, php_sent
from evenhand.code.branch import ways_of
from evenhand.code.by_zone import by_zone
from evenhand.code.fetched import fetched
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import fixed_words, noted_only
from evenhand.code.gate import gates
from evenhand.code.look import Look
from evenhand.code.made_account import accounts_made
from evenhand.code.run_brought import run_brought
from evenhand.code.sent_on import sent_on


def own_signs(look: Look) -> Iterator[Finding]:
    """Every sign that only files of this language give."""
    if look.bundle or look.api.name not in ("php", "lua"):
        return
    ways = ways_of(look)
    yield from fixed_words(look, ways)
    yield from noted_only(look)
    yield from gates(look, ways)
    yield from run_brought(look)
    yield from sent_on(look)
    yield from accounts_made(look)
    yield from fetched(look)
    yield from by_zone(look, ways)
    if look.api.name == "php":
        yield from php_entrance.entrances(look)
        yield from php_login.logins(look, ways)
        yield from php_sent.sent(look)
        yield from php_sent.by_place(look, ways)
    else:
        yield from lua_entrance.entrances(look, ways)
