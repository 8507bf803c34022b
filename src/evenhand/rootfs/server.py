"""Settings of servers by which anybody is let in, or more is given out than pages and data.

Files that are shared, data bases, queues, pages, log-in at a screen, the start of a system.

Spec: smb.conf(5), vsftpd.conf(5), proftpd, mosquitto.conf(5), redis.conf, pg_hba.conf, my.cnf,
rsyncd.conf(5), nginx, Apache httpd and lighttpd directives, php.ini, OpenWrt uhttpd, k5login(5),
agetty(8), ssh_config(5), Android properties.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from evenhand.rootfs.opening import ACCOUNT, CHECK_GONE, ENTRANCE, TEXT, Opening

# (pattern of a line, kind, words, strength or None, kind of hidden access)
Row = tuple[str, str, str, float | None, str]
HASH = re.compile(r"\$\w{1,8}\$\S{8,}")  # of a password: not kept
RUN, LETS, GONE, RIGHT = "runs on an event", "lets in", "turns a check off", "grants rights"
SAMBA: tuple[Row, ...] = (
    (r"(?:root )?(?:pre|post)exec|username map script|magic script|(?:add|delete) \w+ (?:script|"
     r"command)\s*=\s*(?!\s*(?:$|/usr/sbin/(?:user|group)\w+ ))|(?:check password|\w+) script\s*=",
     RUN, "a command runs when somebody connects", 0.5, ""),
    (r"path\s*=\s*/\s*$", LETS, "the whole system is shared", 0.6, ENTRANCE),
    (r"force user\s*=\s*root", RIGHT, "whoever connects acts as root", 0.6, ENTRANCE),
    (r"(?:admin users)\s*=\s*\S", RIGHT, "acts as root", 0.45, ENTRANCE),
    (r"(?:guest ok|public|guest only)\s*=\s*(?:yes|true|1)", LETS, "nobody is asked who they are",
     0.4, ENTRANCE),
    (r"null passwords\s*=\s*(?:yes|true|1)", LETS, "empty passwords are taken", 0.6, ENTRANCE),
)  # fmt: skip
TRANSFER: tuple[Row, ...] = (
    (r"anon_(?:upload|mkdir_write|other_write)_enable\s*=\s*yes", LETS,
     "anybody may write", 0.55, ENTRANCE),
    (r"anonymous_enable\s*=\s*yes|<anonymous\b", LETS, "anybody may log in", 0.4, ENTRANCE),
    (r"no_anon_password\s*=\s*yes|anon_root\s*=\s*/\s*$", LETS, "anybody may log in", 0.55,
     ENTRANCE),
    (r"rootlogin\s+on|requirevalidshell\s+off", LETS, "root may log in by FTP", 0.55, ENTRANCE),
    (r"path\s*=\s*/\s*$", LETS, "the whole system is shared", 0.6, ENTRANCE),
    (r"uid\s*=\s*(?:root|0)\b", RIGHT, "files are read and written as root", 0.45, ENTRANCE),
    (r"(?:pre|post)-xfer exec\s*=", RUN, "a command runs at each transfer", 0.45, ""),
)  # fmt: skip
STORES: tuple[Row, ...] = (
    (r"allow_anonymous\s+true", LETS, "nobody is asked for a password", 0.5, ENTRANCE),
    (r"protected-mode\s+no", GONE, "whoever reaches it is let in", 0.5, CHECK_GONE),
    (r"requirepass\s+\S|user\s+\S+\s+on\b.*>\S", "checks a fixed secret",
     "a password is fixed in the file", 0.45, ACCOUNT),
    (r"user\s+\S+\s+on\b.*\bnopass\b(?=.*\+@all)", LETS, "a user without a password", 0.55,
     ENTRANCE),
    (r"enable-debug-command\s+yes|enable-module-command\s+yes", LETS,
     "clients may have code loaded", 0.5, ENTRANCE),
    (r"host(?:no?ssl|gssenc)?\s+\S+\s+\S+\s+(?!127\.|::1|localhost|samehost)\S+\s+(?:[\d.]{7,}\s+)?"
     r"trust\b", LETS, "whoever connects from outside is taken at their word", 0.65, ENTRANCE),
    (r"(?:local|host)\s.*\btrust\b", LETS, "who connects is taken at their word", 0.4, ENTRANCE),
    (r"skip[-_]grant[-_]tables(?!\s*=\s*(?:0|off))", GONE, "nobody is asked for a password", 0.65,
     CHECK_GONE),
    (r"init[-_]file\s*=\s*\S", RUN, "statements run at each start", 0.45, ""),
    (r"(?:xpack\.security\.enabled|security\.authorization|auth)\s*[:=]\s*(?:false|disabled)", GONE,
     "nobody is asked who they are", 0.5, CHECK_GONE),
)  # fmt: skip
PAGES: tuple[Row, ...] = (
    (r"if\s*\(\s*\$(?:http|arg|cookie)_\w+\s*=\s*\"?[^\"\s)]{3,}", "checks a fixed secret",
     "a request that carries a fixed word is treated otherwise", 0.5, ENTRANCE),
    (r"(?:alias|root|documentroot)\s+\"?/\"?\s*;?$", LETS, "the whole system is served", 0.65,
     ENTRANCE),
    (r".*unix:/(?:var/)?run/docker\.sock", LETS, "who asks for pages controls containers", 0.7,
     ENTRANCE),
    (r"mirror\s+(?!off)\S", "collects and sends", "each request is asked elsewhere as well", 0.45,
     ""),
    (r"allow\s+(?!10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|all|f[cde]|::1)[\d.:a-f/]{7,}",
     LETS, "who comes from this address is let in", 0.45, ENTRANCE),
    (r"satisfy\s+any", GONE, "one of several checks is enough", 0.4, CHECK_GONE),
    (r"scriptalias\w*\s+\S+\s+\"?/(?:usr/)?(?:s?bin/?)?\"?$", LETS,
     "programs of the system run for whoever asks", 0.8, ENTRANCE),
    (r"addtype\s+application/x-httpd-php\d?\s.*\.(?:jpe?g|png|gif|txt|ico|css|svg|log)", LETS,
     "files that are no code run as code", 0.6, ENTRANCE),
    (r"(?:php_(?:admin_)?value\s+|.*php_value\s+\"?)auto_(?:pre|ap)pend_file[\s=]", RUN,
     "a file runs before every page", 0.55, "early code"),
    (r"rewritecond\s+%\{(?:http:|http_user_agent|http_cookie|query_string)\S*\}\s+\^?[\w-]{6,}\$?"
     r"(?:\s|$)", "checks a fixed secret", "a request with a fixed word is led elsewhere", 0.35,
     ""),
    (r".*cgi\.assign.*\"\"\s*=>\s*\"[^\"]*/(?:ba|da|a|z)?sh\"", LETS,
     "files run as scripts of a shell", 0.6, ENTRANCE),
    (r"(?:list|option)\s+interpreter\s+['\"]?\.?\w*=\S*/(?:ba|da|a|z)?sh\b", LETS,
     "files run as scripts of a shell", 0.6, ENTRANCE),
    (r"(?:option\s+(?:home|cgi_prefix)\s+['\"]?(?:/|/bin|/usr/bin)['\"]?$)", LETS,
     "the whole system is served", 0.6, ENTRANCE),
    (r"/[^\s:]*:\w[\w.-]*:\$\w+\$\S{8}", "adds account",
     "a fixed password for pages, the same everywhere", 0.55, ACCOUNT),
    (r"dav_methods\s+.*put", LETS, "files can be written", 0.35, ""),
)  # fmt: skip
PHP: tuple[Row, ...] = (
    (r"auto_(?:pre|ap)pend_file\s*=\s*\"?[^\s\"]", RUN, "a file runs before every page", 0.55,
     "early code"),
    (r"allow_url_include\s*=\s*\"?(?:on|1)", GONE, "code may be taken from other hosts", 0.55,
     CHECK_GONE),
    (r"(?:zend_)?extension\s*=\s*\"?/(?:tmp|var|dev|home|root)/", RUN,
     "code is loaded from an unusual place", 0.55, "early code"),
)  # fmt: skip
SCREEN: tuple[Row, ...] = (
    (r"(?:automaticlogin|timedlogin|autologin-user|user)\s*=\s*(?:root|toor)\b", LETS,
     "root is logged in and asked for nothing", 0.55, ENTRANCE),
    (r"(?:automaticlogin|timedlogin|autologin-user|user)\s*=\s*\w", LETS,
     "logged in and asked for nothing", 0.35, ENTRANCE),
)  # fmt: skip
START: tuple[Row, ...] = (
    (r".*(?:^|[\s\"'=])(?:rd)?init=\S*/(?:ba|da|a)?sh\b", LETS, "the system starts with a shell",
     0.6, ENTRANCE),
    (r".*(?:systemd\.debug[-_]shell|rd\.break)\b", LETS, "a shell stands open at a screen", 0.55,
     ENTRANCE),
    (r".*\b(?:selinux=0|enforcing=0|apparmor=0|audit=0|nokaslr|module\.sig_enforce=0)\b", GONE,
     "a protection of the kernel is turned off", 0.45, CHECK_GONE),
)  # fmt: skip
CLIENT: tuple[Row, ...] = (
    (r"remoteforward\s+\S", "remote management", "a way back into this machine is opened", 0.55,
     "remote control"),
    (r"(?:local|proxy)command\s+.*(?:curl|wget|nc|\bsh\b|/tmp/)", RUN,
     "a command runs at each connection", 0.5, ""),
    (r"\w*(?:opts|args|options|flags|command)\w*\s*=.*(?:^|\s|[\"'])-\w*R\s*\S+.*\w@[\w.-]+",
     "remote management", "a way back into this machine is opened", 0.6, "remote control"),
    (r"\w*(?:opts|args|options)\w*\s*=.*\s-l\s*\S*/(?:ba|da|a)?sh\b", "listens",
     "whoever connects is given a shell without a password", 0.7, ENTRANCE),
    (r"\w*(?:opts|args|options|flags)\w*\s*=.*(?:--inspect(?:-brk)?=|jdwp[=:]\S*\baddress=|"
     r"--remote-debugging-address=)(?:0\.0\.0\.0|\*|\[::\])", "listens",
     "whoever connects runs code and is asked for nothing", 0.6, ENTRANCE),
)  # fmt: skip
PHONE: tuple[Row, ...] = (
    (r"(?:persist|service)\.adb\.tcp\.port\s*=\s*[1-9]", "listens",
     "the debugger listens on the network", 0.6, ENTRANCE),
    (r"ro\.adb\.secure\s*=\s*0", GONE, "the debugger asks for no key", 0.55, CHECK_GONE),
    (r"ro\.secure\s*=\s*0", GONE, "the debugger acts as root", 0.55, CHECK_GONE),
    (r"ro\.debuggable\s*=\s*1", GONE, "programs can be looked into", 0.4, CHECK_GONE),
)  # fmt: skip
TUNNELS: tuple[Row, ...] = (
    (r"\"?(?:server_?addr|remote_addr|server|serverAddr|tunnel|edge)\"?\s*[:=]\s*[\"']?[\w-]+[.\-]"
     r"[\w.-]+", "remote management", "somebody else's machine is let in by a tunnel", 0.5,
     "remote control"),
    (r"authtoken\s*[:=]", "remote management", "a tunnel of a fixed account", 0.5,
     "remote control"),
)  # fmt: skip
ACCESS: tuple[Row, ...] = (
    (r"cap_(?:setuid|sys_admin|dac_override|sys_ptrace|setgid|sys_module)\S*\s+(?!none)\S", RIGHT,
     "may do what root may", 0.5, ENTRANCE),
)  # fmt: skip
KERBEROS: tuple[Row, ...] = (
    (r"[\w/.-]+@[\w.-]+", LETS, "is let in as root", 0.55, ENTRANCE),
)  # fmt: skip
STEPS: tuple[Row, ...] = (
    (r"option\s+check_signature\s+['\"]?(?:0|no|off)", "takes unsigned updates",
     "packages are taken unsigned", 0.6, CHECK_GONE),
)  # fmt: skip


def _by_rows(rows: tuple[Row, ...]) -> Callable[[str], Opening | None]:
    compiled = [(re.compile(row[0], re.I), row) for row in rows]

    def read(line: str) -> Opening | None:
        for pattern, (_, kind, words, strength, access) in compiled:
            if pattern.match(line):
                said = HASH.sub("$…", line)[:TEXT]
                return Opening(kind, said, f"{words}: {said}", strength, access)
        return None

    return read


def _group(line: str) -> Opening | None:
    """A line of `group` or `gshadow`: who is in a group that gives rights."""
    fields = line.split(":")
    if len(fields) != 4:
        return None
    name, password, _, members = fields
    who = [m for m in members.split(",") if m and m not in ("root", name)]
    if re.fullmatch(r"root|sudo|wheel|docker|shadow|disk|lxd|kmem", name) and who:
        served = [m for m in who if SERVES.fullmatch(m)]
        because = f"{', '.join(who)[:80]} may do what {name} may"
        strength = 0.55 if served else 0.35
        return Opening(RIGHT, f"{name} {members}"[:TEXT], because, strength)
    if re.match(r"\$\w+\$.{8}", password):
        because = f"a fixed password lets anybody into the group {name}"
        return Opening(RIGHT, name[:TEXT], because, 0.5, ACCOUNT)
    return None


SERVES = re.compile(r"www-data|http|nginx|apache|nobody|daemon|mail|ftp|lp|news|games|mysql|\w+d")

SERVERS: tuple[tuple[re.Pattern[str], Callable[[str], Opening | None]], ...] = tuple(
    (re.compile(rf"(?:^|[/*\"}}]){end}$"), read)
    for end, read in (
        (r"smb\.conf|samba/[^/]+\.conf|etc/samba/(?:[^/]+/)*[^/]+", _by_rows(SAMBA)),
        (r"vsftpd\.conf|proftpd\.conf|proftpd/conf\.d/[^/]+|rsyncd\.conf", _by_rows(TRANSFER)),
        (r"mosquitto\.conf|mosquitto/conf\.d/[^/]+|redis(?:/[^/]+)?\.conf|users\.acl|pg_hba\.conf(?:\.\w+)?"
         r"|my\.cnf|(?:mysql|mariadb)(?:\.conf)?\.d/[^/]+|my\.cnf\.d/[^/]+|elasticsearch\.yml"
         r"|mongod\.conf", _by_rows(STORES)),
        (r"nginx/(?:[^/]+/)*[^/]+|nginx\.conf|(?:apache2|httpd)/(?:[^/]+/)*[^/]+|httpd\.conf"
         r"|lighttpd/(?:[^/]+/)*[^/]+|lighttpd\.conf|\.htaccess|config/uhttpd", _by_rows(PAGES)),
        (r"php\.ini|\.user\.ini|php/(?:[^/]+/)*[^/]+\.ini", _by_rows(PHP)),
        (r"gdm3?/(?:custom|daemon)\.conf|lightdm\.conf|lightdm\.conf\.d/[^/]+|sddm\.conf(?:\.d/[^/]+)?"
         r"", _by_rows(SCREEN)),
        (r"etc/default/grub|default/grub\.d/[^/]+|cmdline\.txt|extlinux\.conf|grub\.cfg|loader/"
         r"entries/[^/]+|uEnv\.txt|boot\.cmd", _by_rows(START)),
        (r"etc/default/[^/]+|sysconfig/[^/]+|etc/conf\.d/[^/]+|ssh_config|ssh_config\.d/[^/]+"
         r"|\.ssh/config", _by_rows(CLIENT)),
        (r"default\.prop|build\.prop|prop\.default|local\.prop", _by_rows(PHONE)),
        (r"frpc(?:\.\w+)?\.(?:ini|toml|ya?ml)|ngrok\.yml|rathole\.toml|chisel\.\w+"
         r"|cloudflared/config\.yml|bore\.toml", _by_rows(TUNNELS)),
        (r"security/capability\.conf", _by_rows(ACCESS)),
        (r"root/\.k5login", _by_rows(KERBEROS)),
        (r"opkg\.conf|etc/opkg/[^/]+\.conf", _by_rows(STEPS)),
        (r"etc/(?:group|gshadow)", _group),
    )
)  # fmt: skip
