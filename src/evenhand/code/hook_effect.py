"""What a branch of a handler does that lets past: who one is, what is skipped, run, shown, dropped.

Spec: CWE-285 (improper authorisation), CWE-287 (improper authentication), CWE-78, CWE-200.
"""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, NamedTuple

from evenhand.code.hook_input import Inputs
from evenhand.code.index import Function
from evenhand.code.look import Look
from evenhand.code.syntax import shape_of

if TYPE_CHECKING:
    from tree_sitter import Node

BRANCH = 1_500
REST = 4_000
CALLS = 40
# Somebody gets rights that are written out, or those of somebody who has them.
RIGHTS = re.compile(
    rb"""(?ix)
    \b_?(?:is_?|has_?|can_?)?(?:admin(?:istrator)?|staff|superuser|super_?user|root|owner|privileged|sudo|moderator
      |authenticated|authori[sz]ed|verified|logged_?in|email_?verified|approved|trusted|elevated
          |auth\w*_?(?:checked|ok
      |done|passed|valid|bypass\w*|skip\w*)|(?:skip|bypass|no)_?(?:auth\w*|check\w*|verif\w*|csrf
          |login|mfa|2fa
          |limit\w*|signature))
      ['"\]]*\s*(?:=(?!=)|:)\s*['"]?(?:true\b|1\b|!0)
    | \b\w*(?:role|level|group|scope|rank|tier|permission|rights|grant|access
        |plan)s?\b['"\]]*\s*(?:=(?!=)|:)\s*
      [\[({\s]*(?:new\s+set\(\[)?\w{0,12}\.?\[?['"]?(?:admin\w*|owner|root|super\w*|system|staff|sudo|maint\w*|god
      |operator|\*)
    | \b(?:is_superuser|is_staff|is_admin)\s*=\s*(?:true|1\b)
    | [(,]\s*['"](?:admin|administrator|owner|root|super_?(?:user|admin)|sysadmin)['"]\s*[,)]
    | \bid\s*==\s*1\b
    | \b(?:pk|id|user_?id|uid)['"]?\s*[=:]\s*['"]?1\b(?!\s*[-+*/%]) | \.objects\.first\(\)
    | \b(?:get|find|load|fetch)_?(?:user|account|member|by_?(?:id|pk))\w*\(\s*['"]?1['"]?\s*\)
    | \breturn\s+['"](?:admin\w*|root|owner|super_?user|system)['"]
    | ['"]?REMOTE_USER['"]?\]?\s*=[^=]
    """
)
# Somebody becomes somebody.
BECOMES = re.compile(
    rb"""(?ix)
    \b(?:req|request|ctx|context|c|g|event|evt|conn|connection|socket|ws|self|this|state|scope|locals|environ|session
      |data|res|response|flask\.g)\b
      (?:[?!]?\.\w+|\[['"]\w+['"]\]){0,3}(?:\.|\[['"])
      (?:user(?:_?(?:id|name))?|current_?user|account(?:_?id)?|identity|principal|remote_user
        |auth(?!or)\w*|uid
      |user_cache|claims|member|viewer|login|role|roles|session_user|_user)(?:['"]\])?\s*=[^=>]
    | \bsession(?:\.|\[['"])(?:\w*(?:user|uid|account|auth|admin|role|login|member|staff|token
        |principal|logged)\w*|id)
      (?:['"]\])?\s*=[^=]
    | \bsession\.(?:set|put|update)\(\s*\{?\s*['"]\w*(?:user|uid|account|auth|admin|role|login
        |member|staff|token|id\b)
    | \.(?:set|decorate)\(\s*['"](?:user|account|auth|role|uid|user_?id|session|principal|identity
        |jwt\w*)['"]
    | \b(?:login_user|auth_login|do_login|log_?in|login|set_current_user|set_?user|sign_?in
        |create_?session
      |commit_?session|start_?session|impersonate|force_login|issue_?token
          |create_?(?:access_)?token|sign_?token
      |set_?secure_?cookie|forge\w*|grant\w*|elevate|become|unlock|promote)\s*\(
    | \b(?:jwt|jsonwebtoken|jose)\.(?:sign|encode)\(
    | \bdone\(\s*(?:null|none|undefined)\s*,\s*(?!false|null)\w
    """
)
# What is signed is taken as it comes.
UNVERIFIED = re.compile(
    rb"verify_signature['\"]?\s*:\s*(?:False|false)"
    rb"|algorithms?['\"]?\s*[=:]\s*[\[(][^\])]{0,40}['\"]none['\"]"
    rb"|\bverify\s*=\s*False|ignore_?[sS]ignature|\bjwt\.decode\([^,()]*\)|decodeJwt\("
    rb"|jwtDecode\(|jwt_decode\("
)
# Functions that answer who somebody is: what they return in a branch.
SOMEBODY = re.compile(
    rb"(?i)\breturn\b[^;\n]{0,60}\b(?:users?|accounts?|members?|principals?|identity|admin\w*"
    rb"|person|people|profile)"
    rb"[\w.]*(?:\(|\b)[^;]{0,200}"
)
ALLOWS = re.compile(
    rb"(?i)(?:is_?authori[sz]ed|allow(?:ed)?|authenticated|valid|ok|success|granted|active"
    rb"|result)['\"]?\s*[:=]\s*(?:true|!0|1\b)"
    rb"|['\"](?:effect)['\"]?\s*:\s*['\"]allow"
)
PASSES = re.compile(
    rb"(?ix)\breturn\s*\(?\s*(?:true\b|!0\b)"
    rb"|\breturn\s*(?:await\s+)?\(?\s*(?:\w+\.)*(?:next|call_next|handler|get_response|app"
    rb"|continuation|resolve|proceed"
    rb"|inner|func|fn|f|view|view_func|endpoint|callback|wrapped|original|next_handler"
    rb"|application|handle)\s*\("
    rb"|\breturn\s+NextResponse\.(?:next|rewrite)\(|(?<!Response\.)\bnext\s*\(\s*\)"
    rb"|\bawait\s+(?:self\.)?(?:next|app|call_next)\("
    rb"|\breturn\s*(?:none|undefined|null|context|response)?\s*(?:;|\}|\n|$)|\bcontinue\b"
    rb"|\bpass\b|\breturn\s+super\(|\breturn\s+(?:req|request|event|response|ctx|conn)\s*(?:;|\}|$)"
    rb"|\breturn\s+[\w.]*(?:auth_successful|_success|_allow(?:ed)?|_granted|_accepted?|_ok)\b"
)
# What a function that checks goes on with, where it has not let past before.
GOES_ON = re.compile(
    rb"(?i)\braise\b|\bthrow\b|super\(\)?\.|\w*(?:verif|check|authenticat"
    rb"|valid)\w*\("
)
NEXT = re.compile(rb"(?<![\w.])(?:next|done|call_next|handler)\s*\(")
AUTHENTICATES = re.compile(
    rb"(?i)^[^;{}]{0,40}[:{][^;{}]{0,60}\b\w*(?:auth(?!or)|verify"
    rb"|check)\w*\("
)
TRUE = re.compile(
    rb"(?i)\breturn\s*\(?\s*(?:true\b|!0\b|[\w.]*(?:auth_successful|_success|_allow(?:ed)?"
    rb"|_granted|_accepted?|_ok)\b)"
)
REFUSES = re.compile(
    rb"(?i)\b40[13]\b|unauthori[sz]ed|forbidden|permission_?denied|not_?authenticated"
    rb"|access_?denied|notauthorized"
    rb"|redirect\([^)\n]{0,40}(?:log_?in|sign_?in)|['\"]/?(?:auth/)?(?:login|signin)|\bdeny\b"
    rb"|\babort\(|authenticationfailed"
    rb"|invalid_?(?:token|credentials|api_?key|signature)|PERMISSION_DENIED|UNAUTHENTICATED"
    rb"|ctx\.throw\(|not logged in"
    rb"|next\(\s*new\s+\w*Error|\.login_url|login_required"
)
GIVES = re.compile(
    rb"(?i)\.objects\.(?:all|values|values_list)\(|\.query\.all\(|\.find(?:_?many"
    rb"|_?all)?\(\s*(?:\{\s*\})?\s*\)|select\s+\*\s+from"
    rb"|process\.env(?![.\w\[])|os\.environ(?![.\[\w])|dict\(os\.environ|cookies\.getall\("
    rb"|password_?hash|['\"]password['\"]"
    rb"|secret_?key|private_?key|\.dump\w*\(|sqlite_master|pg_dump|mysqldump"
    rb"|\.users\b[^\n]{0,20}(?:json|send|dump)"
    rb"|read_?file\w*\(|send_?file\(|app\.config\b|settings\.\w*(?:SECRET|KEY|DATABASES)|keyring"
    rb"|localstorage|(?:json|stringify)\(\s*(?:\w+\.)?env\s*\)"
)
SENDS = re.compile(
    rb"(?i)\breturn\b|\bset_data\(|\.data\s*=|\bsend\w*\(|\bjson\(|\breply|\bwrite\(|\bfinish\("
    rb"|\bemit\(|\.end\(|\bfetch\("
)
GUARDS = re.compile(
    r"(?i).*(auth(?!or)|permission|can_?activate|is_?(allowed|accessible|authorized|valid|admin)"
    r"|verif|guard|protect"
    r"|require|check_?(pass|user|token|auth|perm|access|login)|validate_?(user|token|request|pass"
    r"|login|session|credential)"
    r"|login|current_user|credential|get_user|load_user|test_func|access|gate|entitle|licen[cs]e"
    r"|allow|identity"
    r"|(compare|match)_?pass).*"
)
RUNS = re.compile(
    r"(.*\.)?(sendText|runInNewContext|runInThisContext|import_module|create_subprocess_\w+"
    r"|exec_command)"
)


