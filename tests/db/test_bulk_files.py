"""The bulk files: the same rows as the database shows the public, with right counts and hashes, whole or not at all."""

import csv
import gzip
import hashlib
import io
import json
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import NotFound
from registry.models import Batch, Enterprise, EnterpriseName, Listing
from registry.policies import SYSTEM
from registry.schemas.bulk import BulkManifest
from registry.services import outbox
from registry.services.bulk import writing
from registry.services.bulk.reading import find_file, folders, latest_manifest
from registry.services.bulk.writing import write_bulk
from registry.services.feed.reading import latest_number
from registry.services.merging import merge_enterprises
from registry.titles import shown
from registry.vocabulary import BatchState, NameKind
from tests.factories import a_batch, a_listing, an_enterprise


def a_world(session: Session) -> None:
    """Firms with titles in force, over, in public notice, in a draft, taken back; one merged, one voided."""
    firms = [an_enterprise(name_zh=f"示例第{number}公司") for number in range(6)]
    session.add_all(firms)
    final, notice, draft = a_batch(), a_batch(state=BatchState.PUBLIC_NOTICE), a_batch(state=BatchState.DRAFT)
    session.add_all([final, notice, draft])
    session.flush()
    session.add_all([a_listing(firms[0], final, name_as_announced="=示例"), a_listing(firms[1], notice)])
    session.add_all([a_listing(firms[2], draft), a_listing(firms[3], final, voided_at=clock.now())])
    session.add(a_listing(firms[4], final, valid_to=date(2025, 1, 1)))
    former = EnterpriseName(enterprise_id=firms[0].id, name="示例旧名", folded="示例旧名", kind=NameKind.FORMER)
    session.add(former)
    firms[5].voided_at = clock.now()
    session.flush()
    merge_enterprises(
        session, source_id=firms[4].id, target_id=firms[0].id, on=clock.today(), actor=SYSTEM, reason="示例"
    )
    outbox.enterprises_changed(session, [firm.id for firm in firms])


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    with gzip.open(folder / f"{name}.ndjson.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_the_rows_are_those_the_public_sees(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        a_world(session)
    manifest = write_bulk(engine, tmp_path)
    folder = tmp_path / "bulk" / manifest.date.isoformat()
    with reading(engine) as session:
        public = set(session.scalars(select(Listing.id).join(Batch).where(shown())))
        live = session.scalars(
            select(Enterprise.uscc).where(col(Enterprise.voided_at).is_(None), col(Enterprise.merged_into_id).is_(None))
        ).all()
        assert manifest.last_event == latest_number(session)
    assert {row["id"] for row in lines(folder, "listings")} == {f"L{number}" for number in public}
    assert {row["uscc"] for row in lines(folder, "enterprises")} == set(live)
    assert lines(folder, "enterprises")[0]["former_names"] == ["示例旧名", "示例第4公司"]
    assert {row["status"] for row in lines(folder, "listings")} == {"valid", "public_notice", "expired"}
    assert [row["seq"] for row in lines(folder, "events")] == list(range(1, manifest.last_event + 1))
    assert "little_giant" in {row["code"] for row in lines(folder, "directories")}
    assert lines(folder, "products") == []


def test_the_manifest_says_how_to_check_every_file(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        a_world(session)
    write_bulk(engine, tmp_path)
    manifest = latest_manifest(tmp_path)
    assert manifest is not None
    folder = tmp_path / "bulk" / manifest.date.isoformat()
    assert {path.name for path in folder.iterdir()} == {file.name for file in manifest.files} | {"manifest.json"}
    described = {dataset.name: dataset for dataset in manifest.datasets}
    for file in manifest.files:
        content = (folder / file.name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256)
        columns = [column.name for column in described[file.dataset].columns]
        if file.format == "parquet":  # its rows: test_parquet.py
            assert content.startswith(b"PAR1")
            continue
        text = gzip.decompress(content).decode("utf-8-sig")
        if file.format == "csv":
            table = list(csv.reader(io.StringIO(text)))
            assert table[0] == columns
            assert len(table) - 1 == file.rows == described[file.dataset].rows
        else:
            rows = [json.loads(line) for line in text.splitlines()]
            assert all(list(row) == columns for row in rows)
            assert len(rows) == file.rows


def test_a_cell_that_a_spreadsheet_would_calculate_is_guarded_in_csv_and_verbatim_in_ndjson(
    engine: Engine, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        a_world(session)
    folder = tmp_path / "bulk" / write_bulk(engine, tmp_path).date.isoformat()
    assert "=示例" in {row["name_as_announced"] for row in lines(folder, "listings")}
    with gzip.open(folder / "listings.csv.gz", "rt", encoding="utf-8-sig") as file:
        assert "'=示例" in {row["name_as_announced"] for row in csv.DictReader(file)}


def test_the_same_state_gives_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    with transaction(engine) as session:
        a_world(session)
    first, again = write_bulk(engine, tmp_path), write_bulk(engine, tmp_path)
    assert first.files == again.files


def test_a_fault_while_writing_leaves_the_files_of_before(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = write_bulk(engine, tmp_path)

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write_files", fail)
        with pytest.raises(RuntimeError):
            write_bulk(engine, tmp_path)
    assert latest_manifest(tmp_path) == before
    assert [path.name for path in (tmp_path / "bulk").iterdir() if path.name.startswith(".writing")] == []


def test_thirty_days_are_kept(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = datetime(2026, 1, 1, 4, tzinfo=UTC)
    for day in range(32):
        monkeypatch.setattr(clock, "now", lambda day=day: begin + timedelta(days=day))
        write_bulk(sqlite_engine, tmp_path)
    days = folders(tmp_path)
    assert (len(days), days[0], days[-1]) == (30, date(2026, 2, 1), date(2026, 1, 3))


@pytest.mark.parametrize(
    ("day", "name"),
    [("latest", "../registry.sqlite3"), ("latest", "nothing.csv.gz"), ("2020-01-01", "manifest.json"), ("..", "x")],
)
def test_only_what_a_manifest_names_is_found(sqlite_engine: Engine, tmp_path: Path, day: str, name: str) -> None:
    write_bulk(sqlite_engine, tmp_path)
    with pytest.raises(NotFound):
        find_file(tmp_path, day=day, name=name)


def test_memory_does_not_grow_with_the_rows(sqlite_engine: Engine, tmp_path: Path) -> None:
    def peak(firms: int) -> int:
        with transaction(sqlite_engine) as session:
            batch = a_batch()
            session.add(batch)
            made = [an_enterprise(name_zh=f"示例第{number}公司") for number in range(firms)]
            session.add_all(made)
            session.flush()
            session.add_all([a_listing(firm, batch) for firm in made])
            session.flush()
            outbox.enterprises_changed(session, [firm.id for firm in made])
        tracemalloc.start()
        write_bulk(sqlite_engine, tmp_path)
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    small, large = peak(1_500), peak(6_000)
    assert large < 1.5 * small


def test_the_manifest_reads_back_as_it_was_written(sqlite_engine: Engine, tmp_path: Path) -> None:
    written = write_bulk(sqlite_engine, tmp_path)
    found = find_file(tmp_path, day="latest", name="manifest.json")
    assert BulkManifest.model_validate_json(found.path.read_bytes()) == written
