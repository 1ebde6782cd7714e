"""A row against the firms an index offered: who is certain, and whom to show a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.matching.certainty import Asked, Offered, Weighed, certain, weigh
from registry.matching.scoring import ASK
from registry.matching.slips import Heard

SHOWN = 8
"""So many candidates are shown at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one row. ``candidates`` are the firms worth asking about, best first, each firm once."""

    accepted: Weighed | None
    candidates: tuple[Weighed, ...]


def find(asked: Asked, offered: Iterable[Offered], heard: Heard, *, ask: int = ASK) -> Found:
    """Weigh every offered name; ``heard`` counts pairs of characters among all names (``NameIndex.heard``)."""
    weighed = [weigh(asked, each) for each in offered]
    accepted = certain(weighed, asked, heard)
    best: dict[int, Weighed] = {}
    for each in sorted(weighed, key=lambda one: (-one.score, one.offered.former, one.offered.number)):
        if each.score >= ask:
            best.setdefault(each.offered.number, each)
    return Found(accepted, tuple(best.values())[:SHOWN])
