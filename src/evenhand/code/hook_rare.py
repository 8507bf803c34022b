"""How little others would send a text that a handler asks for: words of protocols, or a secret.

Spec: RFC 9110 (HTTP fields), RFC 5646 (tags of languages), RFC 6890 (addresses of special use).
"""

from __future__ import annotations

import re
from typing import Any

from evenhand.code.credential import EMPTY, TECHNICAL, WRITTEN
from evenhand.code.hook_input import Part

# What protocols and programs compare all the time: no secret.
WORD = re.compile(
    r"(?i)(\d{4}-\d\d(-\d\d)?|bearer|basic|digest|negotiate|token|apikey|api[-_]key|true|false"
    r"|null|none|undefined"
    r"|string|object|number"
    r"|function|get|post|put|patch|delete|head|options|connect|trace|https?|wss?|on|off|yes|no"
    r"|gzip|br|deflate|chunked"
    r"|keep-alive|upgrade|websocket|close|no-cache|no-store|xmlhttprequest|utf-?8|json|html|xml"
    r"|csv|text|utf-?16"
    r"|application|multipart|localhost|127\.0\.0\.1|::1|0\.0\.0\.0|asc|desc|admin|root|user|guest"
    r"|anonymous|public|default"
    r"|all|any|me|self|test|dev|prod\w*|development|staging|mobile|desktop|ios|android|web"
    r"|same-origin|cors|navigate"
    r"|document|empty|script|style|image|dark|light|en|fr|de|es|zh|ja|id|name|type|email|lifespan"
    r"|http\.\w+"
    r"|websocket\.\w+|--?[a-z][\w-]*|[a-z]{2}[-_][A-Z]{2}|[a-z]|\d|\s*|\W+)"
)
# Fields that say what is asked and how, not who asks.
SAYS_HOW = re.compile(
    r"(?i)content[-_]?\w*|(accept|transfer|cache|if|sec|access|x[-_]requested"
    r"|x[-_]forwarded[-_](proto"
    r"|host|port|scheme)"
    r"|x[-_]http[-_]method|x[-_]github[-_]event|upgrade|connection|range|origin|referer|host|te"
    r"|dnt|purpose)"
    r"([-_]\w[\w-]*)?|http_(accept|host|referer|origin|x_requested_with|x_forwarded_(proto|host)"
    r"|connection|upgrade)\w*"
    r"|type|kind|method|action|op|operation|event|event_?type|format|lang|locale|scheme|mode"
    r"|status|state|step|provider"
    r"|grant_?type|response_?(type|mode)|algorithm|alg|protocol|encoding|encod|charset|language"
    r"|page|sort|order(_by)?"
    r"|direction|view|tab|section|category|version|api_?version|level|scope|source|target"
    r"|platform|browser|os|topic|channel"
    r"|command|cmd|function|tool_?name|tool|name|role|theme|plan|currency|country|region|timezone"
    r"|size|length|limit"
    r"|extension|mime(_?type)?|file_?name|suffix|prefix|key|code|reason|message|role|gender|unit"
    r"|jsonrpc|object"
    r"|strategy|engine|driver|backend|dialect|subtype|field|property|attribute|column|tag|label"
    r"|button|which"
    r"|class_?name|entity|collection|table|resource|service|component|group|keyCode|data|params"
    r"|body|output|input|query|visibility|permission|environment|env"
)
ONE_CODE = re.compile(r"charCodeAt\(|codePointAt\(|\bord\(")
MEDIA = re.compile(r"(?i)(application|text|image|audio|video|multipart|message|font|model|\*)/")
CALCULATED = re.compile(
    r"(?i)len|length|size|count|status|code|version|year|port|index|page|limit|depth"
)
BROWSERS = re.compile(
    r"(?i)mozilla|chrom|safari|firefox|msie|trident|edge?|opera|opr|iphone|ipad|android|mobile"
    r"|bot|crawl|spider|curl"
    r"|wget|google|bing|facebook|twitter|slack|whatsapp|telegram|electron|webkit|gecko|windows"
    r"|mac|linux|okhttp"
    r"|java|python|node|ruby|axios|fetch|lighthouse|headless|phantom|puppeteer|ubuntu|cros|silk"
    r"|ucbrowser|kube|elb"
    r"|healthcheck|uptime|pingdom|prometheus|apple|samsung|playstation|xbox|nintendo"
    r"|micromessenger|git/|jsdom|postman"
)
ADDRESS = re.compile(r"(?:\d{1,3}\.){1,3}(?:\d{1,3})?(?:/\d+)?|[0-9a-fA-F:]*::?[0-9a-fA-F:]+")
LOCAL = re.compile(
    r"127\.|0\.0\.0\.0|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|::1|::ffff:127|fe80"
    r"|localhost"
)
# Numbers that stand in names of formats and sizes, and not alone in secrets.
NUMBERS = re.compile(
    r"0+|16|24|32|64|96|128|160|192|256|384|512|1024|2048|4096|8601|88591?|1252|40\d|50\d"
)
METHODS = re.compile(
    r"(?i)get|post|put|patch|delete|head|options|connect|trace|propfind|proppatch|mkcol|copy|move"
    r"|(un)?lock|report"
    r"|search|link|unlink|purge|query|view|subscribe|notify|m-search|checkout|merge|mkactivity"
    r"|source|call|all|\*"
    r"|write|read|list|invite|register|ack|bye|cancel|options"
)
COMMON_NAMES = re.compile(
    r"(?i)admin\w*|root|anonymous|guest|system|public|owner|superuser|nobody|me|self|user\d*"
    r"|staff|all|any|none|default"
    r"|everyone|test\w*|demo|string|object|@|@?(gmail|googlemail|hotmail|outlook|yahoo|icloud"
    r"|proton\w*)(\.\w+)?"
    r"|example|foo|bar|\W*"
)


