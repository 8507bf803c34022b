"""Tagged netstrings, as mitmproxy writes its flows: values with their length in front.

Spec: tagged netstrings (tnetstrings.org), with `;` for texts as mitmproxy adds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from evenhand.artefact import Artefact
from evenhand.errors import Unreadable

VALUE_BYTES = 96 << 20  # one value at the top; a longer one is not held
DEPTH = 40
DIGITS = 10


class Value(NamedTuple):
    """One value at the top of a file."""

    content: Any
    offset: int


def values(artefact: Artefact) -> Iterator[Value]:
    """The values of a file one after the other. Raises `Unreadable` at the first broken one."""
    with artefact.open() as stream:
        at = 0
        while head := stream.read(DIGITS + 1):
            digits, colon, rest = head.partition(b":")
            if not colon or not digits.isdigit():
                raise Unreadable("no length where a value should begin", at)
            length = int(digits)
            if length > VALUE_BYTES:
                raise Unreadable(f"a value of more than {VALUE_BYTES >> 20} MiB", at)
            data = rest + stream.read(max(0, length + 1 - len(rest)))
            if len(data) < length + 1:
                raise Unreadable("the file breaks off inside a value", at)
            begin = len(digits) + 1
            try:
                yield Value(_value(memoryview(data)[:length], data[length], 0), at)
            except ValueError as error:
                raise Unreadable(f"a value cannot be read: {error}", at) from None
            at += begin + length + 1
            stream.seek(at)


def _value(data: memoryview, tag: int, depth: int) -> Any:
    """What some bytes mean under their tag. Raises ValueError."""
    if depth > DEPTH:
        raise ValueError("nested too deeply")
    if tag == 0x2C:  # ,
        return bytes(data)
    if tag == 0x3B:  # ;
        return str(data, "utf-8")
    if tag in (0x23, 0x5E):  # # ^
        if len(data) > 40:
            raise ValueError("a number of too many digits")
        return int(bytes(data)) if tag == 0x23 else float(bytes(data))
    if tag == 0x21:  # !
        return bytes(data) == b"true"
    if tag == 0x7E:  # ~
        return None
    if tag == 0x5D:  # ]
        return list(_parts(data, depth))
    if tag == 0x7D:  # }
        parts = list(_parts(data, depth))
        keys = [_key(k) for k in parts[::2]]
        return dict(zip(keys, parts[1::2], strict=True))
    raise ValueError(f"no kind of value is tagged {chr(tag)!r}")


def _key(raw: Any) -> str:
    if isinstance(raw, bytes):
        return raw.decode("utf-8", "backslashreplace")
    if isinstance(raw, str):
        return raw
    raise ValueError("a key that is no text")


def _parts(data: memoryview, depth: int) -> Iterator[Any]:
    at = 0
    while at < len(data):
        head = bytes(data[at : at + DIGITS + 1])
        digits, colon, _ = head.partition(b":")
        if not colon or not digits.isdigit():
            raise ValueError("no length where a value should begin")
        begin = at + len(digits) + 1
        end = begin + int(digits)
        if end >= len(data):
            raise ValueError("a value reaches beyond what holds it")
        yield _value(data[begin:end], data[end], depth + 1)
        at = end + 1
