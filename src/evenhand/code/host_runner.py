"""Programs that fetch what they run: a runner that is given an address.

Spec: documentation of uv, pipx, Deno, npm, Bun, pnpm, Yarn.
"""

from __future__ import annotations

import re

from evenhand.code.data_sinks import HERE
from evenhand.code.finding import Finding
from evenhand.code.index import Call
from evenhand.code.look import Look

RUNNER = re.compile(
    r"(?:\S*/)?(?:uv (?:tool )?run|uvx|pipx run|deno run|npx|bunx|(?:pnpm|yarn) dlx|npm exec"
    r"|bun (?:run|x))\b"
)
ADDRESS = re.compile(r"(?:^|[\s'\"=])(?:\w+\+)?https?://([\w.-]+)")


def of_host(look: Look, call: Call, text: str) -> list[Finding]:
    """What a command fetches from a host that is written out, and runs."""
    if not RUNNER.match(text):
        return []
    met = ADDRESS.search(text[:1_000])
    if met is None or HERE.fullmatch(met[1].lower()):
        return []
    steps = ((look.flow.line(call.node), f"runs {text[:80]!r}"),)
    return [look.made(call, "downloads and runs", met[1].lower(), 0.66, steps, by=0.05)]
