"""Tiers of one lookup as lookups of their own, for engines that know none: disjoint, closest first."""

from collections.abc import Sequence
from dataclasses import replace

from registry.search.engine import Ask, Found
from registry.search.expression import AllOf, But, Expression, any_of


def tier_of(ask: Ask, tier: int) -> Expression:
    """What holds for the entries of one tier and no others."""
    every = ask.where if tier == len(ask.closest) else AllOf((ask.where, ask.closest[tier]))
    return But(every, any_of(ask.closest[:tier])) if tier else every


def apart(ask: Ask) -> list[Ask]:
    """One lookup for each tier from that where the rows begin, and one for what looks at all that match."""
    if not ask.closest:
        return [ask]
    plain = replace(ask, closest=(), tier=0)
    rows = [
        replace(plain, where=tier_of(ask, tier), below=ask.below if tier == ask.tier else None, total=False, counts=())
        for tier in range(ask.tier, len(ask.closest) + 1)
    ]
    return [replace(plain, limit=0, below=None, stored="none"), *(rows if ask.limit else ())]


def joined(ask: Ask, found: Sequence[Found]) -> Found:
    """The answer out of those to :func:`apart`."""
    whole, *tiers = found
    if not ask.closest:
        return whole
    rows = [replace(row, tier=tier) for tier, each in enumerate(tiers, start=ask.tier) for row in each.rows]
    return replace(whole, rows=tuple(rows[: ask.limit]))
