"""The shape of the judged data. A wrong entry is refused with its file and line."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from registry.vocabulary import OperatingStatus

ROWS = 73
"""Rows of the table of query classes; row 0 is for classes beyond it."""


class WrongData(Exception):
    """An entry of the judged data is wrong; the text begins with file and line."""


def _several(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


Names = Annotated[tuple[StrictStr, ...], BeforeValidator(_several)]
"""One name or a list of names."""


class Entry(BaseModel):
    """An entry of a file; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Announcement(Entry):
    """A batch of a directory."""

    directory: StrictStr
    year: int
    label: StrictStr
    title: StrictStr
    start: date = Field(alias="from")
    to: date | None


class Title(Entry):
    """A title that differs from what its announcement says."""

    list: StrictStr
    withdrawn: date | None = None
    grade: int | None = None


class OldName(Entry):
    """A former name with its days."""

    name: StrictStr
    start: date | None = Field(default=None, alias="from")
    to: date | None = None


def _titles(given: Any) -> Any:
    return tuple({"list": item} if isinstance(item, str) else item for item in given)


Titles = Annotated[tuple[Title, ...], BeforeValidator(_titles)]


class Firm(Entry):
    """An invented firm. Without ``code`` one is made; ``code: null`` means it has none."""

    name: StrictStr
    region: StrictStr = Field(pattern=r"^[0-9]{6}$")
    code: StrictStr | None = Field(default="", max_length=18)
    damaged: bool = False
    """The code fails its check, as some in published lists do."""
    registration_no: StrictStr | None = None
    short: Names = ()
    alias: Names = ()
    former: tuple[OldName, ...] = ()
    en: StrictStr | None = None
    stock: StrictStr | None = Field(default=None, pattern=r"^99[0-9]{4}\.(SZ|SH)$")
    site: StrictStr | None = Field(default=None, pattern=r"\.example/?$")
    address: StrictStr | None = None
    industry: StrictStr | None = None
    chains: Names = ()
    titles: Titles = ()
    status: OperatingStatus = OperatingStatus.ACTIVE
    merged_into: StrictStr | None = None
    voided: bool = False


class ProductVersion(Entry):
    """An invented product version."""

    maker: StrictStr
    name: StrictStr
    version: StrictStr = ""
    category: StrictStr
    listed: Titles = ()


class Query(Entry):
    """A text somebody types, and what must come of it. Firms and products are named by handle."""

    q: StrictStr
    times: int = 1
    """The text so many times in a row."""
    top1: Names = ()
    """The first hit is one of these."""
    top3: Names = ()
    """All of these are among the first three."""
    top10: Names = ()
    """All of these are among the first ten."""
    order: Names = ()
    """All of these are hits, in this order."""
    only: Names | None = None
    """The hits are exactly these, in any order."""
    redirect: StrictStr | None = None
    """The text leads straight to this firm."""
    chips: Names = ()
    """Read and applied as filters: field:value."""
    offered: Names = ()
    """Read and offered, not applied."""
    read: Names = ()
    """Read, applied or not."""
    suggestion: StrictStr | None = None
    """Offered as what was meant."""
    near: StrictStr | None = None
    """Among the first ten of what matches or is similar, or offered as what was meant; never above a real match."""
    group: StrictStr | None = None
    """The group that comes first."""
    product1: StrictStr | None = None
    products: Names = ()
    """All of these products are shown."""
    directory1: StrictStr | None = None
    says: StrictStr | None = None
    """Words of the page: a notice, a chip, a reason of a suggestion or of the first hit."""
    empty: bool = False
    """Nothing matches."""
    never: Names = ()
    """Not shown in any way."""
    facet: dict[str, tuple[StrictStr, ...]] = {}
    """Values that are counted."""
    within_ms: int | None = None

    @property
    def text(self) -> str:
        """What is typed."""
        return self.q * self.times

    @property
    def expects(self) -> bool:
        """Whether anything is asked of the answer."""
        return bool(self.model_fields_set - {"q", "times"})

    def handles(self) -> Iterator[str]:
        """Every firm or product named."""
        for names in (self.top1, self.top3, self.top10, self.order, self.only or (), self.products, self.never):
            yield from names
        yield from (h for h in (self.redirect, self.suggestion, self.near, self.product1) if h)


class Class(Entry):
    """Queries of one kind. ``row``: of the table of classes, 0 beyond it."""

    row: int = Field(ge=0, le=ROWS)
    about: StrictStr
    queries: tuple[Query, ...] = Field(min_length=1)


class Located:
    """Parsed YAML that knows where each entry stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.top: Any = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
        except MarkedYAMLError as broken:
            line = broken.problem_mark.line + 1 if broken.problem_mark else 1
            raise WrongData(f"{path.name}:{line}: {broken.problem}") from broken

    def wrong(self, where: tuple[str | int, ...], what: str) -> WrongData:
        """The complaint about an entry, with its line."""
        return WrongData(f"{self.path.name}:{self.line(where)}: {what}")

    def line(self, where: tuple[str | int, ...]) -> int:
        """The line of the innermost entry on the way that has one."""
        node, line = self.top, 1
        for step in where:
            if isinstance(node, CommentedMap) and step in node:
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
                line = node.lc.item(step)[0] + 1
            else:
                break
            node = node[step]
        return line

    def validate(self, kind: type[Entry], where: tuple[str | int, ...], given: Any) -> Any:
        """The entry as ``kind``. Raises WrongData."""
        try:
            return kind.model_validate(given)
        except ValidationError as refused:
            first = refused.errors()[0]
            inner = tuple(first["loc"])
            spot = ".".join(map(str, (*where, *inner)))
            raise self.wrong((*where, *inner), f"{spot}: {first['msg']}, not {first['input']!r:.60}") from refused
