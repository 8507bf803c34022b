"""Commands and rights in files by which others build, deploy or set up: containers, CI, cloud-init.

Files are read by line and by depth of their spaces, not as YAML: what is broken is read as far as
it can be, and no alias is ever followed.

Spec: Dockerfile reference, Compose specification, Kubernetes API (pod security, RBAC), GitHub
Actions and GitLab CI syntax, cloud-init modules, debian-installer preseed, Ansible, make.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from evenhand.artefact import Artefact
from evenhand.code import log_leak
from evenhand.code.command_line import sequence_rows
from evenhand.errors import NotThisFormat
from evenhand.facts.behaviour import Behaviour
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.readers import Item, Partly
from evenhand.rootfs.opening import Opening
from evenhand.rootfs.text import text_of
from evenhand.rootfs.told import told

VERSION = "3"
RECOGNISES = {
    "names": (
        "Dockerfile", "Dockerfile.*", "*.dockerfile", "Containerfile", "docker-compose*.yml",
        "docker-compose*.yaml", "compose.yml", "compose.yaml", ".github/workflows/*",
        "action.yml", "action.yaml", ".gitlab-ci.yml", ".travis.yml", ".circleci/config.yml",
        "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", "azure-pipelines.yml",
        "appveyor.yml", "cloud.cfg", "cloud.cfg.d/*", "user-data", "vendor-data", "preseed.cfg",
        "*.seed", "ks.cfg", "Makefile", "makefile", "GNUmakefile", "*.mk", "Vagrantfile", "*.yaml",
        "*.yml",
    )
}  # fmt: skip
EMITS = ("behaviour", "hidden_access")
CANNOT_SEE = {
    "behaviour": "whether anybody builds or deploys by the file; what values are put in",
    "hidden_access": "whether anybody builds or deploys by the file",
}

COMMANDS = 400  # of one file
ROWS = 200
LINE = 4_000
USUAL = 0.45  # what is fetched and run, or installed, by those who build: many do
DONE_BY_MANY = ("downloads and runs", "installs unverified updates", "turns a check off")
SETS_UP = re.compile(r"cloud|user-data|vendor-data|\.seed$|preseed|ks\.cfg")
STEP = re.compile(
    r"(\s*(?:-\s+)?)(?:run|script|command|cmd|shell|before_script|after_script|install|entrypoint"
    r"|args|commands|bash|sh|raw|(?:ansible\.builtin\.)?(?:shell|command)|before_install|test"
    r"|runcmd|bootcmd|inline|exec|postStart|preStop)\s*:\s*(.*)"
)
OTHER = re.compile(r"(\s*)(?:-\s+)?[\w.$/-]+\s*:(?:\s|$)")
ITEM = re.compile(r"(\s*)-\s+(.+)")
CONTAINER = re.compile(r"(?i)(?:RUN|CMD|ENTRYPOINT|ONBUILD\s+RUN)\s+(.+)")
# All secrets of a workflow at once, by themselves and under the name of a variable.
EVERY = re.compile(r"\$\{\{\s*toJSON\(\s*secrets\s*\)\s*\}\}", re.I)
HANDED = re.compile(r"(?m)^[ \t]*([A-Za-z_]\w*)[ \t]*:[ \t]*[\"']?" + EVERY.pattern, re.I)
ALL = "${secrets__all}"  # how the shell's reader knows them
SIGNS = re.compile(
    r"(?m)^\s*(?:-\s+)?(?:apiVersion|kind|steps|jobs|services|hosts|tasks|runcmd|users|runs"
    r"|before_script|script|pipelines|image|(?:ansible\.posix\.)?authorized_key)\s*:|^#cloud-config"
)


# (pattern of a line, kind, words, strength, kind of hidden access), for what YAML says
RIGHTS = tuple(
    (re.compile(pattern), kind, words, strength, access)
    for pattern, kind, words, strength, access in (
        (r"\s*-?\s*(?:subject|name)\s*:\s*[\"']?system:(?:unauthenticated|anonymous)\b", "lets in",
         "whoever reaches the cluster has these rights", 0.7, "debug entrance"),
        (r".*/(?:var/)?run/docker\.sock\b", "grants rights",
         "the container controls the machine's containers", 0.45, ""),
        (r"\s*-\s*[\"']?/:/(?!\S*:ro\b)|\s*source\s*:\s*[\"']?/[\"']?\s*$|.*hostPath\s*:\s*\{?\s*path"
         r"\s*:\s*[\"']?/[\"'}\s]*$", "grants rights",
         "the container sees all of the machine's files", 0.5, "debug entrance"),
        (r"\s*-?\s*privileged\s*:\s*true", "grants rights",
         "the container may do what the machine may", 0.4, ""),
        (r"\s*-?\s*(?:hostPID|hostNetwork)\s*:\s*true|\s*pid\s*:\s*[\"']?host", "grants rights",
         "the container sees the machine's programs or network", 0.35, ""),
        (r".*\b(?:ssh-rsa|ssh-ed25519|ecdsa-sha2-\S+)\s+AAAA[A-Za-z0-9+/=]{30,}", "lets in",
         "a fixed key is let in", 0.6, "debug entrance"),
        (r".*\bkey\s*:\s*[\"']?\{\{\s*lookup\(\s*[\"']file[\"']\s*,\s*role_path\b", "lets in",
         "a key that the role brings itself is let in", 0.6, "debug entrance"),
        (r"\s*-?\s*(?:plain_text_passwd|password)\s*:\s*[\"']?[^\s\"'{$][^\s\"']*[\"']?\s*$"
         r"|\s*-?\s*(?:hashed_)?passwd\s*:\s*[\"']?\$\w+\$", "adds account",
         "a fixed password is set", 0.55, "default account"),
        (r"\s*d-i\s+passwd/(?:root|user)-password(?:-crypted)?\s+password\s+\S", "adds account",
         "a fixed password is set", 0.55, "default account"),
        (r"\s*rootpw\s+(?!--lock)\S", "adds account", "a fixed password is set for root", 0.55,
         "default account"),
    )
)  # fmt: skip


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield what the commands do, and lines that give rights."""
    name = artefact.name.rpartition("/")[2]
    text = yield from text_of(artefact)
    plain = re.search(r"(?i)dockerfile|containerfile", name)
    made = re.search(r"(?i)makefile|\.mk$", name)
    installer = re.search(r"preseed|\.seed$|ks\.cfg|Vagrantfile", name)
    if not (plain or made or installer) and not SIGNS.search(text):
        raise NotThisFormat("nothing that builds or deploys")
    lines = [line[:LINE] for line in text.splitlines()]
    if plain:
        steps = list(_container(lines))
    elif made:
        steps = [(n, line[1:].lstrip("@-+")) for n, line in enumerate(lines, 1) if line[:1] == "\t"]
    elif installer:
        steps = list(_installer(lines))
    else:
        steps = list(_steps(lines))
    if len(steps) > COMMANDS:
        yield Partly(f"more than {COMMANDS} commands: the rest was not read")
    sets_up = bool(SETS_UP.search(artefact.name))
    handed = [f'{m[1]}="{ALL}"' for m in HANDED.finditer(text)][:COMMANDS]
    secret = {m[1]: m[0] for m in islice(log_leak.HANDED.finditer(text), COMMANDS)}
    many = not (sets_up or "compose" in name or re.search(r"(?m)^apiVersion:", text))
    for number, command in steps[:COMMANDS]:
        said = command.replace("$$", "$") if made else command
        told = [*((number, given) for given in handed), (number, EVERY.sub(ALL, said))]
        for row in sequence_rows(artefact.name, told, "when run"):
            yield _usual(row) if many else row
        leak = log_leak.printed(said, secret) if not (plain or made or installer) else None
        if leak is not None:
            because = f"prints {leak[0]}, encoded, into the log"
            yield Behaviour(
                artefact.name, "collects and sends", f"line {number}", "the log", because, leak[1]
            )
    if not (plain or made):
        yield from _rights(artefact, lines, sets_up)


