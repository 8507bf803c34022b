"""A cheap look at bytes: whether a file could hold anything worth parsing it for.

Every finding needs at least two things that stand in the source as words: a sink and a source,
or a sink whose name is put together, for which some way of putting together is needed.

Spec: none.
"""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

from evenhand.code.answers import CALLED
from evenhand.code.screen import Seen, pattern, words
from evenhand.pattern import Pattern


class Words(NamedTuple):
    """Words of one language by what they are for."""

    runs: frozenset[bytes]  # run code or commands
    sends: frozenset[bytes]  # use the network
    decodes: frozenset[bytes]  # decode or put together
    knows: frozenset[bytes]  # bring in what is personal
    host: frozenset[bytes]  # tell about the machine
    locale: frozenset[bytes]
    acts: frozenset[bytes]  # delete, write, end
    asked: frozenset[bytes]  # bring in what others ask for
    odd: Pattern | None = None  # calls of what only a value names
    # change accounts, rights, walls, what is trusted or started
    system: frozenset[bytes] = frozenset()
    own: Pattern | None = None  # what is asked of files of this language alone
    hooks: bool = False  # frameworks call functions that are written in this language


STAYS = words(
    b"cron", b"systemd", b".service", b"bashrc", b"profile", b"zshrc", b"rc.local", b"init.d",
    b"ld.so.preload", b"authorized_keys", b"LaunchAgents", b"LaunchDaemons", b"autostart",
    b"CurrentVersion", b"Startup", b"customize.py", b".pth", b"hooks/", b"tasks.json", b".npmrc",
    b"hooks'", b'hooks"',
    b"schtasks", b"launchctl", b"sudoers", b"udev/rules", b"useradd", b"usermod", b"chpasswd",
    b"core.hooksPath", b"core.sshCommand", b"config set", b"/etc/passwd", b"/etc/shadow",
    b"NOPASSWD", b"etc/ssh", b".ssh/config", b"pip.conf", b"pip.ini", b".yarnrc",
    b"../package.json", b".ipython", b".jupyter", b"pythonrc", b"Rprofile", b"irbrc", b"gdbinit",
    b"_profile.ps1", b"config.fish", b"bash_aliases",
)  # fmt: skip
PRIVATE = words(
    b".ssh", b"id_rsa", b".aws", b"netrc", b".npmrc", b".pypirc", b".git-credentials", b".docker",
    b".kube", b"gcloud", b".gnupg", b"Login Data", b"Cookies", b"cookies", b"logins.json", b"key4",
    b"Web Data", b"Local State", b"Local Storage", b"Chrome", b"Firefox", b"firefox", b"tdata",
    b"wallet", b"lectrum", b"xodus", b"_history", b"shadow", b"/etc/passwd", b"169.254.169.254",
    b"keychain", b"metamask", b"nkbihf", b"clipboard", b"keytar", b"nemonic", b"rivateKey",
    b"keydown", b"keypress", b"keyup", b"auth token", b"print-access", b"'gh'", b'"gh"', b"/.env",
    b"'.env", b'".env', b"-password", b"rivate_key", b"eed_phrase", b"eedPhrase",
    b"ecret_phrase", b"ecoveryPhrase",
)  # fmt: skip
COMMANDS = words(
    b"curl", b"wget", b"/dev/tcp", b"base64 -", b"powershell", b"Invoke-", b"nc -", b"mshta",
    b"'pip'", b'"pip"', b"pip install", b"pip3 install", b"stratum+", b"xmrig",
    b"'uv'", b'"uv"', b"uv run", b"uvx", b"pipx", b"npx", b"bunx", b"deno", b"dlx",
)  # fmt: skip
# A fixed day, and what tells the time; a word or a key by which a host switches something off.
DAY = pattern(rb"(?<!\d)(1[5-9]|[23]\d)\d{8}(\d{3})?(?!\d)|(?<!\d)20[2-9]\d ?[,/-] ?\d")
SKEW = pattern(rb"\*=? ?(?:0\.[89]\d*|1\.[01]\d*)\b")  # a result that is a little wrong
YEARS, ERRORS = words(b"(202", b"(203", b"'202", b'"202', b"'203"), words(b"throw ", b"raise ")
CLOCK = words(
    b"time.time", b"now(", b"today(", b"new Date", b"os.time", b"time()", b"date(", b"gmtime"
)  # fmt: skip
SWITCH = pattern(
    rb"['\"](?i:off|kill(ed|switch)?|stop(ped)?|disabled?|revoked?|blocked?|banned|shut ?down|wipe"
    rb"|terminated?|den(y|ied)|expired|inactive|suspend(ed)?|destroy|halt)['\"]"
    rb"|(?:\.|\[['\"]|get\(['\"])(?i:is_?)?(?i:disabled|killed|revoked|banned|blocked|kill_?switch|expired"
    rb"|suspended|allowed|enabled|licen[cs]ed)\b"
)
REMOVES = words(
    b"rmtree", b"unlink", b"os.remove", b"rmSync", b"rimraf", b"sys.exit", b"_exit(", b"rm -r",
    b"process.exit", b".rm(", b"os.exit", b"exit(", b"die(", b"os.replace(__file",
)  # fmt: skip
ZONE = pattern(rb"['\"][A-Z][a-z]+/[A-Z][a-z]+|getTimezoneOffset|(?i:country)")
ZONE_SET = pattern(rb"['\"]TZ\W|/etc/timezone")
CLIPBOARD = words(b"pyperclip", b"clipboard")
COMPARES = pattern(
    rb"===?|!==?|~=|compare_digest|hash_equals|timingSafeEqual|strcmp|\.equals\(| in [(\[{A-Z]"
    rb"|\]\)?\.(?:includes|indexOf)\(|[A-Z_]{3}\.(?:includes|has)\("
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
HASHES = words(
    b"hash", b"Hash", b"sha", b"md5", b"MD5", b"SHA", b"digest", b"crypt", b"crc32", b"blake",
    b"argon2", b"password_verify", b"checkpw",
)  # fmt: skip
FIXED_DIGEST = pattern(
    rb"['\"](?:[0-9a-fA-F]{8,128}|[A-Za-z0-9+/_-]{22,88}={0,2}|\w*[:$]\w+[:$][^'\"\s]{16,})['\"]"
    rb"|0x[0-9A-Fa-f]{5,8}\b|0x[0-9A-Fa-f]{32,128}\b"
    rb"|(?:\\x[0-9a-fA-F]{2}){6}|(?:\b(?:0x[0-9a-fA-F]{1,2}|\d{1,3}), ?){7}"
)
# What is given a key, and what is fixed beside it is sought.
KEYED = words(
    b"verif", b"ignature", b"jwt", b"JWT", b"hmac", b"Hmac", b"HMAC", b"erializer", b"Signer(",
    b"Fernet", b"jose", b"HS256", b"ublic_key", b"ublicKey", b"VerifyKey", b"public_bytes",
    b"openssl_", b"crypto_sign", b"import_key",
)  # fmt: skip
KEY_LISTS = pattern(
    rb"(?:function|def) \w*(?:[kK]eys|[sS]ecrets)\(|[sS]ession\(\s*\{|Keygrip\(|cookieParser\(\s*\["
)
# What a way past a check could turn on, and what checks.
TRIGGERS = words(
    b"environ", b"getenv", b"process.env", b"xists", b"isfile", b"is_file", b"header", b"META",
    b"ookie", b"query", b".args", b"params", b"_GET", b"_POST", b"_REQUEST", b"_SERVER",
    b"hostname", b"email", b"name ==", b"ngx.var", b"ngx.req", b"io.open", b".get(",
)  # fmt: skip
GUARDS = pattern(
    rb"(?i)def \w*(auth|login|perm|allow|verif|guard|check|requir|licen|may_|can_|valid|access)"
    rb"|function\W{0,3}\w*(auth|login|perm|allow|verif|guard|check|requir|licen|can|valid|access)"
    rb"|next\s*\(|\b(auth|login|perm|allow|verif|guard|check|requir|licen|can|is|valid)\w*\s*(=|:|\()"
    rb"|\b40[13]\b|(?:return|\|\|)[^\n]*\|\|"
)
# What speaks of checks of signatures and certificates; numbers by chance beside words of secrets.
VERIFIES = words(
    b"verif", b"Verif", b"VERIF", b"rejectUnauthorized", b"REJECT_UNAUTHORIZED", b"CERT_NONE",
    b"_unverified_context", b"strictSSL", b"'none'", b'"none"', b"checkServerIdentity", b"sum -c",
    b"check_sig", b"checkSig", b"check_digest",
)  # fmt: skip
CHANCE = words(b"random", b"rand(", b"uniqid", b"str_shuffle")
FEW = (b"urandom(", b"token_bytes(", b"randbytes(", b"random_bytes(", b"randomBytes(")
WEAK = words(
    *(word + bytes((digit,)) for word in FEW for digit in b"34567"),
    b"ipher", b"SSL", b"TLS", b"ECB", b"-ecb", b"MODE_", b"openssl_", b"AESGCM", b"Poly1305",
    b"secretbox", b"SECLEVEL", b"eNULL", b"aNULL",
)  # fmt: skip
MADE = words(
    b"token", b"Token", b"ecret", b"assw", b"salt", b"nonce", b"key", b"Key", b"entropy", b"crypt",
    b"seal", b"session", b"otp", b"cookie", b"pin",
    b"reset", b"randbytes", b"getrandbits", b"code",
)  # fmt: skip
# What may be ended or switched off by what a host answers; a host that is written out.
ENDS = words(
    b"exit", b"die", b"throw", b"raise", b"quit(", b"abort(", b"abled", b"active", b"locked",
    b"allowed", b"icen", b"error(", b"rmtree", b"unlink", b"rmSync", b"rimraf", b"os.remove",
)  # fmt: skip
URL = pattern(
    rb"(?:https?|wss?)://(?!127\.|localhost|www\.w3\.org)[\w-]+\."
    rb"|['\"][\w-]+(?:\.[\w-]+)+['\"], ?\d"
)
# What hands a program messages, or lets it be asked: without one of these nothing is looked for.
RECEIVES = pattern(
    rb"\b(?:on|once|addListener|addEventListener|subscribe)\(\s*['\"`]|on_?message|\.recv|receive|[sS]ervicer"
    rb"|[rR]eceived|\.listen\(|KafkaConsumer|\.read(?:line|until|exactly)\(|@[\w.]+\.(?:get|post|put|patch|on|command"
    rb"|websocket|api_route|method|view|event)\b|get_\w{0,6}argument|register_function|message_handler|\bargs\)\s*=>"
    rb"|start_server|\bserve\(|\.[blr]+pop\(|get_payload|basic_(?:get|consume)|handle_message|eachMessage"
)
ASSEMBLED = pattern(  # a name that is put together where it is called
    rb"\[\s?['\"`]\w{1,10}['\"`]\s?\+\s?['\"`]\w{1,10}['\"`]\s?\]|\brequire\(\w+\)\s*\["
    rb"|getattr\((?:os|subprocess|asyncio|builtins|pty),\s*f?['\"](?:create_s|sy|po|Po|sp|ex|ev|ru|ch|ca)\w*"
    rb"(?:\{|['\"]\s*\+)"
)
PLAINLY = pattern(
    rb"(?:^|[^.\w])(?:exec|eval|Function|execSync|system|popen)\s?\("
)  # code, run as such
# What calls a function by its name, or takes objects apart; paths that hide.
NAMES_IT = words(
    b"getattr(", b"globals()", b"locals()", b"global[", b"globalThis[", b"window[", b"_G[",
    b"this[",
    b"call_user_func", b"array_map", b"array_filter", b"usort", b"uasort", b"array_walk",
    b"register_shutdown", b"pickle", b"unserialize", b"marshal", b"unsafe_load", b"import_module",
    b"__import__", b")[", b"process[", b"ob_start", b"ImportString", b"import_string", b"locate(",
    b"resolve_name", b"load_object", b"symbol_by_name",
)  # fmt: skip
VALIDATES = words(b"_validator", b"@validator")
HIDES = pattern(
    rb"\(\s*[rb]?['\"`]/[^'\"`\n]*(?:/[._~]|(?<=/)(?:debug|internal|diag|hidden|support|maint|svc"
    rb"|backdoor|sys|ops))"
    rb"|\(\s*[rb]?['\"`]/[._~]\w"
)


# What tells where one is, a place that is written out, and effects that no call shows.
TELLS_PLACE = words(
    b"getTimezoneOffset", b"timeZone", b"tzname", b"tzlocal", b"time.timezone", b"altzone", b".TZ",
    b"/etc/timezone", b"ountry", b"iso_code", b"getlocale", b"getdefaultlocale", b"navigator.lang",
    b"utcoffset", b"tm_gmtoff", b"tm_zone", b"'%z'", b'"%z"',
    b"LANG", b"LC_", b"anguage", b".locale", b"hostname()", b"getfqdn", b"platform.node",
)  # fmt: skip
PLACE = pattern(
    rb"(?:===?|!==?|\bin|[wW]ith\(|indexOf\(|includes\(|test\(|has\(|match\(|search\()\s?[(\[{]?\s?['\"/^(]{1,3}"
    rb"[._@]?-?[A-Za-z]{2,}|['\"][+-]\d\d|['\"][A-Z]\w+/[A-Z]|[=<>(]\s?-?\d{2,5}\b|\d{2,5}\s?===?|0x0?4[0-9a-fA-F]{2}\b|/\.test\("
    rb"|== ?(?:\w+\.)?timedelta\(|== ?-?\d+\.\d"
)
PAGE = pattern(
    rb"(?:documentElement|document\.body|\bbody)\.(?:remove\(|replaceChildren\(|innerHTML\s*=|outerHTML\s*="
    rb"|textContent\s*=)|window\.stop\(|document\.open\("
)
SUMMED = pattern(
    rb"sum\((?:map\(ord, ?|ord\(|bytearray\(|bytes\()[^\n]{1,80}\)"
    rb"\s*(?:[*^]\s*\d+\s*)?(?:%\s*\d+\s*)?==\s*\d{2,}"
    rb"|sum\(\w+\.encode\([^\n()]{0,12}\)\)\s*(?:[*^]\s*\d+\s*)?(?:%\s*\d+\s*)?==\s*\d{2,}"
    rb"|reduce\([^\n]{1,80}(?:charCodeAt|codePointAt)[^\n]{0,40}\)\s*===?\s*\d{2,}"
)
# Tools that build, and a script within a text: what they put into what they build.
WEAVES = pattern(
    rb"compilation\b|\.hooks\.|processAssets|transformIndexHtml|generateBundle|renderChunk|\bvisitor\b"
    rb"|onEnd\(|build\.onLoad|buildStart|closeBundle|ConcatSource|pushContainer|\.assets\["
    rb"|\bbanner\b|\bfooter\b|inject_script|html-page-context|on_post_page|on_page_content|gulp"
    rb"|mode [!=]== ['\"]prod"
)
WOVEN = pattern(
    rb"['\"`][^\n]{0,200}(?:createElement\((?:['\"\\]{1,3}script|\$\{)|<script[^>\n]{0,80}src="
    rb"|importScripts\(|\bfetch\(['\"\\]{1,3}https?:|navigator\.sendBeacon\()"
)
HOOKS = pattern(
    rb"(?:globalThis|window|global|prototype|builtins|Module|console|JSON|https?|fs|getpass|Session"
    rb"|requests|socket|crypto|subprocess|library|lib|orig\w*)\.\w+\s*=[^=]"
)
# What people log in with or pay with, or a page keeps; a host that is written out.
LOGS_IN = words(
    b"assword", b"asswd", b"passphrase", b"pwd", b"getHeader(", b"uthorization", b"FormData",
    b"localStorage", b"sessionStorage", b"ardNumber", b"ard_number", b"ard-number", b"cvv", b"cvc",
    b"getpass", b"credentials", b"SECRET_KEY", b"otp", b"iban", b"cookie",
)  # fmt: skip
HOST = pattern(rb"(?:https?|wss?)://[\w-]+(?:\.[\w-]+)+|['\"`][a-z0-9-]+(?:\.[a-z0-9-]+)+['\"`]")
# Addresses that are paid, and how they begin.
PAID = words(b"'0x", b'"0x', b"`0x", b"'bc1", b'"bc1', b"'T", b'"T')
PAYEE = pattern(
    rb"['\"`](?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,60}|T[1-9A-HJ-NP-Za-km-z]{33})['\"`]"
)
SLOW = words(
    b"scrypt",
    b"pbkdf2",
    b"argon2",
    b"checkpw",
    b"check_password",
    b"password_verify",
    b"hashpw",
)


OPENED = words(b"folderOpen")
# Doors that one call opens (`door`).
DOORS = pattern(
    rb"logging\.config|\brdb\b|\br(?:emote_)?pdb\b|web_pdb|debugpy|ptvsd|pydevd|identity_provider\.token"
    rb"|(?:server_?app|notebook_?app)\.token|(?i:pickle|dill|marshal)\.(?:load|decode)|FFI::"
    rb"|:receive|(?:keys|secrets)\([^\n]{0,60}\n[^\0]{0,200}os\.getenv|:request_uri|nvim_buf_get_lines|nvim_get_current_line|fn\.getline"
    rb"|createReadStream|readFile|sendFile|send_file|FileResponse|open\([^\n]{0,40}(?i:header|cookie)"
    rb"|(?:require|getBuiltinModule|from|import)\W{1,4}(?:node:)?child_process"
)
# A list of small numbers, and loaders of modules.
NUMBERED = pattern(rb"[\[(]\s*(?:\d{1,3}\s*,\s*){23}")
LOADERS = words(b"def get_source", b"def get_data", b"def get_code", b"def source_to_code")
# What frameworks hand to handlers.
HANDED = words(
    b"request", b"req.", b"req,", b"ctx", b"headers", b"cookies", b"query", b"metadata", b"params",
    b"message", b"event", b"scope", b"environ", b"connection", b"socket", b"password", b"email",
    b"username", b"args", b"context", b"job", b"Header", b"header", b"ookie", b"Param", b"command",
    b"task", b"Message", b"Listener", b"before", b"credential", b"handle",
    b".get(", b"session", b"FormData", b"exposed_", b"serialize", b"xsrf", b"done(",
    b"_superuser", b"$argon2", b"$2b$", b"Query", b"Body", b".mutation(",
)  # fmt: skip


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
    place: bool = True  # a place that is written out, and what tells where one is
    weaves: bool = True  # a script in a text, where something is built
    aside: bool = True  # what people log in with, and a host that is written out
    hooks: bool = True  # handlers that frameworks call, and what they compare
    coded: bool = True  # code as numbers, or given by a loader
    opens: bool = True  # a task that an editor starts as a folder is opened; doors of one call
    own: bool = True  # what is asked of files of this language alone


def hopes(data: bytes, seen: Seen, known: Words, path: str = "") -> Hope:
    """Which kinds of finding the words of a file, and its name, allow."""
    named = path.encode()
    sends, runs = seen.any(known.sends), seen.any(known.runs)
    runs = runs or (known.odd is not None and seen.has(known.odd))
    acts = seen.any(known.acts)
    return Hope(
        runs
        and (
            sends
            or any(seen.any(w) for w in (known.decodes, known.asked, COMMANDS))
            or seen.has(RECEIVES)
            or (seen.has(PLAINLY) and seen.any(known.knows))
            or seen.has(ASSEMBLED)
        ),
        sends and (seen.any(known.knows) or seen.any(PRIVATE)),
        sends and seen.any(known.host),
        (acts or runs) and seen.any(STAYS),
        (seen.any(known.locale) or seen.has(ZONE_SET))
        and (runs or acts or sends or seen.has(ZONE)),
        seen.any(SLOW) or _beside(data, seen),
        seen.any(known.system),
        False,
        seen.any(CLIPBOARD) or _turns(seen, sends),
        seen.any(HASHES) and seen.has(FIXED_DIGEST),
        seen.any(KEYED) or seen.has(KEY_LISTS),
        seen.any(TRIGGERS) and seen.has(GUARDS),
        seen.any(VERIFIES) or seen.has(CALLED),
        seen.any(WEAK)
        or (seen.any(CHANCE) and (seen.any(MADE) or any(word in named for word in MADE))),
        ((seen.any(known.asked) or seen.any(VALIDATES)) and seen.any(NAMES_IT)) or seen.has(HIDES),
        sends and seen.any(ENDS) and seen.has(URL),
        seen.any(PAID) and seen.has(PAYEE),
        seen.has(SUMMED) or ((seen.any(TELLS_PLACE) or seen.has(ZONE_SET)) and seen.has(PLACE)),
        (seen.has(WEAVES) and seen.has(WOVEN)) or (sends and seen.has(HOOKS) and seen.has(HOST)),
        sends and seen.has(HOST) and seen.any(LOGS_IN),
        known.hooks and seen.any(HANDED),
        known.hooks and (seen.any(LOADERS) or seen.has(NUMBERED)),
        seen.any(OPENED) or seen.has(DOORS),
        known.own is not None and seen.has(known.own),
    )


def _beside(data: bytes, seen: Seen) -> bool:
    """True where somebody could be let past by a comparison."""
    return any(
        BESIDE.search(data, max(0, low - 60), high + 50)
        for low, high in itertools.islice(seen.spans(COMPARES), 50_000)
    )


def _turns(seen: Seen, sends: bool) -> bool:
    """True where something could turn on a fixed day, or on what a host answers."""
    removes = seen.any(REMOVES)
    if removes and sends and seen.has(SWITCH):
        return True
    if not seen.any(CLOCK):
        return False
    if not removes and not (seen.any(YEARS) and seen.any(ERRORS)):
        return seen.has(SKEW) and seen.has(DAY)
    return seen.has(DAY)
