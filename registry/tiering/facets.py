"""A rule taken apart into the conditions a reader compares: what must hold, what is another way, what waives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from pydantic import BaseModel

from registry.errors import Text
from registry.tiering.describe import requirement
from registry.tiering.language import AnyOf, ByProcedure, Choose, Compare, Part, Rule, SomeOf, Waiver
from registry.tiering.measures import Words
from registry.tiering.standard import Procedure, subrules

FacetRole: TypeAlias = Literal["condition", "alternative", "waiver"]
Frames: TypeAlias = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Facet:
    """One condition of a rule. ``core`` is it without its ``frames``: each year, judged, in principle."""

    role: FacetRole
    rule: Rule
    core: Rule
    procedure: Procedure | None = None
    frames: Frames = ()

    @property
    def words(self) -> Text:
        """What it asks."""
        return Text(requirement(self.rule, "zh"), requirement(self.rule, "en"))


def facets(
    rule: Rule, role: FacetRole = "condition", procedure: Procedure | None = None, frames: Frames = ()
) -> Iterator[Facet]:
    """The conditions of a rule. A choice, and an alternative of several conditions, stay whole."""
    inner = () if isinstance(rule, Choose) else subrules(rule)
    match rule:
        case AnyOf() | SomeOf():
            for one in inner:
                yield from facets(one, "waiver" if role == "waiver" else "alternative", procedure, frames)
        case Waiver():
            yield from facets(rule.need, role, procedure, frames)
            yield from facets(rule.waived_by, "waiver", procedure, frames)
        case ByProcedure():
            yield from facets(rule.new, role, "new", frames)
            yield from facets(rule.review, role, "review", frames)
        case _ if len(inner) > 1 and role == "condition":
            for one in inner:
                yield from facets(one, role, procedure, frames)
        case _ if len(inner) == 1:
            framed = (
                frames if isinstance(rule, Part) else (*frames, (type(rule).__name__, getattr(rule, "years", None)))
            )
            below = list(facets(inner[0], role, procedure, framed))
            yield from below if len(below) > 1 else (replace(one, rule=rule) for one in below)
        case _:
            yield Facet(role, rule, rule, procedure, frames)


def bare(node: object) -> object:
    """What a rule decides, without words and ids: two rules with the same bare form judge every firm alike."""
    if isinstance(node, BaseModel):
        fields = type(node).model_fields
        kept = ((name, bare(getattr(node, name))) for name in fields if name not in ("id", "name", "label", "brief"))
        return (type(node).__name__, *(entry for entry in kept if entry[1] is not None))
    if isinstance(node, Words):
        return None
    return tuple(bare(one) for one in node) if isinstance(node, tuple) else node


def same_measure(one: Rule, other: Rule) -> bool:
    """Whether both compare the very same value in the same direction."""
    if not (isinstance(one, Compare) and isinstance(other, Compare)):
        return False
    upward = ("at_least", "more_than")
    return bare(one.value) == bare(other.value) and (one.operator in upward) == (other.operator in upward)
