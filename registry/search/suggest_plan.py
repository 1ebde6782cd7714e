"""What somebody may be typing: lookups for beginnings of names, readings, initials and codes. No engine in here."""

from dataclasses import dataclass

from registry.search.expression import Expression, Term, all_of, all_terms, any_of, any_term
from registry.search.sound import unfinished
from registry.search.tiers import ENTERPRISES, PRODUCTS
from registry.search.word_plans import mixed_initials, mixed_reading
from registry.search.words import (
    PREFIX_LENGTHS,
    compact,
    compact_core,
    grams,
    is_han,
    plain_reading,
    runs,
)

CODE_MIN = 4
READING_MAX = 40
"""Letters of a reading that may still be unfinished."""


@dataclass(frozen=True, slots=True)
class SuggestPlan:
    """Lookups in the order of their worth. ``unfinished``: Latin letters whose last syllable may lack some."""

    whole: str
    enterprises: tuple[Expression, ...] = ()
    products: tuple[Expression, ...] = ()
    unfinished: str = ""


def suggest_plan(text: str) -> SuggestPlan:
    """The lookups for a text; none for a single character, which begins half of all names."""
    whole = compact(text)
    if len(whole) < 2:
        return SuggestPlan(whole)
    if whole.isascii():
        return _latin(whole)
    pieces = [piece for piece in grams(whole) if len(piece) > 1 or not is_han(piece)]
    begins = {whole, compact_core(text)}
    first: list[Expression] = [any_term("exact", begins), any_term("exact_alias", begins), any_term("brand", begins)]
    lead = [form for form in begins if len(form) in PREFIX_LENGTHS]
    firms: list[Expression] = [any_of([*first, *([any_term("lead", lead)] if lead else [])])]
    if any(run.isascii() for run in runs(whole)):
        # 宁d: letters behind characters are the reading of what follows.
        firms.append(_mixed(whole))
    elif pieces:
        firms += [all_terms(field, pieces) for field in ("name", "former", "alias")]
    return SuggestPlan(whole, _of(firms, ENTERPRISES), _of(_products(whole), PRODUCTS))


def _latin(whole: str) -> SuggestPlan:
    firms: list[Expression] = []
    reading = plain_reading(whole) if whole.isalpha() else ""
    if any(c.isdigit() for c in whole) and len(whole) >= CODE_MIN:
        firms.append(any_of([Term("identifiers", whole), Term("code_prefixes", whole)]))
    firms.append(any_of([Term("exact_alias", whole), Term("brand", whole), any_term("lead", [whole])]))
    if reading:
        firms += [Term("reading_whole", reading), Term("reading", reading), Term("initials", whole)]
        firms.append(Term("reading_other", reading))
    firms.append(Term("english", whole))
    begun = unfinished(reading) if 3 <= len(reading) <= READING_MAX else ()
    if begun:
        firms.append(any_term("reading", begun))
    products: list[Expression] = [Term("p_words", whole)]
    if reading:
        products += [Term("p_reading", reading), Term("p_initials", whole)]
    return SuggestPlan(whole, _of(firms, ENTERPRISES), _of(products, PRODUCTS), unfinished=reading if begun else "")


def _mixed(whole: str) -> Expression:
    parts: list[Expression] = []
    for run in runs(whole):
        if is_han(run):
            parts.append(all_terms("characters", run))
        else:
            parts.append(any_term("name", [run]))
    written = [all_terms("characters", run) for run in runs(whole) if is_han(run)]
    sounds = any_of([Term("reading", mixed_reading(runs(whole))), Term("initials", mixed_initials(runs(whole)))])
    return any_of([all_of([sounds, *written]), all_of(parts)])


def _products(whole: str) -> list[Expression]:
    """Names that hold the characters; a version that is still being typed does not count yet."""
    parts = runs(whole)
    han = [piece for run in parts if is_han(run) for piece in grams(run)]
    if not han:
        return []
    named = all_terms("p_name", han)
    versions = [run for run in parts if run.isascii()]
    exact = all_of([named, *(Term("p_words", version) for version in versions)]) if versions else named
    return [Term("p_exact", whole), exact, named]


def _of(expressions: list[Expression], kind: Expression) -> tuple[Expression, ...]:
    return tuple(all_of([kind, expression]) for expression in expressions)
