"""Addresses of a log as small numbers, each different one looked at once.

Spec: RFC 5952 (canonical text of IPv6 addresses), RFC 4007 s. 11 (zones).
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from evenhand.traffic.grouping import places_below
from evenhand.traffic.met import Met

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]

UNKNOWN = 0  # the log does not say
NO_ADDRESS = -1  # what it says is no address
REMEMBERED = 1 << 20  # different texts that are no canonical address


def canonical(text: str) -> str | None:
    """An address as text in its one canonical form, None where it is none."""
    if ":" not in text:
        try:
            socket.inet_pton(socket.AF_INET, text)
            return text  # of IPv4 there is one form alone
        except (OSError, ValueError):
            pass
    plain = text.strip().partition("%")[0].strip("[]")
    family = socket.AF_INET6 if ":" in plain else socket.AF_INET
    try:
        return socket.inet_ntop(family, socket.inet_pton(family, plain))
    except (OSError, ValueError):  # ValueError: a NUL or a lone surrogate
        return None


def packed(raw: bytes) -> str:
    """An address of 4 or 16 bytes as canonical text."""
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


class Addresses:
    """Numbers for the addresses met since the last `clear`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all numbers."""
        self._known: dict[str | None, int] = {None: UNKNOWN, "": UNKNOWN, "-": UNKNOWN}
        self._texts: list[str | None] = [None]
        self._forget_short()

    def _forget_short(self) -> None:
        import numpy as np

        self._short = Met()
        self._of_short = np.zeros(0, np.int64)  # numbers of addresses, for those of `_short`

    def __len__(self) -> int:
        return len(self._texts)

    def number(self, text: str | None) -> int:
        """The number of an address as written; UNKNOWN for none, NO_ADDRESS for what is none."""
        known = self._known.get(text)
        if known is not None:
            return known
        assert text is not None
        address = canonical(text)
        if address == text:
            self._known[text] = number = len(self._texts)
            self._texts.append(text)
            return number
        if address is None:
            number = NO_ADDRESS
        elif address in self._known:
            number = self._known[address]
        else:
            number = len(self._texts)
            self._texts.append(address)
            self._known[address] = number
        if len(self._known) > len(self._texts) + REMEMBERED:
            return number
        self._known[text] = number
        return number

    def numbers(self, column: pa.Array | pa.ChunkedArray) -> Integers:
        """The numbers of a column of texts, or of texts in a dictionary."""
        import numpy as np
        import pyarrow as pa

        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        parts = [] if chunks else [np.zeros(0, np.int64)]
        for chunk in chunks:
            coded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
            own = self._all(coded.dictionary.to_pylist())
            places = coded.indices.fill_null(len(own)) if coded.null_count else coded.indices
            parts.append(np.array([*own, UNKNOWN], np.int64)[places.to_numpy()])
        numbers: Integers = np.concatenate(parts) if len(parts) != 1 else parts[0]
        return numbers

    def short(self, column: pa.Array) -> Integers:
        """The numbers of texts of up to 16 bytes, each with zeros behind it."""
        import numpy as np

        words = np.frombuffer(column.buffers()[1], np.int64).reshape(-1, 2)
        words = words[column.offset : column.offset + len(column)]
        if self._short.count > len(self._texts) + REMEMBERED:
            self._forget_short()
        before = self._short.count
        of = self._short.numbers(words[:, 0], words[:, 1])
        count = self._short.count
        if count > before:
            if count > len(self._of_short):
                room = np.zeros(2 * count - before, np.int64)
                self._of_short = np.concatenate([self._of_short[:before], room])
            late = np.flatnonzero(of >= before)[::-1]
            first = np.zeros(count - before, np.int64)
            first[of[late] - before] = late  # of several, what is written last stays
            order = np.argsort(first)  # numbered in order of their first being met
            raw = words[first[order]].tobytes()
            texts = [raw[n : n + 16].rstrip(b"\0").decode() for n in range(0, len(raw), 16)]
            self._of_short[before + order] = self._all(texts)
        found: Integers = self._of_short[of]
        return found

    def _all(self, texts: Sequence[str | None]) -> list[int]:
        """The numbers of some texts, most of which were met before."""
        found = list(map(self._known.get, texts))
        if None in found:
            number = self.number
            return [number(t) if n is None else n for t, n in zip(texts, found, strict=True)]
        return found  # type: ignore[return-value]

    def packed(self, raw: Any) -> Integers:
        """The numbers of addresses given as rows of 4 or 16 bytes."""
        import numpy as np

        if not len(raw):
            return np.zeros(0, np.int64)
        whole = np.ascontiguousarray(raw).view(np.dtype((np.void, raw.shape[1])))[:, 0]
        different, group = np.unique(whole, return_inverse=True)
        own = self._all([packed(one.tobytes()) for one in different])
        return np.array(own, np.int64)[group]

    def listed(self, texts: Iterable[str | None]) -> Integers:
        """The numbers of some texts."""
        import numpy as np

        return np.array([self.number(text) for text in texts], np.int64)

    def texts(self, numbers: Integers) -> pa.Array:
        """The canonical texts of some numbers; null where the address is not known."""
        import pyarrow as pa

        different, group = places_below(numbers, len(self._texts))
        written = [self._texts[n] for n in different.tolist()]
        return pa.array(written, pa.string()).take(pa.array(group))

    def version6(self, numbers: Integers) -> Any:
        """Which of some numbers are IPv6 addresses."""
        import numpy as np

        different, group = places_below(numbers, len(self._texts))
        six = [":" in (self._texts[n] or "") for n in different.tolist()]
        return np.array(six, bool)[group]
