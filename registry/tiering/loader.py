"""Reading rule files. A fault names the file, the line and the field."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError

from registry.errors import FileRefused
from registry.tiering.standard import Standard

STANDARDS = Path(__file__).parent / "standards"


def load_standard(path: Path) -> Standard:
    """Read one version from its YAML 1.2 file.

    Raises FileRefused with file, line and field: not YAML, wrong shape, unknown figure, an id used twice, a row
    marked X.
    """
    return parse_standard(path.read_text(encoding="utf-8"), file=f"{path.parent.name}/{path.name}")


def parse_standard(text: str, *, file: str) -> Standard:
    """Read one version from text; ``file`` is only named in errors."""
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 0 if mark is None else mark.line
        raise _fault(file, line, "", f"不是合法的 YAML：{error.problem}", f"not valid YAML: {error.problem}") from None
    try:
        return Standard.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line, field = locate(tree, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise _fault(file, line, field, reason, reason) from None


def locate(tree: object, loc: Sequence[str | int]) -> tuple[int, str]:
    """The 0-based line and dotted path of an error location; steps that are names of shapes, not keys, are skipped."""
    here, line, trail = tree, 0, []
    for step in loc:
        inside = (isinstance(here, Mapping) and step in here) or (
            isinstance(here, list) and isinstance(step, int) and step < len(here)
        )
        if not inside:
            continue
        if isinstance(here, CommentedBase):
            at = here.lc.data.get(step) if here.lc.data else None
            line = at[0] if at else line
        here = here[step]  # type: ignore[index]
        trail.append(str(step))
    missing = [str(step) for step in loc[-1:] if isinstance(step, str) and str(step) not in trail[-1:]]
    return line, ".".join(trail + missing)


def _fault(file: str, line: int, field: str, zh: str, en: str) -> FileRefused:
    where = f"{file}:{line + 1}" + (f" {field}" if field else "")
    return FileRefused(f"标准文件 {where}：{zh}", f"Standard file {where}: {en}", field=field or None)


@cache
def load_all() -> tuple[Standard, ...]:
    """Every version shipped, by tier and first day. Read once per process."""
    found = [load_standard(path) for path in sorted(STANDARDS.glob("*/*.yaml"))]
    return tuple(sorted(found, key=lambda standard: (standard.tier, standard.first_day)))
