"""An import from the upload to the record: read, settled, staged, signed, passed by a second official, written."""

import csv
import io
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import reading, transaction
from registry.errors import FileRefused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import AuditEvent, Batch, ImportMapping, ImportRow, Listing
from registry.policies import Actor, Grant
from registry.services.batch_life.acts import make_final
from registry.services.batch_life.moves import history
from registry.services.imports.browsing import get_import
from registry.services.imports.error_report import write_report
from registry.services.imports.list_comparing import compare, list_kind
from registry.services.imports.remembering import forget, list_remembered
from registry.services.imports.reviewing import (
    GuardsFailed,
    get_review,
    override,
    reopen,
    review,
    sign_and_write,
    write_signed,
)
from registry.services.imports.undoing import preview_undo
from registry.vocabulary import BatchAct, BatchState, ImportState, Role, RowKind
from tests.db.import_steps import ANNOUNCED, CODES, EIGHTH, LI, OTHER, WU, brought, listed, official, settled
from tests.db.lists import bring
from tests.unit.imports.files import csv_file, workbook


def test_an_upload_says_what_the_file_says_about_itself(engine: Engine, tmp_path: Path) -> None:
    number = brought(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "福州市"), head=(ANNOUNCED,)))
    with reading(engine) as session:
        detail = get_import(session, import_id=number)
        assert session.exec(select(ImportRow)).first() is None
    assert detail.summary.state is ImportState.READ
    said = {option: one.value for option, one in detail.proposal.items()}
    assert (said["directory"], said["year"], said["batch"]) == ("little_giant", 2026, "第八批")
    assert said["public_notice"] is True
    assert detail.proposal["batch"].said == "第八批"
    assert detail.tables[0].sample[0][2] == "示例甲有限公司"


def test_a_small_file_is_staged_as_soon_as_it_is_settled_and_can_be_settled_again(
    engine: Engine, tmp_path: Path
) -> None:
    number = brought(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "福州市")))
    assert settled(engine, number, tmp_path) == number
    with reading(engine) as session:
        first = get_import(session, import_id=number)
    assert (first.summary.state, first.summary.counts["new"]) == (ImportState.MATCHED, 1)
    settled(engine, number, tmp_path, replace(EIGHTH, mapping={"": {"城市": ""}}), actor=WU)
    with reading(engine) as session:
        again = get_import(session, import_id=number)
        row = session.exec(select(ImportRow)).one()
    assert (again.summary.actor, again.summary.staged_by) == ("li", "wu")
    assert "city_code" not in (row.facts or {})


def test_a_header_row_and_the_tables_taken_can_be_chosen(engine: Engine, tmp_path: Path) -> None:
    path = workbook(
        tmp_path,
        {
            "一": [["甲", "乙"], ["名单", "说明"], ["单位名称", "城市"], ["示例甲有限公司", "深圳"]],
            "二": [["企业名称", "城市"], ["示例乙有限公司", "广州"]],
        },
    )
    number = brought(engine, path)
    settled(engine, number, tmp_path, replace(EIGHTH, header_rows={"一": 3}, sheets=("一",)))
    with reading(engine) as session:
        detail = get_import(session, import_id=number)
        rows = session.exec(select(ImportRow)).all()
    assert detail.sheets == ["一", "二"]
    assert [(table.sheet, table.header_row) for table in detail.tables] == [("一", 3)]
    assert [(row.sheet, row.row_number) for row in rows] == [("一", 4)]
    for wrong in (
        replace(EIGHTH, header_rows={"一": 77}),
        replace(EIGHTH, sheets=("三",)),
        replace(EIGHTH, mapping={"一": {"没有的列": "name"}}),
        replace(EIGHTH, mapping={"二": {"城市": "no_such_role"}}),
        replace(EIGHTH, mapping={"二": {"城市": "name", "企业名称": "name"}}),
    ):
        with pytest.raises(InvalidInput):
            settled(engine, number, tmp_path, wrong)
    with reading(engine) as session:
        assert get_import(session, import_id=number).summary.state is ImportState.MATCHED


