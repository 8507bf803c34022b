"""SPDX 2.2 and 2.3 documents in JSON: the packages that a document declares.

Spec: ISO/IEC 5962:2021 (SPDX 2.2.1) and SPDX 2.3; the clause stands in each rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evenhand.artefact import Artefact
from evenhand.errors import NotThisFormat
from evenhand.facts.component import Component
from evenhand.facts.defect import Defect
from evenhand.json_document import load_json, pointer
from evenhand.readers import Item, Partly

VERSION = "1"
RECOGNISES = {"keys": ("spdxVersion",)}
EMITS = ("component", "defect")
CANNOT_SEE = {"component": "parts of the product that its SPDX document leaves out"}

MOST_DEFECTS = 100
DIGITS = {  # 7.10: hexadecimal digits of each algorithm; None where its length is free
    **{"SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128},
    **{"SHA3-256": 64, "SHA3-384": 96, "SHA3-512": 128, "MD2": 32, "MD4": 32, "MD5": 32},
    **{"MD6": None, "BLAKE2b-256": 64, "BLAKE2b-384": 96, "BLAKE2b-512": 128},
    **{"BLAKE3": None, "ADLER32": 8},
}
NOTHING = ("NOASSERTION", "NONE")
_TABLE_68 = """
    AMENDS ANCESTOR_OF BUILD_DEPENDENCY_OF BUILD_TOOL_OF CONTAINED_BY CONTAINS COPY_OF
    DATA_FILE_OF DEPENDENCY_MANIFEST_OF DEPENDENCY_OF DEPENDS_ON DESCENDANT_OF DESCRIBED_BY
    DESCRIBES DEV_DEPENDENCY_OF DEV_TOOL_OF DISTRIBUTION_ARTIFACT DOCUMENTATION_OF DYNAMIC_LINK
    EXAMPLE_OF EXPANDED_FROM_ARCHIVE FILE_ADDED FILE_DELETED FILE_MODIFIED GENERATED_FROM
    GENERATES HAS_PREREQUISITE METAFILE_OF OPTIONAL_COMPONENT_OF OPTIONAL_DEPENDENCY_OF OTHER
    PACKAGE_OF PATCH_APPLIED PATCH_FOR PREREQUISITE_FOR PROVIDED_DEPENDENCY_OF REQUIREMENT_FOR
    REQUIREMENT_DESCRIPTION_FOR RUNTIME_DEPENDENCY_OF SPECIFICATION_FOR STATIC_LINK TEST_CASE_OF
    TEST_DEPENDENCY_OF TEST_OF TEST_TOOL_OF VARIANT_OF
"""
RELATIONSHIPS = frozenset(_TABLE_68.split())
_ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
_CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ACTOR = re.compile(r"(?:Person|Organization): .+")
_CREATOR = re.compile(r"(?:Person|Organization|Tool): ?.+")


def read(artefact: Artefact) -> Iterator[Item]:
    """Yield the packages in the document's order, then what breaks the standard."""
    document, twice = load_json(artefact)
    version = document.get("spdxVersion") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("SPDX-"):
        raise NotThisFormat("no object with an spdxVersion SPDX-…")
    for place, package in _objects(document, "packages"):
        row = _component(place, package)
        if row is not None:
            yield row
    for key in twice:
        yield Defect("RFC 8259 s. 4: names are unique", f"{key} stands twice in one object", "/")
    if version not in ("SPDX-2.2", "SPDX-2.3"):
        yield Partly(f"{version[:20]}: checked as SPDX-2.3")
    for number, defect in enumerate(_defects(document, version)):
        if number == MOST_DEFECTS:
            yield Partly(f"more than {MOST_DEFECTS} defects: the rest not told")
            return
        yield defect


