"""One entry of an index, the same for every engine: terms to find it by, its place in the order, what is shown."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["enterprise", "product"]

FIELDS: tuple[str, ...] = (
    # Presence of a term is all an engine needs to know. Every entry has its key and its kind.
    *("key", "kind", "exact", "exact_alias", "exact_former", "brand", "house", "lead"),
    *("name", "alias", "former", "product", "address", "characters", "english"),
    *("reading", "reading_whole", "reading_other", "initials", "initials_whole", "near", "near_latin"),
    *("code_prefixes", "identifiers", "industries"),
    *("city", "district", "chains", "held", "levels", "statuses", "titles", "spans"),
    # Of products; their words live in fields of their own, so that neither kind disturbs the other.
    *("p_exact", "p_name", "p_maker", "p_words", "p_reading", "p_initials", "p_near"),
    *("p_category", "p_grade", "p_state", "p_city"),
)
"""All fields that terms may stand in."""

COUNTED: tuple[str, ...] = (
    *("held", "city", "chains", "levels", "statuses", "titles"),
    *("p_category", "p_grade", "p_state", "p_city"),
)
"""Fields whose values an engine must be able to count."""

ORDER_BITS = 52
"""Orders stay below two to this power: exact as a number of any engine."""

_ID_BITS = 36


@dataclass(frozen=True)
class IndexDocument:
    """One entry, ready for any engine. ``order`` is its place among all of its kind, highest first, never equal.

    ``card`` is what a page shows of it, ``forms`` what similar names are compared by; both are opaque to an engine.
    """

    kind: Kind
    id: int
    order: int
    terms: dict[str, tuple[str, ...]]
    """Field to distinct values without blanks; fields without a value may be absent, the key need not be repeated."""
    card: str
    forms: str = ""

    @property
    def key(self) -> str:
        """The entry’s key over all kinds: e17, p4."""
        return document_key(self.kind, self.id)

    @cached_property
    def digest(self) -> str:
        """Sixteen characters that change with anything an engine keeps of it."""
        parts = [str(self.order), self.card, self.forms]
        parts += [f"{name}={values!r}" for name, values in sorted(self.terms.items()) if values]
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def document_key(kind: Kind, number: int) -> str:
    """The key of an entry.

    >>> document_key("enterprise", 17)
    'e17'
    """
    return f"{kind[0]}{number}"


def order_of(standing: int, brevity: int, number: int) -> int:
    """A number that orders all entries of a kind: higher standing, then the shorter name, then the one recorded first.

    ``standing`` and ``brevity`` are 0–63 and 0–255.
    """
    return (standing << 44 | brevity << 36) + ((1 << _ID_BITS) - 1 - number)


def standing_in(order: int) -> int:
    """The standing an order was made with."""
    return order >> 44
