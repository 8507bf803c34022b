"""Words by which code that tells how it is used gives itself away: names, settings, notices.

Every pattern is bounded, so that no text makes it slow; what is looked for in whole files goes
without looking around, so that RE2 finds it.

Spec: none (formats only; whose a host or library is stands in the list `usage_collector`).
"""

from __future__ import annotations

import re

from evenhand.code.screen import pattern
from evenhand.pattern import Pattern

# A file without one of these is about something else.
ABOUT = pattern(
    rb"(?i)telemetr|analytics|usage[_ -]?(?:stat|data|report|metric|info)|do_not_track"
    rb"|anonymous[_ -]?(?:id|usage|data|stat)|distinct_?id|/(?:mp|g)/collect|phc_\w{20}"
    rb"|(?:error|crash)_?report(?:ing|er)|dsn\W{1,4}https"
)
# What names of functions, classes, files and variables say. `tracking` alone says nothing.
USAGE = re.compile(
    r"(?i)(?<!open)telemetr|analytics|usage[_-]?(?:stat|report|metric|data|info)|usage_?track"
    r"|(?:error|crash)[_-]?report|event[_-]?log\b|/(?:mp|g)/collect"
    r"|(?:track|send|report|log)_?(?:usage|event)|collector_?(?:url|uri|endpoint|host)"
)
# Hosts called analytics are as often what a program is for.
USAGE_HOST = re.compile(r"(?i)(?<!open)telemetr|usage-?stat|/(?:mp|g)/collect|event-log\b")
URL = Pattern(
    rb"['\"`](?:https?:)?//(?:([^@/\s'\"`]{8,64})@)?((?:[\w-]{1,63}\.){1,6}[a-z]{2,12})"
    rb"([:/?][^\s'\"`<>]{0,300})?['\"`$]"
)
BARE = Pattern(
    rb"['\"`]((?:[a-z0-9-]{1,63}\.){1,4}"
    rb"(?:com|io|org|net|dev|ai|app|co|build|sh|run|tech|cloud))['\"`]"
)
# Pages for people, and what only identifies a format.
PAGES = re.compile(
    r"(?i)\b(?:docs?|blog|wiki|privacy|terms|help|support|guide)\b|\.html?\b|\.md\b|github\."
    r"|gitlab\.|schema|w3\.org|example\.|localhost|\.test$|readthedocs"
)
# Calls that show an address to people.
PRINTS = re.compile(
    r"(?i)print|console\.\w{1,9}\(|echo|\blog\w{0,9}\.|notice|\.write\(|dim\(|bold\(|colors"
)
KEY = Pattern(
    rb"['\"`](phc_\w{20,60}|G-[A-Z0-9]{8,12}|UA-\d{4,12}-\d{1,3})['\"`&]"
    rb"|[?&](?:measurement_id|tid)=([\w-]{8,14})"
    rb"|(?i:write_?key|api_?key|api_?secret|app_?id\w{0,8}|api_?token|measurement_?id|project_?token"
    rb"|tracking_?id\w{0,8}|instrumentation_?key|client_?token|dsn|[a-z]{3,20}_token)['\"]?\s{0,8}"
    rb"(?::\s{0,4}(?:str|Final)\s{0,4})?[=:]\s{0,8}['\"`]([\w:@/.=-]{9,120})['\"`]"
)
# How it is turned off: a variable, a setting, an option.
SWITCH = Pattern(
    rb"(?:env\.|environ\.|['\"`])(DO_NOT_TRACK|DNT|[A-Z0-9_]{0,40}(?:TELEMETRY|ANALYTICS|TRACKING"
    rb"|USAGE|ERROR_REPORTING)[A-Z0-9_]{0,30})\b"
    rb"|['\"`.]([\w.-]{0,40}(?:[Tt]elemetry|[Aa]nalytics|[Uu]sage[_-]?[Ss]tats?"
    rb"|error[_-]?reporting)[\w.-]{0,40})"
    rb"|(?:^|[^\w-])(--(?:no|disable)-(?:telemetry|analytics|stats|tracking|usage)[\w-]{0,20}"
    rb"|--(?:telemetry|analytics)\b)"
)
CHOOSES = re.compile(
    r"(?i)(?:^|[_.-]|is|should|not)(?:opt_?(?:ed_?)?(?:out|in)|no|off|do_not|send|allow(?:ed)?"
    r"|anonym\w+|collect|gather|skip)(?:$|[_.-])|(?:dis|en)abled?|(?:gather|send|collect)(?=usage|telem|analy)"
)
OTHERWISE = re.compile(
    r"URL|URI|ENDPOINT|(?<![A-Z])(?:KEYS?|ID|HOST|TOKEN|PATH|FILE|DIR|PORT|LOG|LEVEL|RATE|SECONDS"
    r"|INTERVAL|TIMEOUT|DEBUG|VERBOSE|SIZE|QUEUE|THREAD|LOCK|EVENTS?|VERSION|TYPE|NAME|BATCH|TEST"
    r"|MODE|CACHE|INFO)(?![A-Z])|ANONYMOUSID"
)
BARE_SWITCH = re.compile(r"(?:TELEMETRY|ANALYTICS|TRACKING|USAGE_?STATS?)$")
# A question about it, and a notice of it.
DATA = (
    r"(?:telemetry|analytics|usage\b|statistics|diagnostic|(?:crash|error) report|anonym|pseudonym)"
)
ABOUT_TEXT = Pattern(rb"(?i)" + DATA.encode() + rb"|participating")
GIVES = r"(?:share|send|collect|help|allow|agree|participat|enable|report|interested|opt)"
ASKS = re.compile(
    rf"(?is)\b{GIVES}\w*\b.{{0,200}}{DATA}.{{0,300}}\?|{DATA}.{{0,200}}\b{GIVES}\w*.{{0,100}}\?"
    rf"|(?:would you like|do you want|may we|can we)\b.{{0,200}}{DATA}|\bparticipating\?"
)
TELLS = re.compile(
    rf"(?is)\b(?:collect|send|report|share|gather|track|log)(?:s|ing|ed)?\b.{{0,80}}{DATA}"
    rf"|{DATA}.{{0,80}}(?:collect|sent\b|send|report|gather|opt[- ]?out|disabl|turn)"
)
ENDS = re.compile(r"(?i)opt(?:ed|ing)?[- ]?out|disabl|turn(?:ed)? off|anonym|to stop")
QUESTIONS = re.compile(
    r"(?i)confirm|prompt|\bask|ask(?-i:[A-Z_])|input|question|inquir|consent|agree|radio|select"
)
SILENT = re.compile(r"(?i)debug|error|exception|warn$|raise|add_argument|option|describe|test")
# A call of another name than a library's that sends what it is given.
SENDS = re.compile(
    r"(?i)^(?:head|put)$|send|post|report|track|capture|emit|upload|request|fetch|submit|flush"
    r"|dispatch|exporter"
)
# Kinds of data, by what the code around it names.
COLLECTED = tuple(
    (kind, Pattern(words.encode()))
    for kind, words in (
        (
            "an identifier",
            r"machine[-_]?id|getnode|anonymous_?[iI]d|distinct_?[iI]d|uuid\.?4\b|uuidv4|randomUUID"
            r"|(?:user|install(?:ation)?|device|session|client|telemetry)_?[iI][dD]\b|hostname"
            r"|networkInterfaces|random_?id",
        ),
        (
            "the operating system",
            r"platform\.(?:system|platform|release|version|machine|uname)|sys\.platform|isWsl"
            r"|os\.(?:platform|release|arch|type|version)\(|process\.(?:platform|arch)"
            r"|os_?name|os_?version|is_?[dD]ocker",
        ),
        ("versions", r"__version__|[vV]ersion\b|\bVERSION\b"),
        (
            "hardware",
            r"cpus?\(\)|cpu_count|cpu_?info|totalmem|\bgpu|get_gpu|memory_?total|physicalCores",
        ),
        ("commands", r"process\.argv|sys\.argv|\bARGV\b|\bcommand(?:_?name|Path)?\b"),
        (
            "the repository",
            r"git[ _](?:remote|config|rev-parse)|remote\.origin|rev-list|gitRemote|git_?url",
        ),
        ("the account", r"getuser\(|userInfo\(|getlogin|\bemail\b|user_?name\b"),
        ("the folder", r"getcwd|process\.cwd|project_?(?:path|hash|root|id)|projectDir"),
        ("whether it is a build server", r"\bis_?[cC][iI]\b|ci-info|GITHUB_ACTIONS|CI_?[nN]ame"),
        ("the language or time zone", r"\blocale\b|time_?zone\b|getTimezone"),
    )
)
