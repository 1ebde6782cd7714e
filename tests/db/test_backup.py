"""A backup holds the registry of one moment, and comes back whole or not at all."""

import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, func, select

from registry.db import make_engine, reading, transaction
from registry.errors import Conflict, FileRefused, InvalidInput, RegistryError
from registry.models import AuditEvent, Enterprise, IndexOutbox, SourceFile
from registry.services.audit import record, verify_chain
from registry.services.backup.contents import MANIFEST, Manifest
from registry.services.backup.opening import opened
from registry.services.backup.restoring import restore
from registry.services.backup.taking import take
from registry.services.imports.archiving import archive_file, archived_path, source_file
from registry.settings import Settings
from tests.factories import an_enterprise
from tests.support.postgres import Cluster

KEY = "k" * 44


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, database_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings of an empty place of the same kind."""
    place = Settings(data_dir=tmp_path / "elsewhere")
    if not database_settings.database_url:
        yield place
        return
    with request.getfixturevalue("postgres_cluster").empty_database() as url:
        yield place.model_copy(update={"database_url": url})


@pytest.fixture
def backup_file(tmp_path: Path) -> Path:
    return tmp_path / "copy.tar"


def _fill(engine: Engine, settings: Settings, documents: int = 3) -> list[str]:
    """Firms, documents and acts; the hashes of the documents."""
    with transaction(engine) as session:
        session.add_all(an_enterprise() for _ in range(5))
    settings.link_key_file.parent.mkdir(parents=True, exist_ok=True)
    settings.link_key_file.write_text(KEY)
    return [_archive(engine, settings, f"示例文件 {number}") for number in range(documents)]


def _archive(engine: Engine, settings: Settings, content: str) -> str:
    """One act as an importer does it: the document first, then its row and the audit event."""
    data = content.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    incoming = settings.data_dir / f"incoming-{sha256}"
    incoming.write_bytes(data)
    archive_file(incoming, sha256, settings.archive_dir)
    incoming.unlink()
    with transaction(engine) as session:
        source_file(session, sha256=sha256, filename="示例.txt", size=len(data), media_type="text/plain")
        record(session, actor="示例", action="example", subject_kind="document", subject_key=sha256[:40])
    return sha256


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    engine = make_engine(settings)
    try:
        yield engine
    finally:
        engine.dispose()


def _restored(backup: Path, settings: Settings) -> Manifest:
    with _engine(settings) as engine, opened(backup) as found:
        return restore(settings, engine, found).manifest


def _counts(session: Session) -> list[int]:
    return [
        session.exec(select(func.count()).select_from(model)).one() for model in (Enterprise, SourceFile, AuditEvent)
    ]


def test_what_was_backed_up_is_what_is_restored(
    engine: Engine, database_settings: Settings, elsewhere: Settings, backup_file: Path
) -> None:
    documents = _fill(engine, database_settings)
    taken = take(database_settings, engine, backup_file)
    assert (taken.documents, taken.missing, taken.damaged) == (3, (), ())
    assert backup_file.stat().st_mode & 0o077 == 0
    assert _restored(backup_file, elsewhere) == taken
    with _engine(elsewhere) as again, reading(engine) as old, reading(again) as new:
        assert _counts(new) == _counts(old)
        assert verify_chain(new) == (3, None)
    assert {p.name for p in elsewhere.archive_dir.glob("??/*")} == set(documents)
    assert elsewhere.link_key_file.read_text() == KEY
    assert elsewhere.link_key_file.stat().st_mode & 0o077 == 0
    assert not list(elsewhere.data_dir.glob(".restoring-*"))


def test_a_restored_registry_works_on_and_builds_its_index(
    engine: Engine, database_settings: Settings, elsewhere: Settings, backup_file: Path
) -> None:
    _fill(engine, database_settings)
    take(database_settings, engine, backup_file)
    _restored(backup_file, elsewhere)
    with _engine(elsewhere) as again:
        _work_on(again)


def _work_on(again: Engine) -> None:
    with transaction(again) as session:
        assert [row.kind for row in session.exec(select(IndexOutbox))] == ["everything"]
        session.add(an_enterprise())
        record(session, actor="示例", action="example", subject_kind="document", subject_key="x")
    with reading(again) as session:
        assert _counts(session)[0] == 6
        assert verify_chain(session)[1] is None
        if again.dialect.name == "sqlite":
            assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_backup_under_load_is_of_one_moment_and_holds_every_act_acknowledged_before(
    engine: Engine, database_settings: Settings, elsewhere: Settings, backup_file: Path
) -> None:
    _fill(engine, database_settings)
    acknowledged: list[str] = []
    stopping, working = threading.Event(), threading.Event()

    def work() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            acknowledged.append(_archive(engine, database_settings, f"并发 {number}"))
            if number == 20:
                working.set()

    writer = threading.Thread(target=work)
    writer.start()
    assert working.wait(60)
    before = list(acknowledged)
    try:
        taken = take(database_settings, engine, backup_file)
    finally:
        stopping.set()
        writer.join()
    assert len(acknowledged) > len(before)
    assert taken.missing == ()
    _restored(backup_file, elsewhere)
    with _engine(elsewhere) as restored, reading(restored) as session:
        events, broken = verify_chain(session)
        held = set(session.exec(select(SourceFile.sha256)))
    assert broken is None
    assert (events, len(held)) == (taken.database.trail.events, taken.database.rows["source_file"])
    assert set(before) <= held
    assert all(archived_path(elsewhere.archive_dir, sha256).is_file() for sha256 in held)


def test_lost_and_damaged_documents_are_named_and_the_rest_is_kept(
    sqlite_engine: Engine, sqlite_settings: Settings, backup_file: Path
) -> None:
    lost, damaged, sound = sorted(_fill(sqlite_engine, sqlite_settings))
    archived_path(sqlite_settings.archive_dir, lost).unlink()
    path = archived_path(sqlite_settings.archive_dir, damaged)
    path.chmod(0o644)
    path.write_bytes(b"changed")
    taken = take(sqlite_settings, sqlite_engine, backup_file)
    assert (taken.missing, taken.damaged, taken.documents) == ((lost,), (damaged,), 2)
    assert sound in {file.sha256 for file in taken.files}
    with opened(backup_file) as backup:
        backup.check()


@pytest.mark.parametrize("name", ["copy.zip", "nowhere/copy.tar"])
def test_a_name_that_cannot_be_used_is_refused(
    sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path, name: str
) -> None:
    with pytest.raises(InvalidInput):
        take(sqlite_settings, sqlite_engine, tmp_path / name)


def test_a_file_that_exists_is_not_overwritten(
    sqlite_engine: Engine, sqlite_settings: Settings, backup_file: Path
) -> None:
    backup_file.write_bytes(b"other")
    with pytest.raises(Conflict):
        take(sqlite_settings, sqlite_engine, backup_file)
    assert backup_file.read_bytes() == b"other"


def test_a_backup_that_fails_leaves_nothing(
    engine: Engine, database_settings: Settings, backup_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    before = sorted(backup_file.parent.iterdir())
    with pytest.raises(RegistryError, match="No space left"):
        take(database_settings, engine, backup_file)
    assert sorted(backup_file.parent.iterdir()) == before


def test_nothing_that_is_there_is_overwritten(
    engine: Engine, database_settings: Settings, elsewhere: Settings, backup_file: Path
) -> None:
    _fill(engine, database_settings)
    take(database_settings, engine, backup_file)
    with pytest.raises(Conflict):
        _restored(backup_file, database_settings)
    if database_settings.database_url:
        with pytest.raises(Conflict):
            _restored(backup_file, database_settings.model_copy(update={"data_dir": elsewhere.data_dir / "new"}))
    elsewhere.data_dir.mkdir(exist_ok=True)
    (elsewhere.data_dir / "other").touch()
    with pytest.raises(Conflict):
        _restored(backup_file, elsewhere)


def test_a_backup_of_the_other_kind_of_database_is_refused(
    sqlite_engine: Engine, sqlite_settings: Settings, backup_file: Path, postgres_settings: Settings
) -> None:
    take(sqlite_settings, sqlite_engine, backup_file)
    with pytest.raises(FileRefused, match="SQLite"):
        _restored(backup_file, postgres_settings)


def test_a_dump_that_fails_half_way_leaves_an_empty_place(
    postgres_settings: Settings, backup_file: Path, tmp_path: Path, postgres_cluster: Cluster
) -> None:
    with _engine(postgres_settings) as engine:
        _fill(engine, postgres_settings)
        take(postgres_settings, engine, backup_file)
    _rewritten(backup_file, lambda name, data: data[: len(data) // 2] if name.endswith("pgdump") else data)
    with postgres_cluster.empty_database() as url:
        place = Settings(data_dir=tmp_path / "elsewhere", database_url=url)
        with pytest.raises(RegistryError, match="pg_restore"):
            _restored(backup_file, place)
        assert list(place.data_dir.iterdir()) == []


@pytest.fixture(scope="module")
def small_backup(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of a registry with three documents."""
    home = tmp_path_factory.mktemp("small")
    settings = Settings(data_dir=home / "data")
    settings.data_dir.mkdir()
    (settings.data_dir / "registry.sqlite3").write_bytes(migrated_sqlite.read_bytes())
    with _engine(settings) as engine:
        _fill(engine, settings)
        take(settings, engine, home / "small.tar")
    return (home / "small.tar").read_bytes()


