"""Plans into expressions: what must match, how close it comes, what is similar, what filters.

Closeness comes in tiers, from the identifier and the exact name down to words somewhere in the entry. Inside a tier
the fixed order of the entries decides, so two engines that know nothing but sets give the same list.
"""

from collections.abc import Sequence

from registry.search.entries import ANY, NEAR_LATIN_LENGTHS, span_token
from registry.search.expression import NOTHING, AnyOf, But, Expression, Term, all_of, all_terms, any_of, any_term
from registry.search.plan import Filters, LadderPlan, ProductPlan, StrictPlan, WordPlan
from registry.search.words import deletions, grams

ENTERPRISES = Term("kind", "enterprise")
PRODUCTS = Term("kind", "product")

WINDOW = 3
"""Adjacent pairs a slip may break: one wrong character breaks two, two swapped ones three."""
WINDOWED = range(5, 25)
"""So many pairs of a name are tried with every window left out."""
ONE_MISSING = range(3, 13)
"""So many characters are tried with every single one left out."""

Similar = tuple[tuple[float, Expression], ...]
"""Weights with expressions, most similar first."""


def strict(plan: StrictPlan) -> Expression:
    """What must hold of an enterprise."""
    if plan.impossible:
        return NOTHING
    words = _words(plan) if plan.words else None
    parts: list[Expression] = []
    if plan.identifiers:
        known = any_term("identifiers", plan.identifiers)
        # A stock code may also be the beginning of a credit code.
        parts.append(any_of([known, words]) if words is not None else known)
    elif words is not None:
        parts.append(words)
    parts += [Term("industries", code) for code in plan.industries]
    if plan.brands:
        parts.append(any_term("house", plan.brands))
    return all_of(parts) if parts else ENTERPRISES


def _words(plan: StrictPlan) -> Expression:
    """All words, or the whole text as a name: a name may hold what its words are not looked up by (5.00%)."""
    found = [all_of(_word(word) for word in plan.words)]
    if plan.joined:
        found += [Term("reading", plan.joined), Term("reading_other", plan.joined)]
    if plan.whole:
        found += [Term("exact", plan.whole), Term("exact_alias", plan.whole)]
    return any_of(found)


def closeness(plan: StrictPlan) -> list[Expression]:
    """Expressions from the closest on; what matches none of them comes last. Empty if closeness means nothing."""
    if plan.standing or not (plan.words or plan.identifiers):
        return []
    found: list[Expression] = [any_term("identifiers", plan.identifiers)] if plan.identifiers else []
    if not plan.whole:
        return found
    single = plan.words[0] if len(plan.words) == 1 else None
    reading = plan.joined or (single.reading if single else "")
    initials = single.initials if single else ""
    found += [Term("exact", plan.whole), Term("exact_alias", plan.whole)]
    brand: list[Expression] = [Term("brand", plan.whole)]
    if reading:
        brand.append(Term("reading_whole", reading))
    if single is not None and single.placed is not None:
        brand.append(all_of([Term("city", single.placed[0]), Term("brand", single.placed[1])]))
    found += [any_of(brand), Term("exact_former", plan.whole)]
    if plan.core != plan.whole:
        found.append(Term("lead", plan.whole))
    begins = [any_term("lead", {plan.whole, plan.core}), any_term("brand", {plan.whole, plan.core})]
    if initials:
        begins.append(Term("initials_whole", initials))
    found.append(any_of(begins))
    if reading:
        found.append(Term("reading", reading))
    if english := [Term("english", word.latin) for word in plan.words if word.latin]:
        found.append(all_of(english))
    if initials:
        found.append(Term("initials", initials))
    return [*found, *_inside(plan)]


def _inside(plan: StrictPlan) -> list[Expression]:
    """All pairs of the words in the present name, then also those of words that mean the same."""
    named = [word for word in plan.words if word.grams]
    found = [all_terms("name", (gram for word in named for gram in word.grams))] if named else []
    if any(word.others for word in named):
        found.append(all_of(_in_name(word) for word in named))
    return found


def filter_clauses(filters: Filters) -> list[Expression]:
    """What the chosen values ask of an enterprise, one expression for each filter."""
    chosen = {"city": filters.cities, "district": filters.districts, "chains": filters.chains}
    clauses = [any_term(field, values) for field, values in chosen.items() if values]
    if filters.levels:
        clauses.append(any_term("levels", [level.value for level in filters.levels]))
    if filters.by_title:
        field = "spans" if filters.years else "titles"
        clauses.append(any_term(field, title_tokens(filters)))
    return clauses


def title_tokens(filters: Filters) -> list[str]:
    """One token for every combination of chosen directories, states and years; they speak of one title."""
    pairs = [(d, s.value) for d in filters.directories or (ANY,) for s in filters.wanted_statuses]
    if not filters.years:
        return [f"{directory}:{status}" for directory, status in pairs]
    years = [(g, e) for g in filters.granted or (ANY,) for e in filters.ending or (ANY,)]
    return [span_token(directory, status, g, e) for directory, status in pairs for g, e in years]


