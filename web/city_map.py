"""The map of the cities, from a GeoJSON file that the operator may replace; its shapes are served as one cached file.

Nothing is drawn by hand and no border is moved: longitudes are only shortened by the cosine of the middle latitude. The
file says whose map it is and its review number (审图号); the page prints both and calls the drawing a schematic.
"""

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, NotFound, Text

router = APIRouter(include_in_schema=False)

SHIPPED = Path(__file__).parent / "maps" / "guangdong_cities.geojson"
WIDTH = 1400
"""Of the drawing, in its own units; about two to a pixel on a wide screen."""

Point = tuple[float, float]
Rings = list[list[Point]]


@dataclass(frozen=True, slots=True)
class CityMap:
    """Shapes as they are served, and what a page needs. ``labels``: city code to the middle of its name."""

    svg: bytes
    version: str
    height: int
    labels: dict[str, tuple[int, int]]
    source: Text
    review_number: str


@router.get("/maps/{version}.svg", name="city_shapes")
def city_shapes(request: Request, version: str) -> Response:
    """The shapes, for ``<use>``. Raises NotFound for those of another file: the page names the one there is."""
    drawn = city_map(request.app.state.settings.map_file)
    if version != drawn.version:
        raise NotFound("没有这一版地图。", "There is no such version of the map.", value=version)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(drawn.svg, media_type="image/svg+xml", headers=headers)


@cache
def city_map(path: Path | None) -> CityMap:
    """The map in this file, or the one that is shipped. Read once a process.

    Raises InvalidInput naming ``map_file`` where the file is no map of the kind ``maps/README.md`` describes.
    """
    path = path or SHIPPED
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        shapes = {str(each["id"]): _rings(each["geometry"]) for each in found["features"]}
        named = {str(each["id"]): each.get("properties", {}).get("label") for each in found["features"]}
        source = Text(str(found["source"]), str(found.get("source_en") or found["source"]))
        return _drawn(shapes, named, source, str(found["review_number"]))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as fault:
        raise InvalidInput(
            f"地图文件 {path.name} 无法使用：需为 GeoJSON，含 source、review_number 和以城市代码为 id 的多边形。",
            f"The map file {path.name} cannot be used: it must be GeoJSON with source, review_number and polygons whose"
            " id is the code of a city.",
            field="map_file",
            value=path.name,
        ) from fault


def _rings(geometry: dict[str, Any]) -> Rings:
    """All rings of a city: outer ones and holes alike, for the even-odd rule."""
    given = geometry["coordinates"]
    polygons = {"Polygon": [given], "MultiPolygon": given}[geometry["type"]]
    return [[(float(x), float(y)) for x, y in ring] for polygon in polygons for ring in polygon]


def _drawn(shapes: dict[str, Rings], named: dict[str, Any], source: Text, review_number: str) -> CityMap:
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowed = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrowed)

    def at(point: Iterable[float]) -> tuple[int, int]:
        longitude, latitude = point
        return round((longitude - west) * narrowed * scale), round((north - latitude) * scale)

    paths = {code: "".join(_path([at(point) for point in ring]) for ring in rings) for code, rings in shapes.items()}
    svg = _svg(paths).encode()
    labels = {code: at(named[code] or _middle(rings)) for code, rings in shapes.items()}
    version = hashlib.sha256(svg).hexdigest()[:12]
    return CityMap(svg, version, math.ceil((north - south) * scale), labels, source, review_number)


def _path(ring: list[tuple[int, int]]) -> str:
    """A closed ring in steps from point to point; points that fall together are one.

    >>> _path([(5, 5), (9, 5), (9, 5), (9, 8), (5, 5)])
    'M5 5l4 0 0 3z'
    """
    steps, here = [], ring[0]
    for there in ring[1:-1]:
        if there != here:
            steps.append(f"{there[0] - here[0]} {there[1] - here[1]}")
            here = there
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z" if steps else ""


def _middle(rings: Rings) -> Point:
    """The middle of the ring with the most points, for a city whose file says nothing about its name."""
    ring = max(rings, key=len)
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def _svg(paths: dict[str, str]) -> str:
    shapes = "".join(
        f'<path id={quoteattr(f"c{code}")} fill-rule="evenodd" d="{path}"/>' for code, path in paths.items()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg"><defs>{shapes}</defs></svg>\n'
