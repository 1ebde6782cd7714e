"""Scanned pages where text recognition is installed: played by a stand-in, the real one is an optional extra."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from import_scripts.limits import Limits
from import_scripts.readers import pdf, recognition
from import_scripts.readers.text_layout import Word
from tests.unit.imports import specimens as made

ROWS = [["序号", "企业名称"], ["1", "示例甲有限公司"], ["2", "示例乙有限公司"]]


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [
        Word(cell, 50 + 60 * j, 50 + 60 * j + 8 * len(cell), 100 + 20 * i, 110 + 20 * i)
        for i, row in enumerate(ROWS)
        for j, cell in enumerate(row)
    ]
    monkeypatch.setattr(recognition, "is_available", lambda: True)
    monkeypatch.setattr(recognition, "words_of", lambda page: words)


def lines(path: Path, limits: Limits) -> list[Any]:
    return list(pdf.read(str(path), "pdf", asdict(limits)))


@pytest.mark.usefixtures("recognised")
def test_a_scanned_page_is_read_and_marked_as_needing_a_look(tmp_path: Path) -> None:
    found = lines(made.pdf(tmp_path / "a.pdf", [made.PdfPage()]), Limits())
    assert found[0] == {"note": "ocr"}
    assert found[1]["uncertain"] is True
    assert [cells for _, cells in found[2:]] == ROWS


@pytest.mark.usefixtures("recognised")
def test_pages_beyond_the_limit_of_recognition_are_noted_as_not_read(tmp_path: Path) -> None:
    path = made.pdf(tmp_path / "a.pdf", [made.PdfPage(), made.PdfPage()])
    found = lines(path, replace(Limits(), recognised_pages=1))
    assert {"note": "pictures", "pages": [2]} in found
    assert [line["sheet"] for line in found if isinstance(line, dict) and "sheet" in line] == ["第1页"]
