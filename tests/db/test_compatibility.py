"""Lists of compatibility on both engines: brought in once, counted by two axes, taken back; the published ones too."""

import json
from pathlib import Path

import pytest
import time_machine
from sqlmodel import Session

from import_scripts.compatibility import read_list
from registry.errors import Conflict, FileRefused, InvalidInput, NotAllowed, NotFound
from registry.policies import EVERYWHERE, Actor, Grant
from registry.product_words import CompatibilityAxis as Axis
from registry.product_words import CompatibilityStatus
from registry.schemas.compatibility import ListPreview
from registry.services.products.compatibility import bring_list, preview_list, take_back_list
from registry.services.products.matrix import count_matrix, list_combinations, list_lists
from registry.vocabulary import Role
from tests.db.products import fill_catalogue

CURATOR = Actor(None, "示例", (Grant(Role.CURATOR, EVERYWHERE),))
LINES = """芯片,操作系统,数据库,适配状态,认证日期
示例启衡QH-3400,示例澜服务器操作系统 V10（内核5.10）,示例岚山数据库 V9.0,已适配,2026-01-05
示例启衡QH-3400,示例澜服务器操作系统 V10（内核5.10）,示例无名数据库 V2,适配中,2026-02-05
示例别芯 7000,示例澜服务器操作系统 V10（内核5.10）,,不兼容,
,,示例无名数据库 V2,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "示例兼容性.csv"
    path.write_text(LINES, encoding="utf-8")
    return path


def bring(session: Session, path: Path, tmp_path: Path, **given: str) -> ListPreview:
    with read_list(path, **given) as published:
        return bring_list(session, given=published, actor=CURATOR, archive_dir=tmp_path / "archive")


@time_machine.travel("2026-05-06T04:00:00Z")
def test_a_list_is_previewed_written_once_and_linked_to_the_catalogue(
    session: Session, file: Path, tmp_path: Path
) -> None:
    numbers = fill_catalogue(session)
    with read_list(file) as published:
        preview = preview_list(session, given=published, actor=CURATOR)
    assert (preview.combinations, preview.left_out, preview.list_id) == (3, 1, None)
    assert preview.axes == {"chip": 3, "os": 3, "database": 2}
    assert preview.statuses == {"compatible": 1, "in_work": 1, "not_compatible": 1}
    assert preview.linked == 6
    assert list_lists(session) == []
    written = bring(session, file, tmp_path)
    assert written.list_id is not None
    with pytest.raises(Conflict):
        bring(session, file, tmp_path)
    found = list_combinations(session, product_id=numbers["示例岚山数据库 V9.0"])
    assert found.total == 1
    assert found.items[0].row_number == 2
    assert found.items[0].printed["认证日期"] == "2026-01-05"


def test_every_cell_of_the_matrix_opens_as_many_rows_as_it_counts(session: Session, file: Path, tmp_path: Path) -> None:
    bring(session, file, tmp_path)
    for down, across in ((Axis.CHIP, Axis.OS), (Axis.CHIP, Axis.DATABASE), (Axis.OS, Axis.DATABASE)):
        matrix = count_matrix(session, down=down, across=across)
        counted = 0
        for line in matrix.lines:
            for column, count in zip(matrix.columns, line.counts, strict=True):
                found = list_combinations(session, parts={down: line.key, across: column.key})
                assert found.total == count
                good = line.compatible[matrix.columns.index(column)]
                assert good == sum(each.status is CompatibilityStatus.COMPATIBLE for each in found.items)
                counted += count
        assert counted == (3 if Axis.DATABASE not in (down, across) else 2)


def test_combinations_are_paged_and_filtered_by_any_spelling(session: Session, file: Path, tmp_path: Path) -> None:
    bring(session, file, tmp_path)
    first = list_combinations(session, limit=2)
    assert first.total == 3
    second = list_combinations(session, limit=2, cursor=first.next_cursor)
    assert [each.status for each in second.items] == [CompatibilityStatus.NOT_COMPATIBLE]
    assert list_combinations(session, parts={Axis.CHIP: "示例启衡ｑｈ-3400"}).total == 2
    assert list_combinations(session, parts={Axis.CHIP: "示例启衡QH-34"}).total == 0


def test_a_list_taken_back_is_gone_and_may_come_again(session: Session, file: Path, tmp_path: Path) -> None:
    number = bring(session, file, tmp_path).list_id
    assert number is not None
    with pytest.raises(InvalidInput):
        take_back_list(session, list_id=number, actor=CURATOR, reason=" ")
    take_back_list(session, list_id=number, actor=CURATOR, reason="示例")
    assert list_combinations(session).total == 0
    assert count_matrix(session, down=Axis.CHIP, across=Axis.OS).lines == []
    with pytest.raises(NotFound):
        take_back_list(session, list_id=number, actor=CURATOR, reason="示例")
    assert bring(session, file, tmp_path).list_id != number


def test_only_curators_bring_lists_in(session: Session, file: Path, tmp_path: Path) -> None:
    reviewer = Actor(None, "示例", (Grant(Role.REVIEWER, EVERYWHERE),))
    with read_list(file) as published, pytest.raises(NotAllowed):
        bring_list(session, given=published, actor=reviewer, archive_dir=tmp_path)


@pytest.mark.parametrize("content", ["[1", "{}", "[]", json.dumps([{"name": "x"}])])
def test_json_that_is_no_list_is_refused(session: Session, tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(FileRefused):
        with read_list(path) as published:
            preview_list(session, given=published, actor=CURATOR)


@pytest.mark.parametrize(
    ("name", "os_name", "axes"),
    [
        (
            "openEuler20.03-LTS-SP1上两类平台板卡兼容清单.xlsx",
            "",
            {"os": 179, "board": 179, "architecture": 179},
        ),
        ("openEuler20.03-LTS上两类平台板卡兼容清单.xlsx", "", {"os": 52, "board": 52, "architecture": 52}),
    ],
)
def test_published_lists_of_boards_are_read_without_their_row_of_types(
    session: Session, tmp_path: Path, real_data: Path, name: str, os_name: str, axes: dict[str, int]
) -> None:
    written = bring(session, real_data / "xinchuang-compat" / name, tmp_path, os_name=os_name)
    assert written.axes == axes
    assert written.left_out == 0
    systems = count_matrix(session, down=Axis.OS, across=Axis.ARCHITECTURE)
    assert sum(count for line in systems.lines for count in line.counts) == axes["os"]
    assert all("string" not in line.name for line in systems.lines)


def test_the_published_list_of_servers_has_every_server_and_every_board(
    session: Session, tmp_path: Path, real_data: Path
) -> None:
    path = real_data / "xinchuang-compat" / "compat_server_zh.json"
    servers = json.loads(path.read_bytes())
    boards = sum(len(server.get("boardCards") or []) for server in servers)
    written = bring(session, path, tmp_path)
    assert (len(servers), boards) == (116, 239)
    assert written.combinations == len(servers) + boards
    # One board is printed with neither model nor chip; its row still names machine and system.
    assert written.axes["board"] == boards - 1
    assert written.left_out == 0
    machine = servers[0]["hardwareFactory"] + " " + servers[0]["hardwareModel"]
    of_it = [s for s in servers if s["hardwareModel"] == servers[0]["hardwareModel"]]
    expected = sum(1 + len(each.get("boardCards") or []) for each in of_it)
    assert list_combinations(session, parts={Axis.MACHINE: machine}).total == expected


def test_the_published_list_of_models_is_taken_apart_into_machine_and_processor(
    session: Session, tmp_path: Path, real_data: Path
) -> None:
    path = real_data / "xinchuang-compat" / "deepin机型清单.md"
    rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    written = bring(session, path, tmp_path, os_name="deepin")
    assert written.combinations == len(rows)
    assert written.axes["os"] == written.axes["machine"] == len(rows)
    assert written.axes["chip"] == sum("@" in row for row in rows)
    page = count_matrix(session, down=Axis.CHIP, across=Axis.OS, page=2)
    assert page.pages > 2
    assert len(page.lines) == 40
