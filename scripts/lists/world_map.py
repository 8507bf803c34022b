"""Build the list `world_map` from the TopoJSON files of world-atlas (Natural Earth).

    python scripts/lists/world_map.py 110M.json 50M.json 10M.json -o FOLDER --version DAY

Shapes come from the 1:110m file; a territory that is not in it has a place for a mark, from the
first of the finer files that has it.
The same files give the same bytes. Needs pycountry (numeric to two-letter codes), at build time
only.

Spec: TopoJSON 1.0; Natural Earth projection (Šavrič, Patterson and Jenny 2011); SVG 1.1 paths;
ISO 3166-1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry  # type: ignore[import-not-found,unused-ignore]

from evenhand import lists
from evenhand.lists.install import describe

WIDTH = 960.0
MARGIN = 2.0
STEP = 0.1  # units of the drawing; coordinates are rounded to it
SMALLEST = 0.35  # a ring with less area (in square units) is not drawn

Point = tuple[float, float]
Ring = list[Point]
Shape = list[list[Ring]]  # polygons: an outer ring and its holes

# Territories that Natural Earth draws as parts of a state: box of longitudes and latitudes in
# which parts of that state's shape are theirs.
PARTS = {
    "GF": ("FR", (-55.0, 1.5, -51.0, 6.5)),
    "GP": ("FR", (-62.0, 15.6, -60.9, 16.7)),
    "MQ": ("FR", (-61.5, 14.2, -60.6, 15.0)),
    "RE": ("FR", (55.0, -21.6, 56.0, -20.7)),
    "YT": ("FR", (44.9, -13.2, 45.4, -12.5)),
    "SJ": ("NO", (-10.0, 70.5, 36.0, 81.5)),
    "BQ": ("NL", (-69.0, 12.0, -62.5, 17.8)),
    "TK": ("NZ", (-173.0, -10.0, -170.0, -8.0)),
    "BV": ("NO", (3.0, -54.7, 3.7, -54.2)),
}
# Territories whose code ISO 3166-1 leaves to users, by the name that Natural Earth gives them.
NAMED = {"Kosovo": "XK"}
# Territories that the files do not draw on their own: longitude and latitude of a mark.
MARKS = {"CC": (96.83, -12.17), "CX": (105.63, -10.49)}


def rings(topology: dict[str, Any]) -> dict[str, Shape]:
    """ISO code (or `?` and a name, where there is none) → shape in degrees."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(points)

    def ring(indices: list[int]) -> Ring:
        points: Ring = []
        for i in indices:
            arc = arcs[i] if i >= 0 else arcs[~i][::-1]
            points += arc[1:] if points else arc
        return points

    found: dict[str, Shape] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = geometry.get("arcs", [])
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        known = pycountry.countries.get(numeric=str(geometry.get("id", "")).zfill(3))
        said = geometry["properties"]["name"]
        name = known.alpha_2 if known else NAMED.get(said, f"?{said}")
        found.setdefault(name, []).extend([ring(r) for r in polygon] for polygon in polygons)
    return apart(found)


def apart(found: dict[str, Shape]) -> dict[str, Shape]:
    """Give the territories in PARTS what is theirs."""
    for code, (whole, box) in PARTS.items():
        inside = [p for p in found.get(whole, []) if _within(p[0], box)]
        if inside and code not in found:
            found[code] = inside
            found[whole] = [p for p in found[whole] if p not in inside]
    return found