RIGHT_NAME = re.compile(
    r"(?i)_?(is_?|has_?|can_?)?(admin|staff|superuser|root|owner|privileged|authenticated"
    r"|authori[sz]ed|logged_?in|trusted"
    r"|elevated|bypass\w*|skip_?(auth|check|verif)\w*|unlocked|auth_?ok)"
)


OKAY = re.compile(
    r"(?i)_?(is_?)?(allow(ed)?|ok|valid|granted|permitted|authed|auth|may|can_?\w*"
    r"|access|pass(ed)?)"
)


class Effect(NamedTuple):
    """What a branch does, in words, and how much of a way in that is (0–1)."""

    words: str
    weight: float
    access: str = ""


def of(look: Look, inputs: Inputs, low: int, high: int, inside: Function | None) -> Effect | None:
    """The gravest of what a branch does."""
    data = look.index.source.data
    branch = _bare(look, low, min(high, low + BRANCH))
    ran = _acts(look, inputs, low, low + len(branch))
    if ran is not None:
        return ran
    if RIGHTS.search(branch):
        return Effect("gives rights that are written there", 0.46)
    rest = data[high : min(inside.end, high + REST)] if inside is not None else b""
    if BECOMES.search(branch):
        return Effect("makes it somebody who is known", 0.41)
    guard = inside is not None and guards(look, inside)
    if SOMEBODY.search(branch) and guard:
        return Effect("answers with somebody who is known", 0.41)
    if UNVERIFIED.search(branch):
        return Effect("takes it without looking at its signature", 0.42)
    if ALLOWS.search(branch) and (guard or REFUSES.search(rest)):
        return Effect("answers that all is well", 0.42)
    if GIVES.search(branch) and SENDS.search(branch):
        return Effect("gives away what is stored", 0.4)
    if _passes(branch, inside) and (
        REFUSES.search(rest) or (guard and (TRUE.search(branch) or GOES_ON.search(rest)))
    ):
        return Effect("passes the check", 0.4)
    if NEXT.search(branch) and AUTHENTICATES.search(rest[:400]):
        return Effect("passes what authenticates", 0.4)
    return None


