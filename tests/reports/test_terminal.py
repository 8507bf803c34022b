"""The terminal report: widths, styles, groups and what is left out.

Spec: ECMA-48 (SGR).
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from evenhand.reports import Options, terminal
from tests.reports.extremes import (
    binding_sample,
    hostile_sample,
    large_sample,
    plain_sample,
)
from tests.reports.sample import sample

STYLE = re.compile(r"\x1b\[\d+m")


@pytest.mark.parametrize("width", [50, 60, 80, 100, 160])
def test_no_line_is_wider_than_asked_but_a_command(width: int) -> None:
    for made in (sample(), hostile_sample()):
        for line in terminal.render(made, Options(width=width, verbose=True)).splitlines():
            assert terminal.cells(line) <= width or line.startswith("    evenhand "), line


def test_colour_adds_styles_and_nothing_else() -> None:
    for made in (sample(), hostile_sample()):
        bare = terminal.render(made, Options())
        styled = terminal.render(made, Options(colour=True))
        assert "\x1b[" not in bare
        assert STYLE.sub("", styled) == bare
        assert len(STYLE.findall(styled)) % 2 == 0


def test_a_run_fits_on_a_screen_and_thousands_of_verdicts_do_not_change_that() -> None:
    assert terminal.render(plain_sample(), Options()).count("\n") <= 73
    assert terminal.render(large_sample(2000), Options()).count("\n") <= 80


def test_undecidable_clauses_are_one_line_and_verbose_gives_each_its_reason() -> None:
    brief = terminal.render(sample(), Options())
    assert brief.count("artefacts cannot show") == 0
    assert "clean-network-2020 cable; gids-2020 2a 2b 2c 3a 3b 4a 7b" in brief
    long = terminal.render(sample(), Options(verbose=True, width=160))
    assert "artefacts cannot show the act of a state: gids-2020 2a 2b 2c 3a 3b" in long
    assert "add --verbose" not in long


def test_what_binds_no_one_is_called_so() -> None:
    said = terminal.render(sample(), Options(width=200, verbose=True))
    unmet = [line for line in said.splitlines() if line.startswith("    not met")]
    assert len(unmet) == 5
    assert all(line.startswith("    not met (non-binding)") for line in unmet)
    assert "    not met: product:" in terminal.render(binding_sample(), Options())


def test_both_rulebooks_are_seen_before_any_is_seen_twice() -> None:
    said = terminal.render(sample(), Options())
    heads = re.findall(r"^  (gids-2020|clean-network-2020) \w+: ", said, re.MULTILINE)
    assert heads == ["gids-2020", "clean-network-2020"]


def test_what_a_verdict_rests_on_and_who_did_it_is_said() -> None:
    said = terminal.render(sample(), Options(verbose=True, width=300))
    assert "grade: declared; rests on legal status; attribution to a state: shown" in said
    without = terminal.render(plain_sample(), Options(verbose=True))
    assert not re.search("rests on (conduct|legal status|origin)", without)


def test_a_command_to_copy_is_safe_to_paste() -> None:
    said = terminal.render(hostile_sample(), Options())
    commands = [line for line in said.splitlines() if "evenhand explain" in line]
    assert commands == [
        "    evenhand check PATH… --keep evidence && evenhand explain evidence "
        "gids-2020/7a/product:aster-gate-2"
    ]


def test_wide_characters_take_two_columns() -> None:
    assert terminal.cells("更新") == 4
    assert terminal.cells("e\u0301") == 1


def test_the_place_of_a_finding_leaves_out_the_archives_in_between() -> None:
    path = "a.deb!/data.tar.gz!/data.tar!/./usr/bin/b"
    row = sample().findings[0]._replace(path=path, locator="line 3")
    shown = terminal.render(replace(sample(), findings=(row,)), Options(width=200))
    assert "- a.deb!/…!/usr/bin/b:3: fixed secret" in shown
