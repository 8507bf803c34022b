"""Constants of one family are told apart from one that stands alone, and what input is read from.

Spec: src/evenhand/native/crowd.py; rarity.py.
"""

from __future__ import annotations

import pytest

from evenhand.native import crowd, rarity
from evenhand.native.finding import Compared, Finding


def compared(*constants: str) -> list[Compared]:
    return [Compared(c, "system", "recv", 1.0, n) for n, c in enumerate(constants)]


def test_words_of_one_family_and_codes_of_one_kind() -> None:
    words = ("eGON.BT0", "eGON.BT1", "roomconfig_owner", "xq7-Umbra!94", "operator77-Lane")
    codes = ("0x96c73adf", "0x96c73abc", "0x8d3f51c7", "0x7", "0x9")
    found = crowd.families(compared(*words, *codes, "0x"))
    assert found == {"eGON.BT0", "eGON.BT1", "0x96c73adf", "0x96c73abc"}


def test_the_end_of_another_constant_is_no_family() -> None:
    assert crowd.families(compared("/currentsetting.htm", "currentsetting.htm")) == frozenset()


def test_many_that_lead_to_the_same_are_weaker() -> None:
    words = ["tiger-Lily4", "Quartz.88x", "n0rthWind", "9-olive-Q"]
    found = [(Finding("fixed secret", w, 0.8, False, "", 0, 1), w, "runs system") for w in words]
    alone = crowd.weighed(found[:2], compared(*words))
    assert [f.strength for f in alone] == [0.8, 0.8]
    assert {f.strength for f in crowd.weighed(found, compared(*words))} == {0.6}


@pytest.mark.parametrize(
    "word",
    ["x-obex/folder-listing", "urn:xmpp:http:upload:0", "useDebDelta=ud", "aceilrstwx",
     "68b329da9893e34099c7d8ad5cb9c940"],
)  # fmt: skip
def test_words_of_a_protocol_are_less_rare(word: str) -> None:
    assert rarity.of_text(word) <= 0.6 < rarity.of_text("xq7-Umbra!94")


def test_numbers_in_steps_or_twice_the_same_are_no_secrets() -> None:
    assert max(map(rarity.of_number, (0x1122334455667788, 0x271100002711))) <= 0.05
    assert rarity.of_number(0x6D1F0A3BC27E9845) == 0.75


def test_own_files_marks_and_heads_of_messages_are_less_rare() -> None:
    assert rarity.of_text("/lamps/ws-certs.d/0-own-signed.cert") < rarity.of_text("/lamps/q7-Umbra")
    assert rarity.of_text("__QNOLAMPER__") < rarity.of_text("QNOLAMPER-")
    assert rarity.of_number(0x1004D3C2B1A0100) < 0.2 < rarity.of_number(0x1004D3C9B1A0177)
    assert rarity.of_number(0x1069) > 0.2  # two bytes say too little to be a head