def _objects(document: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    listed = document.get(key)
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield pointer(key, number), entry


def _component(place: str, package: dict[str, Any]) -> Component | None:
    name = _stated(package.get("name"))
    if name is None:
        return None  # the check of 7.1 says so
    refs = [r for _, r in _objects(package, "externalRefs") if r.get("referenceType") == "purl"]
    sums = [s for _, s in _objects(package, "checksums") if s.get("algorithm") == "SHA256"]
    digest = _stated(sums[0].get("checksumValue")) if sums else None
    supplier = _stated(package.get("supplier")) or _stated(package.get("originator"))
    return Component(
        name,
        place,
        _stated(package.get("versionInfo")),
        _stated(refs[0].get("referenceLocator")) if refs else None,
        re.sub(r"^(?:Person|Organization):\s*|\s*\([^)]*\)$", "", supplier) if supplier else None,
        f"sha256:{digest.lower()}" if digest else None,
        grade="declared",
    )


def _stated(value: Any) -> str | None:
    return value if isinstance(value, str) and value and value not in NOTHING else None


def _defects(document: dict[str, Any], version: str) -> Iterator[Defect]:
    yield from _of_document(document)
    known = {"SPDXRef-DOCUMENT"}
    for kind in ("packages", "files", "snippets"):
        for place, entry in _objects(document, kind):
            ref = entry.get("SPDXID")
            if not isinstance(ref, str) or not _ID.fullmatch(ref):
                yield _wrong("7.2", f"SPDXID {str(ref)[:80]!r} is no SPDXRef-…", place)
            elif ref in known:
                yield _wrong("7.2", f"SPDXID {ref} stands twice", place)
            else:
                known.add(ref)
            yield from _of_sums(place, entry)
    for place, package in _objects(document, "packages"):
        yield from _of_package(place, package, version)
    for place, entry in _objects(document, "files"):
        if not _filled(entry.get("fileName")):
            yield _wrong("8.1", "no fileName", place)
        if not any(s.get("algorithm") == "SHA1" for _, s in _objects(entry, "checksums")):
            yield _wrong("8.4", "no SHA1 checksum", place)
    yield from _of_relationships(document, known)


def _of_document(document: dict[str, Any]) -> Iterator[Defect]:
    if document.get("dataLicense") != "CC0-1.0":
        yield _wrong("6.2", "dataLicense is not CC0-1.0", "/dataLicense")
    if document.get("SPDXID") != "SPDXRef-DOCUMENT":
        yield _wrong("6.3", "the document's SPDXID is not SPDXRef-DOCUMENT", "/SPDXID")
    if not _filled(document.get("name")):
        yield _wrong("6.4", "the document has no name", "/name")
    space = document.get("documentNamespace")
    if not isinstance(space, str) or "#" in space or not re.match(r"[A-Za-z][\w+.-]*:\S+$", space):
        yield _wrong("6.5", "documentNamespace is no URI without #", "/documentNamespace")
    said = document.get("creationInfo")
    said = said if isinstance(said, dict) else {}
    creators = said.get("creators")
    if not isinstance(creators, list) or not creators:
        yield _wrong("6.8", "no creators", "/creationInfo/creators")
    for number, who in enumerate(creators if isinstance(creators, list) else ()):
        if not isinstance(who, str) or not _CREATOR.fullmatch(who):
            message = f"{str(who)[:80]!r} is no Person, Organization or Tool"
            yield _wrong("6.8", message, pointer("creationInfo", "creators", number))
    if not _CREATED.fullmatch(str(said.get("created"))):
        yield _wrong("6.9", "created is no YYYY-MM-DDThh:mm:ssZ", "/creationInfo/created")


def _of_package(place: str, package: dict[str, Any], version: str) -> Iterator[Defect]:
    wanted = {"7.1": "name", "7.7": "downloadLocation"}
    if version == "SPDX-2.2":  # optional since 2.3
        wanted |= {"7.13": "licenseConcluded", "7.15": "licenseDeclared", "7.17": "copyrightText"}
    for clause, name in wanted.items():
        if not _filled(package.get(name)):
            yield _wrong(clause, f"no {name}", place)
    for clause, name in (("7.5", "supplier"), ("7.6", "originator")):
        who = package.get(name)
        if who is not None and who not in NOTHING and not _ACTOR.fullmatch(str(who)):
            yield _wrong(clause, f"{name} is no Person or Organization", f"{place}/{name}")
    if package.get("filesAnalyzed") is False and "packageVerificationCode" in package:
        yield _wrong("7.9", "a verification code, but files were not analysed", place)
    if package.get("filesAnalyzed") is False and package.get("licenseInfoFromFiles"):
        yield _wrong("7.14", "licences from files, but files were not analysed", place)


def _of_sums(place: str, entry: dict[str, Any]) -> Iterator[Defect]:
    for where, stated in _objects(entry, "checksums"):
        algorithm, value = stated.get("algorithm"), stated.get("checksumValue")
        if algorithm not in DIGITS:
            yield _wrong("7.10", f"unknown algorithm {str(algorithm)[:20]!r}", place + where)
            continue
        digits = DIGITS[algorithm]
        if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]+", value):
            yield _wrong("7.10", f"the {algorithm} is not hexadecimal", place + where)
        elif digits is not None and len(value) != digits:
            message = f"the {algorithm} has {len(value)} digits in place of {digits}"
            yield _wrong("7.10", message, place + where)


def _of_relationships(document: dict[str, Any], known: set[str]) -> Iterator[Defect]:
    files = {str(f.get("SPDXID")) for _, f in _objects(document, "files")}
    packages = (p for _, p in _objects(document, "packages"))
    unread = {str(p.get("SPDXID")) for p in packages if p.get("filesAnalyzed") is False}
    for place, entry in _objects(document, "relationships"):
        kind = str(entry.get("relationshipType")).replace("-", "_")
        if kind.upper() not in RELATIONSHIPS:
            yield _wrong("11.1", f"unknown relationshipType {kind[:40]!r}", place)
        holder, held = str(entry.get("spdxElementId")), str(entry.get("relatedSpdxElement"))
        if kind.upper() == "CONTAINS" and holder in unread and held in files:
            yield _wrong("7.8", f"{holder} holds files that were not analysed", place)
        for end in ("spdxElementId", "relatedSpdxElement"):
            ref = entry.get(end)
            outside = isinstance(ref, str) and (ref in NOTHING or ref.startswith("DocumentRef-"))
            if not outside and (not isinstance(ref, str) or ref not in known):
                message = f"{end} {str(ref)[:80]!r} is no part of this document"
                yield _wrong("11.1", message, place)


def _filled(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(clause: str, message: str, place: str) -> Defect:
    return Defect(f"SPDX 2 cl. {clause}", message, place)
