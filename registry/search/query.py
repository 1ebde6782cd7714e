"""What may be asked of the search and what comes back: one shape for page, API and command line."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from registry.errors import Text
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.vocabulary import Level, OperatingStatus, TitleStatus

TEXT_MAX = 500
LIMIT_MAX = 100

FACETS = ("directory", "city", "chain", "level", "status")
"""The facets of every answer, in the order they are shown."""
PRODUCT_FACETS = ("status", "grade", "category", "city")
"""The facets of an answer of products alone: state and grade of the strongest entry, city of the maker."""

_FIELDS = {
    "directory": "directories",
    "city": "cities",
    "district": "districts",
    "chain": "chains",
    "level": "levels",
    "status": "statuses",
    "granted": "granted",
    "ending": "ending",
    "brand": "brands",
}
_PRODUCT_FIELDS = {"category": "categories", "grade": "grades"}
YEARS = range(1990, 2100)
"""Years a title can be asked for by."""
Group = Literal["enterprise", "product", "directory"]
Kind = Literal["all", "enterprise", "product", "directory"]
KINDS: dict[str, Kind] = {"all": "all", "enterprise": "enterprise", "product": "product", "directory": "directory"}
_DROPPED = {"Cf", "Cs", "Co", "Cn"}
_SPACES = {"Cc", "Zs", "Zl", "Zp"}


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class SearchQuery(Frozen):
    """One question. Filters are OR within a field and AND across fields; empty means no filter.

    Any ``text`` is accepted: control and invisible characters are removed, white space is folded, what exceeds
    500 characters is cut (``trimmed``). ``literal`` switches the reading of words as filters off.
    """

    text: str = ""
    directories: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    statuses: tuple[TitleStatus, ...] = ()
    granted: tuple[int, ...] = ()
    """Years in which a title began."""
    ending: tuple[int, ...] = ()
    """Years in which a title ends."""
    brands: tuple[str, ...] = ()
    """Brands alone (字号), compact: 示例星河 of 示例星河电子 and 示例星河汽车工业."""
    categories: tuple[str, ...] = ()
    """Of products: 数据库, 操作系统 …"""
    grades: tuple[int, ...] = ()
    """Of products: 1 for Ⅰ级."""
    as_of: date | None = None
    kind: Kind = "all"
    """Which group to answer with; ``all`` shows enterprises with the first few of the others beside them."""
    sort: Literal["relevance", "standing"] = "relevance"
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=LIMIT_MAX)
    literal: bool = False
    trimmed: bool = False

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("text", ""), str):
            return given
        text = clean_text(given.get("text", ""))
        trimmed = bool(given.get("trimmed")) or len(text) > TEXT_MAX
        return {**given, "text": text[:TEXT_MAX].rstrip(), "trimmed": trimmed}

    def selected(self, field: str) -> tuple[str, ...]:
        """The chosen values of one filter, by its public name."""
        values: tuple[str, ...] = getattr(self, (_FIELDS | _PRODUCT_FIELDS)[field])
        return tuple(str(value) for value in values)

    def toggled(self, field: str, value: str) -> Self:
        """The same question with one filter value added or taken away; paging starts anew."""
        chosen = self.selected(field)
        values = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        return self.changed(**{(_FIELDS | _PRODUCT_FIELDS)[field]: values})

    def changed(self, **fields: Any) -> Self:
        """The same question with other fields, validated; paging starts anew."""
        return self.model_validate({**dict(self), "cursor": None, **fields})

    def params(self) -> tuple[tuple[str, str], ...]:
        """The question as address parameters, without defaults and without the cursor."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        pairs += [(field, value) for field in (*_FIELDS, *_PRODUCT_FIELDS) for value in self.selected(field)]
        if self.as_of:
            pairs.append(("as_of", self.as_of.isoformat()))
        if self.kind != "all":
            pairs.append(("kind", self.kind))
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.literal:
            pairs.append(("literal", "1"))
        return tuple(pairs)


class Segment(Frozen):
    """A piece of a shown text; the page escapes it and marks it if it matched."""

    text: str
    marked: bool


class Chip(Frozen):
    """A word of the text that was understood as more than text.

    ``applied``: it filters. Otherwise it only points somewhere (field ``batch``: ``value`` is its id) or is offered
    (``add`` then holds the address parameters of the question with it as a filter). ``remove`` are the address
    parameters of the question without it.
    """

    field: str
    value: str
    label: Text
    applied: bool = True
    remove: tuple[tuple[str, str], ...] = ()
    add: tuple[tuple[str, str], ...] = ()


class FacetValue(Frozen):
    """One value of a facet and how many hits choosing it (instead of the present choice) would give.

    Enterprises are counted; products where the question is about products alone.
    """

    value: str
    label: Text
    count: int
    selected: bool


class SameBrand(Frozen):
    """Firms that share the brand (字号) the text is, with whatever trade behind it.

    ``total`` of the enterprises found are of it; ``add`` are the address parameters that show these alone.
    """

    name: str
    total: int
    add: tuple[tuple[str, str], ...]


class Suggestion(Frozen):
    """Something the person may have meant: a text to search, or a page to open if ``key`` is set."""

    text: str
    reason: Text
    key: str | None = None
    name: str | None = None


