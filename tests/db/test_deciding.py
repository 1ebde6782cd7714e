"""Doubtful rows: scored, shown side by side, decided by a person, remembered, revoked; on both engines."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.identity import check_character
from registry.models import Enterprise, EnterpriseName, ImportRow, Listing, MatchDecision
from registry.policies import Actor
from registry.schemas.imports import ImportDetail, ImportOptions
from registry.schemas.matching import RowComparison
from registry.services.audit import verify_chain
from registry.services.imports.comparing import compare
from registry.services.imports.deciding import decide, revoke
from registry.services.imports.writing import write
from registry.services.matching_names import facts_of, match_rows
from registry.services.name_books import name_index
from registry.vocabulary import NameKind, RowOutcome
from tests.db.lists import WE, bring, counts, take_back
from tests.unit.imports.files import csv_file

LIST = ImportOptions(directory="little_giant", batch="第八批", year=2026)
HEADER = ("企业名称", "统一社会信用代码", "城市", "成立日期")
CODE_A, CODE_B = "91350100M000100Y43", "91350900587527783P"
FIRMS = (
    ("广州示例听澜人工智能科技有限公司", CODE_A, "广州市", "2016-03-04"),
    ("广州市示例听澜科技发展有限公司", CODE_B, "广州市", ""),
    ("深圳市示例启衡电子有限公司", "", "深圳市", ""),
)


@pytest.fixture
def firms(engine: Engine, tmp_path: Path) -> Engine:
    bring(engine, csv_file(tmp_path, HEADER, *FIRMS, name="known.csv"))
    return engine


def stage(
    engine: Engine, folder: Path, *rows: tuple[str, ...], name: str = "list.csv", options: ImportOptions = LIST
) -> ImportDetail:
    padded = [(*row, *[""] * (len(HEADER) - len(row))) for row in rows]
    return bring(engine, csv_file(folder, HEADER, *padded, name=name), options, write_it=False)


def rows_of(session: Session, import_id: int) -> list[ImportRow]:
    query = select(ImportRow).where(col(ImportRow.import_id) == import_id).order_by(col(ImportRow.id))
    return list(session.exec(query))


def row_id(engine: Engine, detail: ImportDetail, place: int = 0) -> int:
    with reading(engine) as session:
        return rows_of(session, detail.summary.id)[place].id


def side_by_side(engine: Engine, detail: ImportDetail, place: int = 0) -> RowComparison:
    with reading(engine) as session:
        return compare(session, import_id=detail.summary.id, row_id=rows_of(session, detail.summary.id)[place].id)


def say(engine: Engine, detail: ImportDetail, choice: str, place: int = 0) -> int | None:
    number = row_id(engine, detail, place)
    with transaction(engine) as session:
        return decide(session, import_id=detail.summary.id, row_id=number, choice=choice, actor=WE).id


def test_a_printed_name_that_is_certain_is_matched_with_its_reason(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("深圳示例启衡电子有限责任公司",), ("广州示例不相干有限公司",))
    assert counts(detail) == {"matched": 1, "new": 1}
    with reading(firms) as session:
        row = rows_of(session, detail.summary.id)[0]
        assert (row.matched_by, row.reason_code) == ("scored", "scored")
        assert row.reason_zh == ("与“深圳市示例启衡电子有限公司”相符，把握 98：组织形式 有限责任公司/有限公司。")


def test_near_names_wait_for_a_person_with_candidates_and_differences(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司", "", "广州市"))
    assert counts(detail) == {"ambiguous": 1}
    seen = side_by_side(firms, detail)
    assert [(each.name, each.score) for each in seen.candidates] == [
        ("广州市示例听澜科技发展有限公司", 90),
        ("广州示例听澜人工智能科技有限公司", 88),
    ]
    assert [one.zh for one in seen.candidates[1].differences] == ["缺“人工智能”四字"]
    assert "city" in seen.candidates[0].agrees
    fields = {field.code: (field.value, field.agreement) for field in seen.candidates[1].fields}
    assert fields["city"] == ("广州市", "same")
    assert fields["uscc"] == (CODE_A, "unknown")
    assert fields["name"][1] == "different"
    assert [field.code for field in seen.fields] == [field.code for field in seen.candidates[0].fields]
    assert (seen.undecided, seen.next_row_id) == (1, None)


def test_choosing_a_candidate_matches_the_row_and_writes_its_title(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司",), ("广州示例听澜技科有限公司",))
    assert counts(detail) == {"ambiguous": 1, "new": 1} or counts(detail) == {"ambiguous": 2}
    say(firms, detail, CODE_A)
    with transaction(firms) as session:
        run = write(session, import_id=detail.summary.id, actor=WE)
        assert run.counts["outcomes"]["matched"] == 1
        assert run.counts["reasons"]["decided"] == 1
    with reading(firms) as session:
        firm = session.exec(select(Enterprise).where(col(Enterprise.uscc) == CODE_A)).one()
        assert session.exec(select(Listing).where(col(Listing.enterprise_id) == firm.id)).one()
        assert verify_chain(session)[1] is None
    assert len(take_back(firms, detail.summary.id).enterprises_kept) == 0


def test_a_decision_is_remembered_for_the_next_list_and_forgotten_when_revoked(firms: Engine, tmp_path: Path) -> None:
    first = stage(firms, tmp_path, ("广州示例听澜科技有限公司", "", "广州市"))
    number = say(firms, first, CODE_B)
    again = stage(firms, tmp_path, ("广州 示例听澜科技有限公司", "", "广州市"), name="next.csv")
    assert counts(again) == {"matched": 1}
    with reading(firms) as session:
        assert rows_of(session, again.summary.id)[0].matched_by == "remembered"
    elsewhere = stage(firms, tmp_path, ("广州示例听澜科技有限公司", "", ""), name="elsewhere.csv")
    assert counts(elsewhere) == {"ambiguous": 1}
    with transaction(firms) as session:
        assert number is not None
        read = revoke(session, decision_id=number, actor=WE)
        assert (read.outcome, read.counts["ambiguous"], read.counts["matched"]) == (RowOutcome.AMBIGUOUS, 1, 0)
    third = stage(firms, tmp_path, ("广州示例听澜科技有限公司", "", "广州市"), name="third.csv")
    assert counts(third) == {"ambiguous": 1}
    with transaction(firms) as session, pytest.raises(InvalidTransition):
        revoke(session, decision_id=number, actor=WE)


def test_a_firm_of_its_own_is_remembered_too(firms: Engine, tmp_path: Path) -> None:
    first = stage(firms, tmp_path, ("广州示例听澜科技有限公司",))
    say(firms, first, "new")
    assert counts(stage(firms, tmp_path, ("广州示例听澜科技有限公司",), name="next.csv")) == {"new": 1}


def test_a_firm_ruled_out_is_not_offered_again(firms: Engine, tmp_path: Path) -> None:
    first = stage(firms, tmp_path, ("广州示例听澜科技有限公司",))
    say(firms, first, f"not:{CODE_B}")
    assert [each.key for each in side_by_side(firms, first).candidates] == [CODE_A]
    again = stage(firms, tmp_path, ("广州示例听澜科技有限公司",), name="next.csv")
    assert [each.key for each in side_by_side(firms, again).candidates] == [CODE_A]


def test_unsure_leaves_the_row_and_no_memory(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司",))
    assert say(firms, detail, "unsure") is None
    with reading(firms) as session:
        assert rows_of(session, detail.summary.id)[0].outcome is RowOutcome.AMBIGUOUS
        assert session.exec(select(MatchDecision)).all() == []


def test_the_second_official_is_told_instead_of_overwriting(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司",))
    say(firms, detail, CODE_A)
    with pytest.raises(Conflict):
        say(firms, detail, CODE_B)


def test_two_rows_decided_to_be_one_firm_become_one(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司",), ("广州市示例听澜科技有限责任公司",))
    assert counts(detail) == {"ambiguous": 2}
    say(firms, detail, CODE_A, 0)
    say(firms, detail, CODE_A, 1)
    with transaction(firms) as session:
        write(session, import_id=detail.summary.id, actor=WE)
    with reading(firms) as session:
        first, second = rows_of(session, detail.summary.id)
        assert (first.outcome, second.outcome) == (RowOutcome.MATCHED, RowOutcome.UNCHANGED)
        assert first.enterprise_id == second.enterprise_id


def test_wrong_choices_are_refused_with_what_is_wrong(firms: Engine, tmp_path: Path) -> None:
    detail = stage(firms, tmp_path, ("广州示例听澜科技有限公司",), ("深圳市示例启衡电子有限公司",))
    with pytest.raises(NotFound):
        say(firms, detail, "P999999999")
    with pytest.raises(Conflict):
        say(firms, detail, CODE_A, 1)
    number = row_id(firms, detail)
    with transaction(firms) as session:
        with pytest.raises(NotAllowed):
            decide(session, import_id=detail.summary.id, row_id=number, choice="new", actor=Actor(1, "who"))
        with pytest.raises(NotFound):
            decide(session, import_id=detail.summary.id, row_id=999_999, choice="new", actor=WE)
        with pytest.raises(NotFound):
            compare(session, import_id=detail.summary.id, row_id=999_999)
        with pytest.raises(NotFound):
            revoke(session, decision_id=999_999, actor=WE)
        write(session, import_id=detail.summary.id, actor=WE)
        with pytest.raises((InvalidTransition, InvalidInput)):
            decide(session, import_id=detail.summary.id, row_id=number, choice="new", actor=WE)


def test_a_firm_said_to_be_new_goes_with_an_undo_and_is_made_once(firms: Engine, tmp_path: Path) -> None:
    name = "广州示例听澜科技有限公司"
    detail = stage(firms, tmp_path, (name, "9.1E+17"), (name, "9.1E+17"))
    assert counts(detail) == {"ambiguous": 2}
    say(firms, detail, "new", 0)
    say(firms, detail, "new", 1)
    with transaction(firms) as session:
        write(session, import_id=detail.summary.id, actor=WE)
    with reading(firms) as session:
        first, second = rows_of(session, detail.summary.id)
        assert (first.outcome, second.outcome) == (RowOutcome.NEW, RowOutcome.UNCHANGED)
        assert first.enterprise_id == second.enterprise_id
    again = stage(firms, tmp_path, (name, "9.1E+17"), (name, "9.1E+17"), name="again.csv")
    assert counts(again)["unchanged"] == 1
    assert take_back(firms, detail.summary.id).enterprises_voided == 1


@pytest.mark.parametrize("code", ["9.13501E+17", "91350100M000100Y44", "9135010", "不详"])
def test_a_damaged_code_is_decided_by_name_and_by_a_person_only(firms: Engine, tmp_path: Path, code: str) -> None:
    exact, near, unknown = FIRMS[2][0], "深圳示例启衡电子有限责任公司", "佛山示例不相干有限公司"
    codes = replace(LIST, mapping={"": {HEADER[1]: "uscc"}})
    detail = stage(firms, tmp_path, (exact, code), (near, code), (unknown, code), options=codes)
    assert counts(detail) == {"ambiguous": 2, "rejected": 1}
    for place in (0, 1):
        seen = side_by_side(firms, detail, place)
        assert (seen.reason_zh or "").startswith("代码已损坏，按名称相近找到 1 家")
        assert [one.name for one in seen.candidates] == [FIRMS[2][0]]
    say(firms, detail, side_by_side(firms, detail).candidates[0].key)
    say(firms, detail, "new", 1)
    with transaction(firms) as session:
        write(session, import_id=detail.summary.id, actor=WE)
    with reading(firms) as session:
        chosen, made, *_ = rows_of(session, detail.summary.id)
        assert session.get_one(Enterprise, chosen.enterprise_id).uscc is None
        assert session.get_one(Enterprise, made.enterprise_id).name_zh == near
    later = stage(firms, tmp_path, (exact, code), name="next.csv", options=codes)
    assert counts(later) == {"unchanged": 1}  # remembered: a person has said so


def test_a_firm_without_a_code_is_found_by_a_row_that_has_one(firms: Engine, tmp_path: Path) -> None:
    body = "91440300MA0000000"
    code = body + check_character(body)
    detail = stage(firms, tmp_path, ("深圳示例启衡电子有限公司", code, "深圳市"))
    with reading(firms) as session:
        row = rows_of(session, detail.summary.id)[0]
        assert (row.outcome, row.matched_by) == (RowOutcome.MATCHED, "scored")


def test_the_index_of_names_follows_what_comes_and_goes(firms: Engine, tmp_path: Path) -> None:
    with reading(firms) as session:
        first = name_index(session)
        assert name_index(session) is first
        assert len(first) == 3
    written = bring(firms, csv_file(tmp_path, HEADER, ("佛山示例新来陶瓷有限公司", "", "", ""), name="more.csv"))
    with reading(firms) as session:
        assert len(name_index(session)) == 4
    assert counts(stage(firms, tmp_path, ("佛山市示例新来陶瓷有限公司",))) == {"matched": 1}
    take_back(firms, written.summary.id)
    with reading(firms) as session:
        assert len(name_index(session)) == 3


def test_a_near_former_name_leads_to_the_firm_of_today(firms: Engine) -> None:
    with transaction(firms) as session:
        firm = session.exec(select(Enterprise).where(col(Enterprise.uscc) == CODE_A)).one()
        old = "广州市示例旧名电子有限公司"
        session.add(EnterpriseName(enterprise_id=firm.id, name=old, folded=old, kind=NameKind.FORMER))
    with reading(firms) as session:
        (found,) = match_rows(session, rows=[facts_of("广州示例旧名电子有限公司")])
        assert (found.key, found.matched_by, found.score) == (CODE_A, "scored", 99)


def test_names_are_matched_outside_of_imports_as_in_them(firms: Engine) -> None:
    with reading(firms) as session:
        exact, near, none, coded = match_rows(
            session,
            rows=[
                facts_of("深圳市示例启衡电子有限公司"),
                facts_of("广州示例听澜科技有限公司", place="广州"),
                facts_of("全然不同的示例有限公司"),
                facts_of("已经改名的示例有限公司", code=CODE_A),
            ],
        )
    assert (exact.matched_by, exact.score, exact.candidates) == ("name", 100, [])
    assert (near.key, near.score, len(near.candidates)) == (None, 90, 2)
    assert (none.key, none.score, none.candidates) == (None, 0, [])
    assert (coded.key, coded.matched_by, coded.score) == (CODE_A, "code", 100)
