"""Notices of renaming, relocation, cancellation, merger and withdrawal: staged, carried out, taken back in one act."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select
from typer.testing import CliRunner, Result

from import_scripts import commands
from import_scripts.reading import open_file
from registry import clock
from registry.db import reading, transaction
from registry.errors import Conflict, FileRefused, InvalidInput, InvalidTransition, NotAllowed
from registry.models import Enterprise, EnterpriseAddress, EnterpriseName, ImportRow, ImportRun, Listing
from registry.policies import Actor, Grant
from registry.services.audit import verify_chain
from registry.services.identities import rename_enterprise
from registry.services.imports.any_kind import write_import
from registry.services.imports.browsing import get_import
from registry.services.imports.undoing import undo
from registry.services.imports.writing import write
from registry.services.keys import provisional_key
from registry.services.notices.carrying_out import carry_out
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import stage_notice
from registry.settings import Settings
from registry.vocabulary import IdentityState, ImportKind, ImportState, NameKind, OperatingStatus, Role
from tests.db.lists import WE
from tests.factories import a_batch, a_listing, an_enterprise

ON = date(2026, 5, 6)
NAMES = ("深圳示例甲电子有限公司", "深圳示例乙电子有限公司", "深圳示例丙电子有限公司")
TABLES = ("enterprise", "enterprise_name", "listing")


@pytest.fixture
def filled(engine: Engine) -> list[int]:
    """Three firms of Shenzhen, each a little giant."""
    with transaction(engine) as session:
        batch, firms = a_batch(), [an_enterprise(name_zh=name) for name in NAMES]
        session.add_all([batch, *firms])
        session.flush()
        for firm in firms:
            session.add(
                EnterpriseName(enterprise_id=firm.id, name=firm.name_zh, folded=firm.name_zh, kind=NameKind.CURRENT)
            )
            session.add_all(
                [
                    EnterpriseAddress(key=key, enterprise_id=firm.id)
                    for key in (firm.uscc or "", provisional_key(firm.id))
                ]
            )
            session.add(a_listing(firm, batch))
        return [firm.id for firm in firms]


def _file(folder: Path, *rows: tuple[str, ...]) -> Path:
    path = folder / "通知.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def _stage(engine: Engine, path: Path, kind: ImportKind, *, actor: Actor = WE, directory: str | None = None) -> int:
    asked = Asked(kind, ON, "示〔2026〕5号", directory)
    with open_file(path) as read_file, transaction(engine) as session:
        staged = stage_notice(
            session, read_file=read_file, asked=asked, actor=actor, archive_dir=path.parent / "archive"
        )
        return staged.import_id


def _carry_out(engine: Engine, number: int) -> None:
    with transaction(engine) as session:
        write_import(session, import_id=number, actor=WE)


def _outcomes(engine: Engine, number: int) -> list[tuple[str, str | None]]:
    with reading(engine) as session:
        rows = session.exec(select(ImportRow).where(ImportRow.import_id == number).order_by(col(ImportRow.id)))
        return [(row.outcome.value, row.reason_code) for row in rows]


def _firm(engine: Engine, number: int) -> Enterprise:
    with reading(engine) as session:
        return session.get_one(Enterprise, number)


def _alike(engine: Engine) -> dict[str, Any]:
    """What an undo has to bring back: firms, names and titles without their counters."""
    with reading(engine) as session:
        firms = session.exec(select(Enterprise).order_by(col(Enterprise.id))).all()
        names = session.exec(select(EnterpriseName).order_by(col(EnterpriseName.id))).all()
        titles = session.exec(select(Listing).order_by(col(Listing.id))).all()
        return {
            "firms": [firm.model_dump(exclude={"revision", "updated_at"}) for firm in firms],
            "names": [name.model_dump() for name in names],
            "titles": [title.model_dump() for title in titles],
        }


CASES: dict[ImportKind, tuple[tuple[str, ...], tuple[str, ...], str | None]] = {
    ImportKind.RENAME: (("序号", "原企业名称", "变更后名称"), ("1", NAMES[0], "深圳示例新名电子有限公司"), None),
    ImportKind.MOVE: (("企业名称", "迁出地", "迁入地"), (NAMES[0], "深圳市", "广东省广州市"), None),
    ImportKind.CANCEL: (("企业名称", "登记状态"), (NAMES[0], "吊销"), None),
    ImportKind.MERGE: (("被合并企业", "合并后企业"), (NAMES[0], NAMES[1]), None),
    ImportKind.WITHDRAW: (("企业名称", "取消原因"), (NAMES[0], "提供虚假材料"), "little_giant"),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_notice_is_staged_carried_out_and_taken_back_whole(
    engine: Engine, filled: list[int], tmp_path: Path, kind: ImportKind
) -> None:
    header, row, directory = CASES[kind]
    before = _alike(engine)
    number = _stage(engine, _file(tmp_path, header, row), kind, directory=directory)
    assert (_outcomes(engine, number), _alike(engine)) == ([("matched", None)], before)
    _carry_out(engine, number)
    assert _alike(engine) != before
    assert _stage(engine, tmp_path / "通知.csv", kind, directory=directory) == number
    with transaction(engine) as session:
        report = undo(session, import_id=number, actor=WE)
        assert (report.values_cleared, report.values_kept, report.state) == (1, 0, ImportState.UNDONE)
        assert verify_chain(session)[1] is None
    assert _alike(engine) == before


def test_a_renaming_keeps_the_old_name_and_titles_keep_theirs(
    engine: Engine, filled: list[int], tmp_path: Path
) -> None:
    header, row, _ = CASES[ImportKind.RENAME]
    _carry_out(engine, _stage(engine, _file(tmp_path, header, row), ImportKind.RENAME))
    assert _firm(engine, filled[0]).name_zh == row[2]
    with reading(engine) as session:
        former = session.exec(select(EnterpriseName).where(EnterpriseName.kind == NameKind.FORMER)).one()
        assert (former.name, former.valid_to) == (NAMES[0], ON - timedelta(days=1))
        assert (
            session.exec(select(Listing).where(Listing.enterprise_id == filled[0])).one().name_as_announced == NAMES[0]
        )


def test_moving_ending_and_merging_change_the_firm(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    for kind in (ImportKind.MOVE, ImportKind.CANCEL, ImportKind.MERGE):
        header, row, _ = CASES[kind]
        _carry_out(engine, _stage(engine, _file(tmp_path, header, row), kind))
    firm = _firm(engine, filled[0])
    assert (firm.region_code, firm.city_code, firm.operating_status) == ("440100", "440100", OperatingStatus.REVOKED)
    assert (firm.identity, firm.merged_into_id) == (IdentityState.MERGED, filled[1])


def test_a_withdrawn_title_says_on_which_day_by_which_document_and_why(
    engine: Engine, filled: list[int], tmp_path: Path
) -> None:
    header, row, directory = CASES[ImportKind.WITHDRAW]
    rows = (header, row, ("深圳示例没有电子有限公司", ""), (NAMES[0], "再写一次"))
    number = _stage(engine, _file(tmp_path, *rows), ImportKind.WITHDRAW, directory=directory)
    assert _outcomes(engine, number) == [("matched", None), ("rejected", "unknown_firm"), ("unchanged", "repeated")]
    _carry_out(engine, number)
    with reading(engine) as session:
        title = session.exec(select(Listing).where(Listing.enterprise_id == filled[0])).one()
        assert (title.withdrawn_on, title.withdrawal_document) == (ON, "示〔2026〕5号")
        assert title.withdrawal_reason == "示〔2026〕5号：提供虚假材料"
    again = _stage(engine, _file(tmp_path, header, (NAMES[0], "别的")), ImportKind.WITHDRAW, directory=directory)
    assert _outcomes(engine, again) == [("unchanged", "known")]
    other = _stage(engine, _file(tmp_path, header, (NAMES[1], "")), ImportKind.WITHDRAW, directory="hte")
    assert _outcomes(engine, other) == [("rejected", "not_held")]


def test_what_is_not_certain_is_left_to_a_person(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    header = ("原企业名称", "变更后名称")
    rows = ((NAMES[0], NAMES[1]), (NAMES[1], ""), ("没有的公司", "新名公司"), (NAMES[2], NAMES[2]))
    number = _stage(engine, _file(tmp_path, header, *rows), ImportKind.RENAME)
    assert _outcomes(engine, number) == [
        ("ambiguous", "unsure"),
        ("rejected", "no_new_name"),
        ("rejected", "unknown_firm"),
        ("unchanged", "known"),
    ]
    before = _alike(engine)
    _carry_out(engine, number)
    assert _alike(engine) == before


def test_places_states_and_targets_that_are_not_known_are_rejected(
    engine: Engine, filled: list[int], tmp_path: Path
) -> None:
    cases = {
        ImportKind.MOVE: (("企业名称", "迁入地"), (NAMES[0], "某地"), "unknown_place"),
        ImportKind.CANCEL: (("企业名称", "登记状态"), (NAMES[0], "存续"), "not_ended"),
        ImportKind.MERGE: (("被合并企业", "合并后企业"), (NAMES[0], "没有的公司"), "unknown_target"),
    }
    for kind, (header, row, code) in cases.items():
        number = _stage(engine, _file(tmp_path, header, row), kind)
        assert _outcomes(engine, number) == [("rejected", code)]


def test_a_row_somebody_changed_since_stays_and_is_counted(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    header, row, _ = CASES[ImportKind.RENAME]
    number = _stage(engine, _file(tmp_path, header, row), ImportKind.RENAME)
    _carry_out(engine, number)
    with transaction(engine) as session:
        rename_enterprise(
            session,
            enterprise_id=filled[0],
            new_name="深圳示例又改电子有限公司",
            on=clock.today(),
            actor=WE,
            reason="示例",
        )
    with transaction(engine) as session:
        report = undo(session, import_id=number, actor=WE)
    assert (report.values_cleared, report.values_kept) == (0, 1)
    assert _firm(engine, filled[0]).name_zh == "深圳示例又改电子有限公司"


def test_a_notice_is_carried_out_whole_or_not_at_all(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    header = ("原企业名称", "变更后名称")
    number = _stage(engine, _file(tmp_path, header, (NAMES[0], "示例新甲"), (NAMES[1], "示例新乙")), ImportKind.RENAME)
    with transaction(engine) as session:
        rename_enterprise(
            session, enterprise_id=filled[1], new_name="示例新乙", on=date(2026, 1, 1), actor=WE, reason="示例"
        )
    with pytest.raises(Conflict):
        _carry_out(engine, number)
    assert _firm(engine, filled[0]).name_zh == NAMES[0]


def test_a_notice_is_not_written_as_a_list_nor_twice(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    header, row, _ = CASES[ImportKind.MOVE]
    number = _stage(engine, _file(tmp_path, header, row), ImportKind.MOVE)
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        write(session, import_id=number, actor=WE)
    _carry_out(engine, number)
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        carry_out(session, import_id=number, actor=WE)
    with reading(engine) as session:
        assert session.get_one(ImportRun, number).kind is ImportKind.MOVE
        assert get_import(session, import_id=number).summary.counts["matched"] == 1


def test_a_file_without_the_columns_of_its_kind_is_refused(engine: Engine, filled: list[int], tmp_path: Path) -> None:
    path = _file(tmp_path, ("企业名称", "所在市"), (NAMES[0], "深圳市"))
    with pytest.raises(FileRefused) as refused:
        _stage(engine, path, ImportKind.MOVE)
    assert "迁入地" in refused.value.text.zh


@pytest.mark.parametrize(
    ("kind", "directory", "on"),
    [
        (ImportKind.WITHDRAW, None, ON),
        (ImportKind.MOVE, "hte", ON),
        (ImportKind.LIST, None, ON),
        (ImportKind.WITHDRAW, "secure_product", ON),
        (ImportKind.MOVE, None, date(2150, 1, 1)),
    ],
)
def test_what_does_not_go_together_is_refused(
    engine: Engine, tmp_path: Path, kind: ImportKind, directory: str | None, on: date
) -> None:
    path = _file(tmp_path, *CASES[ImportKind.MOVE][:2])
    asked = Asked(kind, on, "示〔2026〕5号", directory)
    with open_file(path) as read_file, transaction(engine) as session, pytest.raises(InvalidInput):
        stage_notice(session, read_file=read_file, asked=asked, actor=WE, archive_dir=None)


def test_who_may_not_import_may_not_bring_a_notice(session: Session, tmp_path: Path) -> None:
    path = _file(tmp_path, *CASES[ImportKind.MOVE][:2])
    city = Actor(9, "丙", (Grant(Role.CURATOR, "440300"),))
    with open_file(path) as read_file, pytest.raises(NotAllowed):
        stage_notice(session, read_file=read_file, asked=Asked(ImportKind.MOVE, ON, "示"), actor=city, archive_dir=None)


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    commands.mount(app)
    done = CliRunner().invoke(app, ["notice", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_command_shows_asks_and_carries_out(
    sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    with transaction(sqlite_engine) as session:
        firm = an_enterprise(name_zh=NAMES[0])
        session.add(firm)
        session.flush()
        number = firm.id
        session.add(EnterpriseName(enterprise_id=number, name=NAMES[0], folded=NAMES[0], kind=NameKind.CURRENT))
    path = _file(tmp_path, *CASES[ImportKind.MOVE][:2])
    given = (str(path), "--kind", "move", "--document-no", "示〔2026〕5号", "--on", "2026-05-06")
    assert "已匹配" in _run(*given, "--dry-run").stdout
    with reading(sqlite_engine) as session:
        assert session.exec(select(ImportRun)).all() == []
    with pytest.raises(InvalidInput) as asked:
        _run(*given)
    assert asked.value.field == "--yes"
    assert "已办理 1 行（IM-" in _run(*given, "--yes").stdout
    assert _firm(sqlite_engine, number).city_code == "440100"
    assert "没有变化" in _run(*given, "--yes").stdout
    with pytest.raises(InvalidInput) as wrong:
        _run(str(path), "--kind", "nothing", "--document-no", "示", "--on", "2026-05-06")
    assert "rename" in wrong.value.choices