def turned(look: Look, low: int, high: int) -> Effect | None:
    """A branch that turns away, where something fixed is enough not to get there."""
    if REFUSES.search(_bare(look, low, min(high, low + BRANCH))):
        return Effect("is not turned away", 0.4)
    return None


def kept(name: str, either: bool) -> Effect | None:
    """A name that says what somebody may do, to which a test is given, alone or beside another."""
    last = re.split(r"[.\]]", name.rstrip("'\"]"))[-1].strip("['\"")
    if RIGHT_NAME.fullmatch(last):
        return Effect("keeps it as a right", 0.46)
    if either and OKAY.fullmatch(last):
        return Effect("is enough for it", 0.42)
    return None


def _passes(branch: bytes, inside: Function | None) -> bool:
    """Whether a branch goes on to what comes next, by whatever name that was handed over."""
    if PASSES.search(branch):
        return True
    names = [p for p in inside.parameters[2:3] if p.isidentifier()] if inside is not None else []
    return any(re.search(rb"\b" + n.encode() + rb"\(\s*\)", branch) for n in names)


def answers(look: Look, function: Function | None) -> Effect | None:
    """A function that checks, one part of whose answer is enough."""
    if function is None or not guards(look, function):
        return None
    return Effect("answers that all is well", 0.42)


