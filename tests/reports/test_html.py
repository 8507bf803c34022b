"""The page: well formed, reachable, readable, self-contained, and small.

Spec: HTML Living Standard; WCAG 2.2 AA (1.3.1, 1.4.3, 2.4.1, 4.1.2); CSP Level 3.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from evenhand.judge.result import Result
from evenhand.reports import Options, html
from evenhand.reports.page.element import el, prose, text
from evenhand.reports.page.traffic import in_bytes, world_map
from tests.reports.extremes import (
    binding_sample,
    empty_sample,
    hostile_sample,
    large_sample,
)
from tests.reports.sample import sample

VOID = {"meta", "col", "hr"}
STYLE = files("evenhand").joinpath("reports/page/style.css").read_text(encoding="utf-8")
HARMLESS = """
html head meta title style body a header p h1 h2 h3 dl div dt dd nav ul ol li main section table
caption thead tbody tr th td span bdi code pre details summary article strong svg g rect path circle
text desc figure figcaption footer time
"""
MAP = {
    "attribution": "Outlines by Example",
    "without_code": ["M2 2L3 3Z"],
    "width": 100,
    "height": 50,
    "territories": {
        "BR": {"path": "M1 1L9 9Z", "x": 30, "y": 30},
        "JP": {"path": "M80 10L85 15Z", "x": 82, "y": 12},
    },
}


class Page(HTMLParser):
    """Elements in order, with a check that every one that was opened is closed."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {k: v or "" for k, v in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [a for t, a in self.elements if t == tag]


def page(result: Result) -> Page:
    return Page(html.render(result, Options()))


@pytest.fixture(params=["sample", "hostile", "empty", "binding"])
def made(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(html, "world_map", lambda: MAP)
    build = {
        "sample": sample,
        "hostile": hostile_sample,
        "empty": empty_sample,
        "binding": binding_sample,
    }
    return page(build[request.param]())


def test_every_element_is_closed_and_every_link_leads_somewhere(made: Page) -> None:
    assert made.open == []
    ids = [a["id"] for _, a in made.elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for a in made.all("a")}
    assert targets
    assert {t.removeprefix("#") for t in targets} <= set(ids)
    labels = {i for _, a in made.elements for i in a.get("aria-labelledby", "").split()}
    assert labels <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(made: Page) -> None:
    assert {t for t, _ in made.elements} <= set(HARMLESS.split())
    for tag, attributes in made.elements:
        for key, value in attributes.items():
            assert not key.startswith("on"), tag
            assert key not in ("src", "srcset", "style", "action", "data"), tag
            assert key != "href" or value.startswith("#")
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_the_policy_allows_the_one_style_alone() -> None:
    source = html.render(sample(), Options())
    policy = next(a["content"] for a in Page(source).all("meta") if "http-equiv" in a)
    style = re.findall("<style>(.*?)</style>", source, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_structure_speaks_to_a_screen_reader(made: Page) -> None:
    assert made.all("html")[0]["lang"] == "en"
    assert made.elements[0][0] == "html"
    for landmark in ("header", "nav", "main", "footer", "h1", "title"):
        assert len([t for t, _ in made.elements if t == landmark]) >= 1
    assert len(made.all("h1")) == len(made.all("main")) == 1
    levels = [int(t[1]) for t, _ in made.elements if re.fullmatch("h[1-6]", t)]
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))
    assert len(made.all("caption")) == len(made.all("table"))
    assert all(a.get("scope") in ("col", "row") for a in made.all("th"))
    assert all("aria-labelledby" in a or "aria-label" in a for a in made.all("svg"))
    first = next(a for a in made.all("a"))
    assert first["href"] == "#main"


def test_a_hostile_name_is_text() -> None:
    source = html.render(hostile_sample(), Options())
    assert "<script" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source
    assert "\\u202e" in source
    assert max(map(len, re.findall("A+", source))) <= 600


def test_elements_escape_by_default() -> None:
    assert el("p", '<b>&"') == "<p>&lt;b&gt;&amp;&quot;</p>"
    assert el("a", el("b", "x"), title='"><i>') == '<a title="&quot;&gt;&lt;i&gt;"><b>x</b></a>'
    assert prose("the table `<i>`") == "<span>the table <code>&lt;i&gt;</code></span>"
    assert text("a" * 50, 10) == "a" * 9 + "…"


def test_evidence_can_be_followed_to_its_file() -> None:
    found = page(sample())
    target = next(a["href"] for a in found.all("a") if a["href"].startswith("#file-"))
    rows = [a for a in found.all("tr") if a.get("id") == target[1:]]
    assert len(rows) == 1
    assert "offset 0x1f4a0" in found.words
    assert "sha256:39d749acafb8" in found.words


def test_thousands_of_verdicts_stay_small_and_say_what_is_left_out() -> None:
    source = html.render(large_sample(), Options())
    assert len(source.encode()) < html.LARGEST_BYTES
    left = re.findall(r"([\d,]+) more ([a-z ]+) are not shown here: the JSON report", source)
    assert ("9,805", "verdicts") in left
    assert {"files", "destinations", "verdicts", "reasons"} <= {what for _, what in left}


def test_a_page_that_would_be_too_large_shows_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST_BYTES", 200_000)
    assert len(html.render(large_sample(2000), Options()).encode()) < 200_000


def test_the_map_has_what_it_knows_and_lists_the_rest_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(html, "world_map", lambda: MAP)
    source = html.render(sample(), Options())
    assert source.count("<circle") == 2
    assert "Brazil (BR): 88.0 kB sent, 720.4 kB received" in source
    beside = re.search("Not on the map: (.*?)</figcaption>", source)
    assert beside
    assert "(XA)" in beside[1]
    assert "place not known" in beside[1]
    assert "private address" in beside[1]
    assert "imply no position" in source
    assert "Outlines by Example." in beside[0]
    assert source.count('class="land') == 4  # the group, two territories, one shape without a code


def test_without_a_map_the_table_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "world_map", lambda: None)
    source = html.render(sample(), Options())
    assert "<figure" not in source
    assert "Traffic by place, most sent first" in source


def test_the_map_that_is_shipped_can_be_drawn() -> None:
    assert world_map() is not None
    source = html.render(sample(), Options())
    assert source.count("<circle") == 6
    assert "Natural Earth" in source
    assert Page(source).open == []


def test_without_traffic_there_is_no_section_and_no_link_to_it() -> None:
    assert "#traffic" not in html.render(empty_sample(), Options())


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (5 * 10**15, "5,000.0 TB")],
)
def test_volumes(number: int, said: str) -> None:
    assert in_bytes(number) == said


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast_is_enough_for_text(scheme: str) -> None:
    roots = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found = {**_colours(roots[0])} | _colours(roots[["light", "dark", "print"].index(scheme)])
    for ink in ("ink", "soft", "link"):
        for paper in ("paper", "raised"):
            assert _contrast(found[ink], found[paper]) >= 4.5, (ink, paper)
    for kind in ("broken", "holds", "unshown", "idle"):
        for paper in (f"{kind}-wash", "paper", "raised"):
            assert _contrast(found[kind], found[paper]) >= 4.5, (kind, paper)
    assert _contrast(found["focus"], found["paper"]) >= 3
