"""Search settings as data: variants, suffixes, synonyms, readings. Imports nothing of the project.

>>> path("variants.yaml").name
'variants.yaml'
"""

from pathlib import Path
from typing import Any


def path(name: str) -> Path:
    """Where the settings file of this name lies; FileNotFoundError if there is none."""
    found = Path(__file__).parent / name
    if not found.is_file():
        raise FileNotFoundError(found)
    return found


def load(name: str) -> Any:
    """The parsed YAML file of this name (YAML 1.2)."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(path(name).read_text(encoding="utf-8"))
