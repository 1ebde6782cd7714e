"""The shipped reference rows: directories and chains, from ``registry/reference/*.yaml`` into the database."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from sqlmodel import Session, SQLModel

from registry.models import Chain, Directory
from registry.services import outbox
from registry.vocabulary import DirectoryKind, Level


def sync_reference_rows(session: Session) -> None:
    """Write the shipped directories and chains. Rows others added stay; running it twice changes nothing."""
    rows: list[SQLModel] = [Chain(**row, position=at) for at, row in enumerate(shipped("chains"))]
    for position, row in enumerate(shipped("directories")):
        given = {**row, "kind": DirectoryKind._value2member_map_[row["kind"]]}
        given["level"] = Level._value2member_map_[row["level"]]
        rows.append(Directory(**given, position=position))
    if any([_is_changed(session, row) for row in rows]):
        # Levels of directories and the order of chains are part of what is found.
        outbox.everything_changed(session)
    session.flush()


def _is_changed(session: Session, given: SQLModel) -> bool:
    """Write one row; whether there was one that said something else."""
    row = session.merge(given)
    return row in session.dirty and session.is_modified(row)


@cache
def shipped(name: str) -> tuple[Mapping[str, Any], ...]:
    """The rows of one shipped file, in its order. Parsed once a process: pages name directories and chains from it."""
    text = files("registry.reference").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in YAML(typ="safe", pure=True).load(text))
