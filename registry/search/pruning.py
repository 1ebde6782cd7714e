"""Simplify an expression by what an index holds at all: a term nobody has takes whatever needs it with it."""

from collections.abc import Callable

from registry.search.expression import (
    NOTHING,
    AllOf,
    AllTerms,
    AnyOf,
    AnyTerm,
    But,
    Expression,
    Term,
    all_of,
    any_of,
    any_term,
)

Frequency = Callable[[str, str], int]
"""Field and value to an upper bound of the number of entries that have it."""


class Pruner:
    """Simplifies the expressions of one question; parts they share are looked at once.

    The result holds for the same entries as before. ``at_most`` says how many these can be.
    """

    def __init__(self, frequency: Frequency) -> None:
        self._frequency = frequency
        self._known: dict[int, tuple[Expression, Expression, int]] = {}
        """By identity: the expression (kept, so that its identity stays its own), its simple form, its bound."""

    def simple(self, expression: Expression) -> tuple[Expression, int]:
        """The simplified expression, and the bound."""
        known = self._known.get(id(expression))
        if known is None:
            known = (expression, *self._simplify(expression))
            self._known[id(expression)] = known
        return known[1], known[2]

    def _simplify(self, expression: Expression) -> tuple[Expression, int]:
        match expression:
            case Term(field, value):
                number = self._frequency(field, value)
                return (expression, number) if number else (NOTHING, 0)
            case AnyTerm(field, values):
                had = {value: number for value in values if (number := self._frequency(field, value))}
                return any_term(field, had) if had else NOTHING, sum(had.values())
            case AllTerms(field, values):
                number = self._rarest(field, values)
                return (expression, number) if number else (NOTHING, 0)
            case AllOf(parts):
                return self._conjunction(expression, parts)
            case AnyOf(parts):
                kept = [found for part in parts if (found := self.simple(part))[1]]
                return any_of(e for e, _ in kept), sum(n for _, n in kept)
            case But(kept, dropped):
                simple, number = self.simple(kept)
                without, some = self.simple(dropped)
                return (But(simple, without), number) if number and some else (simple, number)

    def _rarest(self, field: str, values: tuple[str, ...]) -> int:
        """How many entries have the rarest of the values; 0 as soon as nobody has one."""
        bound = UNBOUNDED
        for value in values:
            number = self._frequency(field, value)
            if not number:
                return 0
            bound = min(bound, number)
        return bound

    def _conjunction(self, whole: AllOf, parts: tuple[Expression, ...]) -> tuple[Expression, int]:
        if not parts:
            return whole, UNBOUNDED
        simple: list[Expression] = []
        bound = UNBOUNDED
        for part in parts:
            found, number = self.simple(part)
            if not number:
                return NOTHING, 0
            simple.append(found)
            bound = min(bound, number)
        return all_of(simple), bound


UNBOUNDED = 1 << 60
