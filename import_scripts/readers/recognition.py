"""Text recognition (OCR) of scanned pages, where the optional extra ``ocr`` is installed. Used in the child process."""

import importlib.util
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from import_scripts.readers.text_layout import Word

if TYPE_CHECKING:
    from pypdfium2 import PdfPage  # type: ignore[import-untyped]

_ENGINE = "rapidocr"
_DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72


def is_available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec(_ENGINE) is not None


def words_of(page: "PdfPage") -> list[Word]:
    """The text pieces recognised on a page. Every one needs a look by a person."""
    scale = _DOTS_PER_INCH / _POINTS_PER_INCH
    found = _engine()(page.render(scale=scale).to_numpy())
    return words_from(found.boxes if found.boxes is not None else (), found.txts or (), scale)


def words_from(boxes: Sequence[Any], texts: Sequence[str], scale: float) -> list[Word]:
    """Corners in dots and texts as words in points.

    >>> words_from([[(20, 10), (60, 10), (60, 30), (20, 30)]], ["企业名称"], 2.0)
    [Word(text='企业名称', left=10.0, right=30.0, top=5.0, bottom=15.0)]
    """
    words = []
    for corners, text in zip(boxes, texts, strict=False):
        xs, ys = [float(x) / scale for x, _ in corners], [float(y) / scale for _, y in corners]
        words.append(Word(text, min(xs), max(xs), min(ys), max(ys)))
    return words


@cache
def _engine() -> Any:
    # The default models come with the package; any other would be fetched.
    module = importlib.import_module(_ENGINE)
    return module.RapidOCR(params={"Global.log_level": "error"})
