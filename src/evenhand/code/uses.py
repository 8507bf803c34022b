"""Everything that is told of one file in a difference.

Spec: docs/reference/facts.md (script_use).
"""

from __future__ import annotations

from evenhand.code.look import Look
from evenhand.code.screen import Seen, words
from evenhand.code.use import Use, kept
from evenhand.code.use_calls import Brief, of_calls
from evenhand.code.use_choice import of_choices
from evenhand.code.use_guard import Guards
from evenhand.code.use_replaced import ADDRESS, of_replaced
from evenhand.code.use_text import of_text

# Of files that nothing else is sought in, those with one of these words are looked at.
WORTH = words(
    b"assw", b"ecret", b"oken", b"verif", b"Verif", b"public_key", b"PublicKey", b"fromhex",
    b"b64decode", b"getenv", b"environ", b"socket", b"connect", b"urlopen", b"requests",
    b"fetch(", b"http", b"ctypes", b"pickle", b"subprocess", b"popen", b"system", b"spawn",
    b"decode", b"eval(", b"exec(", b"unlink", b"rmtree", b"chmod", b"setuid", b"listen",
    b"start_server", b"InteractiveI", b".route(", b"add_argument", b"sys.exit", b"login",
    b"admin", b"random.seed", b"encrypt", b"writeFile", b"file_put", b"io.open", b"compare",
    b"timezone", b"getlocale", b"tzname", b"_GET", b"_POST", b"_SERVER", b"sys.argv",
    b"child_process", b"process.", b"app.", b"keys", b"atob", b"Login Data", b"sqlite",
    b"getuid", b"time.time(", b"today(", b"Date.now", b"new Date", b"utcnow", b"urandom",
    b"scrypt", b"randomBytes", b"random_bytes", b"digest",
)  # fmt: skip


def worth(seen: Seen) -> bool:
    """Whether a file says anything that a difference would tell early."""
    return seen.any(WORTH) or seen.has(ADDRESS)


def of_file(look: Look) -> list[Use]:
    """The uses of a file, the weightiest first."""
    brief, guards = Brief(look), Guards(look)
    found = [
        *of_calls(look, brief, guards),
        *guards.void,
        *of_choices(look, brief),
        *of_text(look.index.source, look.seen, look.bundle),
        *of_replaced(look.index.source, look.seen),
    ]
    if look.bundle:  # names of a bundle are the bundler's
        found = [u for u in found if u.weight >= 0.5]
    return kept(found)
