"""Plans into queries of the embedded engine. Built from parts, never parsed from text."""

from collections.abc import Iterable, Sequence

import tantivy
from tantivy import FieldType, Occur, Query

from registry.search.embedded_schema import WORD_FIELDS
from registry.search.plan import Filters, LadderPlan, StrictPlan, WordPlan

_MUST, _SHOULD = Occur.Must, Occur.Should
_LATIN_SCORES = {"reading": 6.0, "initials": 4.0, "english": 5.0, "name": 7.0, "alias": 8.0, "code_prefixes": 50.0}
_WHOLE_SCORES = {"exact": 400.0, "exact_alias": 200.0, "exact_former": 120.0, "brand": 80.0}
_FUZZY_LETTERS = (4, 30)


class QueryBuilder:
    """Queries over one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self.schema = schema

    def strict(self, plan: StrictPlan, *, scored: bool = True) -> Query:
        """What must match, and unless ``scored`` is off what raises the score."""
        if plan.impossible:
            return Query.empty_query()
        musts = [self._identified(plan)] if plan.identifiers else [self._words(plan)] if plan.words else []
        musts += [self._any("industries", (code,)) for code in plan.industries]
        if not musts:
            return Query.const_score_query(self.term("kind", "enterprise"), 1.0)
        parts = [(_MUST, query) for query in musts]
        if scored and plan.words:
            parts += [(_SHOULD, query) for query in self._whole(plan)]
        return Query.boolean_query(parts)

    def filtered(self, query: Query, filters: Filters) -> Query:
        """The query under the filters; they do not touch the score."""
        clauses = self._clauses(filters)
        if not clauses:
            return query
        quiet = [(_MUST, Query.const_score_query(clause, 0.0)) for clause in clauses]
        return Query.boolean_query([(_MUST, query), *quiet])

    def below(self, query: Query, standing: int) -> Query:
        """The query for rows after a given standing number."""
        rest = Query.range_query(self.schema, "standing", FieldType.Unsigned, None, standing, True, False)
        return Query.boolean_query([(_MUST, query), (_MUST, rest)])

    def ladder(self, plan: LadderPlan) -> Query | None:
        """Any sign of similarity, strongest first; None if there is nothing to go by."""
        parts: list[Query] = []
        if plan.neighbours:
            parts.append(_constant(self._any("neighbours", plan.neighbours), 30.0))
        if plan.reading:
            parts.append(_constant(self.term("reading", plan.reading), 30.0))
        singles = [self.term("characters", c) for c in plan.characters]
        if len(singles) >= 2:
            parts.append(_constant(_all(singles), 24.0))
        if len(singles) >= 4:
            parts.append(_constant(_at_least(len(singles) - 1, singles), 14.0))
        if len(plan.grams) >= 3:
            grams = [self.term("name", gram) for gram in plan.grams]
            parts.append(Query.boost_query(_at_least(max(2, (len(grams) + 1) // 2), grams), 0.5))
        for word in plan.latin:
            parts += self._fuzzy_latin(word)
        return _any_of(parts) if parts else None

    def term(self, field: str, value: str) -> Query:
        """One term of one field."""
        return Query.term_query(self.schema, field, value, WORD_FIELDS.get(field, "basic"))

    def _words(self, plan: StrictPlan) -> Query:
        each = _all([self._word(word) for word in plan.words])
        if not plan.joined:
            return each
        return _any_of([each, _constant(self.term("reading", plan.joined), 6.0)])

    def _identified(self, plan: StrictPlan) -> Query:
        """The text as an identifier, or as words where it may be both (a stock code is also a beginning of a code)."""
        known = _constant(self._any("identifiers", plan.identifiers), 500.0)
        return _any_of([known, self._words(plan)]) if plan.words else known

    def _whole(self, plan: StrictPlan) -> list[Query]:
        found = [_constant(self.term(f, plan.whole), s) for f, s in _WHOLE_SCORES.items()]
        found.append(_constant(self._any("brand", {plan.whole, plan.core}), 20.0))
        found.append(_constant(self._any("lead", {plan.whole, plan.core}), 30.0))
        return found

    def _word(self, word: WordPlan) -> Query:
        if word.latin:
            return self._latin_word(word)
        parts: list[Query] = []
        lone = [self.term("characters", c) for c in word.lone]
        if word.grams:
            for field, boost in (("name", 1.0), ("alias", 3.0), ("former", 0.8), ("product", 0.3)):
                # A single character is no pair of any name; it is looked up among the characters.
                terms = [self.term(field, gram) for gram in word.grams]
                parts.append(Query.boost_query(_all([*terms, *lone]), boost))
        elif lone:
            parts.append(_constant(_all(lone), 1.0))
        if word.reading:
            parts.append(_constant(self.term("reading", word.reading), 3.0))
        if word.initials:
            parts.append(_constant(self.term("initials", word.initials), 2.0))
        return _any_of(parts)

    def _latin_word(self, word: WordPlan) -> Query:
        """The best of its meanings, never their sum: rare English words would outrank the reading that was meant."""
        values = {
            "reading": word.reading,
            "initials": word.initials,
            "english": word.latin,
            "name": word.latin,
            "alias": word.latin,
            "code_prefixes": word.code,
        }
        parts = [_constant(self.term(f, v), _LATIN_SCORES[f]) for f, v in values.items() if v]
        if word.code:
            parts.append(_constant(self.term("identifiers", word.latin), 60.0))
        return Query.disjunction_max_query(parts)

    def _fuzzy_latin(self, word: str) -> list[Query]:
        if not _FUZZY_LETTERS[0] <= len(word) <= _FUZZY_LETTERS[1]:
            return []
        near = 2 if len(word) >= 8 else 1
        english = Query.fuzzy_term_query(self.schema, "english", word, near)
        reading = Query.fuzzy_term_query(self.schema, "reading", word, 1)
        parts = [_constant(english, 20.0), _constant(reading, 18.0)]
        if word.isalpha():
            parts.append(_constant(Query.regex_query(self.schema, "reading", f"{word}[a-z]{{1,5}}"), 16.0))
        return parts

    def _clauses(self, filters: Filters) -> list[Query]:
        chosen = {"city": filters.cities, "district": filters.districts, "chains": filters.chains}
        clauses = [self._any(field, values) for field, values in chosen.items() if values]
        if filters.levels:
            clauses.append(self._any("levels", [level.value for level in filters.levels]))
        if filters.by_title:
            clauses.append(self._any("titles", title_tokens(filters)))
        return clauses

    def _any(self, field: str, values: Iterable[str]) -> Query:
        wanted = sorted(set(values))
        if len(wanted) == 1:
            return self.term(field, wanted[0])
        return Query.term_set_query(self.schema, field, wanted)


def title_tokens(filters: Filters) -> list[str]:
    """``directory:status`` for every chosen pair; ``*`` stands for any directory."""
    return [f"{d}:{s.value}" for d in filters.directories or ("*",) for s in filters.wanted_statuses]


def _constant(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)


def _all(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Query.boolean_query([(_MUST, part) for part in parts])


def _any_of(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else Query.boolean_query([(_SHOULD, part) for part in parts])


def _at_least(number: int, parts: Sequence[Query]) -> Query:
    return Query.boolean_query([(_SHOULD, part) for part in parts], minimum_number_should_match=number)
