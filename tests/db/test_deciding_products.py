"""Doubtful rows of a product list: who made it, which entry of a version counts; on both engines."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput
from registry.identity import fold_name
from registry.models import Enterprise, EnterpriseName, ImportRow
from registry.schemas.imports import ImportDetail
from registry.schemas.matching import RowComparison
from registry.services.audit import verify_chain
from registry.services.imports.comparing import compare
from registry.services.imports.deciding import decide, revoke
from registry.services.imports.writing import write
from registry.services.keys import key_of
from registry.vocabulary import NameKind
from tests.db.lists import WE, bring, counts, firms, take_back
from tests.db.test_product_imports import HEADER, LIST, ROWS, entries, in_force, products
from tests.factories import an_enterprise
from tests.unit.imports.files import csv_file

MAKER = "示例软件甲有限公司"
Another = Callable[..., Path]


@pytest.fixture
def another(tmp_path: Path) -> Another:
    made: list[Path] = []

    def make(*lines: tuple[str, ...]) -> Path:
        made.append(csv_file(tmp_path, HEADER, *lines, name=f"list-{len(made)}.csv"))
        return made[-1]

    return make


@pytest.fixture
def twins(engine: Engine) -> tuple[str, str]:
    """Two firms of one name: a list that names it could mean either."""
    with transaction(engine) as session:
        made = [an_enterprise(name_zh=MAKER) for _ in range(2)]
        session.add_all(made)
        session.flush()
        for firm in made:
            name = EnterpriseName(enterprise_id=firm.id, name=MAKER, folded=fold_name(MAKER), kind=NameKind.CURRENT)
            session.add(name)
        return key_of(session, made[0].id), key_of(session, made[1].id)


def staged(engine: Engine, path: Path) -> ImportDetail:
    return bring(engine, path, LIST, write_it=False)


def rows_of(session: Session, number: int) -> list[ImportRow]:
    return list(session.exec(select(ImportRow).where(col(ImportRow.import_id) == number).order_by(col(ImportRow.id))))


def seen(engine: Engine, number: int, place: int) -> RowComparison:
    with reading(engine) as session:
        return compare(session, import_id=number, row_id=rows_of(session, number)[place].id)


def say(engine: Engine, number: int, place: int, choice: str) -> dict[str, int]:
    """Decide; the counts afterwards."""
    with transaction(engine) as session:
        row = rows_of(session, number)[place].id
        said = decide(session, import_id=number, row_id=row, choice=choice, actor=WE)
        return {outcome: count for outcome, count in said.counts.items() if count}


def written(engine: Engine, number: int) -> None:
    with transaction(engine) as session:
        write(session, import_id=number, actor=WE)


def test_one_word_about_the_maker_settles_every_row_of_that_maker(
    engine: Engine, another: Another, twins: tuple[str, str]
) -> None:
    number = staged(engine, another(*ROWS)).summary.id
    asked = seen(engine, number, 0)
    assert (asked.question, asked.name, asked.undecided) == ("firm", "示例操作系统 V10", 2)
    assert [one.key for one in asked.candidates] == list(twins)
    assert [field.code for field in asked.fields[:3]] == ["product", "version", "name"]
    assert say(engine, number, 0, twins[1]) == {"new": 3}
    written(engine, number)
    with reading(engine) as session:
        assert [key_of(session, one.enterprise_id or 0) for one in products(session)][:2] == [twins[1]] * 2
        assert rows_of(session, number)[0].matched_by == "decided"
        assert len(firms(session)) == 3
        assert verify_chain(session)[1] is None
    report = take_back(engine, number)
    assert (report.products_voided, report.enterprises_voided) == (3, 1)


def test_a_maker_said_to_be_new_is_made_once_and_goes_with_an_undo(
    engine: Engine, another: Another, twins: tuple[str, str]
) -> None:
    number = staged(engine, another(*ROWS)).summary.id
    assert say(engine, number, 1, "new") == {"new": 3}
    written(engine, number)
    with reading(engine) as session:
        assert len([firm for firm in firms(session) if firm.name_zh == MAKER]) == 3
        first, second, _ = products(session)
        assert first.enterprise_id == second.enterprise_id
    assert take_back(engine, number).enterprises_voided == 2


def test_versions_the_chosen_maker_has_already_are_matched(
    engine: Engine, another: Another, twins: tuple[str, str]
) -> None:
    first = staged(engine, another(ROWS[0])).summary.id
    say(engine, first, 0, twins[0])
    written(engine, first)
    number = staged(engine, another(*ROWS)).summary.id
    with reading(engine) as session:
        assert rows_of(session, number)[0].matched_by == "remembered"
    assert counts(staged(engine, another(*ROWS))) == {"unchanged": 1, "new": 2}


def test_a_word_taken_back_opens_all_its_rows_again(engine: Engine, another: Another, twins: tuple[str, str]) -> None:
    number = staged(engine, another(*ROWS)).summary.id
    say(engine, number, 0, twins[1])
    decision = seen(engine, number, 0).decision_id
    assert decision is not None
    with transaction(engine) as session:
        said = revoke(session, decision_id=decision, actor=WE)
        assert (said.counts["ambiguous"], said.counts["new"]) == (2, 1)
    assert say(engine, number, 0, "unsure") == {"ambiguous": 2, "new": 1}
    assert say(engine, number, 0, f"not:{twins[0]}") == {"ambiguous": 2, "new": 1}
    assert [one.key for one in seen(engine, number, 1).candidates] == [twins[1]]


TWICE = (("4", "示例操作系统", "V11", "桌面操作系统", MAKER, "Ⅱ级"),)


def test_of_two_rows_of_one_version_a_person_says_which_counts(engine: Engine, another: Another) -> None:
    number = staged(engine, another(*ROWS, *TWICE)).summary.id
    asked = seen(engine, number, 3)
    assert (asked.question, asked.candidates) == ("entry", [])
    assert asked.standing is not None
    assert asked.standing.where_zh == "本文件第 3 行"
    grades = [(one.value, one.agreement) for one in asked.standing.fields if one.code == "grade"]
    assert grades == [("1", "different")]
    with pytest.raises(InvalidInput):
        say(engine, number, 3, "new")
    assert say(engine, number, 3, "take") == {"new": 3, "unchanged": 1}
    assert seen(engine, number, 3).standing is not None
    assert say(engine, number, 3, "again") == {"new": 3, "ambiguous": 1}
    with pytest.raises(Conflict):
        say(engine, number, 3, "again")
    assert say(engine, number, 3, "keep") == {"new": 3, "unchanged": 1}
    assert say(engine, number, 3, "again") == {"new": 3, "ambiguous": 1}
    say(engine, number, 3, "take")
    written(engine, number)
    with reading(engine) as session:
        assert sorted((one.grade or 0) for one in entries(session)) == [2, 2, 2]
        assert len(products(session)) == 3
        assert len({row.enterprise_id for row in rows_of(session, number)}) == 2
    assert take_back(engine, number).enterprises_voided == 2


def test_another_grade_than_the_batch_has_is_kept_or_taken_and_an_undo_gives_the_old_one_back(
    engine: Engine, another: Another
) -> None:
    bring(engine, another(*ROWS), LIST)
    before = in_force(engine)
    number = staged(engine, another(("1", "示例操作系统", "V10", "桌面操作系统", MAKER, "Ⅰ级"))).summary.id
    asked = seen(engine, number, 0)
    assert asked.standing is not None
    assert asked.standing.where_zh == "本批次已登记的"
    assert [one.value for one in asked.standing.fields if one.code in ("maker", "grade")] == ["2", MAKER]
    assert say(engine, number, 0, "keep") == {"unchanged": 1}
    say(engine, number, 0, "again")
    assert say(engine, number, 0, "take") == {"matched": 1}
    written(engine, number)
    with reading(engine) as session:
        assert [one.grade for one in entries(session)] == [1, 1, 2]
    assert in_force(engine) == before
    report = take_back(engine, number)
    assert (report.values_cleared, report.listings_voided) == (1, 0)
    with reading(engine) as session:
        assert [one.grade for one in entries(session)] == [2, 1, 2]


def test_the_second_official_is_told_instead_of_overwriting(
    engine: Engine, another: Another, twins: tuple[str, str]
) -> None:
    number = staged(engine, another(*ROWS)).summary.id
    say(engine, number, 0, twins[0])
    for choice in (twins[1], "new", "keep"):
        with pytest.raises(Conflict):
            say(engine, number, 1, choice)
    with reading(engine) as session:
        assert session.exec(select(Enterprise)).all()
