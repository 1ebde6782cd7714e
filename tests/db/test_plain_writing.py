"""New enterprises written by the database itself are what writing them row by row gives, on both engines."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading
from registry.identity import check_character
from registry.models import ImportRow, ImportRun, SourceFile
from registry.services.imports.filling import columns_of
from registry.services.imports.plain_writing import stated_columns
from registry.services.imports.writing import _Writing
from registry.vocabulary import ImportState, OperatingStatus, RowOutcome
from tests.db.lists import bring, counts, firms, take_back
from tests.unit.imports.files import csv_file

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
FACTS = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        **dict.fromkeys(("registration_no", "market", "website", "address", "place", "main_business"), TEXT),
        **dict.fromkeys(("name_en", "capital_text", "stock_code", "industry_code"), TEXT),
        "region_code": st.just("440305"),
        "city_code": st.just("440300"),
        "founded_on": st.dates().map(str),
        "capital_cny": st.integers(0, 10**15),
        "status": st.sampled_from([each.value for each in OperatingStatus]),
    },
)
COMPARED = {
    "enterprise": "SELECT * FROM enterprise",
    "name": "SELECT e.name_zh, n.* FROM enterprise_name n JOIN enterprise e ON e.id = n.enterprise_id",
    "chain": "SELECT e.name_zh, c.* FROM enterprise_chain c JOIN enterprise e ON e.id = c.enterprise_id",
    "address": "SELECT e.name_zh, e.uscc, a.* FROM enterprise_address a JOIN enterprise e ON e.id = a.enterprise_id",
    "row": "SELECT r.row_number, r.outcome, e.name_zh FROM import_row r LEFT JOIN enterprise e "
    "ON e.id = r.enterprise_id",
}
NUMBERS = frozenset({"id", "enterprise_id", "import_id", "source", "created_at", "updated_at"})
HEADER = ("企业名称", "统一社会信用代码", "成立日期", "注册资本", "登记状态", "行业代码", "曾用名", "省份", "地址")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, min_size=1, max_size=8))
def test_the_database_reads_facts_as_the_columns_python_reads(engine: Engine, many: list[dict[str, Any]]) -> None:
    with Session(engine) as session:
        bare = {"import_id": _run(session), "sheet": "", "cells": [], "outcome": RowOutcome.NEW}
        rows = [{**bare, "row_number": i, "facts": facts} for i, facts in enumerate(many)]
        session.execute(insert(ImportRow), rows)
        columns = stated_columns(session, set().union(*many))
        typed = [expression.label(column) for column, expression in columns.items()]
        found = session.execute(select(col(ImportRow.id), *typed).order_by(col(ImportRow.row_number))).mappings().all()
        for facts, row in zip(many, found, strict=True):
            stated = columns_of(facts)
            assert set(stated) <= set(columns)
            assert {name: str(row[name]) for name in columns if row[name] is not None} == {
                name: str(getattr(value, "value", value)) for name, value in stated.items() if value is not None
            }
        session.rollback()


def test_a_mixed_list_is_written_alike_by_the_database_and_row_by_row(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(
        tmp_path,
        HEADER,
        (
            "深圳示例甲科技有限公司",
            _code("A1"),
            "2019-07-13",
            "100万元人民币",
            "存续",
            "C3973",
            "",
            "广东省",
            "科技路1号",
        ),
        ("深圳示例乙科技有限公司", _code("A2"), "", "50万美元", "注销", "", "深圳示例旧乙有限公司", "广东省", ""),
        ("示例丙研究院", "", "2001/2/3", "", "", "6510", "", "", ""),
        ("深圳示例甲科技有限公司", _code("A1"), "", "", "", "", "", "", ""),
        ("示例丁厂", "370181600061089", "", "1亿元", "吊销", "", "", "山东省", "示例街2号"),
        ("示例坏码厂", "91350100M000100Y44", "", "", "", "", "", "", ""),
        ("示例戊（宁德）有限公司", _code("A3"), "", "", "", "", "", "福建省", ""),
    )
    _written_alike(engine, path, monkeypatch, {"new": 5, "unchanged": 1, "rejected": 1})


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    ["uscc-lists/shandong-2018.csv", "uscc-lists/foundries-2021.csv", "listed-companies-2020/listed_companies.csv"],
)
def test_a_published_list_is_written_alike_by_the_database_and_row_by_row(
    sqlite_engine: Engine, real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    copy = tmp_path / Path(name).name
    copy.write_bytes((real_data / name).read_bytes())
    _written_alike(sqlite_engine, copy, monkeypatch, None)


def test_firms_taken_back_come_back_under_their_numbers_beside_new_ones(engine: Engine, tmp_path: Path) -> None:
    one = csv_file(tmp_path, HEADER[:2], ("示例甲厂", _code("B1")), ("示例乙厂", _code("B2")))
    first = bring(engine, one)
    before = _numbers(engine)
    take_back(engine, first.summary.id)
    (tmp_path / "more").mkdir()
    more = csv_file(
        tmp_path / "more", HEADER[:2], ("示例丙厂", _code("B3")), ("示例乙厂", _code("B2")), ("示例丁厂", "")
    )
    assert counts(bring(engine, more)) == {"new": 3}
    after = _numbers(engine)
    assert after["示例乙厂"] == before["示例乙厂"]
    assert set(after) == {"示例乙厂", "示例丙厂", "示例丁厂"}
    assert len(set(after.values())) == 3


def _written_alike(
    engine: Engine, path: Path, monkeypatch: pytest.MonkeyPatch, expected: dict[str, int] | None
) -> None:
    """Bring a list in by rows, clear the registry of it, bring it in again by the database, compare every table."""
    with monkeypatch.context() as by_rows:
        by_rows.setattr(_Writing, "write_plain", lambda _: None)
        outcome = counts(bring(engine, path))
    slow = _content(engine)
    with engine.begin() as connection:
        for table in ("import_row", "enterprise_name", "enterprise_chain", "enterprise_address"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
        connection.execute(text("DELETE FROM enterprise"))
        connection.execute(text("DELETE FROM import_run"))
    assert counts(bring(engine, path)) == outcome
    assert expected is None or outcome == expected
    assert _content(engine) == slow


def _content(engine: Engine) -> dict[str, list[str]]:
    found = {}
    with reading(engine) as session:
        for table, query in COMPARED.items():
            rows = session.execute(text(query)).mappings().all()
            kept = [{key: value for key, value in row.items() if key not in NUMBERS} for row in rows]
            if table == "address":
                # A provisional key is made from the number, which depends on what was written first.
                kept = [row if row["uscc"] else {**row, "key": len(row["key"])} for row in kept]
            found[table] = sorted(str(sorted(row.items())) for row in kept)
    return found


def _numbers(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        return {firm.name_zh: firm.id for firm in firms(session)}


def _run(session: Session) -> int:
    file = SourceFile(sha256="0" * 64, filename="示例.csv", media_type="text/csv", size=1)
    session.add(file)
    session.flush()
    run = ImportRun(
        source_file_id=file.id,
        options_hash="0" * 64,
        state=ImportState.MATCHED,
        understood={},
        counts={},
        actor="示例",
    )
    session.add(run)
    session.flush()
    return run.id


def _code(serial: str) -> str:
    body = f"91440300MA{serial}DK5F2"[:17]
    return body + check_character(body)
