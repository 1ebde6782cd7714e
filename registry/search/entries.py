"""An enterprise or a product as an entry of the index: every helper field derived from database facts, purely."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.identity.industries import industry
from registry.search.cards import EnterpriseCard, ProductCard
from registry.search.documents import IndexDocument, order_of
from registry.search.overlay import EMPTY, Overlay
from registry.search.words import (
    NEIGHBOUR_LENGTHS,
    PREFIX_LENGTHS,
    characters,
    compact,
    compact_core,
    deletions,
    grams,
    house_of,
    initial_prefixes,
    latin_words,
    normalise,
    pinyin,
    reading_prefixes,
    usual_prefixes,
    version_words,
    whole_readings,
)
from registry.vocabulary import Level, NameKind, OperatingStatus, TitleStatus

STANDING_MAX = 63
SOUNDED_MAX = 12
"""Characters of a name that are read aloud for the index; nobody types more by sound."""
NEAR_LATIN_LENGTHS = range(5, 25)
"""Latin words and whole readings of so many letters are found with one letter wrong."""
_SHORT = (NameKind.SHORT, NameKind.ALIAS)
_WEIGHT = {Level.NATIONAL: 6, Level.PROVINCIAL: 4, Level.MUNICIPAL: 2, Level.COUNTY: 1, Level.PUBLISHER: 3}
_GONE = (OperatingStatus.CANCELLED, OperatingStatus.REVOKED)
_HELD = (TitleStatus.VALID, TitleStatus.DUE)
ANY = "*"
ENDLESS = "0"
"""Year in which a title without an end ends."""


@dataclass(frozen=True, slots=True)
class SourceTitle:
    """A shown title on the day of indexing."""

    directory: str
    level: Level
    status: TitleStatus
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class EnterpriseSource:
    """The database’s facts about one enterprise that search needs; those merged into it lend names and codes."""

    id: int
    card: EnterpriseCard
    district: str | None = None
    website: str | None = None
    address: str | None = None
    titles: tuple[SourceTitle, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductSource:
    """The database’s facts about one product version. ``status``: state of its strongest entry, None without one."""

    id: int
    card: ProductCard
    maker_names: tuple[str, ...] = ()
    """All names of the maker."""
    city: str | None = None
    status: TitleStatus | None = None
    grade: int | None = None


def enterprise_entry(source: EnterpriseSource, overlay: Overlay = EMPTY) -> IndexDocument:
    """Derive all helper fields. Pure: the same facts and the same added readings give the same entry."""
    card = source.card
    short = card.named(*_SHORT)
    cores = _distinct([compact_core(card.name), *map(compact, short)])
    old_cores = _distinct(compact_core(name) for name in card.named(NameKind.FORMER))
    held = [title for title in source.titles if title.status in _HELD]
    rank = standing(held, listed=bool(card.stock_code), operating=card.operating_status)
    terms = {
        "kind": ("enterprise",),
        **_name_terms(card, short, cores, old_cores),
        **_sound_terms(cores, old_cores, compact(card.name), overlay),
        "product": _grams(card.products),
        "address": _grams([source.address] if source.address else []),
        "near": _near((*cores, *old_cores)),
        "code_prefixes": _distinct(code[:n].lower() for code in card.codes for n in range(4, len(code) + 1)),
        "identifiers": _identifiers(source),
        "industries": _industries(card.industry),
        "city": _distinct([card.city or ""]),
        "district": _distinct([source.district or ""]),
        "chains": card.chains,
        **_title_terms(source.titles),
    }
    forms = card.forms(lambda text: "/".join(whole_readings(text)))
    return IndexDocument("enterprise", source.id, order_of(rank, _brevity(cores), source.id), terms, card.dump(), forms)


def _name_terms(
    card: EnterpriseCard, short: Sequence[str], cores: Sequence[str], old_cores: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    former, english = card.named(NameKind.FORMER), card.named(NameKind.ENGLISH)
    whole = compact(card.name)
    words = _distinct(word for name in english for word in latin_words(normalise(name)))
    return {
        "exact": _distinct([whole]),
        "exact_alias": _distinct(map(compact, (*short, *english))),
        "exact_former": _distinct([*map(compact, former), *old_cores]),
        "brand": tuple(cores),
        "house": _distinct(map(house_of, cores)),
        "lead": _distinct(text[:n] for text in (*cores, whole) for n in PREFIX_LENGTHS),
        # The distinctive part apart: a place in brackets inside a brand is not typed, 某某（宁波）电子 as 某某电子.
        "name": _grams([card.name, *cores[:1]]),
        "alias": _grams([*short, *english]),
        "former": _grams(former),
        "characters": _distinct(c for name in (card.name, *short, *former) for c in characters(name)),
        "english": words,
        "near_latin": _near_latin([*words, *(pinyin(text) for text in cores)]),
    }


def _sound_terms(
    cores: Sequence[str], old_cores: Sequence[str], whole: str, overlay: Overlay
) -> dict[str, tuple[str, ...]]:
    sounded = _distinct(text[:SOUNDED_MAX] for text in (*cores, *old_cores, whole))
    aloud = [(text, over) for text in sounded for over in _overlays(text, overlay)]
    # How a name is usually read stands apart from how it may be read: the first is closer.
    read = [whole_readings(text, over) for text in (*cores, *old_cores) for over in _overlays(text, overlay)]
    usual = _distinct(prefix for text in sounded for prefix in usual_prefixes(text))
    every = [*(p for text, over in aloud for p in reading_prefixes(text, over)), *(r for rs in read for r in rs[1:])]
    known = frozenset(usual)
    return {
        "reading": usual,
        "reading_whole": _distinct(readings[0] for readings in read if readings),
        "reading_other": _distinct(reading for reading in every if reading not in known),
        "initials": _distinct(prefix for text, over in aloud for prefix in initial_prefixes(text, over)),
        "initials_whole": _distinct(longest for text in cores for longest in initial_prefixes(text)[-1:]),
    }


def product_entry(source: ProductSource) -> IndexDocument:
    """The entry of one product version: held entries of higher grade first."""
    card = source.card
    name, label = compact(card.name), compact(f"{card.name}{card.version}")
    rank = (32 if source.status in _HELD else 16 if source.status else 0) + min(source.grade or 0, 15)
    terms = {
        "kind": ("product",),
        "p_exact": _distinct([name, label]),
        "p_name": _grams([card.name, card.version]),
        "p_maker": _grams(source.maker_names or (card.maker,)),
        "p_words": _distinct(version_words(f"{card.name} {card.version}")),
        "p_reading": _distinct(reading_prefixes(name[:SOUNDED_MAX])),
        "p_initials": _distinct(initial_prefixes(name[:SOUNDED_MAX])),
        "p_near": _near((name,)),
        "p_category": _distinct([card.category]),
        "p_grade": _distinct([str(source.grade) if source.grade else ""]),
        "p_state": _distinct([source.status.value if source.status else ""]),
        "p_city": _distinct([source.city or ""]),
    }
    brevity = max(0, 255 - 8 * len(label))
    return IndexDocument("product", source.id, order_of(rank, brevity, source.id), terms, card.dump(), name)


def standing(held: Sequence[SourceTitle], *, listed: bool, operating: OperatingStatus) -> int:
    """Rank among equally good matches, 0–63: held titles by level, listed, still in business. Nothing hidden.

    A cancelled or revoked firm has 0. Each held title adds 6 (national), 4 (provincial), 3 (publisher), 2 or 1.
    """
    if operating in _GONE:
        return 0
    each = {title.directory: _WEIGHT[title.level] for title in held}
    return min(STANDING_MAX, 1 + sum(each.values()) + (3 if listed else 0))


def span_token(directory: str, status: str, granted: int | str, ending: int | str) -> str:
    """One title in the years it began and ends; :data:`ANY` stands for any directory or year."""
    return f"{directory}:{status}:{granted}:{ending}"


def _title_terms(titles: Sequence[SourceTitle]) -> dict[str, tuple[str, ...]]:
    held = [title for title in titles if title.status in _HELD]
    ends = [(t, str(t.valid_to.year) if t.valid_to else ENDLESS) for t in titles]
    return {
        "held": _distinct(t.directory for t in held),
        "levels": _distinct(t.level.value for t in held),
        "statuses": _distinct(t.status.value for t in titles),
        # directory:status of every shown title, and *:status once for each status.
        "titles": _distinct(x for t in titles for x in (f"{t.directory}:{t.status}", f"{ANY}:{t.status}")),
        "spans": _distinct(
            span_token(directory, t.status, granted, ending)
            for t, end in ends
            for directory in (t.directory, ANY)
            for granted, ending in ((t.valid_from.year, end), (t.valid_from.year, ANY), (ANY, end))
        ),
    }


def _brevity(cores: Sequence[str]) -> int:
    """Shorter distinctive names first: who types three characters means the firm that has no more."""
    return max(0, 255 - 8 * len(cores[0])) if cores else 0


def _overlays(text: str, overlay: Overlay) -> tuple[Overlay, ...]:
    """Nothing laid over, then what officials added if it reads the text: an added reading replaces no other."""
    return (EMPTY, overlay) if overlay.readings and overlay.readings_in(text) else (EMPTY,)


def _near(texts: Iterable[str]) -> tuple[str, ...]:
    return _distinct(d for text in texts if len(text) in NEIGHBOUR_LENGTHS for d in deletions(text))


def _near_latin(texts: Iterable[str]) -> tuple[str, ...]:
    return _distinct(d for text in texts if len(text) in NEAR_LATIN_LENGTHS for d in deletions(text))


def _grams(texts: Iterable[str]) -> tuple[str, ...]:
    return _distinct(g for text in texts for g in grams(text))


def _identifiers(source: EnterpriseSource) -> tuple[str, ...]:
    found = [code.lower() for code in source.card.codes]
    found += [code[8:17] for code in found if len(code) == 18]
    if source.card.stock_code:
        stock = source.card.stock_code.lower()
        digits = "".join(c for c in stock if c.isdigit())
        market = "".join(c for c in stock if c.isalpha()) or _market(digits)
        found += [stock, digits, f"{digits}.{market}"]
    if source.website:
        found.append(domain_of(source.website))
    return _distinct(found)


def domain_of(website: str) -> str:
    """The host of a website without www, lower-case.

    >>> domain_of("https://www.Example.com/about")
    'example.com'
    """
    bare = website.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return bare.split("/", 1)[0].split("?", 1)[0]


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
    found = dict.fromkeys(texts)
    found.pop("", None)
    return tuple(found)
