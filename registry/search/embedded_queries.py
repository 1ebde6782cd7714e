"""Expressions into queries of the embedded engine. Built from parts, never parsed from text."""

from collections.abc import Iterable

import tantivy
from tantivy import FieldType, Occur, Query

from registry.search.expression import AllOf, AllTerms, AnyOf, AnyTerm, But, Expression, Term

FEW = 64
"""So many values of a field are joined one by one; for more it is cheaper to mark all entries that have any."""

_MUST, _SHOULD, _NOT = Occur.Must, Occur.Should, Occur.MustNot


class QueryBuilder:
    """Queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self.schema = schema

    def query(self, expression: Expression) -> Query:
        """What the expression holds for."""
        return Built(self).query(expression)

    def below(self, query: Query, below: int) -> Query:
        """The same, of entries whose order is smaller."""
        rest = Query.range_query(self.schema, "order", FieldType.Unsigned, None, below, True, False)
        return Query.boolean_query([(_MUST, query), (_MUST, rest)])

    def term(self, field: str, value: str) -> Query:
        """One term of one field."""
        return Query.term_query(self.schema, field, value, "basic")


class Built:
    """The queries of one question; parts its expressions share are built once."""

    def __init__(self, builder: QueryBuilder) -> None:
        self._builder, self._schema = builder, builder.schema
        self._known: dict[int, tuple[Expression, Query]] = {}

    def query(self, expression: Expression) -> Query:
        """What the expression holds for."""
        known = self._known.get(id(expression))
        if known is None:
            known = (expression, self._build(expression))
            self._known[id(expression)] = known
        return known[1]

    def _build(self, expression: Expression) -> Query:
        match expression:
            case Term(field, value):
                return self._builder.term(field, value)
            case AnyTerm(_, ()):
                return Query.empty_query()
            case AnyTerm(field, values) if len(values) <= FEW:
                return Query.boolean_query([(_SHOULD, self._builder.term(field, value)) for value in values])
            case AnyTerm(field, values):
                return Query.term_set_query(self._schema, field, list(values))
            case AllOf(()) | AllTerms(_, ()):
                # Not all that is stored: one document tells about the index and is no entry.
                return Query.term_set_query(self._schema, "kind", ["enterprise", "product"])
            case AllOf() | AllTerms():
                return Query.boolean_query(self._musts((expression,)))
            case AnyOf(()):
                return Query.empty_query()
            case AnyOf(parts):
                return Query.boolean_query([(_SHOULD, self.query(part)) for part in parts])
            case But(kept, dropped):
                return Query.boolean_query([*self._musts((kept,)), (_NOT, self.query(dropped))])

    def _musts(self, parts: Iterable[Expression]) -> list[tuple[Occur, Query]]:
        """The parts of a conjunction, nested conjunctions opened: the rarest term of all then leads."""
        found: list[tuple[Occur, Query]] = []
        for part in parts:
            if isinstance(part, AllOf) and part.parts:
                found += self._musts(part.parts)
            elif isinstance(part, AllTerms) and part.values:
                found += [(_MUST, self._builder.term(part.field, value)) for value in part.values]
            else:
                found.append((_MUST, self.query(part)))
        return found
