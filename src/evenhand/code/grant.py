"""What a branch lets through: somebody is let in, something is run, something is shown.

Spec: CWE-798 (hard-coded credentials), CWE-489 (active debug code).
"""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from evenhand.code.asked import asked
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from evenhand.code.look import Look

BRANCH = 3_000  # bytes of a branch that are looked at
CALLS = 60  # of them
# Somebody becomes somebody: a session, a user, a role, a token.
IDENTITY = re.compile(
    rb"""(?ix)
    \b(login_user|log_?in|login_as|do_login|set_current_user|wp_set_\w+|set_?auth\w*|start_?session
       |create_?session|make_?session|new_?session|open_?session|issue_?token|make_?token
       |create_?token|create_access_token|generate_?token|sign_?in|authenticate_as|session_start
       |grant\w*|force_authenticate|set_?role|become|elevate|unlock|open_door)\s*\(
    | \b(jwt|jsonwebtoken|jose)\.(sign|encode)\s*\(
    | \bsession\s*(\[[^\]]{1,40}\]|\.\w+)\s*=[^=] | \$_SESSION\s*\[[^\]]{1,40}\]\s*=[^=]
    | \b(req|request|ctx|g|self|this|c|state|ngx\.ctx|res\.locals|scope)
      (\.|->|\[['"])(state\.|session\.|ctx\.)?
      (user|current_user|account|identity|principal|role|admin|auth\w*|is_?admin|logged_?in)
      (['"]\])?\s*=[^=]
    | \b(return|=)\s*\(?\s*(await\s+|new\s+)?(\w+\.)?\w*(Session|User|Account|Principal|Identity
      |Token|Admin)\w*\s*\(
    | \breturn\b[^\n;]{0,80}\b(access_?)?token['"]?\s*(=|:|=>)
    | ['"]?\b(is_?)?(admin|auth|authenticated|authori[sz]ed|logged_?in|superuser|staff|root
      |privileged|is_staff)\b['"]?\]?\s*(=|:|=>)\s*['"]?(true|1\b|admin|root|superuser|\!0)
    | ['"]?\b(role|level|group|scope)s?\b['"]?\]?\s*(=|:|=>)\s*\[?['"](admin\w*|root|owner|super\w*
      |service|maint\w*|system|\*)['"]
    | \breturn\s+['"](admin\w*|root|owner|super_?user)['"]
    """
)
# Something goes on: what it is, the branch does not say.
PASSES = re.compile(
    rb"(?ix) \breturn\s*\(?\s*(true|1\b|!0\b|(await\s+)?(next|call_next)\s*\(|\$?user\b|\$?admin\b"
    rb"|\{[^}]{0,80}(ok|auth|admin|success|user|role)\w*['\"]?\s*[:=])"
    rb"| \b(next|authenticate|allow\w*|permit\w*|accept\w*)\s*\("
    rb"| \b(allowed|granted|ok|valid|success|authenticated|verified|authori[sz]ed|passed)"
    rb"\s*=\s*(true|1\b)"
)
SHOWS = frozenset((
    "file_get_contents", "readfile", "readFileSync", "readFile", "sendFile", "send_file",
    "show_source", "fopen", "open", "scandir",
))  # fmt: skip
# Something else decides as well, between what is compared and what is granted.
DECIDES = re.compile(
    rb"\b(if|elif|elseif|unless|switch|case|match)\b|&&|\?[^?.:\n]+:|\band\b|\b(authenticate|valid\w*"
    rb"|verif\w*|check\w*|compare\w*|find\w*|lookup\w*)\s*\("
)
ON = "passes it on"  # to what comes after a check
LEAVES = re.compile(
    rb"\b(return|raise|throw|exit|die|abort|redirect|next|sendStatus|continue)\b|\bres\.|\bresponse\."
)


class Grant(NamedTuple):
    """What a branch does, in words, and how surely it lets somebody in (0–1)."""

    words: str
    sure: float
    acts: bool = False  # it runs or shows what is asked
    clear: bool = False  # nothing else decides before


def of(look: Look, low: int, high: int) -> Grant | None:
    """What a branch lets through; None for one that lets nothing through."""
    branch = look.index.source.data[low : min(high, low + BRANCH)]
    acts = _acts(look, low, low + len(branch))
    if acts is not None:
        at, words = acts
        return Grant(words, 1.0, True, not DECIDES.search(branch[: at - low]))
    for pattern, words, sure in ((IDENTITY, "lets it in", 1.0), (PASSES, "lets it through", 0.5)):
        match = pattern.search(branch)
        if match is not None:
            words = ON if b"next" in match[0] else words
            return Grant(words, sure, False, not DECIDES.search(branch[: match.start()]))
    return None


def _acts(look: Look, low: int, high: int) -> tuple[int, str] | None:
    """The first call that runs or shows what a request says."""
    calls = look.index.calls
    place = bisect.bisect_left(calls, low, key=lambda c: c.node.start_byte)
    for call in calls[place : place + CALLS]:
        if call.node.start_byte >= high:
            break
        shape = shape_of(call.node, look.index.source)
        shows = call.name in SHOWS
        runs = not shows and look.api.role(look.flow.ref(shape.a)) in ("exec", "run")
        if (runs or shows) and not look.flow.local(shape.a) and _asked(look, shape.b):
            return call.node.start_byte, f"{'runs' if runs else 'shows'} what is asked"
    return None


def _asked(look: Look, given: list[Any]) -> bool:
    """True where what a call is given comes from a request."""
    for _, node in given[:4]:
        look.flow.begin()
        if look.flow.value(node).having("request", "socket") or asked(look, node)[0] is not None:
            return True
    return False
