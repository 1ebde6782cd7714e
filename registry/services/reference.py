"""The shipped reference rows: directories and chains, from ``registry/reference/*.yaml`` into the database."""

from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML
from sqlmodel import Session

from registry.models import Chain, Directory
from registry.vocabulary import DirectoryKind, Level


def sync_reference_rows(session: Session) -> None:
    """Write the shipped directories and chains. Rows others added stay; running it twice changes nothing."""
    for position, row in enumerate(shipped("chains")):
        session.merge(Chain(**row, position=position))
    for position, row in enumerate(shipped("directories")):
        given = {**row, "kind": DirectoryKind._value2member_map_[row["kind"]]}
        given["level"] = Level._value2member_map_[row["level"]]
        session.merge(Directory(**given, position=position))
    session.flush()


def shipped(name: str) -> list[dict[str, Any]]:
    """The rows of one shipped file, in its order."""
    text = files("registry.reference").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(text)
    return rows
