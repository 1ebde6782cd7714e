"""What is to be looked up, free of any engine: the strict plan, the fuzzy ladder, filters and positions."""

from dataclasses import dataclass, field, replace
from typing import Self, TypeVar, cast

from registry.titles import HELD
from registry.vocabulary import LabelledEnum, Level, TitleStatus

Word = TypeVar("Word", bound=LabelledEnum)
Value = TypeVar("Value")

FacetCounts = dict[str, dict[str, int]]
"""Facet name to value to number of entries."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Chosen values: OR within a field, AND across fields. A directory without a status means held titles."""

    directories: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    statuses: tuple[TitleStatus, ...] = ()
    granted: tuple[int, ...] = ()
    """Years in which the title began."""
    ending: tuple[int, ...] = ()
    """Years in which the title ends."""

    @property
    def wanted_statuses(self) -> tuple[TitleStatus, ...]:
        """Title states that count: the chosen ones, else those under which a title is held."""
        return self.statuses or HELD

    @property
    def by_title(self) -> bool:
        """Whether titles are filtered by directory, status or year. All of these speak of one and the same title."""
        return bool(self.directories or self.statuses or self.years)

    @property
    def years(self) -> bool:
        """Whether titles are filtered by the year in which they begin or end."""
        return bool(self.granted or self.ending)

    def without(self, facet: str) -> Self:
        """The filters under which one facet is counted: all but its own. Directory, status and years go together."""
        if facet in ("directory", "status"):
            return replace(self, directories=(), statuses=(), granted=(), ending=())
        return replace(self, **{{"city": "cities", "chain": "chains", "level": "levels"}[facet]: ()})

    def plus(self, field: str, value: str) -> Self:
        """The filters with one value more, by the field’s public name; unchanged if it is chosen already."""
        if field == "level":
            return replace(self, levels=_added(self.levels, member(Level, value)))
        if field == "status":
            return replace(self, statuses=_added(self.statuses, member(TitleStatus, value)))
        if field == "directory":
            return replace(self, directories=_added(self.directories, value))
        if field == "city":
            return replace(self, cities=_added(self.cities, value))
        if field == "district":
            return replace(self, districts=_added(self.districts, value))
        if field == "granted":
            return replace(self, granted=_added(self.granted, int(value)))
        if field == "ending":
            return replace(self, ending=_added(self.ending, int(value)))
        return replace(self, chains=_added(self.chains, value))


@dataclass(frozen=True, slots=True)
class WordPlan:
    """One word of the text, in every form it may be found by; empty forms do not apply.

    ``grams`` must all stand in one field (name, alias, former name, product); ``lone`` are single Han characters.
    ``latin`` is a Latin word: reading, initials, English or Latin word of a name, or the beginning of a code.
    ``others`` are further words that mean the same (synonyms, aliases, names of one park), each as its pairs: all pairs
    of one of them in one of those fields will do as well. ``categories``: so will a product of one of these.
    """

    text: str
    grams: tuple[str, ...] = ()
    lone: tuple[str, ...] = ()
    latin: str = ""
    reading: str = ""
    initials: str = ""
    written: tuple[str, ...] = ()
    """The Han characters of a mixed word (宁 of 宁dsd): whatever sounds like the word has to be written with them."""
    code: str = ""
    address: bool = False
    """It may stand in an address (光谷大道77号)."""
    others: tuple[tuple[str, ...], ...] = ()
    categories: tuple[str, ...] = ()
    placed: tuple[str, str] | None = None
    """The word read as a city’s code and the brand behind its name (长沙示例重科), if that is long enough."""


@dataclass(frozen=True, slots=True)
class ProductPlan:
    """A text read as products: words of name or maker, words of the version, and what filters them.

    ``clear``: a version, a category or a grade was named, so that the text hardly means anything else.
    """

    words: tuple[WordPlan, ...] = ()
    whole: str = ""
    versions: tuple[str, ...] = ()
    """Lower-case version words: v10, sp3, 920."""
    categories: tuple[str, ...] = ()
    grades: tuple[int, ...] = ()
    cities: tuple[str, ...] = ()
    """Of the maker."""
    statuses: tuple[TitleStatus, ...] = ()
    """Of the strongest entry in a catalogue."""
    clear: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether anything but words narrows the products."""
        return bool(self.categories or self.grades or self.cities or self.statuses)

    def without(self, facet: str) -> Self:
        """The plan under which one facet is counted: with all filters but its own."""
        if facet == "category":
            return replace(self, categories=())
        if facet == "grade":
            return replace(self, grades=())
        return replace(self, cities=()) if facet == "city" else replace(self, statuses=())


@dataclass(frozen=True, slots=True)
class StrictPlan:
    """What must match. No words: everything. ``whole`` is the compact text, compared with whole names."""

    words: tuple[WordPlan, ...] = ()
    whole: str = ""
    core: str = ""
    joined: str = ""
    """Several Latin words joined: huaxing guangdian."""
    identifiers: tuple[str, ...] = ()
    """Lower-case codes the text may be as a whole (credit code, stock code …)."""
    industries: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    """Brands alone (字号), compact: only firms of one of these houses."""
    standing: bool = False
    """Order by standing alone, not by closeness."""
    impossible: bool = False
    """The text holds nothing that can be searched for."""

    @property
    def is_everything(self) -> bool:
        """Whether no text narrows the answer."""
        return not (self.words or self.industries or self.identifiers or self.brands or self.impossible)


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """Forms by which a similar name may be found when little or nothing matches."""

    whole: str
    core: str
    neighbours: tuple[str, ...] = ()
    reading: str = ""
    characters: tuple[str, ...] = ()
    grams: tuple[str, ...] = ()
    latin: tuple[str, ...] = field(default=())
    shapes: tuple[str, ...] = ()
    """The core with one character replaced by one that looks like it: brands and beginnings to look for."""
    sounds: tuple[str, ...] = ()
    """Every reading of the core, ``reading`` first."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ended: the closeness of its last row, that row’s place in the fixed order, its number, and how many
    rows stood before the next one. An index goes on by the first two, the database by the others."""

    tier: int
    order: int
    id: int
    offset: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One match: its number, how close it comes (0 is closest), its place in the order, what the index shows of it."""

    id: int
    tier: int = 0
    order: int = 0
    card: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Matches best first, the exact number of all of them, and where to go on."""

    rows: tuple[Placed, ...]
    total: int
    next: Position | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of matches with the counts beside it, taken from one view."""

    ranked: Ranked
    facets: FacetCounts
    house: int = 0
    """How many of all that match are of the house that was asked about; 0 without one, or if it cannot be told."""


def member(words: type[Word], value: str) -> Word:
    """The member of a word list with this value. Raises KeyError if there is none."""
    return cast(Word, words._value2member_map_[value])


def _added(values: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    return values if value in values else (*values, value)