def test_a_mapping_is_remembered_for_the_next_file_with_the_same_columns(engine: Engine, tmp_path: Path) -> None:
    columns = ("序号", "培育对象", "城市")
    first = csv_file(tmp_path, columns, ("1", "甲一号", "福州市"), ("2", "乙二号", ""), name="1.csv")
    number = brought(engine, first)
    with pytest.raises(FileRefused):
        settled(engine, number, tmp_path)
    settled(engine, number, tmp_path, replace(EIGHTH, mapping={"": {"培育对象": "name"}}))
    second = brought(engine, csv_file(tmp_path, columns, ("1", "丙三号", ""), name="2.csv"))
    ninth = replace(EIGHTH, batch="第九批")
    with pytest.raises(FileRefused):
        settled(engine, second, tmp_path, ninth, memory=False)
    settled(engine, second, tmp_path, ninth, actor=WU)
    with reading(engine) as session:
        detail = get_import(session, import_id=second)
        (known,) = list_remembered(session)
    assert any("沿用 li" in note for note in detail.notes_zh)
    assert (known.roles, known.columns, known.import_key) == ({"培育对象": "name"}, list(columns), f"IM-{number}")
    with pytest.raises(NotAllowed), transaction(engine) as session:
        forget(session, mapping_id=known.id, actor=OTHER)
    with transaction(engine) as session:
        forget(session, mapping_id=known.id, actor=WU)
    with pytest.raises(NotFound), transaction(engine) as session:
        forget(session, mapping_id=known.id, actor=WU)
    with reading(engine) as session:
        assert list_remembered(session) == []
        assert session.exec(select(ImportMapping.forgotten_by)).one() == "wu"


def test_signing_writes_at_once_when_every_check_passes(engine: Engine, tmp_path: Path) -> None:
    number = brought(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "福州市")))
    settled(engine, number, tmp_path)
    with pytest.raises(InvalidInput), transaction(engine) as session:
        sign_and_write(session, import_id=number, count=2, actor=LI)
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        write_signed(session, import_id=number, actor=LI)
    with transaction(engine) as session:
        run = sign_and_write(session, import_id=number, count=1, actor=LI)
        assert (run.state, run.reviewed_by) == (ImportState.WRITTEN, "li")
    with reading(engine) as session:
        acts = session.exec(select(AuditEvent.action).order_by(col(AuditEvent.id))).all()
    assert acts == ["import.read", "import.map", "import.match", "import.review", "import.write"]


def test_a_failed_check_waits_for_a_second_official_with_a_reason(engine: Engine, tmp_path: Path) -> None:
    rows = [("1", "示例甲有限公司", CODES[0], "福州市"), ("2", "示例乙有限公司", "91350100M000100Y44", "")]
    number = brought(engine, listed(tmp_path, *rows))
    settled(engine, number, tmp_path, actor=WU)
    with transaction(engine) as session:
        assert sign_and_write(session, import_id=number, count=1, actor=LI).state is ImportState.REVIEWED
    with reading(engine) as session:
        found = get_review(session, import_id=number)
        assert session.exec(select(Listing)).first() is None
    assert [(one.code, one.passed) for one in found.guards if not one.passed] == [("rejected", False)]
    assert found.blocked
    with pytest.raises(GuardsFailed, match=r"1 / 2 = 50\.0%"), transaction(engine) as session:
        write_signed(session, import_id=number, actor=LI)
    for who in (LI, WU, OTHER):
        with pytest.raises(NotAllowed), transaction(engine) as session:
            override(session, import_id=number, reason="已与文件核对", actor=who)
    with pytest.raises(InvalidInput), transaction(engine) as session:
        override(session, import_id=number, reason=" ", actor=official("zhao"))
    with transaction(engine) as session:
        assert not override(session, import_id=number, reason="已与文件核对", actor=official("zhao")).blocked
    with transaction(engine) as session:
        assert write_signed(session, import_id=number, actor=LI).state is ImportState.WRITTEN
    with reading(engine) as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "import.override")).one()
    assert (event.actor, event.reason, (event.after or {})["failed"]) == ("zhao", "已与文件核对", ["rejected"])


