"""The text of a rule file as a form: its thresholds, points, marks and titles as fields, and back into the very text.

A field is addressed by its path (criteria.3.rule.at_least). Setting one replaces its characters in the text and nothing
else, so comments, layout and the words of everything untouched stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from registry.errors import InvalidInput, Text
from registry.tiering.figures import FigureDef, annual_names, fact_names
from registry.tiering.measures import SUFFIXES, to_fraction

FieldKind: TypeAlias = Literal["number", "words", "date", "list"]

SIGNS = {"at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<"}
WHAT = {
    "use": Text("门槛", "threshold"),
    "up_to": Text("至", "up to"),
    "points": Text("得分", "points"),
    "otherwise": Text("其他情形得分", "points otherwise"),
    "max": Text("满分", "at most"),
    "minimum": Text("最低分", "at least"),
    "count": Text("至少满足几项", "how many of them"),
    "years": Text("年数", "years"),
    "title": Text("须持有的称号", "titles, one of them needed"),
    "no_title": Text("不得持有的称号", "titles that rule out"),
    "among": Text("允许的取值", "values allowed"),
    "at": Text("封顶", "capped at"),
}
HEAD = ("id", "title", "in_force", "documents")
NUMBER_KEYS = ("use", "up_to", "max", "minimum", "count", "years", "at")
PROSE = ("name", "label", "brief", "note", "period", "text")
LIST_KEYS = ("title", "no_title", "among")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the text that a form can change.

    ``value`` is what stands in the text without its ``suffix`` (万, 亿, %); ``unit`` the word behind it. A list is its
    members with blanks between. ``line`` counts from 0.
    """

    path: str
    criterion: str
    kind: FieldKind
    label: Text
    value: str
    suffix: str
    unit: Text
    line: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands in the text."""

    start: int
    end: int
    line: int


@lru_cache(maxsize=32)
def fields(text: str) -> tuple[Field, ...]:
    """Every value of a valid rule text that a form can change, in its order; one that is written once and used twice
    (an anchor) is one field.
    """
    return tuple(field for field, _ in _walk(_tree(text), text))


@lru_cache(maxsize=32)
def head_fields(text: str) -> tuple[Field, ...]:
    """The values of its head: id, title, first and last days, documents."""
    return tuple(field for field, _ in _head_walk(_tree(text), text))


def set_values(text: str, values: Mapping[str, str]) -> str:
    """The text with these fields set, path by path; fields not named stay. Raises InvalidInput naming the path.

    Whether the rule still makes sense is for the loader to say.
    """
    root = _tree(text)
    known = {field.path: (field, place) for field, place in (*_walk(root, text), *_head_walk(root, text))}
    changes: list[tuple[_Place, str]] = []
    for path, value in values.items():
        if path not in known:
            raise InvalidInput("草案里没有这一项。", "The draft has no such field.", field=path, value=path)
        field, place = known[path]
        if value.strip() != field.value:
            changes.append((place, _written(field, value.strip())))
    for place, written in sorted(changes, key=lambda change: change[0].start, reverse=True):
        text = text[: place.start] + written + text[place.end :]
    return text


def changed(fields_now: tuple[Field, ...], fields_before: tuple[Field, ...]) -> dict[str, str]:
    """Path of each field that says something else than the same place before, and what it said there."""
    before = {field.path: field for field in fields_before}
    return {
        field.path: said(before[field.path])
        for field in fields_now
        if field.path in before and said(before[field.path]) != said(field)
    }


def said(field: Field) -> str:
    """The value with its suffix, as it stands in the text."""
    return field.value + field.suffix


NOTHING = Text("", "")


def _tree(text: str) -> MappingNode:
    root = YAML(typ="rt", pure=True).compose(text)
    if not isinstance(root, MappingNode):
        raise InvalidInput("标准应是一组键和值。", "A standard is a set of keys and values.")
    return root


def _walk(root: MappingNode, text: str) -> Iterator[tuple[Field, _Place]]:
    """Fields inside the criteria with their places."""
    seen: set[int] = set()
    for key, node in _pairs(root):
        if key == "criteria" and isinstance(node, SequenceNode):
            for at, criterion in enumerate(node.value):
                name = _text_of(criterion, "id")
                for field, place in _inside(text, criterion, ("criteria", str(at)), NOTHING, NOTHING, seen):
                    yield replace(field, criterion=name), place


def _inside(
    text: str, node: Node, path: tuple[str, ...], label: Text, unit: Text, seen: set[int]
) -> Iterator[tuple[Field, _Place]]:
    if id(node) in seen:
        return
    if isinstance(node, SequenceNode):
        for at, child in enumerate(node.value):
            yield from _inside(text, child, (*path, str(at)), label, unit, seen)
    if not isinstance(node, MappingNode):
        return
    seen.add(id(node))
    here = dict(_pairs(node))
    label, unit = _named(here, label), _unit(here, unit)
    for key, child in here.items():
        own = _own_field(text, (*path, key), child, here, (label, unit))
        if own is not None:
            yield own
        elif key not in PROSE:
            yield from _inside(text, child, (*path, key), label, unit, seen)


def _own_field(
    text: str, path: tuple[str, ...], child: Node, here: dict[str, Node], about: tuple[Text, Text]
) -> tuple[Field, _Place] | None:
    """The field a key of a mapping is by itself; None for a key that only holds more."""
    key, (label, unit) = path[-1], about
    if isinstance(child, ScalarNode) and key in SIGNS:
        return _number(text, path, child, Text(f"{label.zh} {SIGNS[key]}", f"{label.en} {SIGNS[key]}"), unit)
    if isinstance(child, ScalarNode) and key in NUMBER_KEYS:
        return _number(text, path, child, _joined(label, WHAT[key]), NOTHING if key == "count" else unit)
    if isinstance(child, SequenceNode) and key in ("points", "otherwise"):
        edge = next((f" {SIGNS[one]} {here[one].value}" for one in SIGNS if one in here), "")
        return _list(text, path, child, _joined(Text(label.zh + edge, label.en + edge), WHAT[key]))
    if isinstance(child, SequenceNode) and key in LIST_KEYS:
        return _list(text, path, child, WHAT[key])
    return None


def _number(text: str, path: tuple[str, ...], node: ScalarNode, label: Text, unit: Text) -> tuple[Field, _Place]:
    raw = str(node.value)
    suffix = raw[-1] if raw[-1:] in SUFFIXES else ""
    number = raw[: len(raw) - len(suffix)]
    shown = unit if not suffix else Text({"%": "%", "万": "万元", "亿": "亿元"}[suffix], _SUFFIX_EN[suffix])
    kind: FieldKind = "number" if NUMBER.fullmatch(number) else "words"
    place = _scalar_place(text, node)
    return Field(".".join(path), "", kind, label, number, suffix, shown, place.line), place


_SUFFIX_EN = {"%": "%", "万": "万元", "亿": "亿元"}


def _list(text: str, path: tuple[str, ...], node: SequenceNode, label: Text) -> tuple[Field, _Place]:
    start, end = node.start_mark.index, node.end_mark.index
    # A block list ends where the next token begins; what lies between is not part of it.
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    value = " ".join(str(one.value) for one in node.value)
    place = _Place(start, end, node.start_mark.line)
    return Field(".".join(path), "", "list", label, value, "", NOTHING, place.line), place


def _scalar_place(text: str, node: ScalarNode) -> _Place:
    start, end = node.start_mark.index, node.end_mark.index
    anchor = re.match(r"&\S+\s+", text[start:end])
    return _Place(start + (anchor.end() if anchor else 0), end, node.start_mark.line)


def _head_walk(root: MappingNode, text: str) -> Iterator[tuple[Field, _Place]]:
    """Fields of the head with their places."""
    for path, node in _leaves(root, ()):
        if path[0] in HEAD:
            kind: FieldKind = "date" if path[0] == "in_force" or path[-1] == "issued" else "words"
            label, place = Text(path[-1], path[-1]), _scalar_place(text, node)
            yield Field(".".join(path), "", kind, label, node.value, "", NOTHING, place.line), place


def _leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], ScalarNode]]:
    """Scalars of mappings, by path; sequences are not gone into."""
    if isinstance(node, MappingNode):
        for key, child in _pairs(node):
            yield from _leaves(child, (*path, key))
    elif isinstance(node, ScalarNode):
        yield path, node


def _pairs(node: MappingNode) -> Iterator[tuple[str, Node]]:
    for key, value in node.value:
        yield str(key.value), value


def _text_of(node: Node, key: str) -> str:
    found = dict(_pairs(node)).get(key) if isinstance(node, MappingNode) else None
    return str(found.value) if isinstance(found, ScalarNode) else ""


def _words(node: Node | None) -> Text | None:
    if not isinstance(node, MappingNode):
        return None
    return Text(_text_of(node, "zh"), _text_of(node, "en"))


def _named(here: dict[str, Node], above: Text) -> Text:
    """What the values of a mapping are about: its label, the figure it measures, its name; else what is above."""
    for key in ("label", "brief"):
        if (words := _words(here.get(key))) is not None:
            return words
    measured = _measured(here.get("value"))
    if measured is not None:
        return measured.label
    return _words(here.get("name")) or above


def _unit(here: dict[str, Node], above: Text) -> Text:
    measured = _measured(here.get("value"))
    return above if measured is None else measured.unit


def _measured(node: Node | None) -> FigureDef | None:
    """The figure or fact of a plain expression; None for a computed one."""
    if not isinstance(node, MappingNode):
        return None
    return annual_names().get(_text_of(node, "figure")) or fact_names().get(_text_of(node, "fact"))


def _joined(label: Text, what: Text) -> Text:
    return Text(f"{label.zh} {what.zh}".strip(), f"{label.en} {what.en}".strip())


def _written(field: Field, value: str) -> str:
    """The characters to put into the text. Raises InvalidInput for what would not be the same kind of value."""
    if field.kind == "list":
        return f"[{', '.join(_plain(field, one) for one in value.split())}]"
    if field.kind == "number":
        return _number_text(field, value)
    return _plain(field, value) if field.kind == "date" else _quoted(value)


def _number_text(field: Field, value: str) -> str:
    plain = value.replace(",", "").replace("，", "")
    suffix = "" if plain[-1:] in SUFFIXES else field.suffix
    try:
        to_fraction(plain + suffix)
    except ValueError:
        raise InvalidInput(
            f"“{value[:40]}”不是数字。可写 60、3.5、5000万、2亿、3%。",
            f"“{value[:40]}” is not a number. Write 60, 3.5, 5000万, 2亿 or 3%.",
            field=field.path,
            value=value,
        ) from None
    return plain + suffix


def _plain(field: Field, value: str) -> str:
    if not re.fullmatch(r"[\w@.〔〕-]+", value):
        raise InvalidInput(
            f"“{value[:40]}”里有这里不能用的字符。",
            f"“{value[:40]}” has characters that cannot stand here.",
            field=field.path,
            value=value,
        )
    return value


def _quoted(value: str) -> str:
    """A word as YAML: plain where it can be, in double quotes where it must."""
    if re.fullmatch(r"[\w《（“〔][\w《》（）“”〔〕、·./ -]*[\w》）”〕]|\w", value):
        return value
    return _in_quotes(value)


@dataclass(frozen=True, slots=True)
class Head:
    """What makes a version another one: its id, its first day and procedures, and a document (title, number)."""

    version: str
    first_day: date
    procedures: tuple[str, ...]
    document: tuple[str, str]


def set_head(text: str, head: Head) -> str:
    """The text with this id, open windows from the first day on, and the document entered before the others.

    Raises InvalidInput if the text has no id, days or documents.
    """
    nodes = dict(_pairs(_tree(text)))
    if not {"id", "in_force", "documents"} <= nodes.keys():
        raise InvalidInput("标准缺少 id、in_force 或 documents。", "The standard lacks id, in_force or documents.")
    windows = ", ".join(f"{one}: {{from: {head.first_day.isoformat()}}}" for one in head.procedures)
    title, number = (_in_quotes(one) for one in head.document)
    documents = nodes["documents"]
    first = documents.value[0][0].start_mark if isinstance(documents, MappingNode) and documents.value else None
    entry = f"{_free_key(documents)}: {{title: {title}, number: {number}}}"
    changes = [(_block(text, nodes["id"]), head.version), (_block(text, nodes["in_force"]), f"{{{windows}}}")]
    if first is not None:
        flow = isinstance(documents, MappingNode) and documents.flow_style
        between = ", " if flow else "\n" + " " * first.column
        changes.append((_Place(first.index, first.index, first.line), entry + between))
    for place, written in sorted(changes, key=lambda change: change[0].start, reverse=True):
        text = text[: place.start] + written + text[place.end :]
    return text


def _block(text: str, node: Node) -> _Place:
    """The place of a whole value; a block value ends with its last character that is not blank or a comment."""
    start, end = node.start_mark.index, node.end_mark.index
    lines = text[start:end].rstrip().split("\n")
    while len(lines) > 1 and lines[-1].strip().startswith("#"):
        lines.pop()
    return _Place(start, start + len("\n".join(lines).rstrip()), node.start_mark.line)


def _free_key(documents: Node) -> str:
    taken = {key for key, _ in _pairs(documents)} if isinstance(documents, MappingNode) else set()
    names = ("new_rules", *(f"new_rules_{number}" for number in range(2, 100)))
    return next(name for name in names if name not in taken)


def _in_quotes(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