def _within(ring: Ring, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(west <= x <= east and south <= y <= north for x, y in ring)


def projected(point: Point) -> Point:
    """Degrees → plane, before scaling: the Natural Earth projection."""
    x, y = math.radians(point[0]), math.radians(point[1])
    y2 = y * y
    y4 = y2 * y2
    across = 0.8707 - 0.131979 * y2 + y4 * (-0.013791 + y4 * (0.003971 * y2 - 0.001529 * y4))
    up = 1.007226 + y2 * (0.015085 + y4 * (-0.044475 + 0.028874 * y2 - 0.005916 * y4))
    return x * across, -y * up


def frame() -> tuple[float, float, float]:
    """Scale and offsets that put the whole globe into the drawing."""
    left = projected((-180.0, 0.0))[0]
    top = projected((0.0, 90.0))[1]
    scale = (WIDTH - 2 * MARGIN) / (-2 * left)
    return scale, MARGIN - left * scale, MARGIN - top * scale


def drawn(point: Point) -> Point:
    """Degrees → units of the drawing."""
    scale, right, down = frame()
    x, y = projected(point)
    return x * scale + right, y * scale + down


def cut(ring: Ring) -> list[Ring]:
    """A ring cut where it crosses the edge of the map, and closed over a pole that it holds."""
    whole = [ring[0]]
    for x, y in ring[1:]:
        last = whole[-1][0]
        whole.append((x - 360 * round((x - last) / 360), y))
    if abs(whole[-1][0] - whole[0][0]) > 180:
        pole = math.copysign(90.0, sum(y for _, y in whole))
        whole += [(whole[-1][0], pole), (whole[0][0], pole)]
    if all(-180 <= x <= 180 for x, _ in whole):
        return [whole]
    moved = ([(x + turn, y) for x, y in whole] for turn in (-360.0, 0.0, 360.0))
    parts = [_clipped(_clipped(part, 180.0, 1), -180.0, -1) for part in moved]
    return [p for p in parts if len(p) > 2]


def _clipped(ring: Ring, edge: float, side: int) -> Ring:
    """What of a ring lies west (side 1) or east (side -1) of a meridian."""
    kept: Ring = []
    for (x0, y0), (x1, y1) in zip(ring[-1:] + ring[:-1], ring, strict=True):
        was, is_ = (x0 - edge) * side <= 0, (x1 - edge) * side <= 0
        if was != is_:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
        if is_:
            kept.append((x1, y1))
    return kept


def area_and_middle(ring: Ring) -> tuple[float, Point]:
    """Area of a ring and its centre of gravity."""
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x0 * y1 - x1 * y0
        area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    if abs(area) < 1e-9:
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        return 0.0, (sum(xs) / len(xs), sum(ys) / len(ys))
    return abs(area) / 2, (x / (3 * area), y / (3 * area))


def mark(shape: Shape) -> Point:
    """Where a mark for the territory goes: the middle of its largest part."""
    outer = ([drawn(p) for p in part] for polygon in shape for part in cut(polygon[0]))
    return max(area_and_middle(ring) for ring in outer)[1]


def path(shape: Shape) -> str:
    """SVG path data of a shape, in relative steps."""
    return "".join(_ring_path(part) for polygon in shape for ring in polygon for part in cut(ring))


def _ring_path(ring: Ring) -> str:
    points = [drawn(p) for p in ring]
    if area_and_middle(points)[0] < SMALLEST:
        return ""
    whole = list(_steps([(round(x / STEP), round(y / STEP)) for x, y in points]))
    if len(whole) < 3:
        return ""
    (x0, y0), rest = whole[0], whole[1:]
    text, last = f"M{_number(x0)} {_number(y0)}l", (x0, y0)
    parts = []
    for x, y in rest:
        parts += [_number(x - last[0]), _number(y - last[1])]
        last = (x, y)
    joined = parts[0]
    for part in parts[1:]:
        joined += part if part.startswith("-") else f" {part}"
    return f"{text}{joined}z"


def _steps(points: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The points without repetitions, without the closing one and without those in a line."""
    kept: list[tuple[int, int]] = []
    for p in points:
        if kept and p == kept[-1]:
            continue
        if len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2], kept[-1]
            if (bx - ax) * (p[1] - by) == (by - ay) * (p[0] - bx) and (
                (bx - ax) * (p[0] - bx) + (by - ay) * (p[1] - by) > 0
            ):
                kept.pop()
        kept.append(p)
    if len(kept) > 1 and kept[0] == kept[-1]:
        kept.pop()
    yield from kept


def _number(steps: int) -> str:
    """A length in units of the drawing, as short as SVG allows."""
    text = f"{steps * STEP:.1f}".removesuffix(".0")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=3, type=Path, help="110m, 50m and 10m")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--version", required=True, help="ISO day of the data")
    given = parser.parse_args()
    coarse, middle, fine = (rings(json.loads(f.read_bytes())) for f in given.files)
    territories = {}
    codes = sorted({*coarse, *middle, *fine})
    for code in (c for c in codes if not c.startswith("?")):
        shape = next(s[code] for s in (coarse, middle, fine) if code in s)
        x, y = mark(shape)
        territories[code] = {
            "path": path(coarse.get(code, [])), "x": round(x, 1), "y": round(y, 1)
        }  # fmt: skip
    for code, point in MARKS.items():
        x, y = drawn(point)
        territories.setdefault(code, {"path": "", "x": round(x, 1), "y": round(y, 1)})
    others = [path(shape) for name, shape in sorted(coarse.items()) if name.startswith("?")]
    height = round(drawn((0.0, -90.0))[1] + MARGIN, 1)
    whole = {"width": WIDTH, "height": height, "territories": territories,
             "without_code": [p for p in others if p]}  # fmt: skip
    data = given.output / "world_map.json"
    text = json.dumps(whole, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    data.write_text(text + "\n", encoding="utf-8")
    described = {
        "name": "world_map",
        "title": "World map for reports",
        "version": given.version,
        "source": (
            "Natural Earth 4.1.0, 1:110m and finer, as TopoJSON by world-atlas 2.0.2; home pages "
            "https://www.naturalearthdata.com/ and https://github.com/topojson/world-atlas. "
            "Projected (Natural Earth projection), simplified, written as SVG paths."
        ),
        "licence": "ISC",
        "attribution": (
            "Made with Natural Earth (public domain), https://www.naturalearthdata.com/; "
            "world-atlas, copyright 2013-2019 Michael Bostock (ISC)"
        ),
        "table": "world_map",
        "file": data.name,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
        "rows": str(len(territories)),
        "unverified": "0",
        "notes": (
            "Boundaries, names and the shapes shown are those of Natural Earth, which draws who "
            "controls the ground; they imply no position on the status of any territory or on "
            "any boundary. The day is that of the package; the data are older (Natural Earth "
            "4.1.0). Shapes without a code are under `without_code`. A territory too small for "
            "this scale has an empty path and a place for its mark."
        ),
    }
    describe(given.output, described)
    missing = {*lists.arrow("territory")["territory"].to_pylist()} - {*territories}
    print(f"{len(territories)} territories, {data.stat().st_size} bytes, "
          f"{sum(not t['path'] for t in territories.values())} without a shape, "
          f"missing: {sorted(missing)}; without a code: "
          f"{[n[1:] for n in sorted(coarse) if n.startswith('?')]}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