def test_a_signature_can_be_taken_back_and_goes_when_the_rows_are_staged_anew(engine: Engine, tmp_path: Path) -> None:
    number = brought(
        engine, listed(tmp_path, ("1", "示例甲有限公司", "91350100M000100Y44", ""), ("2", "示例乙", "", ""))
    )
    settled(engine, number, tmp_path)
    with transaction(engine) as session:
        review(session, import_id=number, count=1, actor=LI)
        assert reopen(session, import_id=number, actor=WU).state is ImportState.MATCHED
        review(session, import_id=number, count=1, actor=LI)
        override(session, import_id=number, reason="已与文件核对", actor=WU)
    settled(engine, number, tmp_path)
    with reading(engine) as session:
        found = get_review(session, import_id=number)
    assert (found.reviewed_by, found.overridden_by, found.blocked) == (None, None, True)


def test_a_list_is_held_against_the_edition_before_it(engine: Engine, tmp_path: Path) -> None:
    seventh = replace(EIGHTH, batch="第七批", year=2025, announced_on=date(2025, 5, 6))
    names = [(str(n), f"示例{n}号有限公司", "", "福州市") for n in range(1, 6)]
    bring(engine, listed(tmp_path, *names, ("6", "示例码有限公司", CODES[0], "福州市"), name="7.csv"), seventh)
    number = brought(
        engine,
        csv_file(
            tmp_path,
            ("序号", "企业名称", "统一社会信用代码"),
            ("1", "示例1号有限公司", ""),
            ("2", "示例2号有限责任公司（曾用名：示例2号有限公司）", ""),
            ("3", "另一示例完全不同有限公司", CODES[0]),
            ("4", "示例新来有限公司", CODES[1]),
            name="8.csv",
        ),
    )
    settled(engine, number, tmp_path)
    with reading(engine) as session:
        against = {one.against: one for one in compare(session, import_id=number)}
        review_ = {one.code: one for one in get_review(session, import_id=number).guards}
        absent = list_kind(session, import_id=number, against="previous", kind=RowKind.ABSENT, limit=2)
        more = list_kind(
            session, import_id=number, against="previous", kind=RowKind.ABSENT, limit=2, cursor=absent.next_cursor
        )
        odd = list_kind(session, import_id=number, against="current", kind=RowKind.SUSPICIOUS)
        with pytest.raises(InvalidInput):
            list_kind(session, import_id=number, against="nothing", kind=RowKind.NEW)
    counts = {one.kind: one.rows for one in against["previous"].counts}
    assert counts[RowKind.SUSPICIOUS] == 1
    assert counts[RowKind.UNCHANGED] == 1
    assert counts[RowKind.NEW] + counts[RowKind.RENAMED] == 2
    assert sum(rows for kind, rows in counts.items() if kind is not RowKind.ABSENT) == 4
    assert against["previous"].batch_label == "第七批"
    assert against["previous"].entries == against["current"].entries == 6
    assert absent.total == counts[RowKind.ABSENT] == len(absent.items) + len(more.items)
    assert [one.enterprise_key for one in odd.items] == [CODES[0]]
    assert not review_["row_count"].passed
    assert "4 / 6" in review_["row_count"].detail_zh
    assert not review_["columns"].passed
    assert "城市" in review_["columns"].detail_zh


def test_a_group_that_holds_other_than_it_states_fails_a_check(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["序号", "企业名称"],
        ["福州市（3家）"],
        ["1", "示例甲有限公司"],
        ["2", "示例乙有限公司"],
    ]
    number = brought(engine, workbook(tmp_path, {"表": rows}))
    settled(engine, number, tmp_path)
    with reading(engine) as session:
        found = {one.code: one for one in get_review(session, import_id=number).guards}
    assert not found["groups"].passed
    assert "写明 3，读到 2" in found["groups"].detail_zh