def weight(part: Part, said: Any, value: str = "") -> float:
    """0–1: how little others would send this by chance."""
    if isinstance(said, bool) or said is None:
        return 0.0
    if isinstance(said, int):
        if "made" in part.shaped:
            return 0.0
        if re.search(r"%\s*\d{3,}\W*$", value):
            return 1.0
        if part.shaped and (ONE_CODE.search(value) or not CALCULATED.search(value)):
            return 0.9 if abs(said) > (32 if ONE_CODE.search(value) else 99) else 0.0
        plain = (
            abs(said) < 3000 or said % 100 == 0 or said & (said + 1) == 0 or said & (said - 1) == 0
        )
        return 0.0 if plain or CALCULATED.search(part.field) else 0.7
    if not isinstance(said, str) or len(said.strip()) < 3 or EMPTY.fullmatch(said):
        return 0.0
    text = said.strip()
    if not text.isprintable():
        return 1.0
    if "digest" in part.shaped:
        return 1.0
    if "made" in part.shaped:
        return 0.6 if len(text) > 11 and unusual(text) else 0.0
    if part.role in ("method", "path"):
        odd = (
            part.field.lower().endswith("method") and text.isupper() and not METHODS.fullmatch(text)
        )
        return 0.6 if odd and part.role == "method" else 0.0
    if part.role == "address" or ADDRESS.fullmatch(text):
        return 0.8 if ADDRESS.fullmatch(text) and not LOCAL.match(text) else 0.0
    if part.role in ("account", "record") and re.search(r"(?i)mail|domain", part.field + value):
        return 0.0 if COMMON_NAMES.fullmatch(text) or "." not in text else 0.8
    if part.role == "account":
        return 0.0 if COMMON_NAMES.fullmatch(text) else 0.85 if unusual(text) else 0.5
    if part.role == "agent":
        return 0.0 if BROWSERS.search(text) or len(text) < 5 else 0.8
    if part.role == "record" and re.fullmatch(r"[A-Z]\w+ [A-Z]\w+", text):
        return 0.6  # somebody's name
    if WORD.fullmatch(text):
        return 0.0
    rare = unusual(text)
    if "codes" in part.shaped and part.role != "argument":
        return 1.0
    if SAYS_HOW.fullmatch(part.field) and part.role != "login":
        return 0.8 if rare else 0.0
    if _written(text) and not rare:
        return 0.15 if text.startswith("/") and part.role == "message" else 0.0
    return (
        1.0 if rare else 0.4 if part.role in ("header", "cookie", "query", "login", "body") else 0.3
    )


def _written(text: str) -> bool:
    """True for an address, a path, a host, a type of content."""
    if re.search(r"\?\w+=", text):
        return False
    plain = (
        text
        if MEDIA.match(text) or text[:1] == "/" or "://" in text
        else re.sub(r"(?<!:)/(?!/)", "-", text)
    )
    return WRITTEN.fullmatch(re.sub(r":(?!//)", "-", plain)) is not None


def unusual(text: str) -> bool:
    """True for a text that is no word, version, path, type or identifier of a protocol."""
    if len(text) < 4 or len(text) > 200 or text.count(" ") > 3:
        return False
    odd = re.search(r"[!#$%^&*~|]\w|\w[!#$^&*~|]", text)
    if _written(text) and not (odd and text.startswith("/") and "." not in text):
        return False
    if not re.search(r"[A-Za-z]", text):
        digits = re.sub(r"\D", "", text)
        return len(digits) > 5 and not re.match(r"(19|20)\d\d", text)
    before = ""
    for token in re.findall(r"[A-Za-z0-9]+", text):
        mixed: object = re.search(r"\d", token) and not re.fullmatch(
            r"[A-Za-z]*\d"
            r"|\d[A-Za-z]*",
            token,
        )
        mixed = mixed or (before and re.fullmatch(r"[b-df-hj-np-tv-z]+\d", token))
        if mixed and not TECHNICAL.fullmatch(token) and not NUMBERS.fullmatch(token):
            plain = token.isdigit() and (not before or TECHNICAL.fullmatch(before + "1"))
            if not plain and not re.fullmatch(r"(19|20)\d\d", token):
                return True
        before = token
    return odd is not None and len(text) >= 5
