"""Whatever happens to a file on its way, it is read or refused: no other error, no hang.

``python -m tests.fuzz_readers`` does the same for as long as one likes.
"""

import random
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_scripts.limits import Limits
from import_scripts.reading import open_file
from registry.errors import FileRefused
from tests.unit.imports.damaging import damaged, valid_files

KINDS = ("csv", "gb18030", "utf-16", "aligned", "html", "xml", "xls", "xlsx", "ods", "docx", "pdf", "zip")
LIMITS = replace(Limits(), child_wall_seconds=60)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one file for each kind."""
    folder = tmp_path_factory.mktemp("valid")
    for kind, content in valid_files(folder).items():
        (folder / kind).write_bytes(content)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_the_undamaged_file_is_read(tmp_path: Path, files: Path, kind: str) -> None:
    (tmp_path / "list").write_bytes((files / kind).read_bytes())
    with open_file(tmp_path / "list", LIMITS) as read:
        assert any("示例甲有限公司" in cells for table in read.tables for _, cells in table.rows)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, files: Path, kind: str, seed: int) -> None:
    (tmp_path / "list").write_bytes(damaged((files / kind).read_bytes(), random.Random(seed)))  # noqa: S311 - damage, not secrets
    with suppress(FileRefused), open_file(tmp_path / "list", LIMITS) as read:
        for table in read.tables:
            assert list(table.rows) == list(table.rows)
