"""What must hold of an index entry: terms joined by and, or and not. The only language an engine has to know."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """The entry has this value in this field."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """The entry has at least one of these values in the field; many values are cheap. Without values nothing holds."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllTerms:
    """The entry has every one of these values in the field. Without values everything holds."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds. Without parts everything does."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds. Without parts nothing does."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class But:
    """The first holds and the second does not."""

    kept: "Expression"
    dropped: "Expression"


Expression = Term | AnyTerm | AllTerms | AllOf | AnyOf | But

NOTHING = AnyOf(())


def all_of(parts: Iterable[Expression]) -> Expression:
    """The conjunction, without a wrapper around a single part."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else AllOf(found)


def any_of(parts: Iterable[Expression]) -> Expression:
    """The disjunction, without a wrapper around a single part."""
    found = tuple(parts)
    return found[0] if len(found) == 1 else AnyOf(found)


def all_terms(field: str, values: Iterable[str]) -> Expression:
    """Every one of the values, in the order given."""
    found = tuple(dict.fromkeys(values))
    return Term(field, found[0]) if len(found) == 1 else AllTerms(field, found)


def any_term(field: str, values: Iterable[str]) -> Expression:
    """One of the values, in a stable order."""
    found = tuple(sorted(set(values)))
    return Term(field, found[0]) if len(found) == 1 else AnyTerm(field, found)
