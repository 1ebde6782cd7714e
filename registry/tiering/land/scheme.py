"""The settings of a place: which indicators weigh how much, against what, who is left out, how grades are cut."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from registry.errors import FileRefused, InvalidInput, NotFound
from registry.tiering.inside import within
from registry.tiering.land.ratios import RatioCode
from registry.tiering.language import Rule, Score
from registry.tiering.measures import Node, Number, Words
from registry.tiering.standard import Confidence

SCHEMES = Path(__file__).parent / "schemes"
Letter = Literal["A", "B", "C", "D"]
Missing = Literal["mean", "zero", "not_graded"]
Kind = Literal["above_scale", "below_scale"]


class Item(Node):
    """One indicator and its weight. ``missing``: what counts for a firm without it, if not as the scheme says."""

    ratio: RatioCode
    weight: Number = Field(gt=0)
    missing: Missing | None = None


class Family(Node):
    """How firms of one kind are scored. ``scope``: which of them take part at all; left out, all."""

    items: tuple[Item, ...] = Field(min_length=1)
    scope: Rule | None = None

    @model_validator(mode="after")
    def once(self) -> "Family":
        """Each indicator once."""
        codes = [one.ratio for one in self.items]
        if len(set(codes)) != len(codes):
            raise ValueError("同一指标重复")
        return self


class Exclusion(Node):
    """Firms that are not graded. ``treated_as``: how prices treat them all the same, told beside the reason."""

    name: Words
    rule: Rule
    treated_as: Letter | None = None


class Veto(Node):
    """Firms that get this grade whatever their score."""

    name: Words
    rule: Rule
    grade: Letter


class Cut(Node):
    """A grade and the share of the group up to which it goes: a firm has it if fewer than ``up_to`` are better."""

    grade: Letter
    up_to: Number = Field(gt=0, le=1)
    name: Words


class Within(Node):
    """Who is ranked against whom: firms alike in so many digits of the region code and, or, the industry division."""

    region_digits: Literal[2, 4, 6] | None = None
    industry: bool = False


class Scheme(Node):
    """One scheme.

    ``scale_line``: main business revenue from which a firm is above scale (规上). ``benchmarks[year][kind][ratio]``; a
    year or kind without them takes the run's own value (the sum of what is divided by the sum of what divides), if
    ``benchmark_from_run``. ``cap``: the most an item can give, as a multiple of its weight; ``floor`` the least, in
    points. ``plot_ratio``: rented floor counts as floor ÷ plot ratio of land; left out, rented floor does not count.
    ``cuts`` empty: scored and ranked, not graded. Equal scores (to 4 decimals) share the better rank and so the grade.
    """

    id: str = Field(pattern=r"^[A-Z0-9]+$")
    title: Words
    example: bool
    source: Words
    confidence: Confidence
    region: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$")
    scale_line: Number
    families: dict[Kind, Family] = Field(min_length=1)
    benchmarks: dict[int, dict[Kind, dict[RatioCode, Number]]] = Field(default_factory=dict)
    benchmark_from_run: bool = False
    cap: Number | None = None
    floor: Number | None = None
    missing: Missing
    adjustments: bool = False
    plot_ratio: Number | None = None
    within: Within = Within()
    exclusions: tuple[Exclusion, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    cuts: tuple[Cut, ...] = ()
    cuts_id: str | None = None
    notes: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def consistent(self) -> "Scheme":
        """Every item has a benchmark; cuts rise to everybody; conditions are plain ones."""
        for year, kinds in self.benchmarks.items():
            for kind, values in kinds.items():
                absent = {one.ratio for one in self.families[kind].items} - set(values)
                if absent and not self.benchmark_from_run:
                    raise ValueError(f"{year} 年缺基准：{'、'.join(sorted(absent))}")
                if any(value <= 0 for value in values.values()):
                    raise ValueError("基准须大于 0")
        if not self.benchmarks and not self.benchmark_from_run:
            raise ValueError("须写 benchmarks，或 benchmark_from_run: true")
        shares = [cut.up_to for cut in self.cuts]
        if shares and (shares != sorted(set(shares)) or shares[-1] != 1):
            raise ValueError("各档 up_to 须递增至 100%")
        if any(True for _ in within((self.exclusions, self.vetoes), Score)):
            raise ValueError("此处不能用评分条件")
        return self

    def benchmark(self, year: int, kind: Kind, ratio: RatioCode) -> float | None:
        """The stated benchmark; None where the run's own value is taken."""
        found = self.benchmarks.get(year, {}).get(kind, {}).get(ratio)
        return None if found is None else float(found)

    def require_year(self, year: int) -> None:
        """Raises InvalidInput for a year the scheme has no benchmarks for."""
        if year in self.benchmarks or self.benchmark_from_run:
            return
        years = [str(one) for one in sorted(self.benchmarks)]
        raise InvalidInput(
            f"方案 {self.id} 没有 {year} 年的基准，只有 {'、'.join(years)} 年。",
            f"The scheme {self.id} has no benchmarks for {year}, only for {', '.join(years)}.",
            field="year",
            value=year,
        )


@cache
def load_schemes() -> tuple[Scheme, ...]:
    """Every scheme shipped, by id. Raises FileRefused naming file and field."""
    files = [(path.name, path.read_text(encoding="utf-8")) for path in SCHEMES.glob("*.yaml")]
    return tuple(sorted((parse_scheme(text, file=name) for name, text in files), key=lambda one: one.id))


def parse_scheme(text: str, *, file: str) -> Scheme:
    """One scheme from YAML 1.2 text; ``file`` is only named in errors. Raises FileRefused."""
    try:
        return Scheme.model_validate(YAML(typ="safe", pure=True).load(text))
    except YAMLError as error:
        raise _fault(file, str(error).splitlines()[0]) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise _fault(file, f"{where} {first['msg'].removeprefix('Value error, ')}".strip()) from None


def _fault(file: str, reason: str) -> FileRefused:
    return FileRefused(f"亩均评价方案 {file}：{reason}", f"Land scheme {file}: {reason}")


def scheme_text(code: str) -> str:
    """The file of a scheme to the letter: what a run keeps, so that it can be graded again. Raises NotFound."""
    wanted = find_scheme(code).id
    texts = (path.read_text(encoding="utf-8") for path in sorted(SCHEMES.glob("*.yaml")))
    return next(text for text in texts if parse_scheme(text, file=wanted).id == wanted)


def find_scheme(code: str) -> Scheme:
    """The scheme of this id. Raises NotFound with the known ones."""
    for one in load_schemes():
        if one.id == code.strip().upper():
            return one
    known = tuple(one.id for one in load_schemes())
    raise NotFound(
        f"没有亩均评价方案“{code[:40]}”。已有：{'、'.join(known)}。",
        f"There is no land scheme “{code[:40]}”. Known: {', '.join(known)}.",
        field="scheme",
        value=code,
    )
