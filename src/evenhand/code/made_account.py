"""Accounts that PHP makes with a password that is written out: by a framework's call, or by SQL.

A first account with a password to be changed is usual in an example, and said so; one that a
migration, an update or an installation makes beside its other work lets its maker in everywhere.

Spec: CWE-1392 (default credentials), CWE-798.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evenhand.code.branch import calls, constant
from evenhand.code.carried import arguments, carried
from evenhand.code.finding import Finding
from evenhand.code.fixed_word import made
from evenhand.code.spoken import way_of
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from evenhand.code.index import Call, Function
    from evenhand.code.look import Look

MAKES = (
    "create", "insert", "insertOrIgnore", "insertGetId", "updateOrCreate", "firstOrCreate",
    "forceCreate", "updateOrInsert", "createUser", "addUser", "createAccount", "user_save",
    "fill", "setData", "newEntity", "persist", "execute", "query", "exec", "statement", "prepare",
    "user_create_user", "addData", "newInstance", "insertArray", "perform",
)  # fmt: skip
PASSWORD = re.compile(r"(?i)(?:user_?|admin_?|u_?)?(?:pass|passw|passwd|password|pwd)(?:_?hash)?")
HASHES = re.compile(
    r"(?i)(?:.*[.\\])?(?:make|bcrypt|password_hash|md5|sha1|hash|crypt|hashPassword|encode\w*)"
)
RIGHTS = re.compile(
    r"(?i)(?:is_?)?(?:admin\w*|super\w*|staff)|roles?(?:_id)?|groups?(?:_id)?|level|user_?level|type"
)
GIVEN = re.compile(
    r"(?i)true|1|[\[(]?['\"]?(?:ROLE_)?(?:super_?)?admin\w*['\"]?[\])]?|['\"](?:root|owner)['\"]|99|10"
)
RAISES = (
    "addRole",
    "assignRole",
    "set_role",
    "add_role",
    "addGroup",
    "setRoles",
    "grantRole",
    "syncRoles",
    "attach",
)
WORK = re.compile(
    r"(?i)up|safeUp|postSchemaChange|.*(?:install|upgrade|update_\d+|activat\w*|migrat\w*|apply|setup)"
    r"|__construct|boot|init"
)
SHOWN = re.compile(
    r"(?i)(?:^|/)(?:seed\w*|tests?|examples?|factor\w*|fixtures?|demo\w*)(?:/|\.)|Seeder\.php"
)
SQL = re.compile(
    r"(?is)insert\s+(?:ignore\s+)?into\s+[`\"#\w.{}$]*(?:users?|accounts?|admins?|members?)\w*[`\"]?"
    r"\s*\([^)]*pass[^)]*\)\s*values\s*\([^;]*(?:\$2[aby]\$\d\d\$|\$argon2|\$P\$|\b[0-9a-f]{32,64}\b|\$[156]\$)"
)


def accounts_made(look: Look) -> Iterator[Finding]:
    """Every account of one file that is made with a password of its own."""
    if look.api.name != "php" or SHOWN.search(look.path):
        return
    for name in MAKES:
        for call in look.index.called.get(name, ())[:60]:
            found = _by_sql(look, call) or _by_fields(look, call) or _by_words(look, call)
            if found is not None:
                yield found


def _by_sql(look: Look, call: Call) -> Finding | None:
    for node in arguments(look, call)[:1]:
        look.flow.begin(300)
        value = look.flow.value(node)
        if any(SQL.search(t) for t in (*value.texts, str(value.const or ""))):
            return _told(look, call, 0.58)
    return None


def _by_words(look: Look, call: Call) -> Finding | None:
    """`createUser('name', 'password')`."""
    if call.name not in ("createUser", "addUser", "createAccount", "user_create_user"):
        return None
    said = [constant(look, n) for n in arguments(look, call)[:2]]
    if len(said) < 2 or not all(isinstance(s, str) and len(s) > 3 for s in said):
        return None
    return _told(look, call, 0.55) if _works(look, call.inside) else None


def _by_fields(look: Look, call: Call) -> Finding | None:
    fields = _fields(look, call)
    password = next((v for k, v in fields.items() if PASSWORD.fullmatch(k)), None)
    if password is None or not _fixed(look, password):
        return None
    right = any(RIGHTS.fullmatch(k) and GIVEN.fullmatch(_text(look, v)) for k, v in fields.items())
    right = right or _raised(look, call)
    works = _works(look, call.inside)
    if not right and not works:
        return None
    return _told(look, call, 0.6 if right and works else 0.52 if right else 0.45)


def _fields(look: Look, call: Call) -> dict[str, Node]:
    """The fields of the record that a call is given."""
    found: dict[str, Node] = {}
    for given in arguments(look, call)[:3]:
        for one in carried(look, given, 2):
            if one.type == "array_element_initializer" and one.named_child_count == 2:
                key = constant(look, one.named_children[0])
                if isinstance(key, str):
                    found.setdefault(key, one.named_children[1])
    return found


def _fixed(look: Look, node: Any) -> bool:
    """True for a password that is written out, or the digest of one."""
    said = constant(look, node)
    if isinstance(said, str):
        return len(said) >= 5
    shape = shape_of(node, look.index.source)
    if shape.kind != "call" or not shape.b:
        return False
    spoken = way_of(look, shape.a)
    first = constant(look, shape.b[0][1])
    return spoken is not None and bool(HASHES.fullmatch(spoken.way)) and isinstance(first, str)


def _raised(look: Look, call: Call) -> bool:
    """True where the account is made an administrator beside it."""
    start, end = call.node.end_byte, call.inside.end if call.inside else call.node.end_byte + 2_000
    for one in calls(look, start, end):
        given = arguments(look, one)
        if one.name in RAISES and given and GIVEN.fullmatch(_text(look, given[0])):
            return True
    return False


def _works(look: Look, function: Function | None) -> bool:
    """True in what is done once, as something is installed or brought up to date."""
    here = function
    while here is not None:
        if here.name and WORK.fullmatch(here.name):
            return True
        here = here.inside
    return False


def _text(look: Look, node: Node) -> str:
    return " ".join(look.index.source.text(node)[:80].split())


def _told(look: Look, call: Call, strength: float) -> Finding:
    said = "makes an account with a password that is written out"
    found = made(look, call.node, "adds account", said, strength, "default account")
    return found._replace(access=found.access if strength >= 0.5 else "", target=call.name)
