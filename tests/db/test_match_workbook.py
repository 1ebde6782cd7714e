"""A workbook matched: columns added, formats kept, doubtful rows chosen and applied; wrong input refused."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from sqlalchemy.engine import Engine
from sqlmodel import select

import commands
from import_scripts.reading import open_file
from registry.db import transaction
from registry.errors import FileRefused, InvalidInput, NotAllowed, NotFound
from registry.models import MatchDecision
from registry.policies import Actor
from registry.schemas.matching import WorkbookMatched
from registry.services.match_workbook import CHOICES, COLUMNS, NONE_OF_THEM, match_workbook
from registry.settings import Settings
from tests.db.lists import WE, bring
from tests.db.test_deciding import CODE_A, CODE_B, FIRMS, HEADER, LIST
from tests.unit.imports.files import csv_file


@pytest.fixture
def firms(engine: Engine, tmp_path: Path) -> Engine:
    bring(engine, csv_file(tmp_path, HEADER, *FIRMS, name="known.csv"), LIST)
    return engine


def workbook(folder: Path) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名单"
    sheet["A1"] = "示例名单"
    sheet.merge_cells("A1:C1")
    for at, column in enumerate(("序号", "企业名称", "备注"), 1):
        sheet.cell(2, at, column).font = Font(bold=True)
    rows = (
        ("深圳市示例启衡电子有限公司", "=1+1"),
        ("广州示例听澜科技有限公司", "x"),
        ("全然不同的示例有限公司", ""),
        ("深圳示例启衡电子有限责任公司", ""),
    )
    for number, (name, note) in enumerate(rows, 3):
        sheet.cell(number, 1, number - 2)
        sheet.cell(number, 2, name)
        sheet.cell(number, 3, note)
    book.create_sheet("说明")["A1"] = "别动这一张"
    path = folder / "list.xlsx"
    book.save(path)
    return path


def match(engine: Engine, path: Path, target: Path, **how: Any) -> WorkbookMatched:
    with open_file(path) as read_file, transaction(engine) as session:
        return match_workbook(session, read_file=read_file, target=target, **{"actor": WE, **how})


def added(path: Path, row: int) -> list[Any]:
    sheet = load_workbook(path)["名单"]
    return [sheet.cell(row, at).value for at in range(4, 4 + len(COLUMNS))]


def choose(path: Path, row: int, choice: str) -> None:
    book = load_workbook(path)
    book["名单"].cell(row, 3 + len(COLUMNS), choice)
    book.save(path)


def test_a_workbook_comes_back_with_columns_at_its_right(firms: Engine, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    done = match(firms, workbook(tmp_path), out)
    assert (done.rows, done.matched, done.doubtful, done.unknown, done.converted) == (4, 2, 1, 1, False)
    assert added(out, 2) == list(COLUMNS)
    code, name, titles, validity, sure, why, pick = added(out, 3)
    assert (name, sure, why, pick) == ("深圳市示例启衡电子有限公司", 100, "按名称对应", None)
    assert code.startswith("P")
    assert titles
    assert "至" in validity
    assert added(out, 6)[4] == 98
    assert added(out, 5)[:5] == [None, None, None, None, 0]
    book = load_workbook(out)
    assert book["名单"]["B2"].font.bold
    assert book["名单"]["D2"].font.bold
    assert book["名单"]["C3"].value == "=1+1"
    assert [str(each) for each in book["名单"].merged_cells.ranges] == ["A1:C1"]
    assert book["说明"]["A1"].value == "别动这一张"
    assert book[CHOICES].sheet_state == "hidden"
    (rule,) = book["名单"].data_validations.dataValidation
    assert (str(rule.sqref), rule.formula1) == ("J4", f"'{CHOICES}'!$A$1:$C$1")
    assert [cell.value for cell in book[CHOICES][1]] == [
        f"{CODE_B} 广州市示例听澜科技发展有限公司",
        f"{CODE_A} 广州示例听澜人工智能科技有限公司",
        NONE_OF_THEM,
    ]


def test_choices_are_applied_and_remembered(firms: Engine, tmp_path: Path) -> None:
    out, final = tmp_path / "out.xlsx", tmp_path / "final.xlsx"
    match(firms, workbook(tmp_path), out)
    choose(out, 4, f"{CODE_A} 广州示例听澜人工智能科技有限公司")
    done = match(firms, out, final, apply=True)
    assert (done.applied, done.matched, done.doubtful) == (1, 3, 0)
    assert added(final, 2) == list(COLUMNS)
    assert load_workbook(final)["名单"].max_column == 3 + len(COLUMNS)
    assert added(final, 4)[:2] == [CODE_A, "广州示例听澜人工智能科技有限公司"]
    assert CHOICES not in load_workbook(final).sheetnames
    assert not load_workbook(final)["名单"].data_validations.dataValidation
    again = tmp_path / "again.xlsx"
    assert match(firms, workbook(tmp_path), again).matched == 3


def test_a_firm_of_its_own_is_no_longer_asked_about(firms: Engine, tmp_path: Path) -> None:
    out, final = tmp_path / "out.xlsx", tmp_path / "final.xlsx"
    match(firms, workbook(tmp_path), out)
    choose(out, 4, NONE_OF_THEM)
    done = match(firms, out, final, apply=True)
    assert (done.applied, done.doubtful, done.unknown) == (1, 0, 2)


def test_a_list_of_another_kind_becomes_a_workbook_and_says_so(firms: Engine, tmp_path: Path) -> None:
    path = csv_file(tmp_path, ("企业名称", "备注"), ("深圳市示例启衡电子有限公司", "=HYPERLINK(1)"), name="list.csv")
    out = tmp_path / "out.xlsx"
    done = match(firms, path, out)
    assert (done.converted, done.matched) == (True, 1)
    sheet = load_workbook(out).worksheets[0]
    assert sheet["B2"].value == "=HYPERLINK(1)"
    assert sheet["B2"].data_type == "s" or sheet["B2"].data_type == "f"
    import zipfile

    with zipfile.ZipFile(out) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in text


def test_what_cannot_be_matched_is_refused(firms: Engine, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    nameless = csv_file(tmp_path, ("型号", "数量"), ("示例", "1"), name="nameless.csv")
    with pytest.raises(FileRefused):
        match(firms, nameless, out)
    with pytest.raises(NotAllowed):
        match(firms, workbook(tmp_path), out, actor=Actor(1, "somebody"))
    with pytest.raises(NotFound):
        match(firms, workbook(tmp_path), out, directory="nonesuch")
    match(firms, workbook(tmp_path), out)
    for choice, refusal in (("???", InvalidInput), ("P999999999 不存在", NotFound)):
        choose(out, 4, choice)
        with pytest.raises(refusal):
            match(firms, out, tmp_path / "final.xlsx", apply=True)
    with transaction(firms) as session:
        assert session.exec(select(MatchDecision)).all() == []


def test_the_command_writes_and_refuses_in_one_line(
    sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    bring(sqlite_engine, csv_file(tmp_path, HEADER, *FIRMS, name="known.csv"))
    path, out = workbook(tmp_path), tmp_path / "out.xlsx"
    assert commands.main(["match", str(path), "-o", str(out)]) == 0
    assert "4 行" in capsys.readouterr().out
    assert out.is_file()
    wrong = (
        ["match", str(path), "-o", str(tmp_path / "out.csv")],
        ["match", str(path), "-o", str(tmp_path / "nowhere" / "out.xlsx")],
        ["match", str(tmp_path / "absent.xlsx"), "-o", str(out)],
        ["match", str(path), "-o", str(out), "--directory", "nonesuch"],
        ["match", str(path)],
    )
    for arguments in wrong:
        assert commands.main(arguments) == 2, arguments
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
