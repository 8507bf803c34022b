"""Law lists: made from the folder that people keep, and what becomes of each kind of remark."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evenhand import lists
from evenhand.errors import Mistakes

ROOT = Path(__file__).parents[2]
LAW = ROOT / "../shared/law"
HOME = ROOT / "src/evenhand/lists"
NAMES = (
    "agreement",
    "claim",
    "designation",
    "mandated_access",
    "measure",
    "membership",
    "territory",
)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The build script, loaded from where it lies, beside what it imports."""
    sys.path.insert(0, str(ROOT / "scripts/lists"))
    spec = importlib.util.spec_from_file_location("build_law", ROOT / "scripts/lists/law.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def where(table: str, **said: Any) -> list[dict[str, Any]]:
    return [r for r in lists.rows(table) if all(r[c] == v for c, v in said.items())]


@pytest.mark.skipif(not LAW.is_dir(), reason="the folder shared/law is not here")
@pytest.mark.parametrize("name", NAMES)
def test_building_again_gives_the_same_bytes(
    name: str, script: ModuleType, tmp_path: Path
) -> None:  # fmt: skip
    version = lists.one(name).version
    script.write(name, script.BUILDERS[name](LAW), version, tmp_path)
    for file in (f"{name}.csv", "list.yaml"):
        assert (tmp_path / name / file).read_bytes() == (HOME / name / file).read_bytes()


def test_an_agreement_is_unverified_where_its_day_is() -> None:
    assert [r["unverified"] for r in where("agreement", state_a="COE", state_b="NO",
                                           type="treaty party")] == [True]  # fmt: skip
    harbour = where("agreement", scope="Safe Harbour self-certified")
    assert harbour[0]["unverified"] and harbour[0]["in_force_to"] == date(2015, 10, 6)
    assert not where("agreement", scope="Privacy Shield self-certified")[0]["unverified"]
    counts = sum(r["unverified"] for r in lists.rows("agreement"))
    assert counts == lists.one("agreement").unverified > 20


def test_a_day_known_only_in_part_is_empty_and_said() -> None:
    part = [r for r in lists.rows("agreement") if "day not known" in r["source"]]
    assert part and all(r["signed_on"] is None for r in part)
    assert {"signed: 2020-11", "signed: 1997"} <= {
        r["source"].rpartition("; ")[2].removesuffix(", day not known") for r in part
    }


def test_a_depositary_is_given_as_it_is() -> None:
    sides = {r["state_a"] for r in lists.rows("agreement")}
    assert {"COE", "UN", "EU"} <= sides


def test_an_unverified_alias_is_left_out_and_the_row_stays() -> None:
    rows = [r for r in lists.rows("designation") if "EZVIZ" in str(r) or "海康威视" in r["aliases"]]
    assert len(rows) == 1
    assert rows[0]["aliases"] == ["Hikvision", "海康威视"] and not rows[0]["unverified"]
    assert all("(" not in a for r in lists.rows("designation") for a in r["aliases"])


def test_an_entry_of_several_names_has_a_row_for_each(script: ModuleType) -> None:
    assert script.entities("Huawei, ZTE") == ["Huawei", "ZTE"]
    assert script.entities("A, B and 57 other apps") == [
        "A", "B", "CATEGORY: 57 other apps on the list",
    ]  # fmt: skip
    assert script.entities("Huawei Technologies Co., Ltd.") == ["Huawei Technologies Co., Ltd."]
    assert script.entities("Kaspersky Lab, Inc.") == ["Kaspersky Lab, Inc."]


def test_a_group_has_its_members_of_today_and_of_before() -> None:
    group = {r["state"]: r for r in where("membership", state_group="EU")}
    assert len(group) == 28
    assert group["FR"]["member_to"] is None
    assert group["FR"]["member_from"] == date(2013, 7, 1)
    assert group["GB"]["member_to"] == date(2020, 2, 1)
    concern = {r["state"] for r in where("membership", state_group="DOJ_COUNTRIES_OF_CONCERN")}
    assert concern == {"CN", "HK", "MO", "CU", "IR", "KP", "RU", "VE"}


def test_measures_say_only_what_their_rows_say(script: ModuleType) -> None:
    rows = {r["measure"]: r for r in lists.rows("measure")}
    assert rows["GB-HW-2020"]["evidence_cited"] == "yes"
    assert rows["CN-BLOCK-WIKI"]["evidence_cited"] is None
    assert {r["evidence_cited"] for r in rows.values()} == {"yes", "partly", "no", None}
    assert rows["US-EL-2019"]["closes_supply"] and rows["CN-MICRON-2023"]["closes_supply"]
    assert rows["US-EO13943"]["closes_supply"] is False  # never took effect
    assert rows["CN-GIDS-2020"]["closes_supply"] is False
    assert rows["US-PAFACA-2024"]["closes_supply"] is None
    assert rows["CN-BLOCK-GMAIL"]["on_day"] is None
    assert "2014-06, day not known" in rows["CN-BLOCK-GMAIL"]["source"]
    assert rows["CN-IPHONE-2023"]["grade"] == "alleged"
    assert rows["US-EL-2019"]["unverified"] and not rows["US-EL-2019-08"]["unverified"]
    split = {m: r["target_state"] for m, r in rows.items() if m.startswith("US-DOJ-BULK")}
    assert split["US-DOJ-BULK/RU"] == "RU" and len(split) == 6


def test_an_order_of_access_says_only_what_was_read() -> None:
    rows = {r["mandate"]: r for r in lists.rows("mandated_access")}
    assert len(rows) == 12
    carrier = rows["US-CALEA-1002"]
    assert carrier["standing"] and carrier["mechanisms"] == ["interception interface"]
    assert carrier["in_force_from"] == date(1994, 10, 25) and carrier["court"]
    # help and data are ordered, no mechanism is
    assert rows["CN-NIL-7-ACCESS"]["mechanisms"] == []
    # in part, and not seen: not known, and said
    assert rows["CN-NIL-7-ACCESS"]["reach_abroad"] is rows["CN-NIL-7-ACCESS"]["secrecy"] is None
    assert "secrecy is still unverified" in rows["CN-NIL-7-ACCESS"]["remark"]
    assert rows["CN-NIL-7-ACCESS"]["court"] is rows["IN-ITACT-69"]["court"] is False
    assert rows["AU-TOLA-317"]["court"] is None and "warrant" in rows["AU-TOLA-317"]["remark"]
    # a day taken over from the law that the row points to; its day is from memory
    assert rows["US-FISA-702-ACCESS"]["unverified"]
    assert rows["US-CLOUD-2713-ACCESS"]["in_force_from"] == date(2018, 3, 23)
    # a standard is nobody's law
    assert rows["ETSI-LI"]["by_state"] is rows["ETSI-LI"]["duty"] is None


def test_claims_are_alleged_and_name_what_would_settle_them() -> None:
    rows = {r["claim"]: r for r in lists.rows("claim")}
    assert len(rows) == 30
    assert {r["grade"] for r in rows.values()} == {"alleged"}
    assert all(r["decided_by"] and r["said_by"] and r["kind"] for r in rows.values())
    assert {r["kind"] for r in rows.values()} == {"fact", "value", "report", "definition"}
    five = rows["CL-05"]
    assert (five["by_state"], five["of_state"]) == ("CN", "CN")
    assert five["denied_by"] == "US" and "GIDS-5a" in five["rules"]
    assert rows["CL-11"]["decided_by"] == rows["CL-10"]["decided_by"]
    assert rows["CL-23"]["of_state"] is None  # of two states
    assert rows["CL-07"]["denied_by"] is None
    text = lists.one("claim").path.read_text(encoding="utf-8")
    assert "(000)" not in text and "003" not in text.replace("2003", "")


def test_remarks_about_something_else_do_not_mark_a_row(script: ModuleType) -> None:
    marks = script.DAY_UNVERIFIED.search
    assert marks("in force; day in July 2000 unverified")
    assert marks("statute still in force (enactment day 24 unverified)")
    assert marks("reported lifting in 2024-04 unverified")
    assert not marks("second injunction 2020-12-07 unverified; revoked")
    assert not marks("later appeal unverified")
    assert not marks("signing day verified; number unverified")


def test_words_that_name_files_are_replaced(script: ModuleType) -> None:
    assert script.words("laws.yaml groups.EU") == "the project's rules, EU"
    assert script.words("laws.yaml CN-* | x") == "the project's rules, CN-* | x"
    assert script.words("Google apps gone (seed)") == "Google apps gone"
    assert script.words("seen at /farm/a/b.txt") == "seen at"
    assert script.words("https://e.org/work/a") == "https://e.org/work/a"


def test_no_list_names_a_machine_path_or_a_file_that_readers_lack() -> None:
    for name in NAMES:
        text = lists.one(name).path.read_text(encoding="utf-8")
        for word in ("/farm", "(seed)", "laws.yaml", "agreements.csv", "initiative.yaml", " pack,"):
            assert word not in text, (name, word)


def test_a_row_that_does_not_fit_stops_the_build(script: ModuleType, tmp_path: Path) -> None:
    row = {"territory": "NO", "name": "Norway", "sovereign": "no"}
    with pytest.raises(Mistakes, match="'no' is no ISO"):
        script.write("territory", [row], "2026-01-01", tmp_path)
    shutil.rmtree(tmp_path / "territory")
