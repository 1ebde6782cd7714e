"""The shipped reference rows: directories and chains, from ``registry/reference/*.yaml`` into the database."""

from importlib.resources import files
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


def shipped(name: str) -> list[dict[str, Any]]:
    """The rows of one shipped file, in its order."""
    text = files("registry.reference").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return rows
