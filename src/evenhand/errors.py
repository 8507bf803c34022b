"""The exception tree.

    EvenhandError                 everything that we raise
    ├── UserError                 the user's own mistake: stops the run, exit code 2
    │   └── Mistakes              several of them at once, each `path:line: message`
    └── Unreadable                bytes that cannot be read (any further): becomes a `reading` row

A message says what, where, and what to do.

Spec: CONVENTIONS (Errors).
"""

from __future__ import annotations

from collections.abc import Iterable


class EvenhandError(Exception):
    """Root of everything that Evenhand raises."""


class UserError(EvenhandError):
    """A mistake that only the user can mend; the message says how."""


class Mistakes(UserError):
    """All mistakes found at once; `lines` holds one `path:line: message` each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(self.lines))


class Unreadable(EvenhandError):
    """A reader cannot go on with this artefact.

    `offset_bytes` is where in the artefact it stopped, None where there is no such place.
    What the reader yielded before is kept: the reading is then `partly`, else `unreadable`.
    """

    def __init__(self, reason: str, offset_bytes: int | None = None) -> None:
        self.reason = reason
        self.offset_bytes = offset_bytes
        super().__init__(reason)


class LeftToOthers(Unreadable):
    """A reader looked and found nothing of its own, which is worth saying: the reading is
    `skipped`, and other readers take the artefact.
    """


class NotThisFormat(Unreadable):
    """The content only looked like this reader's format: no reading is recorded for it."""
