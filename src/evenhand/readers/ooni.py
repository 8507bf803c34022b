"""OONI measurements, in lines, one by one or in an array: was a service reached from a place.

An anomaly is a sign and no proof: a fault of the network, of the service or of the test looks
the same. It is graded `alleged`; only what the measurement itself calls confirmed is more.

Spec: OONI data formats, df-000-base; test specifications ts-017 (web connectivity) and others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat, Unreadable
from evenhand.facts.interference import Interference
from evenhand.readers import Item
from evenhand.traffic import authority, clock
from evenhand.traffic.host_names import shown, without_port
from evenhand.traffic.json_piece import values

VERSION = "1"
RECOGNISES = {"keys": ("test_keys", "test_name", "probe_cc", "measurement_start_time")}
EMITS = ("interference", "mention")
CANNOT_SEE = {
    "interference": (
        "who interfered and why, and whether anybody did: faults of networks, services and "
        "tests look alike; other networks, days and services than those measured"
    ),
    "mention": "hosts that the measurements name otherwise than as what was measured",
}

UNKNOWN_PLACE = "Z" * 2  # what a device says that does not know where it is
NO_NETWORK = "AS0"


class Measurement(msgspec.Struct, gc=False):
    """What the facts need of a measurement."""

    test_name: str
    test_keys: dict[str, Any] | None = None
    input: Any = None  # older tests give a list
    probe_cc: str | None = None
    probe_asn: str | None = None
    measurement_start_time: str | None = None
    report_id: str | None = None
    measurement_uid: str | None = None
    confirmed: bool | None = None


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield a row for each measurement; stops at the first that cannot be read."""
    decode = msgspec.json.Decoder(Measurement).decode
    number = 0
    for number, piece in enumerate(values(artefact), 1):
        try:
            said = decode(piece.data)
            at = clock.microseconds(said.measurement_start_time)
        except (ValueError, RecursionError) as error:
            reason = f"measurement {number} cannot be read: {error}"
            raise Unreadable(reason, piece.offset) from None
        yield _row(said, number, at)
    if not number:
        raise NotThisFormat("no measurement")


def _row(said: Measurement, number: int, at: int) -> Interference:
    seen, how = judged(said.test_name, said.test_keys or {})
    if said.confirmed:
        seen = "confirmed"
    time = clock.moment(at)
    place = (said.probe_cc or "").upper()
    return Interference(
        _service(said),
        seen,
        f"measurement {number}",
        place if len(place) == 2 and place != UNKNOWN_PLACE else None,
        how,
        said.probe_asn if said.probe_asn != NO_NETWORK else None,
        time.date() if time else None,
        time,
        said.test_name,
        _input(said),
        said.measurement_uid or said.report_id or None,
        grade="alleged" if seen == "anomaly" else "observed",
    )


def _input(said: Measurement) -> str | None:
    """What was given to the test; of a list the first."""
    first = said.input[0] if isinstance(said.input, list) and said.input else said.input
    return first if isinstance(first, str) and first else None


def _service(said: Measurement) -> str:
    """The host that was to be reached, else the service that the test is named for."""
    asked = _input(said)
    if asked:
        found = authority.of(asked)
        host = found.host if found else without_port(asked.partition("://")[2] or asked)
        name = shown(host.partition("/")[0])
        if name:
            return name
    return said.test_name


def judged(test: str, keys: dict[str, Any]) -> tuple[str, str | None]:
    """What a test says it saw, and what failed: in the words of its own specification."""
    if test == "web_connectivity":
        return _web(keys)
    failed, fine = [], False
    for key, value in sorted(keys.items()):
        if key.endswith("_blocking") or key in ("tampering", "tor_blocking"):
            failed += [key] if value is True or _any_true(value) else []
            fine |= value is False or (isinstance(value, dict) and not _any_true(value))
        elif key.endswith("_status"):
            failed += [key] if value == "blocked" else []
            fine |= value == "ok"
    if failed:
        return "anomaly", ", ".join(failed)
    if fine:
        return "reached", None
    return "not decided", None


def _web(keys: dict[str, Any]) -> tuple[str, str | None]:
    blocking, accessible = keys.get("blocking"), keys.get("accessible")
    if isinstance(blocking, str) and blocking:
        return "anomaly", blocking
    if blocking is False and accessible is True:
        return "reached", None
    # `false` and not accessible: it failed from elsewhere as well; null: the test failed.
    return "not decided", "not reached from elsewhere either" if blocking is False else None


def _any_true(value: Any) -> bool:
    return isinstance(value, dict) and any(v is True for v in value.values())
