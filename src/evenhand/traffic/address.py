"""Addresses of a log as small numbers, each different one looked at once.

Spec: RFC 5952 (canonical text of IPv6 addresses), RFC 4007 s. 11 (zones).
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[np.int64]]

UNKNOWN = 0  # the log does not say
NO_ADDRESS = -1  # what it says is no address
REMEMBERED = 1 << 20  # different texts that are no canonical address


def canonical(text: str) -> str | None:
    """An address as text in its one canonical form, None where it is none."""
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
        self._known: dict[str | None, int] = {}
        self._texts: list[str | None] = []
        self.clear()

    def clear(self) -> None:
        """Forget all numbers."""
        self._known = {None: UNKNOWN, "": UNKNOWN, "-": UNKNOWN}
        self._texts = [None]

    def __len__(self) -> int:
        return len(self._texts)

    def number(self, text: str | None) -> int:
        """The number of an address as written; UNKNOWN for none, NO_ADDRESS for what is none."""
        known = self._known.get(text)
        if known is not None:
            return known
        assert text is not None
        address = canonical(text)
        if address is None:
            number = NO_ADDRESS
        elif address != text and address in self._known:
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

    def _all(self, texts: list[str | None]) -> list[int]:
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
        import numpy as np
        import pyarrow as pa

        different, group = np.unique(numbers, return_inverse=True)
        written = [self._texts[n] for n in different.tolist()]
        return pa.array(written, pa.string()).take(pa.array(group))

    def version6(self, numbers: Integers) -> Any:
        """Which of some numbers are IPv6 addresses."""
        import numpy as np

        different, group = np.unique(numbers, return_inverse=True)
        six = [":" in (self._texts[n] or "") for n in different.tolist()]
        return np.array(six, bool)[group]
