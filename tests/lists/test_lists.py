"""Lists: what each says of itself, its rows, and the user's own editions."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from evenhand import lists
from evenhand.errors import Mistakes, UserError
from evenhand.facts import tables

LAW = ("agreement", "designation", "measure", "membership", "territory")
OWNERS = ("cloud_region", "domain_owner", "network_owner")
RANGES = ("address_located", "address_network", "address_registered")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No edition of whoever runs the tests."""
    monkeypatch.setenv("EVENHAND_LISTS", str(tmp_path / "own"))
    return tmp_path / "own"


def test_every_list_says_what_it_is() -> None:
    found = lists.every()
    assert set(found) >= {*LAW, *RANGES, *OWNERS, "address_special", "public_suffix", "world_map"}
    for info in found.values():
        lists.verify(info)
        assert info.rows > 0 and info.title and info.source and info.attribution
        assert date.fromisoformat(info.version) <= date(2026, 12, 31)
        assert info.licence in {"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "ISC", "MIT", "MPL-2.0"}
        assert not info.own


@pytest.mark.parametrize("name", (*LAW, *OWNERS))
def test_law_lists_are_rows_of_their_fact_table(name: str) -> None:
    info, table = lists.one(name), lists.arrow(name)
    assert table.schema == tables()[name].schema()
    assert table.num_rows == info.rows
    ids = table["id"].to_pylist()
    assert ids[0] == f"{name}/list/{info.sha256[:12]}/1"
    assert len({*ids}) == info.rows
    assert set(table["artefact"].to_pylist()) == {info.digest}
    assert table["locator"].to_pylist()[-1].startswith(f"row {info.rows}: ")
    assert set(table["grade"].to_pylist()) <= {"declared", "alleged"}
    key = tables()[name].key
    if key:
        assert len({tuple(r[c] for c in key) for r in lists.rows(name)}) == info.rows


@pytest.mark.parametrize("name", RANGES)
def test_range_lists_give_their_rows(name: str) -> None:
    table = lists.arrow(name)
    assert table.num_rows == lists.one(name).rows
    assert table.column_names[:4] == ["start_high", "start_low", "end_high", "end_low"]
    if "territory" in table.column_names:
        codes = set(lists.arrow("territory")["territory"].to_pylist())
        assert set(table["territory"].unique().to_pylist()) <= codes


def test_norway_is_a_code() -> None:
    codes = lists.arrow("territory")["territory"].to_pylist()
    assert "NO" in codes and len(codes) == len({*codes})
    group = [r["state"] for r in lists.rows("membership") if r["state_group"] == "EEA_EXTRA"]
    assert group == ["IS", "LI", "NO"]


def test_states_of_law_lists_are_known_codes_or_groups() -> None:
    codes = set(lists.arrow("territory")["territory"].to_pylist())
    groups = set(lists.arrow("membership")["state_group"].to_pylist())
    depositaries = {"COE", "UN"}
    for name in ("agreement", "designation", "measure", "membership"):
        for row in lists.rows(name):
            for column in tables()[name].roles:
                code = row[column]
                assert (
                    code is None
                    or code in codes | groups | depositaries
                    or code.startswith("ORG:")
                ), (name, row)  # fmt: skip
    assert set(lists.arrow("territory")["sovereign"].to_pylist()) <= codes | {None}


def test_age() -> None:
    info = lists.one("territory")
    day = date.fromisoformat(info.version)
    assert lists.age_days(info, date.fromordinal(day.toordinal() + 40)) == 40
    assert lists.age_days(info, date.fromordinal(day.toordinal() - 1)) == -1


def test_an_unknown_list_names_those_there_are() -> None:
    with pytest.raises(UserError, match=r"there are: .*territory"):
        lists.arrow("nations")


def test_a_users_edition_takes_the_place_of_ours(own_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "agreement,type,state_a,state_b,in_force_from,unverified\nA,adequacy,EU,NO,2020-01-01,\n"
        "B,treaty party,COE,ORG:EPO,,true\n"
    )
    info = lists.update("agreement", file, "2026-02-03")
    assert (info.own, info.version, info.rows, info.unverified) == (True, "2026-02-03", 2, 1)
    rows = list(lists.rows("agreement"))
    assert [(r["state_b"], r["unverified"], r["in_force_from"]) for r in rows] == [
        ("NO", False, date(2020, 1, 1)), ("ORG:EPO", True, None),
    ]  # fmt: skip
    file.write_text("agreement,type\nC,adequacy\n")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    again = lists.update("agreement", file)
    assert (again.rows, again.version) == (1, "2023-11-14")
    assert len(list((own_home / "agreement").iterdir())) == 2  # the old data file is gone


def test_every_mistake_is_told_at_once_and_nothing_is_installed(
    own_home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        "measure,by_state,on_day,until_day,unverified,evidence_cited\n"
        "M1,XX,2020-01-01,,,\n"
        "M2,cn,2020-13-01,,,\n"
        ",US,,,maybe,\n"
        "M1,US,2021-01-01,2020-01-01,,\n"
        "M5,USA,,,,\n"
        "M6,US,,\n"
    )
    with pytest.raises(Mistakes) as caught:
        lists.update("measure", file)
    told = [line.removeprefix(f"{file}:") for line in caught.value.lines]
    expected = [
        "2: by_state: XX is no territory", "3: on_day: '2020-13-01' is no ISO day",
        "3: by_state: 'cn' is no ISO", "4: unverified: 'maybe' is neither", "4: measure: empty",
        "5: until_day 2020-01-01 lies before", "5: measure = M1 stands in line 2",
        "6: by_state: USA is no territory", "7: 4 cells",
    ]  # fmt: skip
    assert len(told) == len(expected), told
    for text in expected:
        assert any(t.startswith(text) for t in told), (text, told)
    assert not (own_home / "measure" / "list.yaml").exists()
    assert list((own_home / "measure").iterdir()) == []
    assert not lists.one("measure").own


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"", ":1: empty"),
        (b"agreement\n", "'type' is missing"),
        (b"agreement,type,state\n", "no column 'state'"),
        (b"agreement,type,type\nA,b,c\n", "stands twice"),
        (b"agreement,type\n\xff,b\n", "not UTF-8"),
        (b'agreement,type\n"A,b\n', ":2: "),
    ],
)
def test_files_that_are_no_such_list(text: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes(text)
    with pytest.raises(Mistakes) as caught:
        lists.update("agreement", file)
    assert told in str(caught.value)


def test_ranges_can_be_given_as_text(tmp_path: Path) -> None:
    from evenhand.lists import ranges
    from evenhand.lists.address import numbers

    file = tmp_path / "mine.csv"
    file.write_text(
        "start,end,territory\n2001:db8::,2001:db8::ff,NO\n192.0.2.0,192.0.2.9,IS\n"
        "192.0.2.10,192.0.2.20,IS\n"
    )
    info = lists.update("address_located", file, "2026-01-01")
    assert info.rows == 2  # neighbours that say the same are one
    high, low, _ = numbers(["192.0.2.20", "192.0.2.21", "2001:db8::80", "::ffff:192.0.2.0"])
    assert ranges.load(info).texts(high, low) == {"territory": ["IS", None, "NO", "IS"]}
    assert lists.update("address_located", info.path, "2026-01-01").sha256 == info.sha256


def test_mistakes_in_ranges(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(
        "start,end,territory\n"
        "192.0.2.0,192.0.2.99,NO\n"
        "192.0.2.10,192.0.2.20,IS\n"
        "192.0.2.30,192.0.2.40,IS\n"
        "host,192.0.2.20,IS\n"
        "198.51.100.9,198.51.100.1,IS\n"
        "10.0.0.1,2001:db8::,IS\n"
        "203.0.113.1,203.0.113.1,QQ\n"
        "203.0.113.2,203.0.113.2,EU\n"
        "203.0.113.3\n"
    )
    with pytest.raises(Mistakes) as caught:
        lists.update("address_located", file)
    told = sorted(int(line.removeprefix(f"{file}:").split(":")[0]) for line in caught.value.lines)
    assert {3, 4, 5, 6, 7, 8, 9, 10} <= {*told}


@pytest.mark.parametrize("what", ["network", "broken", "columns"])
def test_other_mistakes_in_ranges(what: str, tmp_path: Path) -> None:
    if what == "network":
        file = tmp_path / "n.csv"
        file.write_text("start,end,network,operator\n192.0.2.0,192.0.2.9,64496,Example\n")
        told = "no autonomous system"
    elif what == "broken":
        file = tmp_path / "n.arrow"
        file.write_bytes(b"ARROW1 and nothing else ARROW1")
        told = "no stored list"
    else:
        file = lists.one("address_located").path
        told = "the columns must be"
    with pytest.raises(UserError, match=told):
        lists.update("address_network", file)


def test_a_data_file_that_was_changed_is_not_used(own_home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("territory,name\nNO,Norway\n")
    info = lists.update("territory", file)
    info.path.write_text("territory,name\nNO,Norge\n")
    with pytest.raises(UserError, match=r"list\.yaml names"):
        lists.verify(info)


@pytest.mark.parametrize("text", ["- a", "{", "name: x", "version: tomorrow", "\x00"])
def test_a_list_yaml_that_says_too_little_is_told(text: str, own_home: Path) -> None:
    folder = own_home / "territory"
    folder.mkdir(parents=True)
    whole = {f: "x" for f in lists.FIELDS if f != "version"}
    body = yaml.safe_dump(whole) + text if text.startswith("version") else text
    (folder / "list.yaml").write_text(body)
    with pytest.raises(UserError, match=r"list\.yaml"):
        lists.every()


def test_a_list_yaml_never_points_outside_its_folder(own_home: Path) -> None:
    folder = own_home / "territory"
    folder.mkdir(parents=True)
    said = dict.fromkeys(lists.FIELDS, "x") | {"version": "2026-01-01", "file": "../../etc/passwd"}
    (folder / "list.yaml").write_text(yaml.safe_dump(said))
    assert lists.one("territory").path == folder / "passwd"


def test_no_file_no_update(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="gone"):
        lists.update("territory", tmp_path / "gone.csv")
    with pytest.raises(UserError, match="nothing was installed"):
        lists.update("territory", tmp_path)
    file = tmp_path / "t.csv"
    file.write_text("territory,name\nNO,Norway\n")
    with pytest.raises(UserError, match="ISO day"):
        lists.update("territory", file, "yesterday")


def test_the_map_draws_or_marks_every_territory() -> None:
    info = lists.one("world_map")
    said = json.loads(info.path.read_bytes())
    assert info.path.stat().st_size < 120_000
    assert {*said["territories"]} == {*lists.arrow("territory")["territory"].to_pylist()}
    shape = re.compile(r"(M\d*\.?\d+ \d*\.?\d+l(?:[ -]?\d*\.?\d+)+z)*")
    for code, one in said["territories"].items():
        assert shape.fullmatch(one["path"]), code
        assert 0 <= one["x"] <= said["width"] and 0 <= one["y"] <= said["height"], code
    assert sum(bool(t["path"]) for t in said["territories"].values()) > 170


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"width":1,"height":1,"territories":{"NO":{"path":1,"x":0,"y":0}}}']
)
def test_what_reports_could_not_draw_is_no_map(text: str, tmp_path: Path) -> None:
    file = tmp_path / "m.json"
    file.write_text(text)
    with pytest.raises(Mistakes):
        lists.update("world_map", file)


def test_licences_that_ask_for_a_notice_have_one() -> None:
    for info in lists.every().values():
        if info.licence != "CC0-1.0":
            notice = (info.path.parent / "LICENSE").read_text()
            assert "icens" in notice or "Permission" in notice
