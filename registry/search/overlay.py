"""What officials added to the shipped words: aliases, synonyms, readings and variants of characters.

The shipped files are the base; this is laid over it. A question is understood with the overlay at once, without any
change to the index: an alias, a synonym, a reading or a variant only adds further forms a typed word may be found by.
An index built later with the same readings also knows their beginnings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from registry.identity.names import fold_name
from registry.search.letters import compact, is_han, plain_reading

FORMS_MAX = 8
"""Further forms of one typed word."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """Added words, all compact. Without any it changes nothing."""

    readings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """A Han word to its syllables."""
    others: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """A word to the words it may also be found by: aliases lead one way, synonyms both."""
    variants: tuple[tuple[str, str], ...] = ()
    """Pairs of characters that count as one."""

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]]) -> Self:
        """From rows of kind (alias, synonym, reading, variant), text and value. What cannot be used is left out.

        >>> Overlay.of([("reading", "会稽", "kuai ji"), ("alias", "某王", "某例时代")]).others
        {'某王': ('某例时代',)}
        """
        readings: dict[str, tuple[str, ...]] = {}
        others: dict[str, dict[str, None]] = {}
        variants: dict[tuple[str, str], None] = {}
        for kind, text, value in rows:
            word, meant = compact(text), compact(value)
            if kind == "reading":
                syllables = tuple(plain_reading(part) for part in value.split())
                if is_han(word) and len(word) == len(syllables):
                    readings[word] = syllables
            elif not word or not meant or word == meant:
                continue
            elif kind == "variant":
                if len(word) == len(meant) == 1:
                    variants[word, meant] = None
            elif kind in ("alias", "synonym"):
                others.setdefault(word, {})[meant] = None
                if kind == "synonym":
                    others.setdefault(meant, {})[word] = None
        return cls(readings, {word: tuple(meant) for word, meant in others.items()}, tuple(variants))

    def readings_in(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The added readings of words that stand in a compact text."""
        return tuple((word, reading) for word, reading in self.readings.items() if word in text)

    def forms(self, word: str) -> tuple[str, ...]:
        """What a compact typed word may also be found by, without itself."""
        found = dict.fromkeys(self.others.get(word, ()))
        for one, other in self.variants:
            found |= dict.fromkeys((word.replace(one, other), word.replace(other, one)))
        if word.isascii():
            found |= dict.fromkeys(han for han, reading in self.readings.items() if _sounds(word, reading))
        found.pop(word, None)
        return tuple(found)[:FORMS_MAX]


def _sounds(typed: str, reading: tuple[str, ...]) -> bool:
    """Whether Latin letters are this reading in full or its initials."""
    return plain_reading(typed) in ("".join(reading), "".join(syllable[0] for syllable in reading))


EMPTY = Overlay()


def unusable(kind: str, text: str, value: str) -> bool:
    """Whether a row to be added would change nothing: a reading of another length, a character longer than one."""
    made = Overlay.of([(kind, text, value)])
    return not (made.readings or made.others or made.variants) or fold_name(text) == fold_name(value)