tampering = hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@tampering
@given(share=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_changed_byte_is_found_or_changes_nothing(
    small_backup: bytes, tmp_path: Path, share: float, flip: int
) -> None:
    place = int(share * len(small_backup))
    changed = bytearray(small_backup)
    changed[place] ^= flip
    assert _refused(tmp_path, bytes(changed)) or _contents(bytes(changed)) == _contents(small_backup)


@tampering
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_backup_that_was_cut_off_is_refused_or_lacks_nothing(
    small_backup: bytes, tmp_path: Path, share: float
) -> None:
    cut = small_backup[: int(share * len(small_backup))]
    assert _refused(tmp_path, cut) or _contents(cut) == _contents(small_backup)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "archive/../../evil", "archive/ab/" + "b" * 64, "database/registry.sqlite3/x"]
)
def test_a_name_that_leads_elsewhere_is_refused(
    small_backup: bytes, tmp_path: Path, settings: Settings, name: str
) -> None:
    backup = tmp_path / "evil.tar"
    backup.write_bytes(small_backup)
    _rewritten(backup, lambda _, data: data, added={name: b"x"})
    with pytest.raises(FileRefused):
        _restored(backup, settings)
    assert list(settings.data_dir.iterdir()) == []
    assert not list(tmp_path.rglob("evil"))


