"""Units of systemd: services, sockets and timers, and what they run or listen on.

Spec: systemd.unit(5), systemd.service(5), systemd.socket(5), systemd.timer(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.artefact import Artefact
from evenhand.code.command_line import sequence_rows
from evenhand.errors import NotThisFormat
from evenhand.facts.hidden_access import HiddenAccess
from evenhand.facts.service import Service
from evenhand.readers import Item, Partly
from evenhand.rootfs.line import of_line
from evenhand.rootfs.opening import GADGET, SHELL

VERSION = "3"
RECOGNISES = {"names": ("*.service", "*.socket", "*.timer", "*.service.d/*.conf")}
EMITS = ("service", "behaviour", "hidden_access")
CANNOT_SEE = {
    "service": "conditions that hold only on the machine; settings of drop-in files",
    "behaviour": "what the programs do that a unit starts",
    "hidden_access": "what the programs do that a unit starts",
}

READ_BYTES = 1 << 20
TEXT = 300  # longest command that is kept
LISTEN = ("ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO")
# in the order in which they run
RUNS = ("ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "ExecStopPost")
TIMES = ("OnCalendar", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec")
SECTIONS = ("Unit", "Service", "Socket", "Timer", "Install")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield one `service` for the unit; for a service one for each command that starts it."""
    with artefact.open() as stream:
        text = stream.read(READ_BYTES).decode("utf-8", "replace")
    said = _fields(text)
    if not said.keys() & set(SECTIONS):
        raise NotThisFormat("no section of a unit")
    if artefact.size_bytes > READ_BYTES:
        yield Partly(f"only the first {READ_BYTES >> 20} MiB were read", READ_BYTES)
    name = artefact.name.rpartition("/")[2]
    # What the unit asks of the machine first may keep it from being started.
    plain = not any(k.startswith(("Condition", "Assert")) for k in said.get("Unit", ()))
    service, socket, timer = (said.get(s, {}) for s in ("Service", "Socket", "Timer"))
    if name.endswith((".service", ".conf")):
        for line, command in service.get("ExecStart", ()):
            shown = command.lstrip("-@:+!")[:TEXT]
            yield _row(artefact, name, line, "if turned on", shown, None, plain)
        yield from _commands(artefact, service)
    elif name.endswith(".socket"):
        places = [(line, value) for key in LISTEN for line, value in socket.get(key, ())]
        if places:
            listens = ", ".join(value for _, value in places[:20])
            starts = "if turned on"
            target = _last(socket.get("Service")) or name.removesuffix(".socket") + ".service"
            yield _row(artefact, name, places[0][0], starts, target, listens, plain)
    else:
        times = [(line, f"{k}={v}") for k in TIMES for line, v in timer.get(k, ())]
        if times:
            target = _last(timer.get("Unit")) or name.removesuffix(".timer") + ".service"
            when = ", ".join(value for _, value in times[:20])
            yield _row(artefact, name, times[0][0], when, target, None, plain)


def _commands(artefact: Artefact, service: dict[str, list[tuple[int, str]]]) -> Iterator[Item]:
    """What the unit's commands do, what it loads first; a shell that is handed a connection."""
    for line, value in service.get("Environment", ()):
        loaded = of_line("x.service.d/x.conf", f"Environment={value}")
        if loaded is not None and loaded.access:
            yield HiddenAccess(
                loaded.access, f"line {line}", artefact.name, None, loaded.target[:80], 0.5,
                because=loaded.because,
            )  # fmt: skip
    commands = [(n, c.replace("$$", "$")) for key in RUNS for n, c in service.get(key, ())]
    yield from sequence_rows(artefact.name, commands, "at start")
    given, terminal = (_last(service.get(k)) or "" for k in ("StandardInput", "TTYPath"))
    cable = given.startswith("tty") and GADGET.search(terminal)
    for line, command in service.get("ExecStart", ()) if given == "socket" or cable else ():
        if SHELL.search(command.lstrip("-@:+!").split(" ")[0]):
            who = "plugs in a cable" if cable else "connects"
            because = f"whoever {who} is given {command[:TEXT]}, without a password"
            yield HiddenAccess(
                "debug entrance", f"line {line}", artefact.name, constant=command[:TEXT],
                strength=0.65 if cable else 0.85, because=because,
            )  # fmt: skip


def _row(
    artefact: Artefact,
    name: str,
    line: int,
    starts: str,
    command: str,
    listens: str | None,
    direct: bool,
) -> Service:
    place = f"line {line}"
    return Service(artefact.name, name, place, "systemd", starts, command, direct, listens)


def _last(values: list[tuple[int, str]] | None) -> str | None:
    return values[-1][1] if values else None


def _fields(text: str) -> dict[str, dict[str, list[tuple[int, str]]]]:
    """Section → key → values with their lines; an empty value takes the earlier ones back."""
    found: dict[str, dict[str, list[tuple[int, str]]]] = {}
    section, held, begun = "", "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not held and line.startswith(("#", ";")):
            continue
        begun = begun if held else number
        if line.endswith("\\") and len(held) < READ_BYTES:
            held += line[:-1] + " "
            continue
        whole, held = (held + line).strip(), ""
        if whole.startswith("[") and whole.endswith("]"):
            section = whole[1:-1]
            found.setdefault(section, {})
            continue
        key, mark, value = whole.partition("=")
        if not mark or not section:
            continue
        values = found[section].setdefault(key.strip(), [])
        if value.strip():
            values.append((begun, value.strip()))
        else:
            values.clear()
    return found
