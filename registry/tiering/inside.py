"""Looking through a rule without knowing its shapes: every part of one kind, and every name it reads."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel

from registry.tiering.figures import annual_names, fact_names
from registry.tiering.measures import Node, Words

T = TypeVar("T")


def within(node: object, kind: type[T]) -> Iterator[T]:
    """Every part of this kind inside a standard, rule or expression, itself included, in the file's order."""
    if isinstance(node, kind):
        yield node
    for part in _parts(node):
        yield from within(part, kind)


def names_in(node: object) -> frozenset[str]:
    """The figures, facts, directories and coded values a rule mentions, without their years."""
    known = annual_names().keys() | fact_names().keys()
    found: set[str] = set()
    for part in within(node, Node):
        if isinstance(part, Words):  # a label may well be called like a figure
            continue
        for value in _parts(part):
            if isinstance(value, str) and value in known:
                found.add(value)
            elif isinstance(value, tuple):
                found.update(one for one in value if isinstance(one, str))
    return frozenset(found)


def _parts(node: object) -> Iterator[object]:
    if isinstance(node, BaseModel):
        yield from (getattr(node, name) for name in type(node).model_fields)
    elif isinstance(node, Mapping):
        yield from node.values()
    elif isinstance(node, tuple | list):
        yield from node
