"""Fact table `mandated_access`: a law or standard that orders or shapes access by authorities.

Spec: ISO 3166-1 alpha-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
LOOKED_UP = True
KEY = ("mandate",)
ROLES = {
    "by_state": "legal",
}
MEANING = {
    "mandate": "its key",
    "by_state": "state or group whose law it is; empty: a standard, which binds by a law alone",
    "binds": "whom it binds, in words",
    "bound_roles": "roles of parties that it binds, in the words of `party`; `any`: every one",
    "asks": "what it asks for, in our words",
    "mechanisms": (
        "kinds of way in that it asks for, in the words of `hidden_access`; empty: it asks for "
        "data or help and names no mechanism"
    ),
    "standing": (
        "true where whoever is bound keeps the mechanism without an order of its own; false: only "
        "on a notice or order to the single provider"
    ),
    "duty": "true where it obliges to help an intelligence or law-enforcement body",
    "reach_abroad": "true where it reaches data or access abroad; empty: in part, or not known",
    "secrecy": "true where the help is to be kept secret; empty: in part, or not known",
    "court": (
        "true where an independent court stands before or after; false where its text names none"
    ),
    "in_force_from": "first day in force; empty: not known",
    "in_force_to": "first day no longer in force; empty: open-ended",
    "remark": "what of this is partial, disputed or not verified",
    "source": "where this was read",
    "unverified": "true where it is from memory: such a row never breaks anything",
}


class MandatedAccess(NamedTuple):
    """A law or standard that orders or shapes access by authorities: a fact about law, not a
    judgement of it.
    """

    mandate: str
    locator: str = ""
    by_state: str | None = None
    binds: str | None = None
    bound_roles: Sequence[str] = ()
    asks: str | None = None
    mechanisms: Sequence[str] = ()
    standing: bool | None = None
    duty: bool | None = None
    reach_abroad: bool | None = None
    secrecy: bool | None = None
    court: bool | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    remark: str | None = None
    source: str | None = None
    unverified: bool = False
    grade: str = "declared"
