"""What an index holds of an enterprise: helper fields made from database rows, the same for every engine."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.identity.industries import industry
from registry.search.words import (
    NEIGHBOUR_LENGTHS,
    PREFIX_LENGTHS,
    characters,
    compact,
    compact_core,
    deletions,
    grams,
    initial_prefixes,
    reading_prefixes,
)
from registry.vocabulary import Level, NameKind, OperatingStatus, TitleStatus

STANDING_MAX = 63
SOUNDED_MAX = 12
"""Characters of a name that are read aloud for the index; nobody types more by sound."""
_SHORT = (NameKind.SHORT, NameKind.ALIAS)
_WEIGHT = {Level.NATIONAL: 6, Level.PROVINCIAL: 4, Level.MUNICIPAL: 2, Level.COUNTY: 1, Level.PUBLISHER: 3}
_GONE = (OperatingStatus.CANCELLED, OperatingStatus.REVOKED)


@dataclass(frozen=True, slots=True)
class SourceName:
    """A name of an enterprise as stored."""

    name: str
    kind: NameKind


@dataclass(frozen=True, slots=True)
class SourceTitle:
    """A shown title on the day of indexing."""

    directory: str
    level: Level
    status: TitleStatus


@dataclass(frozen=True, slots=True)
class EnterpriseSource:
    """The database’s facts about one enterprise that search needs; those merged into it lend names and codes."""

    id: int
    name: str
    names: tuple[SourceName, ...] = ()
    codes: tuple[str, ...] = ()
    """Credit codes, registration numbers and provisional keys that lead to it, its own credit code first."""
    stock_code: str | None = None
    website: str | None = None
    city: str | None = None
    district: str | None = None
    industry: str | None = None
    operating: OperatingStatus = OperatingStatus.UNKNOWN
    chains: tuple[str, ...] = ()
    titles: tuple[SourceTitle, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """Search terms of one enterprise, ready for any engine. Each tuple holds distinct terms."""

    id: int
    exact: tuple[str, ...]
    exact_alias: tuple[str, ...]
    exact_former: tuple[str, ...]
    brand: tuple[str, ...]
    lead: tuple[str, ...]
    name: tuple[str, ...]
    alias: tuple[str, ...]
    former: tuple[str, ...]
    product: tuple[str, ...]
    characters: tuple[str, ...]
    english: tuple[str, ...]
    reading: tuple[str, ...]
    initials: tuple[str, ...]
    neighbours: tuple[str, ...]
    code_prefixes: tuple[str, ...]
    identifiers: tuple[str, ...]
    industries: tuple[str, ...]
    city: str
    district: str
    chains: tuple[str, ...]
    held: tuple[str, ...]
    levels: tuple[str, ...]
    statuses: tuple[str, ...]
    """States of any of its shown titles."""
    titles: tuple[str, ...]
    """``directory:status`` of every shown title, and ``*:status`` once for each status."""
    standing: int


def build_document(source: EnterpriseSource) -> IndexDocument:
    """Derive all helper fields. Pure: the same facts give the same document."""
    short = _names(source, _SHORT)
    former = _names(source, (NameKind.FORMER,))
    english = _names(source, (NameKind.ENGLISH,))
    cores = _distinct([compact_core(source.name), *map(compact, short)])
    old_cores = _distinct([compact_core(n) for n in former])
    sounded = _distinct(text[:SOUNDED_MAX] for text in (*cores, *old_cores, compact(source.name)))
    held = _distinct([t.directory for t in source.titles if _holds(t)])
    return IndexDocument(
        id=source.id,
        exact=_distinct([compact(source.name)]),
        exact_alias=_distinct(map(compact, (*short, *english))),
        exact_former=_distinct(map(compact, former)),
        brand=_distinct([*cores, *old_cores]),
        lead=_distinct(text[:n] for text in (*cores[:1], compact(source.name)) for n in PREFIX_LENGTHS),
        name=_grams([source.name]),
        alias=_grams([*short, *english]),
        former=_grams(former),
        product=_grams(source.products),
        characters=_distinct(c for n in (source.name, *short, *former) for c in characters(n)),
        english=_distinct(english),
        reading=_distinct(p for text in sounded for p in reading_prefixes(text)),
        initials=_distinct(p for text in sounded for p in initial_prefixes(text)),
        neighbours=_distinct(
            d for text in (*cores, *old_cores) if len(text) in NEIGHBOUR_LENGTHS for d in sorted(deletions(text))
        ),
        code_prefixes=_distinct(code[:n].lower() for code in source.codes for n in range(4, len(code) + 1)),
        identifiers=_identifiers(source),
        industries=_industries(source.industry),
        city=source.city or "",
        district=source.district or "",
        chains=source.chains,
        held=held,
        levels=_distinct([t.level.value for t in source.titles if _holds(t)]),
        statuses=_distinct(t.status.value for t in source.titles),
        titles=_distinct(x for t in source.titles for x in (f"{t.directory}:{t.status}", f"*:{t.status}")),
        standing=standing(source),
    )


def standing(source: EnterpriseSource) -> int:
    """Rank among equally good matches, 0–63: held titles by level, listed, still in business. Nothing hidden.

    A cancelled or revoked firm has 0. Each held title adds 6 (national), 4 (provincial), 3 (publisher), 2 or 1.
    """
    if source.operating in _GONE:
        return 0
    held = {t.directory: _WEIGHT[t.level] for t in source.titles if _holds(t)}
    return min(STANDING_MAX, 1 + sum(held.values()) + (3 if source.stock_code else 0))


def _holds(title: SourceTitle) -> bool:
    return title.status in (TitleStatus.VALID, TitleStatus.DUE)


def _names(source: EnterpriseSource, kinds: tuple[NameKind, ...]) -> list[str]:
    return [n.name for n in source.names if n.kind in kinds]


def _grams(texts: Iterable[str]) -> tuple[str, ...]:
    return _distinct(g for text in texts for g in grams(text))


def _identifiers(source: EnterpriseSource) -> tuple[str, ...]:
    found = [code.lower() for code in source.codes]
    found += [code[8:17] for code in found if len(code) == 18]
    if source.stock_code:
        stock = source.stock_code.lower()
        digits = "".join(c for c in stock if c.isdigit())
        market = "".join(c for c in stock if c.isalpha()) or _market(digits)
        found += [stock, digits, f"{digits}.{market}"]
    if source.website:
        found.append(source.website.lower().removeprefix("https://").removeprefix("http://").removeprefix("www."))
    return _distinct(found)


def _market(digits: str) -> str:
    """The exchange a six-digit A-share code belongs to, by its first digit."""
    return "sh" if digits[:1] == "6" else "bj" if digits[:1] in "489" else "sz"


def _industries(code: str | None) -> tuple[str, ...]:
    """Every level of an industry code, with and without its letter: C3985 is also C398, C39 and 3985.

    >>> _industries("C3985")
    ('C3985', 'C398', 'C39', 'C', '3985', '398', '39')
    """
    if not code:
        return ()
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRST")
    letter = code[: len(code) - len(digits)] or _section(digits)
    lengths = range(len(digits), 1, -1)
    return _distinct([*(letter + digits[:n] for n in lengths), letter, *(digits[:n] for n in lengths)])


def _section(digits: str) -> str:
    found = industry(digits)
    return found.section if found else ""


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for t in texts if t))
