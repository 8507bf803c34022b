"""What the text of a Lua file lets somebody in by, or sends away, seen without following values.

Spec: Lua 5.4 reference manual; lua-nginx-module, LuCI, nixio, Prosody (modules), Neovim (`vim.fn`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.text_sign import FIXED, SECRET, bounded, sign

HITS = 4
READ_BYTES, LINE_BYTES = 200_000, 600
ENTRANCE = "debug entrance"
ODD = rb"(?=[^\"'\n]*\d)(?=[^\"'\n]*[A-Za-z])[^\"'\s\n]{6,60}"
SENT = (
    rb"(?:get_headers\(\)\s*(?:\[\s*[\"'][^\]\n]{1,40}[\"']\s*\]|\.\w+)"
    rb"|ngx\.var\.(?:http_x_\w+|cookie_\w+|http_cookie|arg_\w+)|headers\[\s*[\"'][xX]-[^\]\n]{1,40}\])"
)
WORD = rb"(?!true|false|websocket|xmlhttprequest|get\b|post\b|yes|none|gzip|application|text)"
CHECKS = (
    rb"(?:is_admin|test_password|check_password|authenticate\w*|has_permission|user_exists"
    rb"|verify\w*)"
)
OWNED = rb"[^()\n]{0,60}\b(?:user\w*|name|account|entry|row|config|conf|jid|salt\w*|pass\w*|self)\b"
# (word that must be there, pattern, kind, words, strength, kind of hidden access)
SIGNS = tuple(
    (word, re.compile(pattern), kind, said, strength, access)
    for word, pattern, kind, said, strength, access in (
        (b"==", rb"\b(?:pw|pass\w*|pwd|secret|pin|passphrase|p)\s*==\s*[\"']" + ODD + rb"[\"']",
         FIXED,
         "a fixed password is enough", 0.6, SECRET),
        (b"==", SENT + rb"\s*==\s*[\"'](?i:" + WORD + rb")[^\"'\n]{4,60}[\"']", FIXED,
         "a request that carries a fixed word is treated otherwise", 0.55, SECRET),
        (b"return true", rb"\bif\s+(?:#\w+\s*==\s*[#\w]+\s+and\s+)?"
         rb"(?:pw|pass\w*|pwd|secret|pin)\s*==\s*(?!crypt|hash|sha|md5|hmac|to|get|read|trim|decrypt"
         rb"|\w*(?:conf|stor|save|user|account|lookup|db|env|opt|load))[a-z_]\w*\s*\(\s*(?!" + OWNED
         + rb")[^()\n]{0,60}\)\s*then\s+return\s+true\b", FIXED,
         "a word that is put together is enough", 0.55, SECRET),
        (b"ngx.var.", rb"\bif\s+ngx\.var\.(?:cookie|arg|http_x)_\w+\s+then\s[^\n]{0,120}"
         rb"(?:admin|role|user|auth\w*"
         rb"|allow\w*|level)\s*=\s*(?:true|[\"'](?:admin|root))", "lets past a check",
         "whoever sends this is let past", 0.6, ENTRANCE),
        (b"ngx.var.", rb"ngx\.var\.(?:uri|request_uri)\s*==\s*[\"']/(?:[\w-]+/)*[._~][\w.-]{2,60}"
         rb"[\"']",
         "answers at a hidden path", "a path that hides is answered", 0.55, ENTRANCE),
        (b"setpasswd", rb"\bsetpasswd\s*\(\s*[\"']\w+[\"']\s*,\s*[\"'][^\"'\n]+[\"']",
         "adds account", "a fixed password is set", 0.7, "default account"),
        (b"stanza", rb"\bload(?:string)?\s*\([^)\n]{0,80}\bstanza\b", "runs commands",
         "what a message brings is run as code", 0.75, "remote control"),
        (b"not ", rb"\bif\s+not\s+[\w.:]*(?:verify|check_?sig|valid)\w*\s*\([^\n]{0,120}\)\s*then"
         rb"\s+(?:[\w.:]*(?:log|print|warn|notice)\w*\s*\([^\n]{0,120}\)\s*)+end\b",
         "ignores a check", "goes on where the check fails", 0.55, "removal of protection"),
        (b"verify", rb"https?://[^\n]{0,120}\bverify\s*=\s*[\"']none[\"'][^\n]{0,120}(?:io\.open|sink\.file)",
         "turns a check off", "takes what answers without a look at who it is", 0.5,
         "removal of protection"),
        (b"nixio", rb"\bnixio\.exec[pe]?\s*\(\s*[\"']/bin/(?:a|ba|da)?sh\b", "runs commands",
         "a connection may be given a shell", 0.7, "remote control"),
        (b"curl", rb"\b(?:vim\.fn\.(?:jobstart|system)|vim\.system|vim\.loop\.spawn|vim\.uv\.spawn"
         rb"|os\.execute|io\.popen)\s*\(?\s*[\"'{][^\n]{0,160}\bcurl\b[^\n]{0,120}?[\"'\s]-\w*(?:F|T|d|-data\S*)\b"
         rb"[^\n]{0,160}https?://", "collects and sends", "a file or text is sent to a host",
         0.55, ""),
        (b"curl", rb"\b(?:vim\.fn\.(?:jobstart|system)|vim\.system|os\.execute|io\.popen)\s*"
         rb"\(\s*[\"'{][^\n]{0,120}\b(?:curl|wget)\b[^\n]{0,200}\|\s*(?:ba)?sh\b",
         "downloads and runs", "runs what a host answers", 0.7, ""),
        (b"curl", rb"\bvim\.fn\.system\w*\s*\([^\n]{0,200}\bcurl\b[^\n]{0,200}"
         rb"\n?[^\n]{0,80}\bload(?:string)?\s*\(",
         "downloads and runs", "runs what a host answers", 0.7, ""),
        (b"curl", rb"\b(?:os\.execute|io\.popen)\s*\(\s*[\"']\s*(?:curl|wget)\b[^\n]{0,160}"
         rb"https?://[^\n]{0,160}"
         rb"\b(?:hostname|uname|machine-id|whoami|board_name|\$USER)\b", "reports usage",
         "tells a host about the machine", 0.5, ""),
    )
)  # fmt: skip
PRIVATE = re.compile(
    rb"ngx\.var\.http_(?:authorization|cookie)\b|get_headers\(\)\s*(?:\.authorization|\[[\"']"
    rb"(?:[Aa]uthorization|[Cc]ookie)[\"']\])|ngx\.req\.get_(?:post_args|body_data)\s*\("
)
FIXED_HOST = re.compile(
    rb"(?:request_uri|request|post)\s*\(\s*\{?\s*(?:url\s*=\s*)?[\"'](https?://(?!localhost|127\.)[\w.-]+)"
    rb"|:connect\s*\(\s*[\"']((?!127\.|localhost|unix:)[\w-]+(?:\.[\w-]+)+)[\"']"
)
NEAR = 3_000  # bytes between what is private and the host
REQUIRED = re.compile(rb"(?m)^\s*local\s+(\w+)\s*=\s*require\b")
PLACE = re.compile(
    rb"(?:geoip\w*_country_code|country(?:_code|_iso)?|cc)\s*==\s*[\"'][A-Z]{2}[\"'][^\n]*"
    rb"(?:\n[^\n]*){0,3}?\b(?:ngx\.exit|os\.exit|os\.remove|os\.execute|ngx\.redirect)\s*\("
)


def entrances(data: bytes) -> Iterator[Finding]:
    """Every such sign of a file; none of them says that somebody came."""
    data = bounded(data, READ_BYTES, LINE_BYTES)
    for word, pattern, kind, said, strength, access in SIGNS:
        for match in itertools.islice(pattern.finditer(data), HITS if word in data else 0):
            yield sign(data, match.start(), match[0], kind, said, strength, access)
    for match in itertools.islice(PLACE.finditer(data), HITS):
        said = "for one country something is refused or removed"
        yield sign(data, match.start(), match[0][:40], "acts by locale", said, 0.5)
    yield from _replaced(data)
    yield from _sent(data)


def _replaced(data: bytes) -> Iterator[Finding]:
    """A check of another module that this file puts its own in the place of."""
    for name in sorted(set(REQUIRED.findall(data)))[:60]:
        own = re.search(
            rb"(?m)^\s*(?:" + name + rb"\." + CHECKS + rb"\s*=\s*(?!nil\b)|function\s+" + name
            + rb"[.:]" + CHECKS + rb"\s*\()", data
        )  # fmt: skip
        if own is not None and name not in (b"M", b"_M", b"self"):
            said = "a check of another module is replaced"
            kind, access = "lets past a check", "replaced function"
            yield sign(data, own.start(), own[0], kind, said, 0.6, access)


def _sent(data: bytes) -> Iterator[Finding]:
    """What proves who a visitor is, or all that was posted, beside a host that is fixed."""
    for host in itertools.islice(FIXED_HOST.finditer(data), HITS):
        near = data[max(0, host.start() - NEAR) : host.end() + NEAR]
        if PRIVATE.search(near):
            said = "tokens or what was posted stand beside a fixed host that is sent to"
            about = host[1] or host[2]
            yield sign(data, host.start(), about, "collects and sends", said, 0.55)
            return