def _usual(row: Item) -> Item:
    """What those who build do every day is worth less."""
    if isinstance(row, HiddenAccess) and row.kind == "removal of protection":
        return row._replace(strength=min(row.strength or 0, USUAL))
    if isinstance(row, Behaviour) and row.kind in DONE_BY_MANY:
        return row._replace(strength=min(row.strength or 0, USUAL))
    return row


def _rights(artefact: Artefact, lines: list[str], sets_up: bool) -> Iterator[Item]:
    met, before = 0, ""
    for number, line in enumerate(lines, 1):
        if met >= ROWS or line.lstrip().startswith("#"):
            continue
        said = f"{before} {line.strip()}" if before.endswith("hostPath:") else line
        before = line.strip()
        for pattern, kind, words, strength, access in RIGHTS:
            if pattern.match(said) and (sets_up or kind != "adds account"):
                met += 1
                because = f"{words}: {before[:80]}"
                opens = Opening(kind, before[:40], because, strength, access)
                yield from told(artefact.name, number, opens)
                break


def _container(lines: list[str]) -> Iterator[tuple[int, str]]:
    """RUN, CMD and ENTRYPOINT; lines that end in a backslash go on."""
    held, begun = "", 0
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#"):
            continue
        begun = begun if held else number
        held += line.rstrip()
        if held.endswith("\\") and len(held) < LINE:
            held = held[:-1] + " "
            continue
        found = CONTAINER.match(held.strip())
        if found is not None:
            yield begun, _plain(re.sub(r"^(?:--\w+=\S+\s+)+", "", found[1]))
        held = ""


