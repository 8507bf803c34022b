"""Readers: one format each. A module in this folder is a reader; nothing else registers it.

A reader declares these literals, which are read without importing the module:

    VERSION     text; changes when its facts for the same bytes change
    RECOGNISES  how content is recognised (see `discovery.Signs`)
    EMITS       tables that it feeds
    CANNOT_SEE  table → what such an artefact can never show

and one function, `read(artefact) -> Iterator[Item]`, which yields, in a fixed order:

    a row       of a fact table (`facts.flow.Flow(…)`, …)
    Batch       many rows of one table, as Arrow
    Child       an artefact inside this one: it goes back to the pipeline
    Partly      something here was not read, and why; the reader goes on
    Complete    this artefact says that it holds every row of a table there is

and raises `Unreadable` where it cannot go on, `NotThisFormat` where it was called in error.
A reader knows bytes, not law; it never executes, never writes and never opens a connection.

Spec: DESIGN (Reading what may be hostile).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from evenhand.artefact import Artefact, Child

if TYPE_CHECKING:
    import pyarrow as pa


class Batch(NamedTuple):
    """Rows of one table as Arrow; columns `id` and `artefact` are filled in by the pipeline."""

    table: str
    rows: pa.RecordBatch


class Partly(NamedTuple):
    """Something in the artefact was not read, and why; reading goes on."""

    reason: str
    offset_bytes: int | None = None


class Complete(NamedTuple):
    """The artefact says that it holds every row of this table there is."""

    table: str


# A row of any fact table is a NamedTuple, which is to say a tuple.
Item = tuple[Any, ...] | Batch | Child | Partly | Complete


class Read(Protocol):
    """What a reader's `read` is."""

    def __call__(self, artefact: Artefact) -> Iterator[Item]:
        """Yield what the artefact shows, in an order that depends on its bytes alone."""
        ...
