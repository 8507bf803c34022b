"""Lines taken by their shape give what they give one after the other, or are left to that."""

from __future__ import annotations

import json
import random
from typing import Any

import pyarrow as pa
import pytest

from evenhand.traffic import address, zeek_json, zeek_shape

ROW = {
    "_path": "conn",
    "ts": 1517336042.279652,
    "uid": "CDe2",
    "id.orig_h": "192.0.2.1",
    "id.orig_p": 51234,
    "id.resp_h": "2001:db8::5",
    "id.resp_p": 443,
    "proto": "tcp",
    "service": "ssl,http",
    "duration": 3.5,
    "orig_bytes": 0,
    "conn_state": "SF",
    "local_orig": True,
    "missed_bytes": 0,
    "history": "^hADad",
    "orig_pkts": 9,
    "orig_ip_bytes": 700,
    "tunnel_parents": [],
    "note": 1.25,
}
OPTIONAL = ("_path", "service", "duration", "orig_bytes", "local_orig", "tunnel_parents", "note")
DURATIONS = [
    3.0004,
    0.00012302398681640625,
    0.10871720314025879,
    86399.99999904633,
    123456789.125,
]
ODD_LETTERS = dict.fromkeys((233, 8364), "?")
ODD = [
    *(b'"a"b"', b'"', b"01", b"1.", b".5", b"-0", b"1e3", b"1e999", b"-5", b"+1", b"1.2.3"),
    *(b"tru", b"false", b"null", b"[]", b"[1]", b"{}", b'"\\u00e9"', b'"\xc3\xa9"', b'"\xff"'),
    *(b'"::1"', b'""', b" 7", b"9" * 30, b'"a\tb"', b"0.5", b'"a,b"', b'"a":1', b"nan", b"1_0"),
]


def line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def rows(count: int, chance: random.Random) -> list[bytes]:
    """Connections of several shapes, as Zeek leaves out what it does not know."""
    made = []
    for _ in range(count):
        row = dict(ROW)
        for name in chance.sample(OPTIONAL, chance.choice((0, 0, 1, 2))):
            del row[name]
        row |= {"id.orig_p": chance.randrange(65536), "ts": chance.randrange(10**15) / 10**5}
        row["id.orig_h"] = f"198.51.100.{chance.randrange(256)}"
        if "duration" in row:
            row["duration"] = chance.choice((0, 1, 0.000012, *DURATIONS, 12.25, 3e-7))
        made.append(line(row))
    return made


def texts(name: str, column: Any) -> list[Any]:
    """The values of a column, addresses as texts; what is asked of a history is how it opens."""
    short = pa.types.is_fixed_size_binary(column.type)
    values = [v.rstrip(b"\0").decode() if short else v for v in column.to_pylist()]
    return [v and (v[0] if v[0] < "\x7f" else "?") for v in values] if name == "history" else values


def plain(count: int, parts: list[zeek_json.Part]) -> list[tuple[Any, ...]]:
    """Every record by its place, whoever took it."""
    found = []
    for part in parts:
        columns = {n: texts(n, c) for n, c in part.columns.items()}
        for at, place in enumerate(part.places):
            values = {n: c[at] for n, c in columns.items()}
            missing = {n: None if v == -1 else v for n, v in values.items()}
            found.append((int(place), part.kind, missing))
    assert len(found) <= count
    return sorted(found, key=lambda one: one[0])


def same(data: bytes, tunnels: bool) -> bool:
    """Whether both ways give the same; True where the quick one was taken."""
    try:
        slow = plain(*zeek_json.by_record(data, tunnels))
    except ValueError as error:
        with pytest.raises(ValueError) as quick:
            zeek_json.decoded(data, tunnels)
        assert str(quick.value) == str(error)
        return False
    assert plain(*zeek_json.decoded(data, tunnels)[:2]) == slow
    return zeek_shape.quick(data, tunnels) is not None


@pytest.mark.parametrize("tunnels", [True, False])
def test_lines_of_several_shapes(tunnels: bool) -> None:
    data = b"".join(rows(300, random.Random(1)))
    assert same(data, tunnels)
    found = zeek_shape.quick(data, tunnels)
    assert found is not None and len(found.lines) > 250


def test_odd_values_are_no_other_than_one_after_the_other() -> None:
    good, plain_row, taken = rows(3, random.Random(2)), line(ROW), 0
    for odd in ODD:
        for name in ("ts", "id.resp_h", "proto", "history", "orig_bytes", "local_orig"):
            key = b'"%b":' % name.encode()
            changed = plain_row.replace(key + json.dumps(ROW[name]).encode(), key + odd)
            taken += same(b"".join([changed, *good, changed]), tunnels=True)
    assert taken > 20


def test_mutated_lines_are_no_other_than_one_after_the_other() -> None:
    chance = random.Random(3)
    bits = (b'"', b":", b",", b"}", b"{", b"\n", b"\\", b" ", b"0", b"-", b'":', b'","', b"\n\n")
    taken = 0
    for _ in range(200):
        data = bytearray(b"".join(rows(4, chance)))
        for _ in range(chance.choice((1, 1, 2))):
            at = chance.randrange(len(data))
            bit = chance.choice(bits)
            data[at : at + chance.choice((0, 1))] = bit
        taken += same(bytes(data), tunnels=True)
    assert taken > 25


def test_what_is_mixed_in_is_left_to_the_other_way() -> None:
    query = b'{"ts":1.0,"id.orig_h":"192.0.2.1","id.resp_h":"192.0.2.2","query":"a.example"}\n'
    lines = rows(20, random.Random(4))
    assert same(b"".join([*lines[:10], query, *lines[10:], query]), tunnels=True)
    assert same(b"".join([*lines, b"\n", *lines]), tunnels=True)
    assert not same(query + b"".join(lines), tunnels=True)


def test_short_addresses_have_the_numbers_of_their_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "REMEMBERED", 20)
    chance, one, other = random.Random(5), address.Addresses(), address.Addresses()
    for batch in range(12):
        given = [f"198.51.100.{chance.randrange(9 * batch + 1)}" for _ in range(40)]
        given += ["", "-", "no address", "2001:db8::1", "2001:DB8:0::1", f"odd {batch}"]
        chance.shuffle(given)
        padded = pa.array([text.encode().ljust(16, b"\0") for text in given], pa.binary(16))
        numbers = one.short(padded[3:]).tolist()
        assert numbers == other.numbers(pa.array(given[3:])).tolist()
    assert len(one) == len(other) > 60
