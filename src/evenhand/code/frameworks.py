"""What frameworks of PHP and Lua hand on of what others send, and what they let somebody in by.

Data alone: ways are written with dots, without what a call is given (`request.headers.get`), as
`brought` spells them. A framework more is a few words here.

Spec: PHP manual; PSR-7; documentation of Laravel, Symfony, WordPress, Drupal, Joomla, Magento,
TYPO3, Yii, CakePHP, CodeIgniter, Moodle; lua-nginx-module, Kong PDK, HAProxy, LuCI, Prosody,
Dovecot, Redis, rspamd, mpv, Neovim, Wireshark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Framework(NamedTuple):
    """What one language's frameworks call it; `fullmatch` on a way unless said otherwise."""

    brings: re.Pattern[str]
    not_brings: re.Pattern[str]  # `search`: what stands beside it and is the program's own
    handed: re.Pattern[str]  # parameters of functions that check, by their names
    reshapes: re.Pattern[str]  # last names of what keeps a value what it is
    reckons: re.Pattern[str]  # last names of what makes a digest or a sum of it
    clock: re.Pattern[str]
    enters: re.Pattern[str]
    fixed_enters: re.Pattern[str]  # text of a call: it names the account by itself
    yes: re.Pattern[str]  # text of an answer
    guards: re.Pattern[str]  # names of functions, and of events that functions are given to
    goes_on: re.Pattern[str]  # text of an answer that hands a request on
    refuses: re.Pattern[bytes]  # `search` in what else the function does
    runs: re.Pattern[str]
    templates: re.Pattern[str]
    hooks: re.Pattern[str]  # what a function is given to, by which it is handed messages
    heard: re.Pattern[str]  # parameters of such functions that hold what others say
    hears: re.Pattern[str]  # what hands on nothing but what others say
    people: re.Pattern[str]  # who somebody is, by a name or an address that anyone could take


