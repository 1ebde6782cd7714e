"""Text made to be slow: every reader of free text gets through long and hostile input, however long it may come in.

Each reader runs in a process of its own with a limit far above what it takes; what grows out of hand is killed there.
"""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from import_scripts.columns import recognise
from import_scripts.reading import open_file
from registry.identity.folding import fold_name
from registry.matching.parts import parts_of
from registry.products.lines import read_line
from registry.products.versions import take_apart
from registry.search.query import SearchQuery
from registry.search.understand import understand
from tests.unit.search.shipped import shipped_lexicon
from web.preferences import safe_path

LIMIT_SECONDS = 60
SEEDS = (
    "a",
    "0",
    " ",
    "(",
    "（",
    ")",
    "第",
    "示例",
    "0,",
    "1.",
    "a.",
    "-",
    "_",
    "/",
    "<",
    "&",
    "年1月",
    "V1 ",
    "公司",
    "（深圳）",
    "a@",
    "%2",
    "'",
    '"',
    "\\",
    "０",
    "一",
    "省局",
    "，，",
    "\u202e",
    "ﷺ",
    "👨\u200d👩",
    "e\u0301",
)
"""What patterns are most often slow on, when there is very much of it."""


def long_texts(length: int) -> list[str]:
    """Each seed very often, with and without an end that does not fit."""
    return [seed * (length // len(seed)) + tail for seed in SEEDS for tail in ("", "!")]


def searching() -> None:
    """What is typed into the search box, as long as the box takes it."""
    lexicon = shipped_lexicon()
    for text in long_texts(500):
        understand(SearchQuery(text=text), lexicon)


def names() -> None:
    """What a list or a form may call a firm or a product."""
    for text in long_texts(4_000):
        fold_name(text)
        parts_of(fold_name(text))
        take_apart(text[:500])
        read_line(1, text[:500])
        safe_path(text)


def lists() -> None:
    """Cells of a file that anybody may bring: a heading and values of fifty thousand characters each."""
    folder = Path(multiprocessing.current_process().name)
    for number, seed in enumerate(SEEDS):
        worst = seed * (50_000 // len(seed))
        cells = f'"{worst.replace(chr(34), chr(34) * 2)}!"'
        path = folder / f"{number}.csv"
        path.write_text(f"企业名称,{cells}\n示例甲有限公司,{cells}\n{cells},1\n", encoding="utf-8")
        with open_file(path):
            pass


def headings() -> None:
    """Headings of a list, as long as a row may be."""
    for text in long_texts(200_000):
        recognise([text, "企业名称"], [["1", "示例甲有限公司"]])


@pytest.mark.parametrize("reader", [searching, names, lists, headings], ids=lambda reader: reader.__name__)
def test_hostile_text_is_read_to_its_end(reader: Callable[[], None], tmp_path: Path) -> None:
    # The name of the process tells the reader its folder; a fork has no other way that every reader shares.
    child = multiprocessing.get_context("fork").Process(target=reader, name=str(tmp_path))
    child.start()
    child.join(LIMIT_SECONDS)
    ended = child.exitcode
    child.kill()
    child.join()
    assert ended == 0
