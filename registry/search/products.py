"""A text read as products: names, makers, versions (麒麟V10 SP3, 鲲鹏920), categories and grades."""

import re
from collections.abc import Iterator, Mapping, Sequence

from registry.search.lexicon import Lexicon
from registry.search.plan import ProductPlan, WordPlan
from registry.search.word_plans import plan_word
from registry.search.words import LETTERS_MIN, compact, is_han, normalise, runs

WORDS_MAX = 12
_VERSION = re.compile(r"[a-z]*[0-9]+")


def product_plan(
    words: Sequence[str],
    lexicon: Lexicon,
    known: Mapping[str, list[WordPlan]] | None = None,
    *,
    categories: tuple[str, ...] = (),
    grades: tuple[int, ...] = (),
) -> ProductPlan:
    """The words as product names and versions, under what filters. Words beyond twelve are left out.

    ``known`` are words that are planned already.
    """
    plans: list[WordPlan] = []
    versions: dict[str, None] = {}
    for word in words:
        for run in runs(normalise(word)):
            if run.isascii() and any(c.isdigit() for c in run):
                name, version = _name_and_version(run)
                plans += plan_word(name, lexicon) if name else []
                versions.update(dict.fromkeys(version_pieces(version)))
            else:
                plans += [plan for part in _split(run, lexicon) for plan in _planned(part, lexicon, known or {})]
    return ProductPlan(
        words=tuple(plans[:WORDS_MAX]),
        whole=compact(" ".join(words)),
        versions=tuple(versions)[:WORDS_MAX],
        categories=categories,
        grades=grades,
        clear=bool(categories or grades or (versions and plans)),
    )


def _planned(word: str, lexicon: Lexicon, known: Mapping[str, list[WordPlan]]) -> list[WordPlan]:
    return known[word] if word in known else plan_word(word, lexicon)


def version_pieces(run: str) -> list[str]:
    """A Latin run with digits as the words of a version that must all be there.

    >>> version_pieces("v10sp3"), version_pieces("920"), version_pieces("920s")
    (['v10', 'sp3'], ['920'], ['920s'])
    """
    pieces = _VERSION.findall(run)
    return pieces if "".join(pieces) == run else [run]


def _name_and_version(run: str) -> tuple[str, str]:
    """kunlou920 as kunlou and 920; v10sp3 is all version."""
    at = next(place for place, character in enumerate(run) if character.isdigit())
    return (run[:at], run[at:]) if at >= LETTERS_MIN else ("", run)


def _split(run: str, lexicon: Lexicon) -> Iterator[str]:
    """麒麟操作系统 as 麒麟 and 操作系统: a category at the end need not be part of the name."""
    for at in range(2, len(run) - 1) if is_han(run) else ():
        if lexicon.categories_of(run[at:]):
            yield run[:at]
            yield run[at:]
            return
    yield run
