"""Fact table `product_artefact`: which artefacts belong to which product.

Spec: docs/reference/facts.md (Evidence contract).
"""

from __future__ import annotations

from typing import NamedTuple

VERSION = 1
MEANING = {
    "product": "key of the product",
    "path": "path or shell pattern of the artefacts, as declared; the path itself once resolved",
}


class ProductArtefact(NamedTuple):
    """Which artefacts belong to which product (many to many); members of an archive belong where
    it belongs.
    """

    product: str
    locator: str = ""
    path: str | None = None
    grade: str = "observed"
