"""Products: patterns, roots of their own, one product for all, members, facts files."""

from __future__ import annotations

from evenhand.enrich.product_artefact import enrich
from tests.enrich.conftest import Made

A, B, C, F = (f"sha256:{d * 64}" for d in "abcf")


def roots(made: Made, *places: tuple[str, str, str | None]) -> None:
    made.add("occurrence", *({"path": p, "artefact": a, "parent": u} for p, a, u in places))


def facts_file(made: Made, path: str = "facts.yaml", digest: str = F) -> None:
    roots(made, (path, digest, None))
    said = {"path": path, "reader": "facts_file", "reader_version": "1", "outcome": "read"}
    made.add("reading", said | {"reason": "", "artefact": digest})


def belongs(made: Made) -> list[tuple[str, ...]]:
    return made.rows("product_artefact", "product", "artefact", "path", "grade")


def test_each_root_is_a_product_of_its_own_and_members_belong_to_it(made: Made) -> None:
    roots(made, ("a.zip", A, None), ("a.zip!/x", B, A), ("c.bin", C, None))
    assert enrich(made.connection) == []
    assert belongs(made) == [
        ("a.zip", A, "a.zip", "observed"),
        ("a.zip", B, "a.zip!/x", "observed"),
        ("c.bin", C, "c.bin", "observed"),
    ]
    assert made.rows("product", "product", "artefact") == [("a.zip", A), ("c.bin", C)]


def test_a_pattern_claims_files_and_what_lies_in_them(made: Made) -> None:
    facts_file(made)
    roots(made, ("fw/a.zip", A, None), ("fw/a.zip!/deep/x", B, A), ("other", C, None))
    made.add("product", {"product": "Router", "artefact": F, "grade": "declared"})
    claim = {"product": "Router", "path": "fw/*.zip", "artefact": F, "grade": "declared"}
    made.add("product_artefact", claim)
    enrich(made.connection)
    assert belongs(made) == [
        ("Router", A, "fw/a.zip", "declared"),
        ("Router", B, "fw/a.zip!/deep/x", "declared"),
        ("other", C, "other", "observed"),
    ]
    assert made.rows("product", "product") == [("Router",), ("other",)]


def test_one_product_and_no_pattern_takes_every_root_but_facts_files(made: Made) -> None:
    facts_file(made)
    roots(made, ("a.pcap", A, None), ("b.apk", B, None), ("b.apk!/c", C, B))
    made.add("product", {"product": "App", "artefact": F, "grade": "declared"})
    enrich(made.connection)
    assert [r[:3] for r in belongs(made)] == [
        ("App", A, "a.pcap"),
        ("App", B, "b.apk"),
        ("App", C, "b.apk!/c"),
    ]
    assert made.rows("product", "product") == [("App",)]


def test_two_products_and_no_pattern_leave_roots_alone(made: Made) -> None:
    facts_file(made)
    roots(made, ("a", A, None))
    made.add("product", {"product": "One"}, {"product": "Two"})
    enrich(made.connection)
    assert belongs(made) == [("a", A, "a", "observed")]


def test_a_product_named_in_a_pattern_alone_gets_its_row(made: Made) -> None:
    facts_file(made)
    roots(made, ("a", A, None))
    made.add("product_artefact", {"product": "P", "path": "a", "artefact": F, "grade": "declared"})
    enrich(made.connection)
    assert made.rows("product", "product", "artefact", "grade") == [("P", F, "declared")]
    assert belongs(made) == [("P", A, "a", "declared")]


def test_a_facts_file_is_a_product_only_where_a_pattern_claims_it(made: Made) -> None:
    facts_file(made)
    enrich(made.connection)
    assert belongs(made) == []
    made.add("product_artefact", {"product": "P", "path": "facts.*", "artefact": F})
    enrich(made.connection)
    assert [r[:2] for r in belongs(made)] == [("P", F)]


def test_one_content_in_two_products_and_at_two_places(made: Made) -> None:
    roots(made, ("a", A, None), ("b", A, None), ("c.zip", C, None), ("c.zip!/1", B, C),
          ("c.zip!/2", B, C))  # fmt: skip
    enrich(made.connection)
    assert [r[:3] for r in belongs(made)] == [
        ("a", A, "a"),
        ("b", A, "b"),
        ("c.zip", B, "c.zip!/1"),
        ("c.zip", C, "c.zip"),
    ]


def test_patterns_are_matched_literally_but_for_shell_signs(made: Made) -> None:
    roots(made, ("a+b[1].bin", A, None), ("aab1.bin", B, None), ("line\nbreak", C, None))
    made.add("product_artefact", {"product": "P", "path": "a+b[[]1].bin", "artefact": F},
             {"product": "Q", "path": "line*", "artefact": F})  # fmt: skip
    enrich(made.connection)
    assert {r[:2] for r in belongs(made)} == {("P", A), ("Q", C), ("aab1.bin", B)}


def test_a_root_that_could_not_be_read_is_still_a_product(made: Made) -> None:
    roots(made, ("gone", "", None))
    enrich(made.connection)
    assert belongs(made) == []
    assert made.rows("product", "product", "id") == [
        ("gone", "product/product_artefact/000000000000/0")
    ]


def test_a_root_whose_name_looks_like_a_member_is_found(made: Made) -> None:
    roots(made, ("x!/y.zip", A, None), ("x!/y.zip!/z", B, A))
    enrich(made.connection)
    assert [r[:2] for r in belongs(made)] == [("x!/y.zip", A), ("x!/y.zip", B)]


def test_ids_are_one_of_a_kind_and_do_not_depend_on_order(made: Made) -> None:
    places = [("a.zip", A, None), ("a.zip!/x", B, A), ("c.bin", C, None)]
    roots(made, *places)
    enrich(made.connection)
    first = made.rows("product_artefact", "id", "product", "artefact")
    assert len({r[0] for r in first}) == 3
    other = Made()
    roots(other, *reversed(places))
    enrich(other.connection)
    assert other.rows("product_artefact", "id", "product", "artefact") == first
    other.connection.close()
