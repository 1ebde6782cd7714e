"""The shipped rows about products: categories and grades, read once a process."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def shipped_rows(name: str) -> tuple[Mapping[str, Any], ...]:
    """The rows of ``registry/reference/<name>.yaml`` in their order."""
    from ruamel.yaml import YAML

    text = files("registry.reference").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return tuple(YAML(typ="safe", pure=True).load(text))