def similar(plan: LadderPlan, filters: Filters) -> Similar:
    """Signs of similarity under the filters with their weights, strongest first; they may overlap."""
    found: list[tuple[float, Expression]] = []
    sure: list[Expression] = []
    if plan.neighbours:
        sure.append(any_term("near", plan.neighbours))
    if plan.reading:
        sounds = plan.sounds or (plan.reading,)
        sure += [any_term("reading_whole", sounds), any_term("reading_other", sounds)]
    if plan.shapes:
        sure += [any_term("brand", plan.shapes), any_term("lead", plan.shapes)]
    for word in plan.latin:
        sure += [Term("reading", word), Term("reading_other", word)]
        if len(word) in NEAR_LATIN_LENGTHS:
            sure.append(any_term("near_latin", deletions(word)))
    if sure:
        found.append((30.0, any_of(sure)))
    if len(plan.characters) >= 2:
        found.append((24.0, all_terms("characters", plan.characters)))
    if len(plan.characters) in ONE_MISSING:
        found.append((14.0, _all_but("characters", plan.characters, 1)))
    if len(plan.grams) in WINDOWED:
        found.append((10.0, _all_but("name", plan.grams, WINDOW)))
    clauses = filter_clauses(filters)
    return tuple((weight, all_of([expression, *clauses])) for weight, expression in found)


def product_tiers(plan: ProductPlan) -> tuple[Expression, list[Expression]]:
    """What must hold of a product, and which of these are closest: those of exactly the name. Nothing for no words."""
    if not (plan.words or plan.versions or plan.is_filtered):
        return NOTHING, []
    return strict_product(plan), [Term("p_exact", plan.whole)] if plan.whole else []


def strict_product(plan: ProductPlan) -> Expression:
    """What must hold of a product. No words and no filters: every product."""
    words = [_product_word(word) for word in plan.words]
    versions = [Term("p_words", version) for version in plan.versions]
    return all_of([PRODUCTS, *words, *versions, *product_filters(plan)])


def other_versions(plan: ProductPlan) -> Expression | None:
    """Products of the name whatever their version; None if no version was asked for."""
    if not (plan.words and plan.versions):
        return None
    found = all_of([PRODUCTS, *(_product_word(word) for word in plan.words), *product_filters(plan)])
    return But(found, all_terms("p_words", plan.versions))


def product_filters(plan: ProductPlan) -> list[Expression]:
    """What category, grade, city and state ask of a product, one expression for each."""
    chosen = {
        "p_category": plan.categories,
        "p_grade": tuple(map(str, plan.grades)),
        "p_city": plan.cities,
        "p_state": tuple(status.value for status in plan.statuses),
    }
    return [any_term(field, values) for field, values in chosen.items() if values]


def _written(sound: Expression, word: WordPlan) -> Expression:
    """What sounds like a mixed word and is written with its characters."""
    return all_of([sound, all_terms("characters", word.written)]) if word.written else sound


def _word(word: WordPlan) -> Expression:
    """All forms one word may be found by: pairs that all stand in one field, a reading, initials, a code."""
    others = [all_terms(f, other) for other in word.others for f in _fields(word)]
    if word.latin:
        values = {
            **dict.fromkeys(("reading", "reading_other"), word.reading),
            **{"initials": word.initials, "code_prefixes": word.code},
            **dict.fromkeys(("english", "name", "alias", "former", "product", "identifiers"), word.latin),
        }
        return any_of([*(Term(field, value) for field, value in values.items() if value), *others])
    # A single character is no pair of any name; it is looked up among the characters.
    lone = [all_terms("characters", word.lone)] if word.lone else []
    parts = [all_of([all_terms(f, word.grams), *lone]) for f in _fields(word)] if word.grams else []
    if lone and not parts:
        parts += lone
    sounds = [(field, word.reading) for field in ("reading", "reading_other") if word.reading]
    sounds += [("initials", word.initials)] if word.initials else []
    parts += [_written(Term(field, value), word) for field, value in sounds]
    if word.placed is not None:
        city, brand = word.placed
        parts.append(all_of([Term("city", city), all_terms("name", grams(brand))]))
    return any_of([*parts, *others])


def _in_name(word: WordPlan) -> Expression:
    """All pairs of a word, or of what means the same, in the present name."""
    return any_of(all_terms("name", each) for each in (word.grams, *word.others))


def _fields(word: WordPlan) -> tuple[str, ...]:
    """Where all pairs of a word may stand."""
    return ("name", "alias", "former", "product", *(("address",) if word.address else ()))


def _product_word(word: WordPlan) -> Expression:
    meant = [any_term("p_category", word.categories)] if word.categories else []
    if word.latin:
        fields = {"p_words": word.latin, "p_name": word.latin, "p_maker": word.latin}
        fields |= {"p_reading": word.reading, "p_initials": word.initials}
        return any_of([*(Term(field, value) for field, value in fields.items() if value), *meant])
    named = [word.grams or word.lone, *word.others]
    return any_of([*(all_terms(f, each) for each in named for f in ("p_name", "p_maker")), *meant])


def _all_but(field: str, values: Sequence[str], window: int) -> Expression:
    """All values but for some ``window`` adjacent ones."""
    starts = range(len(values) - window + 1)
    return AnyOf(tuple(all_terms(field, (*values[:at], *values[at + window :])) for at in starts))