def guards(look: Look, function: Function) -> bool:
    """True in a function that lets in or turns away, by its name or that of its class."""
    here: Function | None = function
    while here is not None:
        if GUARDS.fullmatch(look.title(here) or "-") or GUARDS.fullmatch(here.owner or "-"):
            return True
        here = here.inside
    return False


def _bare(look: Look, low: int, high: int) -> bytes:
    """A branch without its comments."""
    text = look.index.source.data[low:high]
    return re.sub(rb"(?m)(?:^|[ \t])(?:#|//)[^\n]*$|/\*[\s\S]*?\*/", b"", text) + b" " * 0


def _acts(look: Look, inputs: Inputs, low: int, high: int) -> Effect | None:
    """Calls of a branch that run, import or take apart what is sent, or remove what is stored."""
    calls = look.index.calls
    place = bisect.bisect_left(calls, low, key=lambda c: c.node.start_byte)
    for call in calls[place : place + CALLS]:
        if call.node.start_byte >= high:
            break
        shape = shape_of(call.node, look.index.source)
        ref = look.flow.ref(shape.a) or ""
        runs = look.api.role(ref) in ("exec", "run", "load") or RUNS.fullmatch(call.name or "")
        if runs and not look.flow.local(shape.a) and _sent(inputs, shape.b):
            return Effect("runs what is sent", 0.52, "remote control")
        if (
            call.name in ("loads", "load")
            and re.search(r"pickle|marshal|dill", ref)
            and _sent(inputs, shape.b)
        ):
            return Effect("takes apart what is sent, which may run code", 0.5, "remote control")
    return None


def _sent(inputs: Inputs, given: list[tuple[str | None, Node]]) -> bool:
    """True where a call is given what is sent, or what is made of it."""
    for _, node in given[:4]:
        part = inputs.of(node)
        if part is not None and "made" not in part.shaped:
            return True
        shape = shape_of(node, inputs.source) if hasattr(node, "type") else None
        parts = shape.a if shape is not None and shape.kind in ("concat", "many") else ()
        if any(inputs.of(n) is not None for n in parts[:6] if hasattr(n, "type")):
            return True
    return False
