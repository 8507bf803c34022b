"""What commands do beyond the shell: findings, and files that hold what came from elsewhere.

Spec: crontab(1), systemd.unit(5), authorized_keys in sshd(8), exec and redirections of bash(1).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from evenhand.code.api import PERSONAL
from evenhand.code.finding import Finding
from evenhand.code.sensitive import host_in, of_path, of_persistence
from evenhand.code.shell_remains import deleted, emptied
from evenhand.code.shell_settings import loosened, set_variable
from evenhand.code.shell_system import Changes
from evenhand.code.shell_word import CONSENT, Ran, last_of, option
from evenhand.code.syntax import Source
from evenhand.code.value import NOTHING, Tag, Value, union
from evenhand.rootfs import apt_hook
from evenhand.rootfs.offered import offered
from evenhand.rootfs.opening import Opening

Inner = Callable[[str, str], list[Finding]]

INSTALLS = re.compile(
    r"(?:\S+ -m )?(pip[\d.]*|npm|pnpm|yarn|gem)(?: (?!install|add)\S+)* (install|i|add)"
    r"(?: (?!-i\b|--\S*index|--registry|-f\b|--find)\S+)*? (?:git\+)?(https?://\S+)"
)
BUILT_IN = frozenset((  # no file is looked for where one of these is called
    ":", "[", "[[", "bg", "break", "cd", "continue", "declare", "echo", "exit", "export", "false",
    "fg", "getopts", "hash", "jobs", "kill", "let", "local", "printf", "pwd", "read", "readonly",
    "return", "set", "shift", "test", "times", "trap", "true", "type", "ulimit", "umask", "unset",
    "wait",
))  # fmt: skip
LETTERS = ("mail", "mailx", "sendmail", "mutt")
JOB = re.compile(r"(?m)^\s*(?:(?:[-*/,\d]+\s+){5}|@\w+\s+)(?:[a-z_][\w-]*\s+(?=\S*[/ ]))?(.+)$")
UNIT = re.compile(r"(?m)^Exec\w+\s*=\s*[-@:+!]*(.+)$")
# a mode by which a file is a program
PROGRAM = re.compile(r"(?:^| )(?:[ugoa]*[+=]\w*x|0?[0-7]?[1357][0-7]{2})\b")
OTHER_ENDS = re.compile(r"\s*(?:exec\s+)?(?:/\S*/)?(?:ba|z|da|k)?sh\b")


def _own(variable: str, host: str) -> bool:
    """True where a key goes to the service that its name speaks of, or to one of the user's."""
    service = variable.removeprefix("variable ").partition("_")[0].lower()
    service = {"gh": "github", "ci": "gitlab", "hf": "huggingface", "node": "npm"}.get(
        service, service
    )
    near = re.search(r"localhost|^127\.|^10\.|^192\.168\.|\.(?:local|internal|lan)$", host)
    return bool(near) or service in host


# Settings of a unit beside it, what a unit starts, and where units are switched on.
DROP_IN = re.compile(r"systemd/system/([\w-]+)\.service\.d/[^/]+$")
STARTED = re.compile(rb"\bExec[A-Z]\w+=[-@:+!]*([^\s\"']+)")
WANTED = re.compile(r"/[\w.@-]+\.(?:wants|requires)/")
UNIT_FILE = re.compile(
    r"(?:/usr)?/lib/systemd/system/[\w@.-]+\.(?:service|timer|socket|target|path)"
)


