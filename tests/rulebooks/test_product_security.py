"""Product security: what a maker declares and what an image holds, under five texts side by side.

No decided case under these texts is known to us. The cases are those of the texts themselves: the
UK regime applies from 2024-04-29, the articles of the Radio Equipment Directive from 2025-08-01,
the Cyber Resilience Act from 2027-12-11 (law/product_security.yaml, law/laws.yaml). An answer
supports evidence for a provision; none says that a product conforms.
"""

from __future__ import annotations

from datetime import date

import pytest

from evenhand.judge import rulebook
from evenhand.judge.result import Result
from tests.judge.bench import clause, result, verdict

BOOKS = ("gb-psti", "etsi-en-303-645", "en-18031", "nist-8425a", "eu-cra-13")
KINDS = (
    "consumer connectable product, consumer IoT, internet-connected radio equipment, "
    "consumer-grade router, product with digital elements, "
    "digital product used five years or longer"
)


def facts(said: str, offered: str = "2028-01-01", kinds: str = KINDS, more: str = "") -> str:
    """A product offered in the United Kingdom and in the Union, with what is declared of it."""
    return f"""
product: [{{product: hub, kinds: [{kinds}], offered_on: {offered}}}]
party:
  - {{party: Alder Ltd, role: manufacturer, product: hub, serves: GB, on_day: {offered}}}
  - {{party: Alder Ltd, role: importer, product: hub, serves: EU, on_day: {offered}}}
declaration:
{said}{more}"""


PASSWORD = "  - {{product: hub, kind: default password, text: {}}}\n"


def judged(text: str, *books: str, as_of: date = date(2028, 6, 1)) -> Result:
    return result(text, *(books or BOOKS), as_of=as_of)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("set by the user", "holds"), ("universal", "broken"), ("see the manual", "not shown")],
)
def test_one_declaration_under_every_text(text: str, wanted: str) -> None:
    given = judged(facts(PASSWORD.format(text)))
    found = {
        (v.rulebook, v.clause): v.outcome
        for v in given.verdicts
        if v.check == "product/maker_declares_it" and v.subject == "product:hub"
    }
    for place in (
        ("gb-psti", "sch1-1"),
        ("etsi-en-303-645", "5.1-1"),
        ("nist-8425a", "iac-passwords"),
    ):
        assert found[place] == wanted, place
    # its wording is from memory, so that it decides nothing
    assert found["en-18031", "aum-5-1"] == "not shown"


def test_a_password_that_may_stay_unset_loses_a_presumption() -> None:
    given = judged(facts(PASSWORD.format("may be left unset")), "en-18031")
    assert verdict(given, "red-r1", "product:hub").outcome == "broken"
    assert not verdict(given, "red-r1", "product:hub").binding


def test_the_regime_starts_on_its_day() -> None:
    for offered, wanted in (("2024-04-28", "not applicable"), ("2024-04-29", "broken")):
        given = judged(facts(PASSWORD.format("universal"), offered), "gb-psti")
        assert verdict(given, "sch1-1", "product:hub").outcome == wanted
    undated = facts(PASSWORD.format("universal")).replace(", offered_on: 2028-01-01", "")
    assert verdict(judged(undated, "gb-psti"), "sch1-1", "product:hub").outcome == "not shown"


def test_what_a_product_is_decides_on_scope() -> None:
    for kinds, wanted in (("", "not shown"), ("consumer IoT", "not shown")):
        given = judged(facts(PASSWORD.format("universal"), kinds=kinds), "gb-psti")
        assert verdict(given, "sch1-1", "product:hub").outcome == wanted
    denied = facts(PASSWORD.format("universal"), kinds="").replace(
        "kinds: []", "not_kinds: [consumer connectable product]"
    )
    assert verdict(judged(denied, "gb-psti"), "sch1-1", "product:hub").outcome == "not applicable"


def test_a_documented_account_is_still_a_default_account() -> None:
    more = """
hidden_access:
  - {product: hub, kind: default account, constant: admin, effect_shown: true,
     disclosure: documented}
"""
    given = judged(facts(PASSWORD.format("universal"), more=more), "gids-2020", *BOOKS)
    subject = "access:hub/default account/admin"
    assert verdict(given, "7a", subject).outcome == "holds"
    assert verdict(given, "sch1-1-image", subject).outcome == "broken"
    under_5_1 = [v for v in given.verdicts if (v.clause, v.subject) == ("5.1-1", subject)]
    assert [v.outcome for v in under_5_1] == ["broken"]
    # the same way in is of no kind that the clause on debugging is about
    assert verdict(given, "5.6-1", subject).outcome == "not applicable"


def test_support_periods() -> None:
    five = "  - {product: hub, kind: support period, until_day: 2033-01-01}\n"
    given = judged(facts(five), "gb-psti", "eu-cra-13", "etsi-en-303-645")
    found = {v.clause: v.outcome for v in given.verdicts}
    assert [found[c] for c in ("sch1-3", "13.8", "5.3-13")] == ["holds"] * 3
    less = judged(facts(five.replace("2033-01-01", "2032-12-31")), "gb-psti", "eu-cra-13")
    found = {v.clause: v.outcome for v in less.verdicts}
    assert (found["sch1-3"], found["13.8"]) == ("holds", "broken")
    early = judged(facts(five, "2027-12-10"), "eu-cra-13")
    assert verdict(early, "13.8", "product:hub").outcome == "not applicable"


def test_nothing_given_is_not_shown_and_no_text_says_that_a_product_conforms() -> None:
    given = judged("product: [{product: hub}]\n")
    assert {c.outcome for c in given.clauses} == {"not shown"}
    assert clause(given, "sch1-2").outcome == "not shown"
    for name in BOOKS:
        text = (rulebook.load(name).folder / "text.md").read_text(encoding="utf-8")
        assert "supports evidence for" in " ".join(text.split())
        for line in (c.says for c in rulebook.load(name).clauses):
            assert "conforms" not in line
