"""Fact table `demand`: a state's demand for data, put to a company, a person or another state.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

VERSION = 1
ACTOR = "by_state"
KEY = ("demand",)
ROLES = {
    "by_state": "conduct",
    "provider_state": "origin",
    "data_located_in": "conduct",
    "to_state": "conduct",
    "people_in": "conduct",
}
MEANING = {
    "demand": "its key",
    "by_state": "state that demands",
    "to_party": "who is asked",
    "addressed_to": "`company`, `person` or `state` (through judicial assistance)",
    "provider_state": "home state of the company that is asked",
    "data_located_in": "territory in which the data lie",
    "people_in": "where the people whom the data are about live",
    "purpose": "`law enforcement`, `intelligence`, `regulation`, …",
    "asks_for": "`access` or `storage at home`",
    "data_obtained_abroad": "for `storage at home`: the data were created and obtained abroad",
    "agreement": "agreement that the demand relies on; `none` where it says that it relies on none",
    "permitted": "true where the state where the data lie permitted this demand",
    "to_state": "where the one asked is established, not its parent",
    "bound_by": "laws that the one asked is under for these data, by short name (`GDPR`, …)",
    "not_bound_by": "laws that it is shown not to be under for these data",
    "other_ground": "true where handing over has another ground in law that binds the one asked",
    "instrument": "what the demand is: `production order`, `preservation order`, `warrant`, …",
    "reasoned": "true where the law behind the demand wants reasons and proportion",
    "specific": "true where the demand is specific, as to persons or acts",
    "reviewable": "true where a court can review an objection and weigh the law that binds here",
    "emergency": "true where it says that a life or critical infrastructure is in danger",
    "answered_on": "day on which data were handed over",
    "on_day": "day of the demand",
    "data_class": "`personal`, `sensitive personal`, `none`, …, as in `transfer`",
    "permitted_by_law": (
        "true where the law of the state where the data lie lets the one asked give them"
    ),
    "within_scope": "true where the demand lies within the scope of the agreement relied on",
    "legal_process": "`warrant`, `court order`, `subpoena`, …; `none` where there is none",
    "in_control": "true where the one asked possesses, keeps or controls the data",
    "answered": "true where data were handed over, false where they were not",
    "contested": "true where the one asked challenged the demand before a court or authority",
    "serious_crime": "true where the demand is about a serious crime",
}


class Demand(NamedTuple):
    """A state's demand for data, put to a company, a person or another state."""

    demand: str
    locator: str = ""
    by_state: str | None = None
    to_party: str | None = None
    addressed_to: str | None = None
    provider_state: str | None = None
    data_located_in: str | None = None
    people_in: str | None = None
    purpose: str | None = None
    asks_for: str | None = None
    data_obtained_abroad: bool | None = None
    agreement: str | None = None
    permitted: bool | None = None
    to_state: str | None = None
    bound_by: Sequence[str] = ()
    not_bound_by: Sequence[str] = ()
    other_ground: bool | None = None
    instrument: str | None = None
    reasoned: bool | None = None
    specific: bool | None = None
    reviewable: bool | None = None
    emergency: bool | None = None
    answered_on: date | None = None
    on_day: date | None = None
    data_class: str | None = None
    permitted_by_law: bool | None = None
    within_scope: bool | None = None
    legal_process: str | None = None
    in_control: bool | None = None
    answered: bool | None = None
    contested: bool | None = None
    serious_crime: bool | None = None
    grade: str = "observed"
