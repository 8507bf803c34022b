"""A connection whose other end nobody checks: verification that is switched off, or always content.

Spec: CURLOPT_SSL_VERIFYPEER(3), CURLOPT_SSL_VERIFYHOST(3), SSL_CTX_set_verify(3).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native.finding import Finding
from evenhand.native.held import Call
from evenhand.native.program import Followed, Program

# options of curl_easy_setopt by number, and what they are called
OPTIONS = {64: "CURLOPT_SSL_VERIFYPEER", 81: "CURLOPT_SSL_VERIFYHOST"}
CALLBACKS = {"SSL_CTX_set_verify": 2, "SSL_set_verify": 2, "SSL_CTX_set_cert_verify_callback": 1}
OFF, CHOSEN, CONTENT = 0.5, 0.35, 0.6


def find(program: Program, where: Followed) -> Iterator[Finding]:
    """Calls of one function that switch a check off, or put one that is always content."""
    for call in where.trace.calls:
        name = where.names.get(call.at, "")
        option = call.arguments[1] if name == "curl_easy_setopt" else None
        if option is not None and option[0] == "i" and option[1] in OPTIONS:
            if call.arguments[2] == ("i", 0):
                yield _off(where, call, OPTIONS[option[1]])
        elif name == "mbedtls_ssl_conf_authmode" and call.arguments[1] == ("i", 0):
            yield _off(where, call, name)
        elif name in CALLBACKS:
            given = call.arguments[CALLBACKS[name]]
            if given is not None and given[0] == "a" and _content(program, given[1]):
                yield Finding("check without effect", name, CONTENT, False, "certificates are "
                              f"checked ({name}) by a function that always says that they are "
                              "sound", call.at, where.start)  # fmt: skip


def _off(where: Followed, call: Call, option: str) -> Finding:
    """Stronger where it is not left to a setting."""
    chosen = _asked(where, call)
    because = f"certificates of the other end are not checked ({option} is 0)"
    because += ", in one of two cases" if chosen else ""
    return Finding("check without effect", option, CHOSEN if chosen else OFF, False, because,
                   call.at, where.start)  # fmt: skip


def _asked(where: Followed, call: Call) -> bool:
    """True where only one way of a branch on something else than a call's answer leads there."""
    flow = where.trace.flow
    for branch in where.trace.branches:
        compared = branch.compared
        if compared is None or (compared.left is not None and compared.left[0] == "call"):
            continue
        block = flow.blocks[branch.block]
        for one, other in ((block.taken, block.next), (block.next, block.taken)):
            if flow.alone(branch.block, one, other) >> call.block & 1:
                return True
    return False


def _content(program: Program, start: int) -> bool:
    """True for a function that calls nothing and answers 1 whatever it is given."""
    if program.functions.at(start) != start:
        return False
    where = program.follow(start)
    if where is None or where.trace.calls:
        return False
    answers = list(where.trace.returned.values())
    return bool(answers) and all(answer == ("i", 1) for answer in answers)
