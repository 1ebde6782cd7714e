"""Which tables are loaded when: those of lists at once, the others when asked for, all of them where all count."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import registry.models
from registry.models import every_table
from registry.models.base import SQLModel

ROOT = Path(__file__).parents[2]


def _printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


def test_a_list_comes_in_without_the_tables_of_other_rooms_and_its_own_refer_to_no_other() -> None:
    loaded = _printed(
        "import json, sys, import_scripts.running; from registry.models.base import SQLModel; "
        "from sqlalchemy.orm import configure_mappers; configure_mappers(); "
        "tables = [table.name for table in SQLModel.metadata.sorted_tables]; "
        "print(json.dumps(tables + [name for name in sys.modules if name.startswith('registry.models.')]))"
    )
    assert {"enterprise", "listing", "import_row", "audit_event", "product"} <= set(loaded)
    assert "registry.models.later" not in loaded
    assert "assessment" not in loaded


def test_every_table_is_every_table_of_every_module_also_where_nobody_asked_for_them_before() -> None:
    modules = [each.name for each in pkgutil.iter_modules(registry.models.__path__, "registry.models.")]
    every = _printed("import json, registry.models; print(json.dumps([t.name for t in registry.models.every_table()]))")
    imported = _printed(
        f"import json, importlib; [importlib.import_module(name) for name in {modules}]; "
        "from registry.models.base import SQLModel; print(json.dumps(list(SQLModel.metadata.tables)))"
    )
    assert set(every) == set(imported)
    assert len(every) == len(set(every))


@pytest.mark.parametrize("name", registry.models.__all__)
def test_every_name_of_the_package_leads_to_its_table(name: str) -> None:
    found = getattr(registry.models, name)
    assert found is every_table or (issubclass(found, SQLModel) and found.__table__ in every_table())


def test_a_table_there_is_not_is_no_attribute() -> None:
    assert not hasattr(registry.models, "NoSuchTable")
