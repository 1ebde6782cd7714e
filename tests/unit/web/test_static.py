"""What is served as it lies in the folder: the style sheet, vendored files, and how long browsers may keep them."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from web.assets import STATIC_ROOT, asset_url
from web.rendering import TEMPLATES
from web.stylesheets import served

ROOT = Path(__file__).parents[3]
CSS = (STATIC_ROOT / "css" / "registry.css").read_text()
CSS_FOLDER = STATIC_ROOT / "css"
LARGEST_STYLE_SHEET = 30 * 1024
"""What one page's browser fetches, in bytes before compression."""
ALL_STYLE_SHEETS = 42_000
"""What all pages' browsers fetch together, the plan's and the products' sheets included. It may only become less."""

# (text, ground, least contrast): the pairs of the design language, in both themes.
PAIRS = [
    *((text, "paper", 4.5) for text in ("ink", "ink2", "ink3", "jade", "cin", "amb", "sla")),
    *((text, "card", 4.5) for text in ("ink", "ink2", "ink3", "jade", "cin", "sla")),
    *((text, "sunk", 4.5) for text in ("ink", "ink2", "ink3")),
    ("jade", "jade-t", 4.5), ("ink", "jade-t", 4.5), ("ink2", "jade-t", 4.5), ("on", "jade", 4.5), ("on", "jade2", 4.5),
    ("cin", "cin-t", 4.5), ("ink2", "cin-t", 4.5), ("paper", "cin", 4.5), ("amb", "amb-t", 4.5), ("ink2", "amb-t", 4.5),
    ("paper", "amb", 4.5), ("jade", "amb-t", 4.5), ("jade", "cin-t", 4.5), ("jade", "sla-t", 4.5),
    ("sla", "sla-t", 4.5),
    ("ink", "m1", 4.5), ("ink", "m2", 4.5), ("ink", "m3", 4.5), ("on", "m4", 4.5), ("on", "m5", 4.5),
    ("edge", "paper", 3), ("jade2", "sunk", 3), ("amb-f", "sunk", 3), ("amb-f", "paper", 3),
]  # fmt: skip


def vendored() -> list[tuple[Path, str]]:
    found = []
    for listing in (STATIC_ROOT / "vendor" / "VENDOR.toml", ROOT / "tests" / "browser" / "vendor" / "VENDOR.toml"):
        for entry in tomllib.loads(listing.read_text())["file"]:
            found.append((listing.parent / entry["path"], entry["sha384"]))
    return found


@pytest.mark.parametrize(("path", "expected"), vendored(), ids=lambda value: getattr(value, "name", ""))
def test_a_vendored_file_is_the_one_its_list_names(path: Path, expected: str) -> None:
    digest = hashlib.sha384(path.read_bytes()).digest()
    assert "sha384-" + base64.b64encode(digest).decode() == expected


def test_every_vendored_file_is_listed() -> None:
    listed = {path.name for path, _ in vendored()} | {"VENDOR.toml"}
    assert {path.name for path in (STATIC_ROOT / "vendor").iterdir()} <= listed


# The style page shows the components of every area, so it needs every sheet.
@pytest.mark.parametrize(
    "path", sorted({*TEMPLATES.rglob("*.html")} - {TEMPLATES / "style.html"}), ids=lambda path: path.stem
)
def test_a_page_gets_small_style_sheets(path: Path) -> None:
    linked = {"registry.css", *re.findall(r"asset\('css/([\w.]+)'\)", path.read_text())}
    assert sum(len(served(name)) for name in linked) <= LARGEST_STYLE_SHEET


def test_the_style_sheets_together_do_not_grow() -> None:
    assert sum(len(served(path.name)) for path in CSS_FOLDER.glob("*.css")) <= ALL_STYLE_SHEETS


def theme(name: str) -> dict[str, str]:
    """Every colour of one theme: what does not change with it is written once."""
    found = re.findall(r"--([\w-]+):(?:light-dark\((#\w+),(#\w+)\)|(#\w{3,6}))[;}]", CSS.split("@media print")[0])
    return {token: _six(fixed or (light if name == "light" else dark)) for token, light, dark, fixed in found}


def _six(value: str) -> str:
    return value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:4])


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_text_and_edges_keep_their_contrast(name: str, text: str, ground: str, least: float) -> None:
    colours = theme(name)
    high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= least


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_no_template_carries_style_or_script_of_its_own(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|hx-on|javascript:", source)
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"(?:src|href)=[\"']https?:", source)


def test_an_address_with_the_right_hash_may_be_kept_for_ever(client: TestClient) -> None:
    response = client.get(asset_url("css/registry.css"))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/static/css/registry.css", "/static/000000000000/css/registry.css"])
def test_an_address_with_another_hash_or_none_must_be_asked_again(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/nothing.css", "/static/000000000000/../../rendering.py", "/static/"])
def test_nothing_outside_the_folder_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
