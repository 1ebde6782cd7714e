"""Reading rule files. A fault names the file, the line and the field.

Two keys are resolved here and unknown to ``Standard``: ``include: [com26]`` takes the documents and criteria of
``shared/com26.yaml`` before the file's own; ``extends: SRDI22`` starts from another version, replaces the criteria
of the same id, adds new ones, and ``pass_marks: {SRDI22-4: 70}`` changes the mark of a scored criterion (or, where
another document sets it, ``{SRDI22-4: {mark: 70, document: guangdong, clause: …, confidence: V-S2}}``).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from registry.errors import FileRefused
from registry.tiering.standard import Standard

STANDARDS = Path(__file__).parent / "standards"
SHARED = Path(__file__).parent / "shared"
CITING = ("document", "clause", "confidence")
PREPARED = Path(__file__).parent / "prepared.json"


def load_standard(path: Path) -> Standard:
    """Read one version from its YAML 1.2 file.

    Raises FileRefused with file, line and field: not YAML, wrong shape, unknown figure, an id used twice, a row
    marked X.
    """
    return parse_standard(path.read_text(encoding="utf-8"), file=f"{path.parent.name}/{path.name}")


def parse_standard(text: str, *, file: str) -> Standard:
    """Read one version from text; ``file`` is only named in errors."""
    tree = whole_tree(text, file=file)
    try:
        return Standard.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line, field = locate(tree, first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise _fault(file, line, field, reason, reason) from None


def whole_tree(text: str, *, file: str) -> Any:
    """The YAML of a version with what it includes and extends in place, not validated. Raises FileRefused."""
    return _resolved(_tree(text, file), file)


def _tree(text: str, file: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    try:
        return YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 0 if mark is None else mark.line
        raise _fault(file, line, "", f"不是合法的 YAML：{error.problem}", f"not valid YAML: {error.problem}") from None


def _resolved(tree: Any, file: str) -> Any:
    """The tree with what it includes and extends in place."""
    if not isinstance(tree, dict) or not {"include", "extends", "pass_marks"} & set(tree):
        return tree
    line = _line_of(tree, "include")
    bases = [_shared(str(name), file, line) for name in tree.pop("include", None) or ()]
    if "extends" in tree:
        bases.insert(0, _extended(tree, file))
    own = tree.get("criteria") or []
    replaced = {one.get("id") for one in own if isinstance(one, Mapping)}
    kept = [one for base in bases for one in base.get("criteria") or () if one.get("id") not in replaced]
    documents = {key: one for base in bases for key, one in (base.get("documents") or {}).items()}
    tree["documents"] = documents | dict(tree.get("documents") or {})
    tree["criteria"] = kept + list(own)
    line = _line_of(tree, "pass_marks")
    for criterion_id, mark in dict(tree.pop("pass_marks", None) or {}).items():
        unknown = sorted(set(mark) - {"mark", *CITING}) if isinstance(mark, Mapping) else []
        if unknown:
            zh, en = f"没有这些键：{'、'.join(unknown)}", f"there are no such keys: {', '.join(unknown)}"
            raise _fault(file, line, f"pass_marks.{criterion_id}", zh, en)
        if not any(one.get("id") == criterion_id and _marked(one, mark) for one in tree["criteria"]):
            zh, en = f"没有带评分的条件 {criterion_id}", f"no scored criterion {criterion_id}"
            raise _fault(file, line, "pass_marks", zh, en)
    return tree


def _line_of(tree: Any, key: str) -> int:
    """The 0-based line of a key of the file, before it is taken out."""
    return locate(tree, (key,))[0] if key in tree else 0


def _shared(name: str, file: str, line: int) -> Any:
    path = SHARED / f"{name}.yaml"
    if not re.fullmatch(r"[a-z0-9_]+", name) or not path.is_file():
        raise _fault(file, line, "include", f"没有公用条件“{name[:40]}”", f"there are no shared criteria “{name[:40]}”")
    return _tree(path.read_text(encoding="utf-8"), f"shared/{path.name}")


def _extended(tree: Any, file: str) -> Any:
    line, wanted = _line_of(tree, "extends"), str(tree.pop("extends"))
    for path in sorted(STANDARDS.glob("*/*.yaml")):
        base = _tree(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}")
        if base.get("id") == wanted:
            base = _resolved(base, f"{path.parent.name}/{path.name}")
            for key in ("duties", "outcomes", "validity_months"):
                if key in base:
                    tree.setdefault(key, base[key])
            return base
    raise _fault(file, line, "extends", f"没有版本“{wanted[:40]}”", f"there is no version “{wanted[:40]}”")


def _marked(criterion: Any, mark: Any) -> bool:
    """Change the mark of a scored criterion, and its source where another document sets it; whether it is scored."""
    if not isinstance(mark, Mapping):
        return _set_mark(criterion.get("rule"), mark)
    criterion.update({key: mark[key] for key in CITING if key in mark})
    return _set_mark(criterion.get("rule"), mark.get("mark"))


def _set_mark(rule: Any, mark: Any) -> bool:
    """Give the score inside a rule another pass mark; whether there is one."""
    if isinstance(rule, dict):
        if "score" in rule:
            operator = "more_than" if "more_than" in rule else "at_least"
            rule[operator] = mark
            return True
        return any(_set_mark(one, mark) for one in rule.values())
    return isinstance(rule, list) and any(_set_mark(one, mark) for one in rule)


def locate(tree: object, loc: Sequence[str | int]) -> tuple[int, str]:
    """The 0-based line and dotted path of an error location; steps that are names of shapes, not keys, are skipped."""
    from ruamel.yaml.comments import CommentedBase

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
    """Every version shipped, by tier and first day. Read once per process.

    Reading YAML with its line numbers takes seconds; ``prepared.json`` holds the same versions, checked once and read
    in milliseconds. It counts only while it was made from these very files.
    """
    return _prepared() or read_all()


def read_all() -> tuple[Standard, ...]:
    """Every version shipped, from the rule files themselves. Raises FileRefused as ``load_standard`` does."""
    found = [load_standard(path) for path in sorted(STANDARDS.glob("*/*.yaml"))]
    return tuple(sorted(found, key=lambda standard: (standard.tier, standard.first_day)))


def prepare() -> None:
    """Write ``prepared.json`` anew from the rule files."""
    found = [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in read_all()]
    text = json.dumps({"digest": _digest(), "standards": found}, ensure_ascii=False, separators=(",", ":"))
    PREPARED.write_text(text + "\n", encoding="utf-8")


def is_prepared() -> bool:
    """Whether ``prepared.json`` was made from the rule files as they are."""
    return _prepared() is not None


def _prepared() -> tuple[Standard, ...] | None:
    if not PREPARED.is_file():
        return None
    found = json.loads(PREPARED.read_text(encoding="utf-8"))
    if found["digest"] != _digest():
        return None
    return tuple(Standard.model_validate(one) for one in found["standards"])


def _digest() -> str:
    """SHA-256 over the names and contents of the rule files."""
    digest = hashlib.sha256()
    for path in sorted([*STANDARDS.glob("*/*.yaml"), *SHARED.glob("*.yaml")]):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.parent.name}/{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