_TAKES = (
    r"(?:get|post|query|cookie|input|string|str|json|all|header|param|var|content|server|ip|value"
    r"|headers|cookies|body|userAgent|user_agent|userIP|bearerToken|only|has|filled|exists|rawBody"
    r"|bodyParam|hasHeader|hasCookie|has_param"
    r"|get_?(?:header_?line|headers?|query_?params?|query|parsed_?body|cookie_?params?|cookies?"
    r"|server_?params?|params?|post_?value|post|var|string|cmd|word|raw|user_?agent|agent_?string"
    r"|ip|client_?ip|user_?ip|ip_?address|remote_?addr\w*|content|raw_?body|body_?params?|body"
    r"|json_?params?|body_?param|input))"
)
_REQUESTS = (
    r"\$?_?(?:http|psr|current|symfony|server)?_?(?:[rR]equest|req|[iI]nput)"
    r"|get(?:Current|Main|Master|Psr)?Request|getInput|[\w\\]*Request"
)
PHP = Framework(
    brings=re.compile(
        r"\$_(?:GET|POST|REQUEST|COOKIE)|getallheaders|apache_request_headers|filter_input"
        rf"|(?:.*\.)?(?:{_REQUESTS})(?:\.\w+)*?\.(?i:{_TAKES})(?:\.(?:get|toString|__toString|value|first))?"
        r"|request|input|get_query_var|JRequest\.get\w+|Tools\.getValue|optional_param|required_param"
        r"|rcube_utils\.get_input_\w+|GeneralUtility\._(?:GP|GET|POST)"
    ),
    not_brings=re.compile(
        r"(?i)session|\.attributes|\.user\b|getUser\b|route|getDI|getStorage|->expects|method\("
    ),
    handed=re.compile(
        r"(?i)[$&]*\w*(?:pass(?:w|wd|word|phrase)?|pwd|\bpw|secret|token|\bpin|cred\w*|otp|api_?key)"
    ),
    reshapes=re.compile(
        r"(?i)trim|strval|(?:raw)?urldecode|stripslashes|wp_unslash|(?:mb_)?strto(?:lower|upper)"
        r"|base64_(?:de|en)code|html_entity_decode|[rl]trim|strrev|(?:mb_)?substr|str_rot13|hex2bin|bin2hex"
        r"|sanitize_\w+|json_decode|explode|implode|join|str_replace|sprintf|str_pad|str_split|dechex"
        r"|preg_replace|parse_url|ucfirst|lcfirst|intval|strtr|array_shift|array_pop|end|reset|current|rawurlencode"
        r"|toString|string|value|unserialize|array_filter|array_values|iconv|array_reverse|chunk_split"
    ),
    reckons=re.compile(
        r"(?i)md5|sha1|hash|hash_hmac|crc32|crypt|hash_pbkdf2|sodium_crypto_generichash|array_sum"
        r"|array_map|array_reduce|ord|openssl_digest|count_chars|levenshtein|similar_text|soundex|metaphone"
    ),
    clock=re.compile(
        r"(?:time|date|gmdate|mktime|gmmktime|strtotime|idate|microtime|date_create|current_time|now"
        r"|wp_date|DateTime(?:Immutable)?|Carbon\.now|getRequestTime)"
    ),
    enters=re.compile(
        r"(?:.*\.)?(?:loginUsingId|onceUsingId|loginById|setIdentity|persistIdentity|setAuthUser"
        r"|setCurrentUser|setCustomerAsLoggedIn|setCustomerDataAsLoggedIn|switchTo|switchIdentity)"
        r"|(?:.*[.$>\\])?(?:[aA]uth\w*|guard|user|[sS]ecurity|userSession|backend_?user|login|web)"
        r"\.(?:login|setUser|once|logIn|forceLogin|setAuthenticated)"
        r"|wp_set_auth_cookie|wp_set_current_user|user_login_finalize|complete_user_login"
        r"|session_set_user|(?:.*\.)?setUserResolver|.*[tT]oken_?[sS]torage\w*\.setToken|.*[sS]ession.*\.setLoggedIn"
        r"|.*currentUser\.setAccount|(?:.*\\)?SelfValidatingPassport|drupal_user_login\w*"
    ),
    fixed_enters=re.compile(
        r"(?s)(?:loginUsingId|onceUsingId|loginById|wp_set_auth_cookie|wp_set_current_user|login)"
        r"\s*\(\s*['\"]?\d+['\"]?\s*[,)]|.*\b(?:first|firstOrFail|findOne|find|load|get|getById|loadUser"
        r"|user_load|UserBadge|loadUserByUsername|loadByUsername|findOneBy\w*)\s*\(\s*(?:['\"]?\d+"
        r"|['\"](?:admin\w*|root)|\[?\s*['\"]\w+['\"]\s*=>\s*['\"]?(?:1\b|admin|root|ROLE_)|\))"
    ),
    yes=re.compile(
        r"(?i)true|1|200|(?:\w+::)*ACCESS_GRANTED|AccessResult::allowed\(.*\)|\[?['\"]\*['\"]\]?"
        r"|.*STATUS_SUCCESS|.*\bResult::SUCCESS.*|newSelfValidatingPassport\(.*|\$(?:user|login)_?name"
        r"|\$uid|response::allow\(.*\)|user::find\w*\(.*|get_user_by\(.*"
    ),
    guards=re.compile(
        r"(?i)_*(?:(?:around|before|after|on|do|is|can|check|verify|validate|user|has|may|test|try)_?)*"
        r"(?:user_?)?(?:auth\w*|log_?in\w*|check\w*|verif\w*|valid\w*|allow\w*|permit\w*|permission\w*"
        r"|grant\w*|access\w*|vote\w*|admin\w*|can\w*|may\w*|has_?(?:role|cap|perm|access)\w*|supports\w*"
        r"|guard\w*|is_?(?:admin|trusted|internal|logged|authori[sz]ed|monitor|staff|super|local)\w*|secur\w*"
        r"|credential\w*|password\w*)|\w*_(?:access|has_cap|permission\w*|login|auth\w*|guard|check|allowed|verify|valid)|user_has_cap"
        r"|on_?user\w*"
        r"|determine_current_user|rest_authentication_errors|check_password|map_meta_cap|authenticate|before"
        r"|after|define|permission_callback|require_login|node_access|get_?current_?user\w*|authorize"
    ),
    goes_on=re.compile(
        r"(?:(?:return|yield)?\$(?:next|handler|proceed|delegate|requestHandler|stack)\b.*)|return;?"
        r"|return(?:true|null|\[\]);?"
    ),
    refuses=re.compile(
        rb"(?i)\b40[13]\b|unauthori[sz]|forbidden|access_?denied|redirect\([^;]{0,40}login|HTTP_FORBIDDEN"
        rb"|abort\(|Authentication(?:Credentials\w*|)Exception|AuthorizationException|denyAccess|/login['\"]"
    ),
    runs=re.compile(
        r"(?:.*\.)?(?:Artisan|artisan|kernel|Kernel)\.(?:call|queue)|(?:.*\\)?Process(?:\.(?:run"
        r"|fromShellCommandline|start))?|eval|system|exec|shell_exec|passthru|popen|proc_open|assert"
        r"|create_function|.*[lL]anguage\w*\.evaluate|pcntl_exec"
    ),
    templates=re.compile(
        r"(?:.*\\)?Blade\.render|.*\.(?:createTemplate|renderString|render_string)"
        r"|.*(?:[tT]wig|[sS]marty|[tT]empl)\w*\.(?:fromString|fetch_?[sS]tring)"
    ),
    hooks=re.compile(r"(?!)"),
    heard=re.compile(r"(?!)"),
    hears=re.compile(r"add_shortcode"),
    people=re.compile(
        r"\$\w+(?:\.\w+)*\.(?:get)?_?(?i:user_?)?(?:[eE]?[mM]ail(?:Address)?|user_email|user_login|[uU]serIdentifier"
        r"|[aA]ccountName|[uU]ser[nN]ame)"
    ),
)
_LUA_ARGS = (
    r"headers|get_headers?|params|query|cookies?|body|get_query(?:_arg)?|get_uri_args|get_post_args"
    r"|get_body_data|get_body|get_raw_body|get_cookie|headers_in|args|form|post|raw_header|uri_args"
)
LUA = Framework(
    brings=re.compile(
        r"ngx\.var\.(?:http_\w+|arg_\w+|cookie_\w+|args|remote_addr|query_string|request_body"
        r"|binary_remote_addr|remote_user)|(?:.*\.)?ngx\.req\.(?:get_\w+|raw_header)"
        rf"|(?:.*\.)?(?:request|req|r|self|applet|ctx|kong\.request)\.(?:{_LUA_ARGS})"
        r"|kong\.client\.get_\w*ip|(?:txn|t|tx)\.(?:sf|f|sc|c)\.(?:req_\w+|hdr\w*|url_param|urlp|src"
        r"|cook|payload|path|query)|(?:txn|t)\.http\.req_get_headers|applet\.(?:receive|getline|qs)"
        r"|(?:luci\.)?http\.(?:formvalue|getcookie|getenv|content|formvaluetable)|(?:\w+\.)*stanza"
        r"(?:\.\w+)*|ARGV|KEYS|mp\.get_property\w*|vim\.api\.nvim_(?:buf_get_lines|get_current_line)"
        r"|vim\.fn\.getline|(?:buf|buffer|tvb|tvbuf|tvbr|range)(?:\.(?:string|range|bytes|raw|uint\w*))*"
        r"|(?:.*\.)?form(?:\.\w+)+|os\.getenv"
        r"|env\.(?:HTTP_\w+|QUERY_STRING|PATH_INFO|headers)|dq\.qname|session\.(?:playAndGetDigits|getDigits)"
        r"|task\.(?:get_header|get_from_ip|get_helo|get_subject|get_from)|req\.get_header"
    ),
    not_brings=re.compile(r"(?i)session(?!\.\w*digits)|get_method|\.attr\.(?:type|id|xmlns)|stanza\.name"),
    handed=re.compile(r"(?i)\w*(?:pass(?:w|wd|word|phrase)?|pwd|\bpw|secret|token|\bpin|cred\w*)"),
    reshapes=re.compile(
        r"lower|upper|sub|gsub|match|reverse|rep|tostring|tonumber|trim|format|concat|string|raw|unescape_uri"
        r"|(?:de|en)code_(?:base64|args|json)|unb64|b64decode|decode|strip|table_concat|get_text|get_child_text|toString\w*"
        r"|unhexlify|to_hex|bytes|strings|get_child|gmatch|escape_uri|unpack"
    ),
    reckons=re.compile(
        r"(?:\w*_)?(?:md5|sha\d*|crc32\w*|hash\w*|hmac\w*|digest|byte|md5_bin|sha1_bin|adler32|sum\w*|final)"
    ),
    clock=re.compile(r"os\.(?:time|date|clock)|ngx\.(?:time|now|today|utctime|localtime|http_time|update_time)"),
    enters=re.compile(
        r"kong\.client\.(?:authenticate|load_consumer)|.*make_authenticated|.*sauth\.write"
        r"|.*set_(?:user|jid)_role|(?:.*\.)?set_pre_result|(?:.*\.)?session\.(?:grant|create_admin)"
        r"|(?:.*\.)?session\w*\.(?:start|open|create|make|begin|set_user)"
        r"|(?:ngx\.req|kong\.service\.request)\.set_header|session\.setVariable"
        r"|.*usermanager\.(?:create_user|set_password)|.*module\.set_admin"
    ),
    fixed_enters=re.compile(
        r"(?s).*(?:username|name|id|custom_id)\s*=\s*['\"]|.*\(\s*['\"](?:root|admin)"
        r"|.*\(\s*['\"](?i:x-)?[\w-]*(?i:user|auth|role|consumer)[\w-]*['\"]\s*,\s*['\"]"
        r"|.*set_pre_result\(\s*['\"](?:accept|no action)"
    ),
    yes=re.compile(
        r"true|.*PASSDB_RESULT_OK.*|['\"](?:root|admin\w*)['\"]|ngx\.OK|user|username|['\"]accept['\"]"
    ),
    guards=re.compile(
        r"(?i)(?:\w*[._:])?(?:_*(?:test|check|verify|validate|is|has|may|can)?_?)?(?:auth\w*|login\w*"
        r"|check\w*|verif\w*|valid\w*|allow\w*|permi\w*|access\w*|admin\w*|\w*password\w*|granted\w*|is_\w+"
        r"|trusted\w*|rights?|guard\w*)|auth_\w+|\w*_access|rewrite"
    ),
    goes_on=re.compile(r"return(?:true|ngx\.OK|)?;?(?:end)?|.*ngx\.exit\(ngx\.OK\).*"),
    refuses=re.compile(
        rb"(?i)\b40[13]\b|HTTP_(?:UNAUTHORIZED|FORBIDDEN)|unauthori[sz]ed|forbidden|not.allowed|access.denied"
    ),
    runs=re.compile(
        r"os\.execute|io\.popen|load|loadstring|dostring|(?:luci\.)?sys\.(?:exec|call|httpget)"
        r"|luci\.util\.exec|vim\.fn\.(?:system|systemlist|jobstart)|vim\.(?:system|cmd|uv\.spawn|loop\.spawn)"
        r"|ngx\.pipe\.spawn|resty\.shell\.run|(?:.*\.)?shell\.run|nixio\.exec\w*|mp\.commandv"
        r"|vim\.api\.nvim_(?:command|exec\w*)"
    ),
    templates=re.compile(r"(?:.*\.)?(?:template|etlua)\.(?:compile|render_string)"),
    hooks=re.compile(r"hook_\w+|hook|subscribe|on|add_?\w*handler|set_?callback|register_\w*"),
    heard=re.compile(r"(?i)line|message|msg|text|payload|stanza|signal_data|datagram|packet"),
    hears=re.compile(r"register_converters|SetScript|observe_property|hook_\w+"),
    people=re.compile(r"(?:\w+\.)*(?:from_host|jid|bare_jid|full_jid|sender|nick)"),
)  # fmt: skip
FRAMEWORKS: Mapping[str, Framework] = {"php": PHP, "lua": LUA}