def test_a_public_notice_stays_one_until_somebody_makes_it_final(engine: Engine, tmp_path: Path) -> None:
    number = brought(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "")))
    notice = replace(EIGHTH, announced_on=None, public_notice=True)
    for wrong in (notice, replace(notice, notice_from=date(2026, 5, 9), notice_to=date(2026, 5, 8))):
        with pytest.raises(InvalidInput):
            settled(engine, number, tmp_path, wrong)
    settled(engine, number, tmp_path, replace(notice, notice_to=date(2026, 5, 12)))
    with transaction(engine) as session:
        sign_and_write(session, import_id=number, count=1, actor=LI)
    with reading(engine) as session:
        batch = session.exec(select(Batch)).one()
        assert (batch.state, batch.notice_to) == (BatchState.PUBLIC_NOTICE, date(2026, 5, 12))
        assert [(one.act, one.actor) for one in history(session, batch.id)] == [(BatchAct.NOTICE, LI.label)]
    end_early = partial(
        make_final,
        batch_id=batch.id,
        announced_on=date(2026, 5, 11),
        document_no="示〔2026〕9号",
        reason="提前结束",
    )
    with transaction(engine) as session:
        with pytest.raises(NotAllowed):
            end_early(session, actor=LI)
        assert end_early(session, actor=WU).state is BatchState.FINAL


def test_an_undo_says_beforehand_what_it_would_leave(engine: Engine, tmp_path: Path) -> None:
    first = bring(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "")), EIGHTH).summary.id
    with reading(engine) as session:
        assert preview_undo(session, import_id=first, actor=LI).enterprises_kept == []
    again = replace(EIGHTH, batch="第九批")
    bring(engine, listed(tmp_path, ("1", "示例甲有限公司", CODES[0], "福州市"), name="9.csv"), again)
    with reading(engine) as session:
        kept = preview_undo(session, import_id=first, actor=LI).enterprises_kept
        with pytest.raises(NotAllowed):
            preview_undo(session, import_id=first, actor=OTHER)
    assert [one.key for one in kept] == [CODES[0]]


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_error_report_holds_every_problem_and_no_formula(engine: Engine, tmp_path: Path, locale: str) -> None:
    rows = [("1", "=cmd()示例有限公司", "9.14E+17", ""), ("2", "@示例乙有限公司", "91350100M000100Y44", "")]
    number = brought(engine, listed(tmp_path, *rows))
    settled(engine, number, tmp_path)
    with reading(engine) as session:
        text, book = io.BytesIO(), io.BytesIO()
        assert write_report(session, text, import_id=number, format="csv", locale=locale) == 2  # type: ignore[arg-type]
        assert write_report(session, book, import_id=number, format="xlsx", locale=locale) == 2  # type: ignore[arg-type]
    read = list(csv.reader(io.StringIO(text.getvalue().decode("utf-8-sig"))))
    assert len(read) == 3
    assert not any(cell.startswith(("=", "@", "+", "-")) for row in read for cell in row)
    sheet = load_workbook(book).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet["F2"].fill.fgColor.rgb.endswith("FAEAE5")


def test_only_a_curator_of_the_directory_may_settle_what_anybody_curating_may_bring(
    engine: Engine, tmp_path: Path
) -> None:
    path = listed(tmp_path, ("1", "示例甲有限公司", CODES[0], ""))
    with pytest.raises(NotAllowed):
        brought(engine, path, Actor(None, "lin", (Grant(Role.REVIEWER, "440000"),)))
    number = brought(engine, path, OTHER)
    with pytest.raises(NotAllowed):
        settled(engine, number, tmp_path, actor=OTHER)
    settled(engine, number, tmp_path, replace(EIGHTH, directory="hte"), actor=OTHER)
