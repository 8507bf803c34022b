"""A realistic result: two makers' routers from two states that do not exist (XA and XB).

Spec: DESIGN, contract `-f json`; ISO 3166-1, user-assigned codes; RFC 5737 and RFC 3849 addresses.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date

from evenhand.judge.result import (
    NO_REASON,
    OUTCOMES,
    ArtefactRow,
    ClauseRow,
    ClauseText,
    Destination,
    EvidenceRow,
    Finding,
    ListUsed,
    LookedFor,
    ReaderUsed,
    ReadingRow,
    Result,
    RulebookUsed,
    Verdict,
)
from tests.reports.sample_texts import CHECKS, CLEAN, GIDS, TEXTS

KINDS = {"bin": "firmware", "pcapng": "pcapng", "pcap": "pcap", "deb": "deb", "json": "cyclonedx"}


def digest(path: str) -> str:
    return "sha256:" + hashlib.sha256(path.encode("utf-8", "backslashreplace")).hexdigest()


def evidence(table: str, reader: str, path: str, row: int, locator: str) -> EvidenceRow:
    place = digest(path)
    return EvidenceRow(f"{table}/{reader}/{place[7:19]}/{row}", table, place, locator)


# path, kind, size in bytes, path of the archive that it lay in
FILES: list[tuple[str, str, int, str | None]] = [
    ("captures/aster-gate-2.pcapng", "pcapng", 8_412_004, None),
    ("captures/birch-edge-5.pcap", "pcap", 2_210_344, None),
    ("captures/lobby.pcap", "pcap", 912_331, None),
    ("facts/demands.yaml", "tables", 2_011, None),
    ("facts/releases.yaml", "tables", 1_204, None),
    ("notes/更新说明.docx", "unknown", 18_220, None),
    ("routers/aster-gate-2.bin", "firmware", 16_777_216, None),
    ("routers/aster-gate-2.bin!/etc/config.enc", "unknown", 4_096, "routers/aster-gate-2.bin"),
    ("routers/aster-gate-2.bin!/usr/sbin/mgmtd", "elf", 412_808, "routers/aster-gate-2.bin"),
    ("routers/birch-edge-5.bin", "firmware", 12_582_912, None),
    ("routers/birch-edge-5.bin!/usr/bin/webui", "elf", 288_100, "routers/birch-edge-5.bin"),
    ("sbom/birch-edge-5.cdx.json", "cyclonedx", 88_120, None),
    ("updates/aster-agent_2.4.1_amd64.deb", "deb", 1_204_884, None),
    (
        "updates/aster-agent_2.4.1_amd64.deb!/usr/bin/aster-agent",
        "elf",
        640_112,
        "updates/aster-agent_2.4.1_amd64.deb",
    ),
    ("updates/old.tar.zst", "tar", 0, None),
]

# path, reader, outcome, reason, rows by table
READINGS: list[tuple[str, str, str, str, dict[str, int]]] = [
    (FILES[0][0], "pcap", "read", "", {"flow": 212, "host_name": 61}),
    (FILES[1][0], "pcap", "read", "", {"flow": 87, "host_name": 22}),
    (FILES[2][0], "pcap", "partly", "the last packet is cut off", {"flow": 19}),
    (FILES[3][0], "tables", "read", "", {"demand": 5}),
    (FILES[4][0], "tables", "read", "", {"measure": 2, "release": 2, "vulnerability": 2}),
    (FILES[5][0], "", "unknown format", "no reader recognises it", {}),
    (FILES[6][0], "firmware", "read", "", {"file": 1412, "hidden_access": 1}),
    (FILES[7][0], "", "unknown format", "no reader recognises it", {}),
    (FILES[8][0], "elf", "read", "", {"behaviour": 14, "hidden_access": 2}),
    (FILES[9][0], "firmware", "read", "", {"file": 903}),
    (FILES[10][0], "elf", "read", "", {"behaviour": 9, "hidden_access": 1}),
    (FILES[11][0], "cyclonedx", "read", "", {"component": 41, "product": 1}),
    (FILES[12][0], "deb", "read", "", {"component": 1, "file": 32}),
    (FILES[13][0], "elf", "read", "", {"behaviour": 11, "mention": 7}),
    (FILES[14][0], "tar", "unreadable", "the file is empty", {}),
]

SECRET = "its place is known from registry data alone"
NOT_FED = "no artefact fed the table `{}`"


def verdict(
    key: str,
    subject: str,
    outcome: str,
    because: str,
    *evidence_rows: EvidenceRow,
    grade: str | None = "observed",
    attribution: str | None = None,
    rests_on: str | None = None,
    law: tuple[str, ...] = (),
    waived: bool = False,
    replay: bool = False,
    more: int = 0,
) -> Verdict:
    text = next(t for t in TEXTS if f"{t.rulebook}/{t.clause}" == key)
    return Verdict(
        text.rulebook,
        text.clause,
        text.checks[0],
        subject,
        outcome,
        because,
        grade,
        text.addressee,
        text.binding,
        attribution,
        rests_on,
        waived,
        replay,
        evidence_rows,
        len(evidence_rows) + more,
        law,
    )


# host, product, address, sent, received, located in, by, registered in, network, operator
DESTINATIONS: list[tuple[str | None, str, str, int, int, str | None, str | None, str | None]] = [
    ("telemetry.aster.example", "aster-gate-2", "192.0.2.10", 5_204_118, 81_220, "XA", "registry",
     "XA"),
    ("update.aster.example", "aster-gate-2", "192.0.2.77", 20_114, 1_840_223, "SG", "cloud range",
     "XA"),
    ("time.aster.example", "aster-gate-2", "198.51.100.4", 9_120, 9_120, "DE", "geofeed", "DE"),
    (None, "aster-gate-2", "203.0.113.200", 412_000, 3_100, None, None, "XB"),
    ("cdn.lake.example", "aster-gate-2", "2001:db8:44::15", 88_010, 720_411, "BR", "registry",
     "BR"),
    ("portal.birch.example", "birch-edge-5", "198.51.100.90", 610_233, 204_118, "XB", "registry",
     "XB"),
    ("cdn.lake.example", "birch-edge-5", "2001:db8:44::16", 44_190, 512_000, "ZA", "cloud range",
     "BR"),
    ("dns.lake.example", "birch-edge-5", "203.0.113.53", 12_800, 31_450, "JP", "registry", "JP"),
    ("stats.birch.example", "birch-edge-5", "203.0.113.61", 150_070, 2_880, "CA", "declared",
     "CA"),
    (None, "birch-edge-5", "10.0.0.1", 4_100, 4_020, None, None, None),
]  # fmt: skip


def destinations() -> tuple[Destination, ...]:
    rows = []
    for n, (host, product, address, sent, received, at, by, registered) in enumerate(DESTINATIONS):
        private = address.startswith("10.")
        capture = FILES[0][0] if product == "aster-gate-2" else FILES[1][0]
        fact = f"destination/{digest(capture)[7:19]}/{n}"
        network, operator = (None, None) if private else (f"AS6450{n}", f"Network {n} Ltd")
        special = "private" if private else None
        rows.append(
            Destination(fact, product, address, host, sent, received, at, by, registered,
                        network, operator, special)
        )  # fmt: skip
    return tuple(rows)


def cloud_verdicts() -> Iterable[Verdict]:
    for n, (host, product, address, *_, at, by, _registered) in enumerate(DESTINATIONS):
        subject = f"destination:{product}/{host or address}"
        capture = FILES[0][0] if product == "aster-gate-2" else FILES[1][0]
        seen = evidence("destination", "pcap", capture, n, f"packet {17 + 40 * n}")
        if address.startswith("10."):
            why = "the address is private: it is no place on the public internet"
            yield verdict(f"{CLEAN}/cloud", subject, "not applicable", why, seen)
        elif by in ("cloud range", "geofeed"):
            why = f"the operator publishes that {address} stands in {at}, which is not listed"
            yield verdict(f"{CLEAN}/cloud", subject, "holds", why, seen)
        else:
            why = SECRET if by == "registry" else "its place is not known"
            if by == "declared":
                why = "its place is only declared by the vendor"
            yield verdict(f"{CLEAN}/cloud", subject, "not shown", why, seen, rests_on=None)


def verdicts() -> tuple[Verdict, ...]:
    demand = ("demand", "tables", "facts/demands.yaml")
    release = ("release", "tables", "facts/releases.yaml")
    weakness = ("vulnerability", "tables", "facts/releases.yaml")
    measure = ("measure", "tables", "facts/releases.yaml")
    mgmtd, webui = FILES[8][0], FILES[10][0]
    agreement = "agreement/XA-XB-2014 (judicial assistance, in force 2015-03-01)"
    return (
        verdict(f"{GIDS}/7a", "product:aster-gate-2", "broken", "undisclosed access found; "
                "purpose not shown: the password of the account `service` is fixed in the code and "
                "opens a root shell", evidence("hidden_access", "elf", mgmtd, 0, "offset 0x1f4a0"),
                evidence("hidden_access", "elf", mgmtd, 1, "offset 0x1f5c8"),
                evidence("file", "firmware", "routers/aster-gate-2.bin", 88, "etc/shadow line 4"),
                rests_on="conduct", more=2),
        verdict(f"{GIDS}/7a", "product:birch-edge-5", "not shown", "a comparison with a rare "
                "constant guards a shell (strength 0.62): look here; a score alone breaks nothing",
                evidence("hidden_access", "elf", webui, 0, "offset 0x9c10")),
        verdict(f"{GIDS}/7a", "product:aster-agent", "not shown", "a static reader can show "
                "hidden access; it cannot show that there is none"),
        verdict(f"{GIDS}/5a", "demand:2026-014", "broken", "XB demanded records located in XA "
                "directly from a company; XA gave no permission, and no agreement in force on "
                "2026-05-04 permits a direct demand", evidence(*demand, 0, "row 1"),
                grade="declared", attribution="shown", rests_on="legal status", law=(agreement,)),
        verdict(f"{GIDS}/5a", "demand:2026-015", "holds", "XA permitted this demand on 2026-06-01",
                evidence(*demand, 1, "row 2"), grade="declared", attribution="shown",
                rests_on="legal status"),
        verdict(f"{GIDS}/5a", "demand:2026-016", "not applicable", "the data are located in the "
                "state that demands them", evidence(*demand, 2, "row 3"), grade="declared",
                attribution="shown"),
        verdict(f"{GIDS}/5a", "demand:2019-003", "holds", "the demand went to the other state",
                evidence(*demand, 3, "row 4"), grade="declared", attribution="shown", replay=True),
        verdict(f"{GIDS}/6a", "demand:2026-014", "broken", "the demand is for law enforcement and "
                "ran neither through judicial assistance nor through an agreement in force",
                evidence(*demand, 0, "row 1"), grade="declared", attribution="shown",
                rests_on="legal status", law=(agreement,)),
        verdict(f"{GIDS}/6a", "demand:2026-015", "holds", "the demand ran through the central "
                "authority", evidence(*demand, 1, "row 2"), grade="declared",
                attribution="shown", law=(agreement,)),
        verdict(f"{GIDS}/6b", "demand:2026-014", "not applicable", "no agreement was used",
                evidence(*demand, 0, "row 1"), grade="declared", attribution="shown"),
        verdict(f"{GIDS}/8a", "release:aster-agent 2.4.1", "broken", "the vendor says that users "
                "cannot refuse the release", evidence(*release, 0, "row 1"), grade="declared",
                rests_on="conduct", waived=True),
        verdict(f"{GIDS}/8a", "release:birch-edge-5 5.0.3", "holds", "the release can be refused",
                evidence(*release, 1, "row 2"), grade="declared"),
        verdict(f"{GIDS}/8b", "vulnerability:aster-gate-2/ASTER-2026-03", "not shown", "the text "
                "names no number of days: choose a clock", evidence(*weakness, 0, "row 1"),
                grade="declared"),
        verdict(f"{GIDS}/8b", "vulnerability:birch-edge-5/BIRCH-2026-11", "not shown", "the text "
                "names no number of days: choose a clock", evidence(*weakness, 1, "row 2"),
                grade="declared"),
        verdict(f"{GIDS}/8c", "vulnerability:aster-gate-2/ASTER-2026-03", "holds", "a fixed "
                "version was published on 2026-04-02", evidence(*weakness, 0, "row 1"),
                grade="declared"),
        verdict(f"{GIDS}/8c", "vulnerability:birch-edge-5/BIRCH-2026-11", "holds", "a way round "
                "was published on 2026-07-19", evidence(*weakness, 1, "row 2"), grade="declared"),
        verdict(f"{GIDS}/1a", "measure:XB-2024-sales-ban", "not shown", "the decision cites "
                "evidence in part; what it rests on is not public",
                evidence(*measure, 0, "row 1"), grade="declared", attribution="shown"),
        verdict(f"{GIDS}/1b", "measure:XB-2024-sales-ban", "not shown", "only an allegation says "
                "that supply was cut off; an allegation breaks nothing",
                evidence(*measure, 0, "row 1"), grade="alleged", attribution="shown"),
        verdict(f"{GIDS}/4b", "measure:XA-2021-storage", "holds", "the duty covers data obtained "
                "in XA alone", evidence(*measure, 1, "row 2"), grade="found",
                attribution="shown"),
        verdict(f"{CLEAN}/path", "product:aster-gate-2", "broken", "the vendor's home state, XA, "
                "is on the rulebook's list", evidence("product", "firmware",
                "routers/aster-gate-2.bin", 0, "header"), grade="declared", rests_on="origin",
                law=("designation/example-list/aster",)),
        verdict(f"{CLEAN}/path", "product:birch-edge-5", "holds", "neither the vendor nor its "
                "home state is on the rulebook's list", evidence("product", "cyclonedx",
                "sbom/birch-edge-5.cdx.json", 0, "/metadata/component"), grade="declared",
                rests_on="origin"),
        *cloud_verdicts(),
    )  # fmt: skip


def why_not(text: ClauseText, rows: list[Verdict]) -> tuple[str, ...]:
    if text.undecidable:
        return (text.undecidable,)
    reasons = {v.because for v in rows if v.outcome == "not shown"}
    if not rows:
        table = next(c.judges for c in CHECKS if c.check == text.checks[0])
        reasons.add(NOT_FED.format(table))
    return tuple(sorted(reasons))


def clauses(texts: tuple[ClauseText, ...], rows: tuple[Verdict, ...]) -> tuple[ClauseRow, ...]:
    found = []
    for text in texts:
        own = [v for v in rows if (v.rulebook, v.clause) == (text.rulebook, text.clause)]
        counts = Counter(v.outcome for v in own)
        order = ("broken", "not shown", "holds", "not applicable")
        outcome = next((o for o in order if counts[o]), "not shown")
        why = why_not(text, own)
        counted = {o: counts[o] for o in OUTCOMES if counts[o]}
        found.append(ClauseRow(text.rulebook, text.clause, outcome, counted, why))
    return tuple(found)


def summary(rows: tuple[ClauseRow, ...]) -> dict[str, dict[str, int]]:
    books = dict.fromkeys(r.rulebook for r in rows)
    return {
        b: {o: sum(r.rulebook == b and r.outcome == o for r in rows) for o in OUTCOMES}
        for b in books
    }


def looked_for(rows: tuple[Verdict, ...]) -> tuple[LookedFor, ...]:
    found = []
    for text in CHECKS:
        first = next(((v.rulebook, v.clause) for v in rows if v.check == text.check), None)
        own = [v for v in rows if v.check == text.check and (v.rulebook, v.clause) == first]
        counts = Counter(v.outcome for v in own)
        found.append(LookedFor(text.asks, text.check, len(own), dict(counts)))
    return tuple(found)


AGENT = "updates/aster-agent_2.4.1_amd64.deb!/usr/bin/aster-agent"
DIFFERENCES = (
    {"rank": 1, "change": "new", "table": "mention", "product": "aster-agent",
     "because": "the program names a host that release 2.4.0 did not",
     "fact": {"host": "collect.aster.example", "path": AGENT, "locator": "offset 0x8c20",
              "artefact": digest(AGENT), "grade": "observed"}},
    {"rank": 2, "change": "changed", "table": "component", "product": "aster-agent",
     "because": "the version of a bundled library went down",
     "fact": {"name": "libexample", "version": "1.0.9", "version_before": "1.1.0",
              "strength": 0.3333333333}},
    {"rank": 3, "change": "gone", "table": "file", "product": "aster-agent",
     "because": "the changelog is no longer shipped", "fact": {"path": "usr/share/doc/changelog"}},
)  # fmt: skip

FINDINGS = (
    Finding("hidden_access/elf/000000000000/0", "hidden_access", "fixed secret",
            digest(FILES[8][0]), FILES[8][0], "offset 0x1f4a0", "svc-7Q…", 0.93, True,
            "undisclosed", "input from a socket is compared with it; where equal, a shell opens"),
    Finding("hidden_access/elf/000000000000/1", "hidden_access", "debug entrance",
            digest(FILES[10][0]), FILES[10][0], "offset 0x9c10", "0x7e5a11c3", 0.62, False,
            "", "a comparison with a rare constant guards a shell"),
    Finding("behaviour/script/000000000000/0", "behaviour", "collects and sends",
            digest(FILES[13][0]), FILES[13][0], "line 41", "collect.aster.example", 0.5, False,
            "undisclosed", "the name of the user is read at line 12 and sent at line 41"),
    Finding("script_use/script/000000000000/4", "script_use", "runs a command",
            digest(FILES[13][0]), FILES[13][0], "line 77", "subprocess.run shell=True", 0.26, False,
            "", NO_REASON),
)  # fmt: skip

RULEBOOKS = (
    RulebookUsed(GIDS, "2020-09-08", "Global Initiative on Data Security", False,
                 {"permission": ["direct access"], "another_state": "sovereign"}),
    RulebookUsed(CLEAN, "2020-08-05", "Clean Network", False,
                 {"listed": ["XA"], "reading": "as applied"}),
)  # fmt: skip
LISTS = (
    ListUsed("address_place", "2026-11-10", "CC BY-SA 4.0", "Address places by Example Geodata"),
    ListUsed("agreement", "2026-11-01", "Apache-2.0", "Evenhand contributors"),
    ListUsed("designation", "2026-11-01", "Apache-2.0", "Evenhand contributors"),
    ListUsed("territory", "2026-11-01", "CC0-1.0", "Evenhand contributors"),
)
READERS = tuple(
    ReaderUsed(name, "1") for name in ("cyclonedx", "deb", "elf", "firmware", "pcap", "tables")
)
TERRITORIES = {
    "BR": "Brazil", "CA": "Canada", "DE": "Germany", "JP": "Japan", "SG": "Singapore",
    "XA": "Ansuland", "XB": "Boreland", "ZA": "South Africa",
}  # fmt: skip


def sample() -> Result:
    """Two rulebooks side by side, judged with a swap of XA and XB."""
    rows = verdicts()
    rolled = clauses(TEXTS, rows)
    return Result(
        evenhand="0.1.0",
        as_of=date(2026, 11, 21),
        complete=True,
        artefacts=tuple(
            ArtefactRow(digest(p), p, k, s, digest(parent) if parent else None)
            for p, k, s, parent in FILES
        ),
        readings=tuple(ReadingRow(digest(p), p, r, o, w, f) for p, r, o, w, f in READINGS),
        verdicts=rows,
        clauses=rolled,
        differences=DIFFERENCES,
        summary=summary(rolled),
        rulebooks=RULEBOOKS,
        lists=LISTS,
        readers=READERS,
        texts=TEXTS,
        checks=CHECKS,
        destinations=destinations(),
        looked_for=looked_for(rows),
        findings=FINDINGS,
        findings_total=5,
        swap=("XA", "XB"),
        territories=TERRITORIES,
    )
