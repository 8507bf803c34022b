"""Where the traffic went: a map of the places that are known, and the table behind it.

Spec: ISO 3166-1 (codes; XA–XZ, QM–QZ, AA and ZZ are the user's own and on no map).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, NamedTuple

from evenhand.judge.result import Destination, Result
from evenhand.reports._view import many, plain
from evenhand.reports.page.element import (
    Limits,
    Safe,
    el,
    join,
    left_out,
    name,
    note,
    section,
    table,
    text,
    words,
)

MAP = "lists/world_map"
NOTE = (
    "Boundaries and names on the map imply no position on the status of any territory. The place "
    "of an address comes from registries, operators or declarations, as the table says: it may "
    "not be where the machine stands, and it shows no act of any state."
)

HOW = {
    "registry": "registry data alone",
    "geofeed": "published by the operator",
    "cloud range": "published by the operator",
    "declared": "declared",
    "measured": "measured",
}


class Place(NamedTuple):
    """What went to one place."""

    code: str  # empty where the place is not known
    label: str
    destinations: int
    sent: int
    received: int


def traffic_section(result: Result, limits: Limits, world: Mapping[str, Any] | None) -> Safe:
    """The map, the places and the destinations; nothing where no traffic was read."""
    if not result.destinations:
        return Safe("")
    found = by_place(result)
    heads = ("Place", "#Destinations", "#Sent", "#Received")
    rows = (
        (
            words(p.label, 80),
            f"{p.destinations:,}",
            in_bytes(p.sent),
            in_bytes(p.received),
        )
        for p in found[: limits.rows]
    )
    return section(
        "traffic",
        "Where the traffic went",
        _figure(found, world) if world else "",
        note(NOTE),
        table("Traffic by place, most sent first", heads, rows),
        left_out(len(found) - limits.rows, "places"),
        _destinations(result, limits),
    )


def by_place(result: Result) -> list[Place]:
    """Traffic summed by the place where the host is said to stand, most sent first."""
    sums: dict[str, list[int]] = {}
    for row in result.destinations:
        total = sums.setdefault(_code(row), [0, 0, 0])
        for n, value in enumerate((1, row.bytes_sent, row.bytes_received)):
            total[n] += value
    names = result.territories
    found = [
        Place(code, f"{names[code]} ({code})" if code in names else code or "place not known", *t)
        for code, t in sums.items()
        if not code.startswith("-")
    ]
    found += [Place("", c[1:], *t) for c, t in sums.items() if c.startswith("-")]
    return sorted(found, key=lambda p: (-p.sent, -p.received, p.code, p.label))


def _code(row: Destination) -> str:
    if row.special and not row.located_in:
        return f"-no place: {plain(row.special, 20)} address"
    return plain(row.located_in or "", 20)


def _figure(found: list[Place], world: Mapping[str, Any]) -> Safe:
    lands = world["territories"]
    on_map = [p for p in found if p.code in lands]
    if not on_map:
        return Safe("")  # the table says it all
    beside = [p for p in found if p.code not in lands]
    wide, high = float(world["width"]), float(world["height"])
    named = ", ".join(f"{p.label}: {in_bytes(p.sent)} sent" for p in on_map[:30])
    picture = el(
        "svg",
        el("title", "Map of the places that traffic went to", id="map-title"),
        el("desc", named or "No place that the map knows.", id="map-desc"),
        el("g", *_lands(world, {p.code for p in on_map}), class_="lands"),
        el("g", *_spots(on_map, lands, wide), class_="spots"),
        viewBox=f"0 0 {wide:g} {high:g}",
        role="img",
        aria_labelledby="map-title map-desc",
        class_="world",
    )
    listed = "; ".join(f"{p.label}, {in_bytes(p.sent)} sent" for p in beside[:30])
    more = f"; and {len(beside) - 30} more" if len(beside) > 30 else ""
    caption = "The larger a circle, the more was sent and received."
    aside = f" Not on the map: {listed}{more}." if beside else ""
    by = f" {world['attribution']}." if world.get("attribution") else ""
    return el("figure", picture, el("figcaption", caption, text(aside, 4000), by))


def _lands(world: Mapping[str, Any], touched: set[str]) -> Iterator[Safe]:
    for path in world.get("without_code", ()):
        yield el("path", d=str(path), class_="land")
    for code, land in sorted(world["territories"].items()):
        if land["path"]:  # one too small for the scale has a place for its mark alone
            yield el(
                "path", d=str(land["path"]), class_="land touched" if code in touched else "land"
            )


def _spots(found: list[Place], lands: Mapping[str, Any], wide: float) -> Iterator[Safe]:
    most = max((p.sent + p.received for p in found), default=1) or 1
    size = round(wide / 62, 2)
    written: list[tuple[float, float]] = []
    # largest first: where names would lie over one another, the larger keeps its own
    for place in sorted(found, key=lambda p: (-(p.sent + p.received), p.code)):
        x, y = float(lands[place.code]["x"]), float(lands[place.code]["y"])
        share = math.sqrt((place.sent + place.received) / most)
        radius = round(wide * (0.004 + 0.016 * share), 2)
        said = f"{place.label}: {in_bytes(place.sent)} sent, {in_bytes(place.received)} received"
        yield el("circle", el("title", said), cx=round(x, 2), cy=round(y, 2), r=radius)
        at = (round(x + radius * 1.2, 2), round(y + size / 3, 2))
        if any(abs(at[0] - a) < 2 * size and abs(at[1] - b) < size for a, b in written):
            continue
        written.append(at)
        yield el("text", place.code, x=at[0], y=at[1], font_size=size, aria_hidden="true")


def _destinations(result: Result, limits: Limits) -> Safe:
    rows = sorted(result.destinations, key=lambda d: (-d.bytes_sent, d.product, d.address, d.fact))
    lines = (
        (
            _named(d),
            name(d.product),
            _place(d),
            text(d.registered_in or "not known", 40),
            join(
                (
                    words(d.network or "not known", 80),
                    el("span", d.operator or "", class_="sub"),
                ),
                " ",
            ),
            in_bytes(d.bytes_sent),
            in_bytes(d.bytes_received),
        )
        for d in rows[: limits.destinations]
    )
    heads = (
        "Destination",
        "From",
        "Said to stand in",
        "Registered in",
        "Network",
        "#Sent",
        "#Received",
    )
    shown = table("Destinations, most sent first", heads, lines, wide=True)
    tail = left_out(len(rows) - limits.destinations, "destinations")
    return el("details", el("summary", many(len(rows), "destination")), shown, tail, open=True)


def _named(row: Destination) -> Safe:
    under = row.address if row.host else "no name was seen"
    return join((name(row.host or row.address), el("span", under, class_="sub")), " ")


def _place(row: Destination) -> Safe:
    if row.special and not row.located_in:
        return text(f"no place: {row.special} address")
    if not row.located_in:
        return text("not known")
    how = HOW.get(row.located_by or "", row.located_by or "")
    return join((text(row.located_in, 40), el("span", how, class_="sub")), " ")


def in_bytes(number: int) -> str:
    """A volume for people, in powers of 1000: `81.2 kB`."""
    size = float(number)
    for unit in (f"{prefix}B" for prefix in ("", "k", "M", "G", "T")):
        if size < 999.95 or unit == "TB":
            break
        size /= 1000
    return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"


def world_map() -> Mapping[str, Any] | None:
    """The outlines of territories and whose they are, where this installation has them."""
    folder = files("evenhand").joinpath(MAP)
    source, about = folder.joinpath("world_map.json"), folder.joinpath("list.yaml")
    if not (source.is_file() and about.is_file()):
        return None
    import yaml

    said = yaml.safe_load(about.read_text(encoding="utf-8"))
    return {**json.loads(source.read_text(encoding="utf-8")), "attribution": said["attribution"]}