class Effects:
    """What one script has done so far."""

    def __init__(self, source: Source, moment: str, inner: Inner) -> None:
        self.source, self.moment, self.inner = source, moment, inner
        self.files: dict[str, Tag] = {}  # files that hold what was fetched, decoded or collected
        self.folders: dict[str, Tag] = {}  # where an archive was unpacked, or a medium mounted
        self.streams: dict[str, Tag] = {}  # descriptors that are connections
        self.made: set[str] = set()  # files that were written here
        self.found: list[Finding] = []
        self.changes = Changes(source.data, moment)
        self.inside = False  # a function of the script is followed
        self.has_pipe = bool(re.search(rb"\bmkfifo\b|\bmknod\b[^\n]* p\b", source.data))
        answers = rb"(?i)(?:echo|printf)[^\n]{1,20}content-type:|QUERY_STRING|REQUEST_METHOD"
        self.answers_requests = bool(re.search(answers, source.data))

    def command(self, ran: Ran, name: str, given: Value) -> None:
        """A command that is no shell and uses no network of its own accord."""
        self.installs(ran, name)
        self.stays(ran, name, given)
        self.system(name, ran, given)
        self.opened(deleted(ran, name), ran.line)
        self.opened(loosened(ran, name, self.moment), ran.line)
        self.offers(ran, name)
        if name == "ssh" and given.having("database"):
            to = (re.match(r"[\w.-]+@([\w.-]+\.\w+)$", t) for w in ran.words for t in w.texts)
            self.sent(given.tags, ran, next((m[1] for m in to if m), ""), True)
        for place in (ran.name, ran.called) if name not in BUILT_IN else ():
            kept = self.kept(place) or self._inside(place)
            if kept is not None:
                self.fetched(kept, 0.7, ran.line, "runs it")
                return

    def offers(self, ran: Ran, name: str) -> None:
        """A command that lets in whoever connects."""
        self.opened(offered(name, ran.text(), " ".join(ran.raws), self.moment), ran.line)

    def fetched(self, tag: Tag, strength: float, line: int, words: str) -> None:
        """Something that was fetched, or that a medium brought, is run."""
        if tag.kind == "medium":
            self.add("runs commands", tag.what, 0.5, line, tag, words)
            return
        if self.changes.verified:
            strength, words = min(strength, 0.45), f"{words}; a check stands in the script"
        self.add("downloads and runs", tag.what or "the network", strength, line, tag, words)

    def sent(self, tags: tuple[Tag, ...], ran: Ran, host: str, sends: bool) -> None:
        for tag in tags:
            if tag.kind == "database" and host:  # not where whoever runs it says
                end = f"sends it to {host}"
                self.add("collects and sends", host, 0.6, ran.line, tag, end)
            elif tag.kind in PERSONAL:
                strength = 0.85
                if tag.what.startswith("variable "):
                    if not host or _own(tag.what, host):
                        continue
                    strength = 0.6
                end = f"sends it to {host or 'a host that is not shown'}"
                note = f"what is sent: {tag.what}"
                self.add(
                    "collects and sends", host or tag.kind, strength, ran.line, tag, end, note=note
                )
        about = [t for t in tags if t.kind == "host"]
        letter = ran.name.rpartition("/")[2] in LETTERS
        if about and (sends or len(about) > 1) and not letter:
            asked = CONSENT.search(self.source.data.decode("utf-8", "replace"))
            consent = "opt-out present" if asked else "not shown"
            end, to = f"sends it to {host}", host or "host not shown"
            self.add("reports usage", to, 0.5, ran.line, about[0], end, consent=consent)

    def connected(self, host: str, sign: str, body: str, out: Value, ran: Ran) -> None:
        """A redirection to a connection by the name of a file."""
        tag = Tag("socket", host, ((ran.line, f"connects to {host}"),))
        number = re.match(r"\s*(\d+|\{\w+\})?\s*(?:<>|<|>)", sign)
        if number and number[1]:
            self.streams[number[1].strip("{}")] = tag
        self.sent(out.tags, ran, host, True)
        if OTHER_ENDS.match(body):
            words = "gives the connection a shell"
            self.add("runs commands", host, 0.95, ran.line, tag, words, "remote control")

    def set(self, name: str, value: Value, line: int) -> None:
        """A variable that changes what other programs do."""
        self.opened(set_variable(name, value, self.moment), line)
        if name in ("PROMPT_COMMAND", "PS0") and isinstance(value.const, str):
            for one in self.inner(value.const, "shell"):
                self.found.append(one._replace(line=line, moment=self.moment))

    def persists(
        self, place: str, line: int, tag: Tag | None, body: str = "", out: Value = NOTHING
    ) -> None:
        what = of_persistence(place)
        remarks = isinstance(out.const, str) and all(
            not line.strip() or line.lstrip().startswith("#") for line in out.const.splitlines()
        )
        if what and not remarks:
            begun = tag or Tag("text", "", ())
            handed = self.inside or self._handed(body, out)
            known = tag is not None and (tag.kind != "net" or tag.what) and not handed
            handed = handed or (tag is None and (self._taken_away(place) or self._own_unit(place)))
            strength = 0.65 if known else 0.4 if handed else 0.5
            self.add("adds persistence", what, strength, line, begun, f"writes {what}")

    def _own_unit(self, place: str) -> bool:
        """True for settings of a unit that start nothing but the program that it is called after.

        All that the script says is started counts: what is written may have been put together.
        """
        unit = DROP_IN.search(place)
        started = STARTED.findall(self.source.data)
        if unit is None or not started:
            return False
        return all(s.rpartition(b"/")[2] == unit[1].encode() for s in started)

    def _taken_away(self, place: str) -> bool:
        """True where the script also removes what it writes there: an installer that undoes it."""
        last = re.escape(last_of(place)).encode()
        return bool(
            re.search(rb"(?m)^[^#\n]*\brm\s[^\n]*/" + last + rb"(?:[\s\"']|$)", self.source.data)
        )

    def _handed(self, body: str, out: Value) -> bool:
        """True where all that is written comes from variables of whoever starts the script."""
        names = set(re.findall(r"\$\{?([A-Za-z_]\w*)", body))
        if re.search(r"\bprintenv [A-Z]|/run/secrets/|/dev/stdin", body):
            return True
        literal = "".join(out.texts) if out.const is None else str(out.const)
        if not names or re.search(r"[^\s*%sn\\'\"]", literal):
            return False
        every = "|".join(sorted(names)).encode()
        own = re.compile(
            rb"(?:^|[\s;])(?:" + every + rb")\+?=(?![\"']?\$\{?[A-Z_])"
            rb"|\b(?:read|getline)\b[^\n]*\b(?:" + every + rb")\b", re.M
        )  # fmt: skip
        return own.search(self.source.data) is None

    def stays(self, ran: Ran, name: str, given: Value) -> None:
        """Commands that make something start again."""
        text = ran.text()

        def add(what: str, words: str) -> None:
            self.add("adds persistence", what, 0.5, ran.line, Tag("text", "", ()), words)

        plain = re.fullmatch(r"-|(-u \S+ )?(-|[\w./~*-]+)", text) and "-l" not in text.split()
        if name == "crontab" and plain:
            add("cron (crontab)", "replaces the crontab")
            self._carried("etc/cron.d/x", "\n".join(given.texts), ran.line)
        elif name in ("tee", "cp", "mv", "install", "ln") and ran.words and not self._kept_aside(
            ran, name
        ):  # fmt: skip
            for place in ran.words[-1].texts[:1]:
                if name == "ln" and WANTED.search(place) and _is_unit(ran):
                    continue
                tag = union((given,)).having("net", "decoded")
                body = ran.raws[0] if name in ("cp", "mv", "install") else ""
                piped = (
                    self.source.text(ran.node.parent) if name == "tee" and ran.node.parent else body
                )
                self.persists(place, ran.line, tag, piped, given)
        elif name == "schtasks" and re.search(r"(?i)/create", text):
            add("a scheduled task", "makes a scheduled task")
        elif name == "reg" and re.search(r"(?i)^add .*currentversion\\+run", text):
            add("registry Run key", "sets a Run key")

    def _kept_aside(self, ran: Ran, name: str) -> bool:
        """True for a copy beside what it is of, a new name, and what is made to do nothing."""
        raws = [r for w, r in zip(ran.words, ran.raws, strict=True) if not option(w)]
        if len(raws) != 2:
            return False
        source, place = raws
        if name == "ln":
            return source == "/dev/null"
        if name in ("cp", "mv") and re.fullmatch(re.escape(source) + r"[.~_-]\S*", place):
            return True
        folders = {r.rpartition("/")[0] for r in raws}
        return name == "mv" and len(folders) == 1 and not (
            {last_of(source), last_of((ran.words[-2].texts or ("",))[0])}
            & (self.made | self.files.keys())
        )  # fmt: skip

    def system(self, name: str, ran: Ran, given: Value) -> None:
        """What a command changes in the system that it runs on."""
        self.opened(self.changes.command(name, ran, given), ran.line)
        if name == "tee" and ran.words:
            self.written((ran.words[-1].texts or ("",))[0], given, ran.line)
        places = [t for w in ran.words for t in w.texts]
        names = [n.removeprefix("if=") if name == "dd" else n for n in (*places, *ran.raws)]
        fetched = next(filter(None, map(self.kept, names)), None)
        fetched = fetched or given.having("net")
        if fetched is None and any("*" in p for p in places):
            fetched = self.files.get("*")  # into a name that a variable holds
        weak = 0 if self.changes.signed else self.changes.sum_fetched()
        self.opened(self.changes.installs(ran, name, fetched), weak or ran.line)
        if name == "chmod" and fetched is not None and PROGRAM.search(ran.text()):
            again = self.moment not in ("when called", "at install")
            self.fetched(fetched, 0.55 if again else 0.4, ran.line, "makes a program of it")

    def written(self, place: str, out: Value, line: int) -> None:
        """Text that goes into a file: lines that open something, and programs."""
        text = out.const if isinstance(out.const, str) else "\n".join(out.texts)
        self.made.add(last_of(place))
        self.opened(self.changes.written(place, text), line)
        self._carried(place, text, line)

    def _carried(self, place: str, text: str, line: int) -> None:
        """What a script does that this one writes, a job, or the command of a unit."""
        if re.match(r"#!\s*\S*\b(?:env\s+)?(?:ba|da|z|k|a)?sh\b", text):
            programs = [text]
        elif re.search(r"cron|/anacrontab", place):
            programs = [m[1] for m in JOB.finditer(text)][:20]
        elif re.search(r"\.(?:service|conf)$", place):
            programs = [m[1] for m in UNIT.finditer(text)][:20]
        elif apt_hook.PLACE.search(place):
            programs = [command for _, command in apt_hook.commands(text)][:20]
        else:
            return
        for one in (f for p in programs for f in self.inner(p, "shell")):
            steps = ((line, f"writes into {place[-60:]} what does this"), *one.steps)
            self.found.append(one._replace(line=line, moment=self.moment, steps=steps))

    def flashed(self, place: str, line: int, tag: Tag) -> None:
        """What was fetched goes to where the system itself lies."""
        self.opened(self.changes.flashed(place, tag), line)

    def emptied(self, place: str, sign: str, body: str, line: int) -> None:
        """A file that is written anew with nothing, unless it was not there."""
        before = b"\n".join(self.source.data.splitlines()[max(0, line - 4) : line])
        if ">>" in sign or re.search(rb"! -[a-z] ", before):
            return
        if self.moment == "at start" and place.endswith("/utmp"):
            return  # who is logged in now: nobody is when a system starts
        if re.fullmatch(r"\s*(?::|true|echo(?:\s+-n)?(?:\s+\"\")?|)\s*", body):
            self.opened(emptied(place), line)

    def opened(self, openings: Iterable[Opening], line: int) -> None:
        """Openings as findings of a line."""
        for one in openings:
            steps = ((line, one.because),)
            self.found.append(
                Finding(
                    one.kind, one.target, one.strength or 0.0, line, steps, self.moment,
                    access=one.access, stated=one.strength is None,
                )
            )  # fmt: skip

    def installs(self, ran: Ran, name: str) -> None:
        """A package that is installed from an address, past the place where packages are kept."""
        found = INSTALLS.match(f"{name} {ran.text()}")
        if found is not None:
            host, sure = host_in(found[3]), 0.65 if found[3].startswith("http:") else 0.5
            begun = Tag("text", "", ())
            words = "installs it from an address"
            self.add("downloads and runs", host or "the network", sure, ran.line, begun, words)

    def unpacked(self, ran: Ran, name: str, tag: Tag | None) -> None:
        """Folders whose content came from elsewhere: `tar -C`, `unzip -d`, `mount`."""
        if name == "mount":
            last = ran.raws[-1] if len(ran.raws) > 1 else ""
            place = last if last.startswith(("/", "$")) else ""
            device = any(re.search(r"/dev/(?:%k|sd|\$|mmc)|\$\w*DEV", r) for r in ran.raws)
            tag = Tag("medium", "a medium that is plugged in", ((ran.line, "mounts it"),))
            tag = tag if device else None
        else:
            met = re.search(r"(?:^| )(?:-\w*[Cd]|--directory)[ =]?(\S+)", " ".join(ran.raws))
            place = met[1] if met else ""
            tag = tag or next(filter(None, map(self.kept, ran.raws)), None)
        if tag is not None and len(place) > 1:
            self.folders[place.rstrip("/")] = tag

    def _inside(self, place: str) -> Tag | None:
        return next((t for f, t in self.folders.items() if place.startswith(f + "/")), None)

    def kept(self, place: str) -> Tag | None:
        tag = self.files.get(last_of(place)) if len(last_of(place)) > 1 else None
        tag = tag or self._inside(place)
        return tag if tag is not None and tag.kind in ("net", "socket", "medium") else None

    def keep(self, word: Value, raw: str, tag: Tag) -> None:
        said = word.const if isinstance(word.const, str) else raw
        self.files[last_of(said)] = tag

    def keep_personal(self, word: Value, tags: list[Tag]) -> None:
        if isinstance(word.const, str) and not option(word) and not of_path(word.const):
            self.files.setdefault(last_of(word.const), tags[0])

    def add(
        self, kind: str, target: str, strength: float, line: int, tag: Tag, end: str,
        access: str = "", note: str = "", consent: str | None = None,
    ) -> None:  # fmt: skip
        steps = (*tag.steps, (line, end))
        self.found.append(
            Finding(kind, target, strength, line, steps, self.moment, note, consent, access)
        )


def _is_unit(ran: Ran) -> bool:
    """True where a unit that lies with the others is linked: it is switched on, not brought."""
    return len(ran.words) > 1 and any(UNIT_FILE.fullmatch(t) for t in ran.words[-2].texts)
