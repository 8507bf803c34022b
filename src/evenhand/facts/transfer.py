"""Fact table `transfer`: declared flows of data.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
COMPARE = ("transfer",)
WATCH = ("importer", "stored_in", "accessed_from", "mechanism", "mechanism_version", "data_class")
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
    "citizens_of": "conduct",
    "recorded_in": "conduct",
    "importer_employer_state": "origin",
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
    "bound_by": "laws that the exporter is under for this transfer, by short name (`GDPR`, …)",
    "not_bound_by": "laws that the exporter is shown not to be under for this transfer",
    "exporter_role": "`controller`, `joint controller` or `processor`",
    "sent_by_person": "true where the person whom the data are about sends them",
    "covered_by": (
        "agreements or decisions, by short name or by their scope, whose scope takes in the "
        "importer and this flow"
    ),
    "not_covered_by": "agreements or decisions whose scope is shown to leave them out",
    "mechanism_on": "day on which the mechanism was signed or approved",
    "approved": "true where the authority that has to approve the mechanism did so",
    "protection_upheld": (
        "false where an assessment or a decision says that the destination undoes the "
        "protection; true where one says that it stands"
    ),
    "necessary": "true where the transfer is necessary for the exception that it relies on",
    "repetitive": "true where such transfers are regular; false where this one is occasional",
    "first_on": "day of the first transfer of this flow",
    "filed_on": "day on which an assessment or contract was filed with the authority",
    "filed": "false where it is shown that nothing was filed",
    "on_day": "day of the transfer",
    "categories": "kinds of data in the words of the rule (`human genomic`, …); empty: not said",
    "citizens_of": "state whose citizens or permanent residents the people are",
    "devices_low": "devices concerned, lower bound",
    "devices_high": "devices concerned, upper bound",
    "transaction": (
        "dealing under which data are made available: `data brokerage`, `vendor agreement`, "
        "`employment agreement`, `investment agreement`, …; `none` where there is none"
    ),
    "exemption": "exemption relied on, in the words of the rule; `none` where none is claimed",
    "requirements_met": "true where the requirements that the rule sets for the dealing are met",
    "onward_barred": "true where the contract bars the importer from passing the data on",
    "importer_parent_share": "share that the ultimate owner holds in the importer, percent",
    "importer_employer_state": ("home state of whom an importer that is an individual works for"),
    "exporter_status": (
        "special standing of the exporter: `critical infrastructure operator`, `significant "
        "data fiduciary`, …; `none` where it has none"
    ),
    "recorded_in": "where the data were first recorded and are kept up to date",
    "storage_required": (
        "true where the law of the place where the data were collected wants them kept there"
    ),
    "informed": "true where the people were told of the importer and of what it does",
    "legal_basis": "ground for handling the data: `consent`, `contract`, …",
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
    bound_by: Sequence[str] = ()
    not_bound_by: Sequence[str] = ()
    exporter_role: str | None = None
    sent_by_person: bool | None = None
    covered_by: Sequence[str] = ()
    not_covered_by: Sequence[str] = ()
    mechanism_on: date | None = None
    approved: bool | None = None
    protection_upheld: bool | None = None
    necessary: bool | None = None
    repetitive: bool | None = None
    first_on: date | None = None
    filed_on: date | None = None
    filed: bool | None = None
    on_day: date | None = None
    categories: Sequence[str] = ()
    citizens_of: str | None = None
    devices_low: int | None = None
    devices_high: int | None = None
    transaction: str | None = None
    exemption: str | None = None
    requirements_met: bool | None = None
    onward_barred: bool | None = None
    importer_parent_share: int | None = None
    importer_employer_state: str | None = None
    exporter_status: str | None = None
    recorded_in: str | None = None
    storage_required: bool | None = None
    informed: bool | None = None
    legal_basis: str | None = None
    grade: str = "observed"
