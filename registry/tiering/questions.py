"""The questions a version of a standard asks of one enterprise: exactly what its rules read, nothing else.

They come from the evaluator itself (``reads``), so a form made of them cannot ask too little or too much.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from registry.errors import Text
from registry.tiering.figures import DERIVED_FROM, FACTS, FigureDef, annual_names, choice_words, fact_names
from registry.tiering.inside import within
from registry.tiering.language import Compare, ScoreItem
from registry.tiering.measures import FactOf, FirstKnown
from registry.tiering.needs import Need, figures_read
from registry.tiering.reads import Reads, reads
from registry.tiering.standard import Procedure, Standard

QuestionKind: TypeAlias = Literal[
    "money",
    "count",
    "quantity",
    "percent",
    "points",
    "date",
    "yes_no",
    "choice",
    "region",
    "industry",
    "market",
    "text",
    "valuation",
    "titles",
]

KINDS: dict[str, QuestionKind] = {
    "money": "money",
    "count": "count",
    "quantity": "quantity",
    "ratio": "percent",
    "score": "points",
    "date": "date",
    "bool": "yes_no",
    "presence": "yes_no",
    "code": "choice",
    "text": "text",
    "valuation": "valuation",
}
"""What a person is asked for a figure of each kind."""

PLACES: dict[str, tuple[QuestionKind, Text]] = {
    "region_code": ("region", Text("登记地", "Place of registration")),
    "industry_code": ("industry", Text("国民经济行业", "Industry")),
    "listed_market": ("market", Text("上市地", "Stock market")),
}
"""Fields of the enterprise that other facts are derived from, and how they are asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``path`` is its place in a figures file and the name of its field in a form.

    ``choices``: values and their words. ``directories``: the titles asked about. ``currencies``: those a threshold
    exists in. ``same_as``: another question that means the same, so one answer is enough. ``by_expert``: points an
    expert gives, which an enterprise need not know.
    """

    path: str
    name: Text
    kind: QuestionKind
    year: int | None = None
    about: FigureDef | None = None
    choices: tuple[tuple[str, Text], ...] = ()
    directories: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    same_as: Text | None = None
    by_expert: bool = False

    @property
    def words(self) -> Text:
        """Its name with the year, as the head of a field: 2025 年营业收入, Revenue 2025."""
        english = self.name.en[:1].upper() + self.name.en[1:]
        if self.year is None:
            return Text(self.name.zh, english)
        return Text(f"{self.year} 年{self.name.zh}", f"{english} {self.year}")


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that stand together in a form."""

    code: str
    title: Text
    note: Text | None
    questions: tuple[Question, ...]


def questions(standard: Standard, *, as_of: date, procedure: Procedure) -> tuple[Question, ...]:
    """Every question of this version on this day for this procedure, in a fixed order, each place once."""
    wanted = reads(standard, as_of=as_of, procedure=procedure)
    same = _alternatives(standard, as_of.year - 1)
    expert = {item.given for item in within(standard, ScoreItem) if item.given}
    counted = {one.fact for one in within(standard, FactOf)}
    found = [*_enterprise(wanted), *_titles(wanted), *_annual(wanted, same), *_facts(wanted, same, expert, counted)]
    return tuple({one.path: one for one in found}.values())


def grouped(asked: Iterable[Question]) -> tuple[Group, ...]:
    """The questions by year and kind, as they stand in a form."""
    asked = tuple(asked)
    years = sorted({one.year for one in asked if one.year is not None}, reverse=True)
    found = [
        _group("enterprise", Text("企业", "The enterprise"), None, (one for one in asked if _of_enterprise(one))),
        _group("titles", Text("现有称号", "Titles held"), None, (one for one in asked if one.kind == "titles")),
    ]
    for year in years:
        title = Text(f"{year} 年的数", f"Figures of {year}")
        found.append(_group(f"y{year}", title, None, (one for one in asked if one.year == year)))
    rest = [one for one in asked if one.year is None and one.kind != "titles" and not _of_enterprise(one)]
    plain, expert = [one for one in rest if not one.by_expert], [one for one in rest if one.by_expert]
    numbers: tuple[QuestionKind, ...] = ("count", "quantity", "percent", "points", "valuation")
    found += [
        _group("dates", Text("日期", "Dates"), None, (one for one in plain if one.kind == "date")),
        _group("numbers", Text("数量、占比和得分", "Numbers, shares and scores"), None, _of_kind(plain, *numbers)),
        _group("facts", Text("有没有、是不是", "Yes or no"), None, _of_kind(plain, "yes_no", "choice", "text")),
        _group("expert", Text("专家评分", "Points given by experts"), EXPERT_NOTE, expert),
    ]
    return tuple(one for one in found if one.questions)


EXPERT_NOTE = Text(
    "由评审专家打分。不知道就留空，结果会给出得分的范围。",
    "Given by the experts of the review. Left empty, the result shows the range the score can take.",
)


def _group(code: str, title: Text, note: Text | None, members: Iterable[Question]) -> Group:
    return Group(code, title, note, tuple(members))


def _of_kind(several: Iterable[Question], *kinds: QuestionKind) -> Iterator[Question]:
    return (one for one in several if one.kind in kinds)


def _of_enterprise(one: Question) -> bool:
    return one.path.startswith("enterprise.") and one.kind != "titles"


def _enterprise(wanted: Reads) -> Iterator[Question]:
    """Registration, industry and market; the region of a firm stands here too."""
    if "founded_on" in wanted.dates:
        about = fact_names()["founded_on"]
        yield Question(Need("founded_on").path, about.label, "date", about=about)
    places = {DERIVED_FROM[name] for name in wanted.facts if name in DERIVED_FROM}
    for place, (kind, name) in PLACES.items():
        if place in places:
            yield Question(f"enterprise.{place}", name, kind)


def _titles(wanted: Reads) -> Iterator[Question]:
    if wanted.titles:
        name = Text("现有称号", "Titles held")
        yield Question(Need("titles").path, name, "titles", directories=tuple(sorted(wanted.titles)))


def _annual(wanted: Reads, same: dict[str, Text]) -> Iterator[Question]:
    order = list(annual_names())
    for name, year in sorted(wanted.figures, key=lambda one: (-one[1], order.index(one[0]))):
        about, path = annual_names()[name], Need(name, year).path
        yield Question(path, about.label, KINDS[about.kind], year, about, same_as=same.get(path))


def _facts(wanted: Reads, same: dict[str, Text], expert: set[str], counted: set[str]) -> Iterator[Question]:
    asked = {name.partition("@")[0] for name in wanted.facts | wanted.dates}
    for about in FACTS:
        if about.name not in asked:
            continue
        kind = "count" if about.kind == "presence" and about.name in counted else KINDS[about.kind]
        money = sorted({name.partition("@")[2] for name in wanted.facts if name.startswith(f"{about.name}@")})
        yield Question(
            path := f"facts.{about.name}",
            about.label,
            "choice" if about.choices else kind,
            about=about,
            choices=tuple((one, choice_words(one)) for one in about.choices),
            currencies=tuple(money),
            same_as=same.get(path),
            by_expert=about.name in expert,
        )


def _alternatives(standard: Standard, last_year: int) -> dict[str, Text]:
    """Places that are read only where another one is not given, with the words of that other one."""
    alone = {need.path for one in within(standard, Compare) for need in figures_read(one.value, last_year)}
    found: dict[str, Text] = {}
    for several in within(standard, FirstKnown):
        first, *others = (next(figures_read(one, last_year)) for one in several.first_known)
        for other in others:
            if other.path not in alone:
                found[other.path] = Text(first.words("zh"), first.words("en"))
    return found
