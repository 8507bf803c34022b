"""The languages that are looked into: grammar, libraries, words.

Spec: the grammars and libraries named in the modules used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from evenhand.code import shell, shell_system
from evenhand.code.api import Api
from evenhand.code.api_javascript import JAVASCRIPT_API
from evenhand.code.api_lua import LUA_API
from evenhand.code.api_php import PHP_API
from evenhand.code.api_python import PYTHON_API
from evenhand.code.api_ruby import RUBY_API
from evenhand.code.api_rust import RUST_API
from evenhand.code.grammar_javascript import JAVASCRIPT, TSX, TYPESCRIPT
from evenhand.code.grammar_lua import LUA
from evenhand.code.grammar_php import PHP
from evenhand.code.grammar_python import PYTHON
from evenhand.code.grammar_ruby import RUBY
from evenhand.code.grammar_rust import RUST
from evenhand.code.grammar_shell import SHELL
from evenhand.code.rust_spoken import spoken
from evenhand.code.screen import pattern, words
from evenhand.code.sieve import Words
from evenhand.code.syntax import Grammar


class Language(NamedTuple):
    """One language; `examine` where commands are read otherwise than expressions."""

    grammar: Grammar
    api: Api
    words: Words
    examine: Callable[..., Any] | None = None
    spoken: Callable[[bytes], bytes] | None = None  # the source as its grammar can be asked


PYTHON_WORDS = Words(
    words(b"exec(", b"exec (", b"eval(", b"__import__", b"os.system", b"popen", b"subprocess",
     b"Popen", b"getattr(", b"builtins", b"startfile", b"spawn", b"runpy", b"FunctionType",
     b"CreateThread", b"exec", b"LoadLibrary", b"CDLL", b"spec_from_file", b"SourceFileLoader",
     b"load_source"),
    words(b"urlopen", b"requests", b"httpx", b"socket", b"http.client", b"aiohttp", b"urllib3",
     b"smtplib", b"ftplib", b"urlretrieve", b"websocket", b"pycurl", b"boto3", b"paramiko"),
    words(b"b64decode", b"a85decode", b"b85decode", b"b32decode", b"fromhex", b"unhexlify",
     b"decompress",
     b"marshal", b"rot13", b"rot_13", b"[::-1]", b"codecs.decode", b"chr(", b"getattr(",
     b"pickle.loads", b".decode()"),
    words(b"environ", b"getenv", b"ImageGrab", b"pyperclip", b"pynput", b"screenshot",
     b"CryptUnprotectData", b"import mss",
     b"browser_cookie", b"keyring"),
    words(b"gethostname", b"getuser", b"platform.", b"getnode", b"uname", b"getlogin",
     b"user.email", b"whoami"),
    words(b"getlocale", b"getdefaultlocale", b"tzname", b"LC_ALL", b"'LANG", b'"LANG', b"country",
     b"timezone", b"tzlocal", b"GetKeyboardLayout", b"UILanguage"),
    words(b"rmtree", b"unlink", b"winreg", b"os.remove", b"sys.exit", b"_exit", b"write", b"open(",
     b"copy"),
    words(b"request", b"rfile", b"self.path", b"do_GET", b"QUERY_STRING", b"'HTTP_",
     b'"HTTP_', b"wsgi.input"),
    hooks=True,
)  # fmt: skip
JAVASCRIPT_WORDS = Words(
    words(b"eval(", b"Function(", b"child_process", b"execa", b"shelljs", b"runIn", b"_compile",
     b"cross-spawn", b"constructor(", b"eval)", b"Function",
     b"globalThis[", b"window[", b"global[", b"this[", b"self["),
    words(b"http", b"fetch(", b"axios", b"XMLHttpRequest", b"sendBeacon", b"WebSocket", b"'net'",
     b'"net"',
     b"'dns'", b'"dns"', b"undici", b"superagent", b"dgram"),
    words(b"atob", b"base64", b"fromCharCode", b"unescape(", b"'hex'", b'"hex"', b".reverse()",
     b"createDecipher", b"inflate", b"gunzip", b"\\x", b"_0x", b"parseInt(", b"data:text/j"),
    words(b"process.env", b"Bun.env", b"Deno.env", b".cookies.", b".identity.",
     b"document.cookie", b"clipboard", b"screenshot", b"desktopCapturer",
     b"ethereum",
     b"keytar"),
    words(b"os.hostname", b"userInfo", b"networkInterfaces", b"hostname()", b"machine-id",
     b"machineId", b"homedir()"),
    words(b"navigator.language", b"timeZone", b"getTimezoneOffset", b"country", b"os-locale",
     b"LC_ALL", b".LANG", b"'LANG", b'"LANG', b".TZ"),
    words(b"unlink", b"rmSync", b"rmdir", b"rimraf", b"process.exit", b"writeFile", b"appendFile",
     b"copyFile"),
    words(b"req.", b"request", b"ctx."),
    pattern(rb"set(Timeout|Interval)\((Buffer|atob|['\"`])|import\(['\"`]data:|\b(require|import)\((?![\'\"`])"),
    hooks=True,
)  # fmt: skip
SHELL_WORDS = Words(
    words(b"sh", b"eval", b"source", b"python", b"perl", b"chmod", b". "),
    words(b"curl", b"wget", b"/dev/tcp", b"/dev/udp", b"nc ", b"ncat", b"netcat", b"socat", b"scp",
     b"ftp", b"telnet", b"s_client", b"dig ", b"nslookup", b"mosquitto", b"uclient"),
    words(b"base64", b"xxd", b"openssl", b"gunzip", b"rev", b"printf", b"base32", b"uudecode"),
    words(b"env", b"secrets__all", b"printenv", b"export", b"dump", b"sqlite3", b"psql", b"mysql",
     b"--rdb", b"slapcat"),
    words(b"hostname", b"whoami", b"uname", b"id)", b"ifconfig"),
    words(b"LANG", b"LC_", b"$TZ", b"{TZ", b"timezone"),
    words(b"rm ", b"exit", b">", b"tee", b"crontab", b"cp ", b"install", b"ln "),
    words(b"QUERY_STRING", b"HTTP_", b"PATH_INFO", b"REQUEST_URI", b"FORM_", b"BOUND", b"bound",
     b"new_"),
    pattern(rb"(?m)(?:\||^|;|&&|\bthen|\bdo)[ \t]*\"?\$\{?\w"),
    system=words(*shell_system.WORDS),
    own=pattern(
        rb"PAM_[A-Z]|SSH_ORIGINAL_COMMAND|openvpn|[pP]assw|\$p(?:w|ass)?\b|telnetd|dropbear|\beval\b.*\$"
        rb"|ssh-(?:rsa|ed25519) AAAA|sendmail|CONNECTION_ID|DNSMASQ_|PROMPT_COMMAND|ACCEPT\b|ID_FS_"
    ),
)  # fmt: skip
PHP_WORDS = Words(
    words(b"eval", b"assert", b"system", b"exec", b"passthru", b"popen", b"proc_open",
     b"create_function",
     b"include", b"preg_replace", b"$GLOBALS", b"`", b"call_user_func"),
    words(b"curl_", b"fsockopen", b"http", b"socket_", b"mail(", b"wp_remote", b"stream_socket"),
    words(b"base64_decode", b"gzinflate", b"gzuncompress", b"str_rot13", b"strrev", b"hex2bin",
     b"chr(", b"openssl_decrypt", b"pack(", b"\\x", b"implode", b"uudecode"),
    words(b"$_ENV", b"getenv"),
    words(b"php_uname", b"gethostname", b"get_current_user"),
    words(b"setlocale", b"timezone", b"Locale", b"country", b"ACCEPT_LANGUAGE"),
    words(b"unlink", b"file_put_contents", b"fwrite", b"exit", b"die", b"copy"),
    words(b"$_GET", b"$_POST", b"$_REQUEST", b"$_COOKIE", b"$_SERVER", b"php://input", b"$_FILES"),
    pattern(rb"\$\w+(?:\[[^\]\n]{1,40}\])?\s?\("),
    own=pattern(
        rb"\$_(?:GET|POST|REQUEST|COOKIE|FILES|SERVER|SESSION|ENV)\b|filter_input|php://input"
        rb"|wp_(?:create|insert)_user|wp_set_(?:auth|current)|user_login|['\"]authenticate['\"]"
        rb"|\w*[vV]erif(?:y|ies)\w*\(|check\w*(?:[sS]ig|[nN]once|[tT]oken)\w*\(|hash_equals"
        rb"|__return_true|\.htaccess|\.user\.ini|geoip|[cC]ountry_?[cCiI]|COUNTRY|ACCEPT_LANGUAGE"
        rb"|Locale::|locale_(?:accept|get_def)|isoCode|wp-config\.php|/etc/(?:passwd|shadow)|\.htpasswd"
        rb"|['\"/]\.env['\"]|configuration\.php|id_rsa|sock|['\"][0-9a-f]{32}"
        rb"|[!=]==?\s*['\"][^'\"\s]{0,40}(?:[A-Za-z][^'\"\s]{0,20}\d|\d[^'\"\s]{0,20}[A-Za-z])"
        rb"|[rR]equest\b|getHeader|passw|['\"]pass['\"]|\$p(?:ass|w|wd)\b|_locale\(|createUser|add_shortcode|\$(?:user|account)->|addRole|curl_setopt|wp_remote|unzip_file|-oauth|getConfig\(|loginUsingId|[aA]uth\w*(?:::|->|\()|add_(?:filter|action|hook)"
        rb"|['\"](?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Z]"
        rb"|LC_ALL|get_locale|getLocale|ACCESS_GRANTED|STATUS_SUCCESS|(?:->|::)(?:post|send|request)\w*\(|Bcc|bcc|ExpressionFunction|Twig"
    ),
)  # fmt: skip
LUA_WORDS = Words(
    words(b"load", b"execute", b"popen", b"dofile", b"exec", b"_G[", b"sys.call"),
    words(b"socket", b"http", b"nixio"),
    words(b"char(", b"unb64", b"b64", b"base64", b"reverse", b"unhexlify", b"concat", b"gsub",
     b"inflate"),
    words(b"getenv",),
    words(b"hostname", b"uname"),
    words(b"setlocale", b"LANG", b"country", b"timezone", b"os.date"),
    words(b"os.remove", b"write", b"os.exit", b"rename"),
    words(b"ngx.", b"formvalue", b"QUERY_STRING", b"http."),
    own=pattern(
        rb"get_headers|ngx\.(?:var|req)|\bheaders\b|[vV]erif|[vV]alid|check_?[sS]ig|setpasswd|stanza"
        rb"|nixio\.exec|\bcurl\b|\bwget\b|ountry|is_admin|_password|has_permission|user_exists"
        rb"|['\"](?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Z]"
        rb"|setlocale|authenticate|kong\.|applet|\btxn\b|stanza|req_f?hdr|auth_\w+|get_property|formvalue|ARGV|nvim_buf|register_\w+\(|HTTP_|observe_property|SetScript|QUERY_STRING|dq\.|getDigits|set_header"
        rb"|dissector|get_header|:hook\(|hook_signal|\.lines?\b|\b(?:pw|pass\w*|pwd|secret|pin)\s*[=~]="
        rb"|[=~]=\s*(?:pw|pass\w*|pwd|secret|pin)\b|[=~]=\s*['\"][^'\"\s]{0,40}(?:[A-Za-z][^'\"\s]{0,20}\d|\d[^'\"\s]{0,20}[A-Za-z])"
    ),
)  # fmt: skip
RUBY_WORDS = Words(
    words(b"eval", b"system", b"spawn", b"exec", b"popen", b"Open3", b"`", b"%x", b"load", b"sh "),
    words(b"open-uri", b"URI", b"Net::", b"Socket", b"HTTParty", b"Faraday", b"RestClient",
     b"Resolv", b"Excon"),
    words(b"decode64", b"unpack", b"inflate", b"gunzip", b"reverse", b"Marshal"),
    words(b"ENV", b"credentials"),
    words(b"gethostname", b"getlogin", b"uname"),
    frozenset(),  # builds set a language for the programs that they start
    words(b"write", b"FileUtils", b"unlink", b"exit", b"symlink"),
    words(b"ARGV", b"gets"),
)  # fmt: skip
RUST_WORDS = Words(
    words(b"Command", b"spawn", b"libloading"),
    words(b"TcpStream", b"UdpSocket", b"ureq", b"reqwest", b"minreq", b"attohttpc", b"curl",
     b"to_socket_addrs", b"isahc"),
    words(b"base64", b"hex", b"decode", b"rev()"),
    words(b"vars()", b"vars_os()", b"env::var", b"credentials"),
    words(b"hostname", b"whoami"),
    frozenset(),
    words(b"fs::write", b"write_all", b"File::create", b"remove_file", b"exit"),
    words(b"args()",),
)  # fmt: skip
LANGUAGES: Mapping[str, Language] = {
    "python": Language(PYTHON, PYTHON_API, PYTHON_WORDS),
    "javascript": Language(JAVASCRIPT, JAVASCRIPT_API, JAVASCRIPT_WORDS),
    "typescript": Language(TYPESCRIPT, JAVASCRIPT_API, JAVASCRIPT_WORDS),
    "php": Language(PHP, PHP_API, PHP_WORDS),
    "lua": Language(LUA, LUA_API, LUA_WORDS),
    "shell": Language(SHELL, PYTHON_API, SHELL_WORDS, shell.examine),
    "ruby": Language(RUBY, RUBY_API, RUBY_WORDS),
    "rust": Language(RUST, RUST_API, RUST_WORDS, None, spoken),
    "tsx": Language(TSX, JAVASCRIPT_API, JAVASCRIPT_WORDS),
}