class Hit(Frozen):
    """One answer. ``id`` is what stands behind /e/; ``matched`` is the name or code that matched, in pieces."""

    id: str
    enterprise_id: int
    kind: Literal["enterprise"] = "enterprise"
    uscc: str | None
    name: str
    segments: tuple[Segment, ...]
    matched: tuple[Segment, ...]
    reason: str
    why: Text
    city: str | None
    city_name: Text | None
    operating_status: OperatingStatus
    founded_year: int | None = None
    chains: tuple[str, ...] = ()
    """Codes; their names stand in the facets of the page."""
    titles: tuple[TitleBadge, ...]
    """All shown titles with their state on the day, strongest first."""
    near: bool = False
    """Only similar to what was asked; never counted in the total."""


class ProductHit(Frozen):
    """One product version that matches, with its strongest entry in a catalogue on the day."""

    id: int
    kind: Literal["product"] = "product"
    name: str
    version: str
    segments: tuple[Segment, ...]
    maker: str
    maker_key: str | None
    """What stands behind /e/ for the maker, if the registry knows it."""
    category: str
    grade: int | None
    status: TitleStatus | None
    """State of its entry on the day; None without a shown entry."""
    valid_from: date | None
    valid_to: date | None
    directory_code: str | None
    batch_id: int | None
    document_ref: DocumentRef | None
    why: Text
    exact: bool = False
    """The text is its name, or its name and version, and nothing else."""
    near: bool = False
    """Another version of what was asked for, or only similar."""


class DirectoryHit(Frozen):
    """A directory the text means."""

    code: str
    kind: Literal["directory"] = "directory"
    name: Text
    level: Level
    why: Text
    exact: bool
    """The text is one of its names, and nothing else."""


AnyHit = Hit | ProductHit | DirectoryHit


class Section(Frozen):
    """One group of answers as every list shows it: what matches, then what is only similar."""

    kind: Group
    total: int
    hits: tuple[AnyHit, ...]
    near: tuple[AnyHit, ...] = ()


class SearchPage(Frozen):
    """One page of answers. ``hits`` match; ``near`` are only similar and are offered when little or nothing matches.

    ``groups``: the kinds that have something to show, the one with an exact hit first.
    """

    query: SearchQuery
    as_of: date
    hits: tuple[Hit, ...]
    near: tuple[Hit, ...] = ()
    products: tuple[ProductHit, ...] = ()
    """A few, or one page of them if the question is about products."""
    product_total: int = 0
    directories: tuple[DirectoryHit, ...] = ()
    groups: tuple[Group, ...] = ("enterprise",)
    total: int
    """Of enterprises; of the other kind if the question is about that kind only."""
    total_is_exact: bool = True
    facets: dict[str, tuple[FacetValue, ...]]
    interpreted: tuple[Chip, ...] = ()
    same_brand: SameBrand | None = None
    """On the first page, where several firms share the brand that was typed."""
    did_you_mean: tuple[Suggestion, ...] = ()
    notices: tuple[Text, ...] = ()
    degraded: bool = False
    """The index could not be used; the database answered."""
    many: int = 0
    """So many names were pasted at once, each on a line of its own; 0 for one question."""
    next_cursor: str | None = None
    took_ms: float = 0.0
    redirect: str | None = None
    """The text is the identifier of exactly this enterprise: its key."""

    @property
    def notice(self) -> Text | None:
        """All notices as one sentence, or None."""
        if not self.notices:
            return None
        return Text("".join(n.zh for n in self.notices), " ".join(n.en for n in self.notices))

    @property
    def sections(self) -> tuple[Section, ...]:
        """The groups in their order with their hits: what page, API and command show, in this order."""
        found = {
            "enterprise": Section(kind="enterprise", total=self.enterprise_total, hits=self.hits, near=self.near),
            "product": Section(
                kind="product",
                total=self.product_total,
                hits=tuple(hit for hit in self.products if not hit.near),
                near=tuple(hit for hit in self.products if hit.near),
            ),
            "directory": Section(kind="directory", total=len(self.directories), hits=self.directories),
        }
        return tuple(found[group] for group in self.groups)

    @property
    def enterprise_total(self) -> int:
        """How many enterprises match; none where the question was not about them."""
        return self.total if self.query.kind in ("all", "enterprise") else 0

    @property
    def all_hits(self) -> tuple[Hit, ...]:
        """What matches, then what is only similar: the order every list of results uses."""
        return self.hits + self.near


def clean_text(raw: str) -> str:
    """The text without control, zero-width, direction and unassigned characters, white space folded to one blank.

    >>> clean_text("  华为\\x00\\u200b 技术\\n")
    '华为 技术'
    """
    kept = (
        " " if (kind := unicodedata.category(c)) in _SPACES else "" if kind in _DROPPED else c for c in raw[:20_000]
    )
    return " ".join("".join(kept).split())


def select_facets(
    counts: dict[str, Iterable[FacetValue]], names: tuple[str, ...] = FACETS
) -> dict[str, tuple[FacetValue, ...]]:
    """Facets in their shown order, values most frequent first, a selected value always kept."""
    return {name: tuple(sorted(counts.get(name, ()), key=lambda v: (-v.count, v.value))) for name in names}
