"""What the text of a PHP file lets somebody in by, or sends away, seen without following values.

Spec: PHP manual (include, password_verify, openssl_verify, move_uploaded_file); WordPress plugin
handbook (users, REST routes, AJAX, HTTP).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from evenhand.code.finding import Finding
from evenhand.code.text_sign import FIXED, SECRET, bounded, sign

HITS = 4
READ_BYTES, LINE_BYTES = 200_000, 600
BODY = 600  # of what follows a sign
ASKED = rb"\$_(?:GET|POST|REQUEST|COOKIE)"
# What somebody sends, and that nothing but a fixed word is held against.
BROUGHT = rb"\$_(?:GET|REQUEST|COOKIE|SERVER(?=\[['\"]HTTP_))\s*\[[^\]\n]{1,60}\]"
POSTED = rb"(?:" + BROUGHT + rb"|\$_POST\s*\[[^\]\n]{1,60}\])"
SHOWN = (
    rb"(?:(?:isset|!\s*empty)\s*\(\s*" + BROUGHT + rb"\s*\)"
    rb"|(?:(?:md5|sha1|hash|crc32)\s*\([^;{\n]{0,30})?\(?\s*" + POSTED
    + rb"(?:\s*\?\?\s*[^)\n]{1,10})?\s*\)?\s*={2,3}\s*['\"][^'\"\n]{4,80}['\"])"
    rb"(?:\s*&&\s*" + POSTED + rb"\s*={2,3}\s*['\"][^'\"\n]{1,80}['\"])?"
)  # fmt: skip
RIGHTS = rb"['\"](?i:admin\w*|root|superuser|owner|manager)['\"]"
LOGS = (
    rb"(?:error_log|trigger_error|syslog"
    rb"|\$?\w*(?:->|::)?(?:log|warn(?:ing)?|notice|info|debug))"
)
CHECK = (
    rb"(?:openssl_verify|sodium_crypto_sign_verify_detached|hash_equals|password_verify|verify\w*"
    rb"|check\w*(?:[Ss]ig|[Nn]once|[Tt]oken)\w*|wp_verify_nonce)"
)
ENTRANCE, GONE = "debug entrance", "removal of protection"
# (words of which one must be there, pattern, kind, words, strength, kind of hidden access)
SIGNS = tuple(
    (words, re.compile(pattern), kind, said, strength, access)
    for words, pattern, kind, said, strength, access in (
        ((b"data:", b"php://"), rb"\b(?:include|require)(?:_once)?\s*\(?\s*['\"]"
         rb"(?:data:[^\n]{0,60}\$_|php://input|php://filter[^\n]{0,80}\$_)",
         "runs commands", "includes what a request brings as code", 0.8, "remote control"),
        ((b"include", b"require"), rb"\b(?:include|require)(?:_once)?\s*\(?\s*" + ASKED,
         "runs commands", "includes a file that a request names", 0.55, "remote control"),
        ((b"'administrator'", b'"administrator"'),
         rb"\bwp_(?:create|insert)_user\s*\((?:[^}]){0,400}?['\"]administrator['\"]"
         rb"", "adds account",
         "makes an administrator", 0.6, "default account"),
        ((b"wp_set_",), rb"\bwp_set_(?:auth_cookie|current_user)\s*\(\s*1\b", "lets past a check",
         "whoever comes is taken for the first account", 0.65, ENTRANCE),
        ((b"user_login",), rb"user_login\s*(?:!=|<>|NOT\s+(?:IN|LIKE))\s*\(?\s*\\?['\"]\w",
         "removes traces", "an account is left out of the list of accounts", 0.6, ""),
        ((b"'authenticate'", b'"authenticate"'),
         rb"add_filter\s*\(\s*['\"]authenticate['\"][^}]{0,400}?===?\s*['\"][^'\"\n]{4,60}['\"]",
         FIXED, "a fixed password logs somebody in", 0.75, SECRET),
        ((b"==",), rb"\$(?:pw|pass|passwd|password|pwd|passphrase|secret|pin|code)\s*={2,3}\s*['\"]"
         rb"(?=[^'\"\n]*\d)(?=[^'\"\n]*[A-Za-z])[^'\"\s$]{6,60}['\"]", FIXED,
         "a fixed password is enough", 0.55, SECRET),
        ((b"$_FILES",), rb"\bmove_uploaded_file\s*\([^;\n]*,[^;\n]*\$_FILES\b[^;\n]*\[['\"]nam"
        rb"e['\"]\]",
         "runs commands", "takes a file of whatever name it is sent under", 0.5, ENTRANCE),
        ((b"htaccess", b".user.ini"), rb"\bfile_put_contents\s*\([^;]{0,200}?(?:\.htaccess|\.u"
        rb"ser\.ini)"
         rb"[^;]{0,300}?(?:AddType|AddHandler|SetHandler|auto_(?:pre|ap)pend)", "adds persistence",
         "has the web server run other files as code", 0.6, ""),
        ((b"verify",), rb"\bopenssl_verify\s*\([^;]{0,200}?\)\s*(?:!==?\s*(?:0|false)|>=\s*0)",
         "ignores a check", "an error counts as a good signature", 0.6, GONE),
        ((b"verify",), rb"(\$\w+)\s*=\s*openssl_verify\s*\([^;]{0,200};(?:[^;]{0,200};)?"
        rb"[^;]{0,80}?\1\s*"
         rb"(?:!==?\s*(?:0|false)|>=\s*0)"
         rb"", "ignores a check", "an error counts as a good signature",
         0.6, GONE),
        ((b"erify", b"heck", b"hash_equals"), rb"\bif\s*\(\s*!\s*[^{};\n]{0,60}?\b" + CHECK
         + rb"\s*\([^{};]{0,200}\)\s*\)\s*\{\s*(?:" + LOGS + rb"\s*\([^{};]{0,200}\)\s*;\s*)+\}",
         "ignores a check", "goes on where the check fails", 0.55, GONE),
        ((b"__return_true",), rb"['\"]permission_callback['\"]\s*=>\s*['\"]__return_true['\"]"
        rb"(?:[^}]){0,400}?\b"
         rb"(?:shell_exec|system|passthru|exec|eval|popen|proc_open|unserialize|update_option"
         rb"|file_put_contents|wp_set_auth_cookie|include|require)\b", "runs commands",
         "a route that asks nobody who they are", 0.7, "remote control"),
        ((b"update_option",), rb"\bupdate_option\s*\(\s*" + ASKED, "lets past a check",
         "settings are changed as a request says", 0.6, ENTRANCE),
        ((b"query", b"exec", b"prepare"), rb"->\s*(?:query|exec|prepare|get_results|multi_quer"
        rb"y)\s*\(\s*" + ASKED,
         "runs commands", "a request is asked of the data base as it is", 0.65, "remote control"),
        ((b"readfile", b"fopen", b"file_get", b"unlink", b"highlight_file", b"show_source"),
         rb"\b(?:readfile|fopen|file_get_contents|unlink|highlight_file|show_source)\s*\(\s*"
         rb"" + ASKED,
         "answers at a hidden path", "opens whatever file a request names", 0.55, ENTRANCE),
        ((b"REQUEST_URI", b"PATH_INFO"), rb"['\"](?:REQUEST_URI|PATH_INFO)['\"]\]"
        rb"[^;{\n]{0,40}?={2,3}\s*['\"]"
         rb"/(?:[\w-]+/)*[._~][\w.-]{2,60}['\"]", "answers at a hidden path",
         "a path that hides is answered", 0.55, ENTRANCE),
        ((b"return true",), rb"\bfunction\s+\w*(?i:allow|auth|can|check|may|permi|admin|valid)"
        rb"\w*\s*\([^)]*\)[^{}]{0,40}"
         rb"\{[^{}]{0,200}?\bif\s*\(\s*(?:isset|!\s*empty)\s*\(\s*\$_(?:COOKIE|GET|REQUEST|SERVER|POST)"
         rb"\s*\[[^\]]*\]\s*\)\s*\)\s*\{?\s*return\s+true\b", "lets past a check",
         "whoever sends this is let past", 0.6, ENTRANCE),
        ((b"_SESSION", b"setcookie"), rb"\bif\s*\(\s*" + SHOWN + rb"\s*\)\s*\{?\s*"
         rb"(?:[^;{}]{0,120};\s*){0,2}?(?:\$_SESSION\s*(?:\[[^\]]{1,40}\]\s*){1,2}=\s*" + RIGHTS
         + rb"|\$_SESSION\s*\[\s*['\"]\w*(?i:admin|logged|auth)\w*['\"]\s*\]\s*="
         rb"\s*(?:true|1|['\"]1)"
         rb"|setcookie\s*\(\s*['\"]\w*admin\w*['\"])",
         "lets past a check", "whoever sends this is an administrator", 0.65, ENTRANCE),
        ((b"in_array",), rb"\bin_array\s*\(\s*(?:hash|md5|sha1|crc32)\s*\([^;]{0,200}?['\"]"
        rb"[0-9a-f]{32,128}['\"]",
         FIXED, "one of the digests that are good is fixed", 0.6, SECRET),
        ((b"sock", b"Sock"), rb"\b(?:proc_open|popen|shell_exec|exec|system)\s*\(\s*['\"](?:/b"
        rb"in/)?(?:ba|da)?sh\b"
         rb"(?=[^'\"]{0,20}['\"])", "runs commands", "a connection is given a shell", 0.75,
         "remote control"),
    )
)  # fmt: skip
NETWORK = re.compile(
    rb"\b(?:wp_(?:safe_)?remote_(?:post|get|request)|curl_setopt(?:_array)?|file_get_contents|fsockopen|mail"
    rb"|Http::(?:\w+\([^;)]*\)->)?(?:post|get)|fopen|get_headers|curl_init|wp_mail|error_log)\s*\(|->"
    rb"(?:post|request|send|sendAsync|postAsync)\s*\("
)
ADDRESS = re.compile(
    rb"['\"](?:https?|ftp|tcp|ssl)://(?!localhost|127\.)[\w.-]+|\bmail\s*\(\s*['\"][^'\"]+@"
)
WHOLE = re.compile(rb"\$_(?:POST|REQUEST|COOKIE|SESSION|ENV)\b(?!\s*\[)")
TYPED = re.compile(
    rb"(?i)\$_(?:POST|REQUEST)\s*\[\s*['\"](?:[\w-]*(?:passw|pwd|pass\b|card|cvc|cvv|ccnum|pan\b|iban|ssn|pin\b)"
    rb"[\w-]*)['\"]"
)
LAID = re.compile(
    rb"wp-config\.php|/etc/(?:passwd|shadow)|['\"/]\.env['\"]|configuration\.php|\.htpasswd|local\.xml"
    rb"|id_rsa|\.aws/|\.git-credentials"
)
VARIABLE = re.compile(rb"\$([a-zA-Z_]\w*)")
HASHED = re.compile(
    rb"(?:const\s+(?:string\s+)?(?P<a>\w+)\s*=|define\s*\(\s*['\"](?P<b>\w+)['\"]\s*,|\$(?P<c>\w+)\s*=)\s*['\"]\$(?:2[aby]|argon2\w*|5|6)\$"
)
PLACE = re.compile(
    rb"HTTP_ACCEPT_LANGUAGE|geoip_country_code\w*|HTTP_CF_IPCOUNTRY|GEOIP_COUNTRY_CODE|\bcountry_?(?:code|iso\w*)\b"
    rb"|\bisoCode\b|Locale::(?:getDefault|acceptFromHttp)|locale_accept_from_http"
)
HELD = re.compile(
    rb"={2,3}\s*['\"][A-Za-z]{2}(?:[-_]\w+)?['\"]|(?:in_array|strpos|stripos|str_starts_with|preg_match)\s*\([^;{]{0,80}['\"/~^(]+[A-Za-z]{2}\b"
)
AWAY = re.compile(rb"(?:wp_redirect|header)\s*\(\s*['\"](?:Location:\s*)?https?://")
# Nothing is shown; what is shown in a language ends a page too.
ENDS = re.compile(rb"\s*\)?[^{};]{0,40}\)\s*\{(?P<done>[^{}]{0,300}?)\b(?:exit|die)\b")
SHOWS = re.compile(rb"(?i)location|include|require|echo|print|render|view|load|redirect|template")
REFUSES = re.compile(
    rb"http_response_code\s*\(\s*(?:204|[45]\d\d)|status_header\s*\(\s*[45]|\bunlink\s*\(|\bdie\s*\(|\babort\s*\(|->delete\("
)


def entrances(data: bytes) -> Iterator[Finding]:
    """Every such sign of a file; none of them says that somebody came."""
    data = bounded(data, READ_BYTES, LINE_BYTES)
    for words, pattern, kind, said, strength, access in SIGNS:
        if any(word in data for word in words):
            for match in itertools.islice(pattern.finditer(data), HITS):
                if not _comment(data, match.start()):
                    yield sign(data, match.start(), match[0], kind, said, strength, access)
    yield from _sent(data)
    yield from _second(data)
    yield from _by_place(data)


def _sent(data: bytes) -> Iterator[Finding]:
    """What somebody typed, all that was posted, or settings with passwords, sent to a host."""
    if b"$_" not in data and not LAID.search(data):
        return
    for call in itertools.islice(NETWORK.finditer(data), 200):
        end = data.find(b";", call.start())
        text = data[call.start() : end if 0 < end < call.start() + BODY else call.start() + BODY]
        address = ADDRESS.search(text)
        if address is None and (not text.startswith(b"curl_setopt") or not ADDRESS.search(data)):
            continue
        given = b" ".join(_of_variable(data, name) for name in set(VARIABLE.findall(text)))
        for pattern, said, strength in (
            (LAID, "a file of passwords is sent", 0.7),
            (TYPED, "a password or card number that was typed is sent", 0.6),
            (WHOLE, "all that was posted or is set is sent", 0.55),
        ):
            if pattern.search(text) or (pattern is not WHOLE and pattern.search(given)):
                about = address[0].strip(b"'\"") if address else b"a host"
                yield sign(data, call.start(), about, "collects and sends", said, strength)
                break


def _of_variable(data: bytes, name: bytes) -> bytes:
    """The first thing that a variable is given."""
    found = re.search(rb"\$" + name + rb"\s*\.?=(?!=)([^;]{1,300});", data)
    return found[1] if found and not name.startswith(b"_") else b""


def _second(data: bytes) -> Iterator[Finding]:
    """A hash that is fixed, and that a password is held against as well."""
    if b"password_verify" not in data:
        return
    names = {n for m in HASHED.finditer(data) for n in m.groups() if n}
    for name in sorted(names)[:HITS]:
        own = rb"(?:self::|static::|\w+::|\$(?:this->)?)?" + name + rb"\b"
        used = re.search(
            rb"(?:\|\||&&|\bif\s*\(|\breturn|=>)\s*!?\s*\(?\s*password_verify\s*\([^,;]{1,100}"
            rb",\s*" + own
            + rb"\s*\)|\[\s*\$[^\];]{1,100},\s*" + own + rb"|\[\s*" + own + rb"\s*,\s*\$", data
        )  # fmt: skip
        if used is not None:
            said = "a password is also held against a fixed hash"
            yield sign(data, used.start(), name, FIXED, said, 0.6, SECRET)


def _by_place(data: bytes) -> Iterator[Finding]:
    """What is done only for one language or country: visitors led away, or refused."""
    for place in itertools.islice(PLACE.finditer(data), HITS * 2):
        body = data[place.start() : place.start() + BODY]
        held = HELD.search(body)
        if held is None:
            continue
        away, refuses = AWAY.search(body, held.end()), REFUSES.search(body, held.end())
        if b"ountry" in place[0].lower() or b"COUNTRY" in place[0]:
            ends = ENDS.match(body, held.end())
            refuses = refuses or (ends if ends and not SHOWS.search(ends["done"]) else None)
        if away or refuses:
            act = "visitors are led to another host" if away else "visitors are refused"
            about = place[0] + b": " + held[0][-20:]
            said = f"for one language or country {act}"
            strength = 0.55 if away else 0.5
            yield sign(data, place.start(), about, "acts by locale", said, strength)
            return


def _comment(data: bytes, at: int) -> bool:
    line = data[data.rfind(b"\n", 0, at) + 1 : at].lstrip()
    return line.startswith((b"//", b"#", b"*", b"/*"))
