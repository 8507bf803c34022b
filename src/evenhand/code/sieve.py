"""A cheap look at bytes: whether a file could hold anything worth parsing it for.

Every finding needs at least two things that stand in the source as words: a sink and a source,
or a sink whose name is put together, for which some way of putting together is needed.

Spec: none.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple


class Words(NamedTuple):
    """Words of one language by what they are for."""

    runs: tuple[bytes, ...]  # run code or commands
    sends: tuple[bytes, ...]  # use the network
    decodes: tuple[bytes, ...]  # decode or put together
    knows: tuple[bytes, ...]  # bring in what is personal
    host: tuple[bytes, ...]  # tell about the machine
    locale: tuple[bytes, ...]
    acts: tuple[bytes, ...]  # delete, write, end
    asked: tuple[bytes, ...]  # bring in what others ask for
    odd: re.Pattern[bytes] | None = None  # calls of what only a value names
    system: tuple[bytes, ...] = ()  # change accounts, rights, walls, what is trusted or started


STAYS = (
    b"cron", b"systemd", b".service", b"bashrc", b"profile", b"zshrc", b"rc.local", b"init.d",
    b"ld.so.preload", b"authorized_keys", b"LaunchAgents", b"LaunchDaemons", b"autostart",
    b"CurrentVersion", b"Startup", b"customize.py", b".pth", b"hooks/", b"tasks.json", b".npmrc",
    b"hooks'", b'hooks"',
    b"pip.conf", b"pip.ini", b".yarnrc", b"../package.json",
)  # fmt: skip
PRIVATE = (
    b".ssh", b"id_rsa", b".aws", b".netrc", b".npmrc", b".pypirc", b".git-credentials", b".docker",
    b".kube", b"gcloud", b".gnupg", b"Login Data", b"Cookies", b"cookies", b"logins.json", b"key4",
    b"Web Data", b"Local State", b"Local Storage", b"Chrome", b"Firefox", b"firefox", b"tdata",
    b"wallet", b"lectrum", b"xodus", b"_history", b"shadow", b"/etc/passwd", b"169.254.169.254",
    b"keychain", b"metamask", b"nkbihf", b"clipboard", b"keytar", b"nemonic", b"rivateKey",
    b"rivate_key", b"eed_phrase", b"eedPhrase", b"ecret_phrase", b"ecoveryPhrase",
)  # fmt: skip
COMMANDS = (
    b"curl", b"wget", b"/dev/tcp", b"base64 -", b"powershell", b"Invoke-", b"nc -", b"mshta",
    b"'pip'", b'"pip"', b"pip install", b"pip3 install", b"stratum+", b"xmrig",
)  # fmt: skip
# A fixed day, and what tells the time; a word or a key by which a host switches something off.
DAY = re.compile(rb"(?<!\d)(1[5-9]|[23]\d)\d{8}(\d{3})?(?!\d)|(?<!\d)20[2-9]\d ?[,/-] ?\d")
SKEW = re.compile(rb"\*=? ?(?:0\.[89]\d*|1\.[01]\d*)\b")  # a result that is a little wrong
YEARS, ERRORS = (b"(202", b"(203", b"'202", b'"202', b"'203"), (b"throw ", b"raise ")
CLOCK = (b"time.time", b"now(", b"today(", b"new Date", b"os.time", b"time()", b"date(", b"gmtime")
SWITCH = re.compile(
    rb"['\"](?i:off|kill(ed|switch)?|stop(ped)?|disabled?|revoked?|blocked?|banned|shut ?down|wipe"
    rb"|terminated?|den(y|ied)|expired|inactive|suspend(ed)?|destroy|halt)['\"]"
    rb"|(?:\.|\[['\"]|get\(['\"])(?i:is_?)?(?i:disabled|killed|revoked|banned|blocked|kill_?switch|expired"
    rb"|suspended|allowed|enabled|licen[cs]ed)\b"
)
REMOVES = (
    b"rmtree", b"unlink", b"os.remove", b"rmSync", b"rimraf", b"sys.exit", b"_exit(", b"rm -r",
    b"process.exit", b".rm(", b"os.exit", b"exit(", b"die(", b"os.replace(__file",
)  # fmt: skip
ZONE = re.compile(rb"['\"][A-Z][a-z]+/[A-Z][a-z]+|getTimezoneOffset|(?i:country)")
ZONE_SET = re.compile(rb"['\"]TZ\W|/etc/timezone")
CLIPBOARD = (b"pyperclip", b"clipboard")
COMPARES = re.compile(
    rb"===?|!==?|~=|compare_digest|hash_equals|timingSafeEqual|strcmp|\.equals\(| in [(\[{]"
)
# What stands beside a comparison that somebody could be let past by: names that hardly mean
# anything else, or names that often do, with a quoted text that hardly is a word.
BESIDE = re.compile(
    rb"(?i)passw|pwd|\bpass\b|secret|backdoor|master|magic|api_?key|access_?key|['\"]x-[a-z]"
    rb"|\b(req|request|ctx)\.(body|query|headers|params|cookies|form|args|values|json|GET|POST)"
    rb"|\$_(GET|POST|REQUEST|COOKIE|SERVER)|self\.headers|formvalue|ngx\.(var|req)"
    rb"|(token|auth|key|pin|header|cookie)\w*[^\n]{0,40}['\"][^'\"\s]{0,30}\d[^'\"\s]{0,60}['\"]"
    rb"|(token|auth|pin)\w*['\")\]]*\s?(===?|!==?|~=) ?[A-Z_.$]{4,}"
)


# A digest that is reckoned, and one that is fixed: written, or as a list of numbers.
HASHES = (
    b"hash", b"Hash", b"sha", b"md5", b"MD5", b"SHA", b"digest", b"crypt", b"crc32", b"blake",
    b"argon2", b"password_verify", b"checkpw",
)  # fmt: skip
FIXED_DIGEST = re.compile(
    rb"['\"](?:[0-9a-fA-F]{8,128}|[A-Za-z0-9+/_-]{22,88}={0,2}|\w*[:$]\w+[:$][^'\"\s]{16,})['\"]"
    rb"|0x[0-9A-Fa-f]{5,8}\b|(?:\\x[0-9a-fA-F]{2}){6}|(?:\b(?:0x[0-9a-fA-F]{1,2}|\d{1,3}), ?){7}"
)
# What is given a key, and what is fixed beside it is sought.
KEYED = (
    b"verif", b"ignature", b"jwt", b"JWT", b"hmac", b"Hmac", b"HMAC", b"erializer", b"Signer(",
    b"Fernet", b"jose", b"HS256", b"ublic_key", b"ublicKey", b"VerifyKey", b"public_bytes",
    b"openssl_", b"crypto_sign", b"import_key",
)  # fmt: skip
# What a way past a check could turn on, and what checks.
TRIGGERS = (
    b"environ", b"getenv", b"process.env", b"xists", b"isfile", b"is_file", b"header", b"META",
    b"ookie", b"query", b".args", b"params", b"_GET", b"_POST", b"_REQUEST", b"_SERVER",
    b"hostname", b"email", b"name ==", b"ngx.var", b"ngx.req", b"io.open", b".get(",
)  # fmt: skip
GUARDS = re.compile(
    rb"(?i)def \w*(auth|login|perm|allow|verif|guard|check|requir|licen|may_|can_|valid|access)"
    rb"|function\W{0,3}\w*(auth|login|perm|allow|verif|guard|check|requir|licen|can|valid|access)"
    rb"|next\s*\(|\b(auth|login|perm|allow|verif|guard|check|requir|licen|can|is|valid)\w*\s*(=|:|\()"
    rb"|\b40[13]\b|(?:return|\|\|)[^\n]*\|\|"
)
# Checks of signatures, digests and certificates; numbers by chance beside words of secrets.
ANSWERS = (
    b"verif", b"Verif", b"VERIF", b"compare_digest", b"timingSafeEqual", b"hash_equals", b"checkpw",
    b"rejectUnauthorized", b"REJECT_UNAUTHORIZED", b"CERT_NONE", b"_unverified_context",
    b"check_sig", b"checkSig", b"check_digest", b"is_signed", b"isSigned", b"strictSSL", b"'none'",
    b'"none"', b"checkServerIdentity", b"sum -c", b"matches(",
)  # fmt: skip
CHANCE = (b"random", b"rand(", b"uniqid", b"str_shuffle")
FEW = (b"urandom(", b"token_bytes(", b"randbytes(", b"random_bytes(", b"randomBytes(")
WEAK = (
    *(word + bytes((digit,)) for word in FEW for digit in b"34567"),
    b"ipher", b"SSL", b"TLS", b"ECB", b"-ecb", b"MODE_", b"openssl_", b"AESGCM", b"Poly1305",
    b"secretbox", b"SECLEVEL", b"eNULL", b"aNULL",
)  # fmt: skip
MADE = (
    b"token", b"Token", b"ecret", b"assw", b"salt", b"nonce", b"key", b"Key", b"entropy", b"crypt",
    b"seal", b"session", b"otp", b"cookie", b"pin",
    b"reset", b"randbytes", b"getrandbits", b"code",
)  # fmt: skip
# What may be ended or switched off by what a host answers; a host that is written out.
ENDS = (
    b"exit", b"die", b"throw", b"raise", b"quit(", b"abort(", b"abled", b"active", b"locked",
    b"allowed", b"icen", b"error(", b"rmtree", b"unlink", b"rmSync", b"rimraf", b"os.remove",
)  # fmt: skip
URL = re.compile(
    rb"(?:https?|wss?)://(?!127\.|localhost|www\.w3\.org)[\w-]+\."
    rb"|['\"][\w-]+(?:\.[\w-]+)+['\"], ?\d"
)
# What calls a function by its name, or takes objects apart; paths that hide.
NAMES_IT = (
    b"getattr(", b"globals()", b"locals()", b"global[", b"globalThis[", b"window[", b"_G[",
    b"this[",
    b"call_user_func", b"array_map", b"array_filter", b"usort", b"uasort", b"array_walk",
    b"register_shutdown", b"pickle", b"unserialize", b"marshal", b"unsafe_load", b"import_module",
    b"__import__", b")[", b"process[", b"ob_start",
)  # fmt: skip
HIDES = re.compile(
    rb"\(\s*[rb]?['\"`]/[^'\"`\n]*(?:/[._~]|(?<=/)(?:debug|internal|diag|hidden|support|maint|svc"
    rb"|backdoor|sys|ops))"
    rb"|\(\s*[rb]?['\"`]/[._~]\w"
)


# Addresses that are paid, given to a name; how they begin.
PAID = (b"'0x", b'"0x', b"`0x", b"'bc1", b'"bc1', b"'T", b'"T')
PAYEE = re.compile(
    rb"(?:to|recipient|receiver|destination|payTo|pay_to|address|payee)['\"\]]*\s*=\s*"
    rb"['\"`](?:0x[0-9a-fA-F]{40}|bc1|T[1-9A-HJ-NP-Za-km-z]{33})"
)
SLOW = (
    b"scrypt",
    b"pbkdf2",
    b"argon2",
    b"checkpw",
    b"check_password",
    b"password_verify",
    b"hashpw",
)


def any_in(data: bytes, words: tuple[bytes, ...]) -> bool:
    """True where one of the words stands in the bytes."""
    return any(map(data.__contains__, words))  # asked of every file: no generator


class Hope(NamedTuple):
    """What could be found in a file, by the words in it."""

    runs: bool = True  # decoded, fetched or asked for, and run
    sends: bool = True  # something personal, and sent
    host: bool = True  # something about the machine, and sent
    stays: bool = True  # written where it starts again
    locale: bool = True  # acting by language, time zone or country
    secret: bool = True  # input held against a literal
    system: bool = True  # accounts, rights and walls of a system are changed
    links: bool = False  # ends of chains that go on in other files
    turns: bool = True  # acting by the date, by what a host says, by what is in the clipboard
    digest: bool = True  # input known by its digest
    keyed: bool = True  # a key that is fixed, where something is checked with a key
    guards: bool = True  # a check, and what it may be skipped by
    checks: bool = True  # a check of which the answer may count for nothing
    weak: bool = True  # cryptography that can be guessed
    entrance: bool = True  # functions that a request names, paths that hide
    remote: bool = True  # an answer of a host that may end, refuse or switch off
    paid: bool = True  # an address that is fixed, where payments go through


def hopes(data: bytes, words: Words, path: str = "") -> Hope:
    """Which kinds of finding the words of a file, and its name, allow."""
    sends, runs = any_in(data, words.sends), any_in(data, words.runs)
    runs = runs or bool(words.odd and words.odd.search(data))
    acts = any_in(data, words.acts)
    return Hope(
        runs and (sends or any(any_in(data, w) for w in (words.decodes, words.asked, COMMANDS))),
        sends and (any_in(data, words.knows) or any_in(data, PRIVATE)),
        sends and any_in(data, words.host),
        (acts or runs) and any_in(data, STAYS),
        (any_in(data, words.locale) or bool(ZONE_SET.search(data)))
        and (runs or acts or sends or bool(ZONE.search(data))),
        any_in(data, SLOW)
        or any(
            BESIDE.search(data, max(0, m.start() - 60), m.end() + 50)
            for m in itertools.islice(COMPARES.finditer(data), 50_000)
        ),
        any_in(data, words.system),
        False,
        any_in(data, CLIPBOARD) or _turns(data, sends),
        any_in(data, HASHES) and bool(FIXED_DIGEST.search(data)),
        any_in(data, KEYED),
        any_in(data, TRIGGERS) and bool(GUARDS.search(data)),
        any_in(data, ANSWERS),
        any_in(data, WEAK)
        or (any_in(data, CHANCE) and (any_in(data, MADE) or any_in(path.encode(), MADE))),
        (any_in(data, words.asked) and any_in(data, NAMES_IT)) or bool(HIDES.search(data)),
        sends and any_in(data, ENDS) and bool(URL.search(data)),
        any_in(data, PAID) and bool(PAYEE.search(data)),
    )


def _turns(data: bytes, sends: bool) -> bool:
    """True where something could turn on a fixed day, or on what a host answers."""
    removes = any_in(data, REMOVES)
    if removes and sends and SWITCH.search(data):
        return True
    if not any_in(data, CLOCK):
        return False
    if not removes and not (any_in(data, YEARS) and any_in(data, ERRORS)):
        return bool(SKEW.search(data)) and bool(DAY.search(data))
    return bool(DAY.search(data))
