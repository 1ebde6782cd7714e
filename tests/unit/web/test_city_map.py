"""The map of the cities: shapes as the file has them, borders not moved, source and review number printed."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from registry.errors import InvalidInput
from web.city_map import SHIPPED, WIDTH, CityMap, city_map
from web.city_tiles import PLACES


def test_the_shipped_map_has_every_city_and_says_whose_it_is() -> None:
    drawn = city_map(None)
    assert drawn.labels.keys() == PLACES.keys()
    assert drawn.review_number == "GS（2024）0650号"
    assert "天地图" in drawn.source.zh
    assert all(0 <= x <= WIDTH and 0 <= y <= drawn.height for x, y in drawn.labels.values())


def test_the_shapes_are_well_formed_and_small() -> None:
    drawn = city_map(None)
    paths = ElementTree.fromstring(drawn.svg).iter("{http://www.w3.org/2000/svg}path")  # noqa: S314 our own drawing
    assert {path.attrib["id"] for path in paths} == {f"c{code}" for code in PLACES}
    assert len(drawn.svg) < 30_000


def test_neighbours_share_their_border_to_the_last_unit() -> None:
    """Rounding the same point gives the same point: no gap and no overlap is drawn that the source does not have."""
    corners: dict[tuple[float, float], set[str]] = {}
    for feature in json.loads(SHIPPED.read_text(encoding="utf-8"))["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                for x, y in ring:
                    corners.setdefault((x, y), set()).add(feature["id"])
    assert sum(len(cities) > 1 for cities in corners.values()) > 500


def a_file(folder: Path, **changed: Any) -> Path:
    square = [[113.0, 23.0], [114.0, 23.0], [114.0, 24.0], [113.0, 24.0], [113.0, 23.0]]
    feature = {"type": "Feature", "id": "440100", "geometry": {"type": "Polygon", "coordinates": [square]}}
    given = {
        "type": "FeatureCollection",
        "source": "示例测绘",
        "review_number": "示S（2026）1号",
        "features": [feature],
    }
    path = folder / "map.geojson"
    path.write_text(json.dumps(given | changed, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_operator_may_replace_the_file(tmp_path: Path) -> None:
    drawn: CityMap = city_map(a_file(tmp_path))
    assert drawn.source.en == "示例测绘"
    assert drawn.labels.keys() == {"440100"}
    assert re.search(rb'd="M0 \d+l1400 0', drawn.svg)


@pytest.mark.parametrize(
    "changed", [{"review_number": None, "features": []}, {"features": [{"id": "440100"}]}, {"features": 5}]
)
def test_a_file_that_is_no_map_is_refused_by_name(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"map\.geojson"):
        city_map(a_file(tmp_path, **changed))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nothing"):
        city_map(tmp_path / "nothing.geojson")
