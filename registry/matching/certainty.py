"""Whether the best of several candidates is certain. Precision goes first: in doubt a person is asked.

Certain is a candidate that differs only in what printing does to names (dress of the place, a legal form left out, a
slip that makes no word), never in its brand (owners found 华那, 华钠 and 华娜 on one day), that nothing in the row
contradicts, and that no other firm comes near.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from registry.identity.divisions import city_of, covers
from registry.identity.leading_places import place_label
from registry.matching import differences as say
from registry.matching.differences import Difference
from registry.matching.parts import Parts
from registry.matching.scoring import OTHER_FIRM, Comparison, compare
from registry.matching.slips import Heard, telling_slip, unheard_place

ACCEPT = 90
"""No candidate below this score is certain."""
KINDS_OF_SLIP = ("shape", "sound", "character", "swapped")
RIVAL = 80
"""Beside a slip another firm from this score on is near enough to have been meant."""

BRAND_TELLING = 4
"""A brand of so many characters tells a firm even where the trade is no listed word."""
STEM_TELLING = 7
"""So many characters of brand and trade tell a firm without its place, when only the legal form is missing."""

DRESS = frozenset({"place:place_dress", "form:form_variant"})
"""How the same name is written elsewhere."""
SLIPS = frozenset({"place:place_slip", "form:form_slip"})
"""Damage outside of brand and trade."""
STEM_SLIPS = frozenset(f"{part}:{code}" for part in ("brand", "trade") for code in KINDS_OF_SLIP)
"""Damage inside brand and trade; certain only if it makes what is no word (``slips.telling_slip``)."""
PLACE_GONE = frozenset({"place:place_missing", "place:place_added"})
"""Certain only if row and registry otherwise agree about the city, or about the day the firm was founded."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row says about its firm. ``city`` is what columns of the row say, not its name; dates are ISO text."""

    parts: Parts
    city: str | None = None
    uscc: str | None = None
    registration_no: str | None = None
    founded_on: str | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A firm of the registry under one of its names."""

    number: int
    parts: Parts
    former: bool = False
    city: str | None = None
    uscc: str | None = None
    registration_no: str | None = None
    founded_on: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its comparison. ``supports`` and ``contradicts`` are what the row says besides the name."""

    offered: Offered
    comparison: Comparison
    supports: frozenset[str]
    contradicts: frozenset[str]

    @property
    def score(self) -> int:
        """From 0 to 100."""
        return self.comparison.score


def weigh(asked: Asked, offered: Offered) -> Weighed:
    """Compare a row with one firm: the names, then what else both state (city, codes, date of foundation)."""
    seen = compare(asked.parts, offered.parts)
    supports: set[str] = set()
    contradicts: set[str] = set()
    found: list[Difference] = []
    for fact in ("uscc", "registration_no", "founded_on"):
        one, two = getattr(asked, fact), getattr(offered, fact)
        if one is not None and two is not None:
            (supports if one == two else contradicts).add(fact)
    if "uscc" in contradicts:
        found.append(say.said("other_code", 40, "uscc", "统一社会信用代码不同", "another credit code"))
    if "registration_no" in contradicts:
        found.append(say.said("other_number", 30, "registration_no", "注册号不同", "another registration number"))
    if "founded_on" in contradicts:
        found.append(say.said("other_date", 8, "founded_on", "成立日期不同", "another date of foundation"))
    cities = _cities(asked, offered)
    if cities is not None and not seen.codes & {"place:place_differs"}:
        one, two = cities
        if one == two:
            supports.add("city")
        else:
            contradicts.add("city")
            zh = f"城市不同 {place_label(one)}/{place_label(two)}"
            found.append(say.said("city_differs", 30, "city", zh, "another city"))
    if found:
        score = max(0, min(seen.score, OTHER_FIRM + 15) - sum(each.weight for each in found) // 2)
        seen = replace(seen, score=score, differences=(*seen.differences, *found))
    elif "city" in supports:
        seen = replace(seen, agrees=(*seen.agrees, "city"))
    return Weighed(offered, seen, frozenset(supports), frozenset(contradicts))


def certain(candidates: Sequence[Weighed], asked: Asked, heard: Heard) -> Weighed | None:
    """The candidate that is certainly meant, or None. Several names of one firm are one candidate."""
    best = max(candidates, key=_rank, default=None)
    if best is None or best.score < ACCEPT or best.contradicts or not _harmless(best, asked, heard):
        return None
    slipped = bool(best.comparison.codes & (SLIPS | STEM_SLIPS))
    for other in candidates:
        if other.offered.number != best.offered.number and not other.contradicts:
            if other.score >= (RIVAL if slipped else ACCEPT) and not _clearly_less(other, best):
                return None
    return best


def _rank(each: Weighed) -> tuple[int, bool, int]:
    return each.score, not each.offered.former, -each.offered.number


def _clearly_less(other: Weighed, best: Weighed) -> bool:
    """Another stem, while the best has the very stem of the row."""
    exact = {"brand", "trade"}
    return not exact & {d.part for d in best.comparison.differences} and bool(
        exact & {d.part for d in other.comparison.differences}
    )


def _harmless(best: Weighed, asked: Asked, heard: Heard) -> bool:
    """Only differences that printing makes, each under its own condition."""
    codes = best.comparison.codes
    rest = codes - DRESS
    if not rest:
        return not best.offered.former or "form:form_variant" not in codes
    if len(rest) > 1 or len(codes) > 2:
        return False
    (code,) = rest
    if code in SLIPS:
        return len(codes) == 1 and (code != "place:place_slip" or unheard_place(asked.parts, best.offered.parts, heard))
    if code in STEM_SLIPS:
        kind = code.partition(":")[2]
        return len(codes) == 1 and telling_slip(asked.parts, best.offered.parts, kind, heard)
    if code == "form:form_missing":
        known = best.offered.parts
        told = bool(known.trade) or len(known.brand) >= BRAND_TELLING
        return told and (known.place is not None or "city" in best.supports or len(known.stem) >= STEM_TELLING)
    if code not in PLACE_GONE or len(codes) > 1:
        return False
    # One name in two cities, founded on one day: nobody has seen that; of one city a list says enough.
    return "founded_on" in best.supports or ("city" in best.supports and _same_place(asked, best.offered))


def _same_place(asked: Asked, offered: Offered) -> bool:
    """The place only one of the names has is where the other says it is in its own column."""
    named, stated = (asked.parts.place, offered.city) if asked.parts.place else (offered.parts.place, asked.city)
    return named is not None and stated is not None and (covers(named, stated) or covers(stated, named))


def _cities(asked: Asked, offered: Offered) -> tuple[str, str] | None:
    """Two cities to hold against each other: columns first, else the places in the names, else one of each."""
    if asked.city is not None and offered.city is not None:
        return asked.city, offered.city
    named_one = city_of(asked.parts.place) if asked.parts.place else None
    named_two = city_of(offered.parts.place) if offered.parts.place else None
    if asked.parts.place and offered.parts.place:
        # Different places were already weighed with the names.
        return (named_one, named_two) if named_one is not None and named_one == named_two else None
    one, two = asked.city or named_one, offered.city or named_two
    return None if one is None or two is None else (one, two)


__all__ = ["ACCEPT", "RIVAL", "Asked", "Offered", "Weighed", "certain", "weigh"]