def test_a_backup_of_a_newer_program_is_refused(small_backup: bytes, tmp_path: Path, settings: Settings) -> None:
    backup = tmp_path / "newer.tar"
    backup.write_bytes(small_backup)
    _rewritten(backup, lambda name, data: data.replace(b'"revision": "0001"', b'"revision": "9999"'))
    with pytest.raises(FileRefused, match="9999"):
        _restored(backup, settings)


def test_rows_that_were_taken_out_are_noticed(small_backup: bytes, tmp_path: Path, settings: Settings) -> None:
    backup = tmp_path / "fewer.tar"
    backup.write_bytes(small_backup)
    _rewritten(backup, lambda name, data: data.replace(b'"enterprise": 5', b'"enterprise": 6'))
    with pytest.raises(FileRefused, match="enterprise"):
        _restored(backup, settings)
    assert list(settings.data_dir.iterdir()) == []


def _refused(folder: Path, content: bytes) -> bool:
    path = folder / "tried.tar"
    path.write_bytes(content)
    try:
        with opened(path) as backup:
            backup.check()
    except FileRefused:
        return True
    return False


def _contents(content: bytes) -> dict[str, str]:
    """Files of a backup by name, but for the manifest, with their hashes."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = [member for member in tar.getmembers() if member.name != MANIFEST]
        return {m.name: hashlib.sha256((tar.extractfile(m) or io.BytesIO()).read()).hexdigest() for m in members}


def _rewritten(path: Path, change: Callable[[str, bytes], bytes], added: dict[str, bytes] | None = None) -> None:
    """Write a backup again with other contents, and a manifest that fits them: made on purpose, not by accident."""
    with tarfile.open(path) as tar:
        held = {m.name: (tar.extractfile(m) or io.BytesIO()).read() for m in tar.getmembers()}
    manifest = json.loads(change(MANIFEST, held.pop(MANIFEST)))
    held = {name: change(name, data) for name, data in held.items()} | (added or {})
    manifest["files"] = [
        {"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in held.items()
    ]
    with tarfile.open(path, "w") as tar:
        for name, data in {**held, MANIFEST: json.dumps(manifest).encode()}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
