"""The judged data is read with care: a wrong entry is refused with its file and line."""

import shutil
from pathlib import Path

import pytest

from tests.judged.loading import DATA, load_classes, load_world
from tests.judged.schema import ROWS, WrongData


def test_every_row_of_the_table_of_classes_has_queries() -> None:
    classes = load_classes()
    assert {found.row for found in classes.values()} == set(range(ROWS + 1))
    assert sum(len(found.queries) for found in classes.values()) >= 500
    assert min(len(found.queries) for found in classes.values()) >= 4


def test_every_invented_name_is_told_apart() -> None:
    names = [firm.name for firm in load_world().firms.values()]
    assert len(set(names)) == len(names) - 1, "only the two namesakes share a name"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def _line(file: Path, part: str) -> int:
    return next(n for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1) if part in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("queries/names.yaml", "{q: 朔代, top1: shuodai,", "{q: 朔代, top1: shoudai,", "no firm or product shoudai"),
        ("queries/names.yaml", "{q: 骊纪, top1:", "{q: 骊纪, topp1:", "Extra inputs"),
        ("queries/names.yaml", "{q: 疆创, top1: guangjiang}", "{q: 疆创}", "expects nothing"),
        ("queries/names.yaml", "  row: 7\n", "  row: 99\n", "less than or equal to 73"),
        ("queries/codes.yaml", '{q: "990256", top1', "{q: 990256, top1", "valid string"),
        ("queries/lists.yaml", '["batch:lg5"]', '["batch:lg99"]', "no such list"),
        ("queries/lists.yaml", "{q: 高企, chips", "{q: [高企, chips", "expected"),
        ("world.yaml", 'region: "350702", code: 91350700EX00Y6G9XW', 'region: "999999"', "no division 999999"),
        ("world.yaml", "91440300EX00Y6GA8T", "91440300EX00Y6GA8U", "fails its check"),
        ("world.yaml", "91440300EX00Y6GA8T", "91440300MA00Y6GA8T", "begins with EX"),
        ("world.yaml", "titles: [champ8, chain25, hte24]", "titles: [champ99]", "no list champ99"),
        ("world.yaml", "merged_into: survivor", "merged_into: nobody", "no firm nobody"),
        ("world.yaml", "maker: ceguang", "maker: nobody", "no firm nobody"),
        ("world.yaml", "status: revoked", "status: asleep", "Input should be"),
        ("world.yaml", "stock: 990750.SZ", "stock: 300001.SZ", "String should match"),
        ("fillers.csv", "f002,深圳", "f001,深圳", "handle twice"),
    ],
)
def test_a_wrong_entry_is_named_by_file_and_line(copy: Path, file: str, old: str, new: str, complaint: str) -> None:
    path = copy / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(WrongData) as refused:
        load_classes(copy)
    told = str(refused.value)
    assert told.startswith(f"{path.name}:{_line(path, new.strip())}:"), told
    assert complaint in told


def test_a_class_stands_in_one_file_only(copy: Path) -> None:
    twice = "full_name: {row: 1, about: again, queries: [{q: 澜为, top1: lanwei}]}\n"
    with (copy / "queries" / "sound.yaml").open("a", encoding="utf-8") as file:
        file.write(twice)
    with pytest.raises(WrongData, match="full_name is in another file"):
        load_classes(copy)
