"""Read the data files of this package and of ``search_config``: the only module here that opens a file."""

import csv
from functools import cache
from importlib.resources import files
from typing import Any


def read_rows(name: str) -> list[list[str]]:
    """The rows of ``registry/identity/data/<name>`` without the header, each a list of its columns as text."""
    text = (files("registry.identity") / "data" / name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


@cache
def search_settings(name: str) -> Any:
    """The parsed YAML file ``search_config/<name>``.

    Read as a resource and not imported: the settings lie above the registry and must stay plain data.
    """
    from ruamel.yaml import YAML

    text = files("search_config").joinpath(name).read_text(encoding="utf-8")
    return YAML(typ="safe", pure=True).load(text)
