"""Fact table `transfer`: declared flows of data.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

VERSION = 1
KEY = ("transfer",)
ROLES = {
    "exporter_state": "conduct",
    "importer_state": "conduct",
    "importer_parent_state": "origin",
    "collected_in": "conduct",
    "stored_in": "conduct",
    "accessed_from": "conduct",
    "people_in": "conduct",
    "ordered_by": "conduct",
}
MEANING = {
    "transfer": "its key",
    "product": "product or service that makes it",
    "exporter": "who sends",
    "exporter_state": "where the exporter is established",
    "importer": "who receives",
    "importer_state": "where the importer is established",
    "importer_parent_state": "home state of the importer's ultimate owner",
    "separate_importer": (
        "true where the importer is another controller or processor than the exporter"
    ),
    "collected_in": "where the data were created or obtained",
    "stored_in": "where the data lie",
    "accessed_from": "where people read them from",
    "people_in": "where the people whom the data are about live",
    "data_class": "`personal`, `sensitive personal`, `important`, `none`, …",
    "people_low": "people concerned, lower bound",
    "people_high": "people concerned, upper bound",
    "mechanism": "`adequacy`, `standard clauses`, `binding corporate rules`, `consent`, …",
    "mechanism_version": "which edition of it",
    "assessment": "true where an assessment of the destination's law is documented",
    "consent": "true where the people agreed to this transfer",
    "ordered_by": "state whose order it is to store the data there; empty: not known",
    "ordered": "true where a state ordered the storage; false where shown that none did",
    "purpose": "what for",
    "on_day": "day of the transfer",
}


class Transfer(NamedTuple):
    """A flow of data that somebody declares: who sends what to whom, and where it lies and is
    read.
    """

    transfer: str
    locator: str = ""
    product: str | None = None
    exporter: str | None = None
    exporter_state: str | None = None
    importer: str | None = None
    importer_state: str | None = None
    importer_parent_state: str | None = None
    separate_importer: bool | None = None
    collected_in: str | None = None
    stored_in: str | None = None
    accessed_from: str | None = None
    people_in: str | None = None
    data_class: str | None = None
    people_low: int | None = None
    people_high: int | None = None
    mechanism: str | None = None
    mechanism_version: str | None = None
    assessment: bool | None = None
    consent: bool | None = None
    ordered_by: str | None = None
    ordered: bool | None = None
    purpose: str | None = None
    on_day: date | None = None
    grade: str = "observed"
