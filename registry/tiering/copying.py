"""Making the text of a new version out of the text of another: whole in itself, with an id, days and a document."""

import io
import re
from datetime import date
from functools import cache

from ruamel.yaml import YAML

from registry.errors import FileRefused, NotFound
from registry.tiering.editing import Head, set_head
from registry.tiering.loader import STANDARDS, whole_tree
from registry.tiering.standard import Procedure

ELSEWHERE = ("include", "extends", "pass_marks")
"""Keys whose meaning lies in other files, which a later release may change."""


@cache
def shipped_text(version: str) -> str:
    """The text of a shipped version, whole in itself. Raises NotFound."""
    for path in sorted(STANDARDS.glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        if re.search(rf"^id: {re.escape(version)}$", text, re.MULTILINE):
            return whole_text(text, file=path.name)
    raise NotFound(f"没有随程序发布的标准 {version}。", f"There is no shipped standard {version}.", value=version)


def whole_text(text: str, *, file: str) -> str:
    """The text with everything it takes from other files written out; as it is where it takes nothing.

    Raises FileRefused as the loader does.
    """
    if not any(re.search(rf"^{key}:", text, re.MULTILINE) for key in ELSEWHERE):
        return text
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 130
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _data: True
    out = io.StringIO()
    yaml.dump(whole_tree(text, file=file), out)
    return out.getvalue()


def new_version(
    text: str, *, version: str, first_day: date, procedures: tuple[Procedure, ...], document: tuple[str, str]
) -> str:
    """The text under another id, in force from a day on, with the document (title, number) that makes it law."""
    return set_head(text, Head(version, first_day, procedures, document))


def fault_line(error: FileRefused, *, file: str) -> int | None:
    """The line (from 1) that a refusal of the loader names for this file; None if it names none."""
    found = re.search(rf"{re.escape(file)}:(\d+)", error.text.zh)
    return int(found.group(1)) if found else None
