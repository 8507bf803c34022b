"""What commands do beyond the shell: findings, and files that hold what came from elsewhere.

Spec: crontab(1), systemd.unit(5), authorized_keys in sshd(8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from evenhand.code.api import PERSONAL
from evenhand.code.finding import Finding
from evenhand.code.sensitive import host_in, of_path, of_persistence
from evenhand.code.shell_system import Changes
from evenhand.code.shell_word import CONSENT, Ran, option
from evenhand.code.syntax import Source
from evenhand.code.value import Tag, Value, union
from evenhand.rootfs.opening import Opening

INSTALLS = re.compile(
    r"(?:\S+ -m )?(pip[\d.]*|npm|pnpm|yarn|gem)(?: (?!install|add)\S+)* (install|i|add)"
    r"(?: (?!-i\b|--\S*index|--registry|-f\b|--find)\S+)*? (?:git\+)?(https?://\S+)"
)


class Effects:
    """What one script has done so far."""

    def __init__(self, source: Source, moment: str) -> None:
        self.source, self.moment = source, moment
        self.files: dict[str, Tag] = {}  # files that hold what was fetched, decoded or collected
        self.found: list[Finding] = []
        self.changes = Changes(source.data, moment)

    def sent(self, tags: tuple[Tag, ...], ran: Ran, host: str, sends: bool) -> None:
        for tag in tags:
            if tag.kind in PERSONAL:
                end = f"sends it to {host or 'a host that is not shown'}"
                note = f"what is sent: {tag.what}"
                self.add(
                    "collects and sends", host or tag.kind, 0.85, ran.line, tag, end, note=note
                )
        about = [t for t in tags if t.kind == "host"]
        if about and (sends or len(about) > 1):
            asked = CONSENT.search(self.source.data.decode("utf-8", "replace"))
            consent = "opt-out present" if asked else "not shown"
            end, to = f"sends it to {host}", host or "host not shown"
            self.add("reports usage", to, 0.5, ran.line, about[0], end, consent=consent)

    def persists(self, place: str, line: int, tag: Tag | None, body: str = "") -> None:
        what = of_persistence(place)
        if what:
            begun = tag or Tag("text", "", ())
            strength = 0.65 if tag else 0.4 if self._handed(body) else 0.5
            self.add("adds persistence", what, strength, line, begun, f"writes {what}")

    def _handed(self, body: str) -> bool:
        """True where all that is written is a variable of whoever starts the script."""
        names = set(re.findall(r"\$\{?([A-Za-z_]\w*)", body))
        plain = re.fullmatch(
            r"\s*(?:echo|printf)(?:\s+'%s(?:\\n)?')?\s+\"?\$\{?[A-Z]\w*\}?\"?\s*", body
        )
        if plain is None or len(names) != 1:
            return False
        name = names.pop().encode()
        own = re.compile(
            rb"(?:^|[\s;])" + name + rb"\+?=|\b(?:read|for|getline)\b[^\n]*\b" + name, re.M
        )
        return own.search(self.source.data) is None

    def stays(self, ran: Ran, name: str, given: Value) -> None:
        """Commands that make something start again."""
        text = ran.text()
        nothing = Tag("text", "", ())
        if (
            name == "crontab"
            and re.fullmatch(r"-|(-u \S+ )?(-|[\w./~*-]+)", text)
            and "-l" not in text.split()
        ):
            self.add(
                "adds persistence", "cron (crontab)", 0.5, ran.line, nothing, "replaces the crontab"
            )
        elif name in ("tee", "cp", "mv", "install", "ln") and ran.words:
            last = ran.words[-1]
            for place in last.texts[:1]:
                self.persists(place, ran.line, union((given,)).having("net", "decoded"))
        elif name == "schtasks" and re.search(r"(?i)/create", text):
            self.add(
                "adds persistence",
                "a scheduled task",
                0.5,
                ran.line,
                nothing,
                "makes a scheduled task",
            )
        elif name == "reg" and re.search(r"(?i)^add .*currentversion\\+run", text):
            self.add(
                "adds persistence", "registry Run key", 0.5, ran.line, nothing, "sets a Run key"
            )

    def system(self, name: str, ran: Ran, given: Value) -> None:
        """What a command changes in the system that it runs on."""
        self.opened(self.changes.command(name, ran, given), ran.line)
        if name == "tee" and ran.words:
            self.written((ran.words[-1].texts or ("",))[0], given, ran.line)
        places = [t for w in ran.words for t in w.texts]
        fetched = next(filter(None, map(self.kept, places)), None) or given.having("net")
        if fetched is None and any("*" in p for p in places):
            fetched = self.files.get("*")  # into a name that a variable holds
        self.opened(self.changes.installs(ran, name, fetched), ran.line)

    def written(self, place: str, out: Value, line: int) -> None:
        """Text that goes into a file."""
        text = out.const if isinstance(out.const, str) else "\n".join(out.texts)
        self.opened(self.changes.written(place, text), line)

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

    def kept(self, place: str) -> Tag | None:
        last = place.rpartition("/")[2]
        tag = self.files.get(last) if len(last) > 1 else None
        return tag if tag is not None and tag.kind in ("net", "socket") else None

    def keep(self, word: Value, tag: Tag) -> None:
        if isinstance(word.const, str):
            self.files[word.const.rpartition("/")[2]] = tag

    def keep_personal(self, word: Value, tags: list[Tag]) -> None:
        if isinstance(word.const, str) and not option(word) and not of_path(word.const):
            self.files.setdefault(word.const.rpartition("/")[2], tags[0])

    def add(
        self, kind: str, target: str, strength: float, line: int, tag: Tag, end: str,
        access: str = "", note: str = "", consent: str | None = None,
    ) -> None:  # fmt: skip
        steps = (*tag.steps, (line, end))
        self.found.append(
            Finding(kind, target, strength, line, steps, self.moment, note, consent, access)
        )