def _plain(command: str) -> str:
    """`["sh", "-c", "x"]` as a shell would have it."""
    if not re.match(r"\[\s*[\"']", command):
        plain = command.strip()
        return plain.strip("\"'") if plain[:1] == plain[-1:] else plain
    words = re.findall(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'", command)
    said = [a or b for a, b in words]
    if len(said) > 2 and re.search(r"(?:^|/)(?:ba|da|a)?sh$", said[0]) and said[1].startswith("-"):
        return str(said[2]).replace('\\"', '"')
    return " ".join(said)


def _installer(lines: list[str]) -> Iterator[tuple[int, str]]:
    """What an installer runs: late commands, sections of kickstart, inline shell."""
    inside = False
    for number, line in enumerate(lines, 1):
        late = re.match(r"\s*d-i\s+\S*(?:late|early)_command\s+string\s+(.+)", line)
        inline = re.search(r"inline(?::|\s*=>)\s*[\"'](.+?)[\"']\s*$", line)
        if re.match(r"%(?:post|pre|end)\b", line):
            inside = not line.startswith("%end")
        elif late is not None or inline is not None:
            yield number, str((late or inline or ("", ""))[1]).replace("in-target ", "")
        elif inside:
            yield number, line


def _steps(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Commands of YAML: on the line of their key, in the lines below it, or as a list."""
    deep, block = -1, False
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if (deep >= 0 and indent > deep) or (deep >= 0 and not block and indent == deep and
                                           line.lstrip().startswith("- ")):  # fmt: skip
            item = ITEM.match(line)
            said = item[2] if item and not block else line.strip()
            if not block and OTHER.match(line) and not item:
                deep = -1
            else:
                if re.fullmatch(r"[|>][-+]?\s*", said):
                    deep, block = indent, True
                    continue
                yield number, _plain(said)
                continue
        deep, block = -1, False
        found = STEP.match(line)
        if found is None:
            continue
        rest = found[2].strip()
        if rest in ("", "|", ">", "|-", ">-", "|+", ">+"):
            deep, block = len(found[1]), rest != ""
        else:
            yield number, _plain(rest)
