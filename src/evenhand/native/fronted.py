"""A library that stands in front of another one's check of a signature or of a password.

Spec: ELF gABI 5 (the first definition of a symbol is taken); STT_GNU_IFUNC.
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.native import capability
from evenhand.native.finding import Finding
from evenhand.native.program import Program

# checks that no library offers alone: whoever makes them offers what they need as well
CHECKS = capability.VERIFIES | frozenset(
    capability.words(
        "SSL_get_verify_result SSL_set_verify SSL_CTX_set_verify X509_check_host CRYPTO_memcmp "
        "ECDSA_do_verify DSA_do_verify EVP_DigestVerifyInit gnutls_certificate_verify_peers2 "
        "gnutls_certificate_verify_peers3 gnutls_x509_crt_check_hostname gpgme_op_verify "
        "pam_authenticate pam_acct_mgmt"
    )
)
FAMILY = 6  # functions of the name's family from which on a library is their maker
BLIND, PASSED, OWN = 0.75, 0.7, 0.45
CHOSEN = 4  # functions that one IFUNC chooses from


def find(program: Program) -> Iterator[Finding]:
    """Each name of such a check that a library offers without being the check's maker."""
    image = program.image
    if image.interpreter:
        return
    offered = {**image.exported, **image.chosen_exports}
    for name in sorted(CHECKS & offered.keys()):
        family = name.partition("_")[0]
        if sum(n.startswith(family) for n in offered) >= FAMILY:
            continue
        chosen = name in image.chosen_exports
        starts = _chosen(program, offered[name]) if chosen else [offered[name]]
        for start in starts or [offered[name]]:
            strength, because = _does(program, name, start)
            way = "an IFUNC of the library gives" if chosen else "the library offers"
            yield Finding("replaced function", name, strength, False,
                          f"{way} its own {name}, in front of the library that checks: {because}",
                          offered[name], start)  # fmt: skip


def _chosen(program: Program, resolver: int) -> list[int]:
    """The functions that a resolver may give."""
    where = program.follow(resolver)
    found: dict[int, None] = {}
    todo = list(where.trace.returned.values()) if where is not None else []
    while todo and len(found) < CHOSEN:
        value = todo.pop()
        if value is None:
            continue
        if value[0] == "phi":
            todo += value[2:4]
        elif value[0] == "a" and program.functions.at(value[1]) == value[1]:
            found[value[1]] = None
    return sorted(found)


def _does(program: Program, name: str, start: int) -> tuple[float, str]:
    """How strongly, and what the function does instead of the check."""
    where = program.follow(start)
    if where is not None and not where.trace.calls:
        return BLIND, "it answers without calling anything"
    if "dlsym" in program.around(start) or program.asks_next(name):
        return PASSED, "it looks up the next one (dlsym)"
    return OWN, "it is no library of such functions"
