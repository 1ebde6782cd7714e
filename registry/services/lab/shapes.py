"""What trials of a draft show, as read models that are stored as JSON."""

from datetime import date

from registry.schemas.base import ReadModel

Verdicts = tuple[int, int, int]
"""How many are ineligible, undecided, eligible."""


class Group(ReadModel):
    """Eligible firms of a city, chain or size class before and after, and those who changed sides."""

    code: str
    before: int
    after: int
    gains: int
    losses: int


class CriterionMove(ReadModel):
    """One criterion before and after. A side is None where the version has no such criterion.

    ``let_in``: firms that gain and were held up by it before; ``kept_out``: firms that lose and fall short of it now;
    ``alone``: of both, those for whom it was the only one.
    """

    id: str
    unmet: tuple[int | None, int | None]
    unknown: tuple[int | None, int | None]
    let_in: int
    kept_out: int
    alone: int


class WhatIf(ReadModel):
    """Who would gain and who would lose: ``eligible after = eligible before + gains − losses``, always.

    ``moves[b][a]``: firms with verdict b before and a after (ineligible, undecided, eligible). ``population`` by
    procedure: those without the title are judged as new applicants, holders under review, as far as the draft applies.
    """

    base: str
    population: dict[str, int]
    moves: tuple[Verdicts, Verdicts, Verdicts]
    gains: int
    losses: int
    cities: tuple[Group, ...]
    chains: tuple[Group, ...]
    sizes: tuple[Group, ...]
    criteria: tuple[CriterionMove, ...]

    @property
    def before(self) -> Verdicts:
        """Ineligible, undecided, eligible under the version compared with."""
        return tuple(sum(row) for row in self.moves)  # type: ignore[return-value] # three of three

    @property
    def after(self) -> Verdicts:
        """The same under the draft."""
        return tuple(sum(row[at] for row in self.moves) for at in range(3))  # type: ignore[return-value]

    @property
    def now_decided(self) -> int:
        """Undecided before, decided after."""
        return self.moves[1][0] + self.moves[1][2]

    @property
    def now_open(self) -> int:
        """Decided before, undecided after."""
        return self.moves[0][1] + self.moves[2][1]


class Mover(ReadModel):
    """A firm that changes sides, with the results of all criteria before and after, one letter each."""

    enterprise_id: int
    gains: bool
    before: str
    after: str


class Score(ReadModel):
    """A rule held against a recognised list. The undecided are counted apart and stand in neither quotient.

    ``hits``: recognised and judged eligible; ``missed``: recognised and judged ineligible; ``extra``: judged eligible
    and not recognised; ``rest``: neither. ``open_listed``, ``open_others``: cannot be judged for lack of data.
    """

    hits: int
    missed: int
    extra: int
    rest: int
    open_listed: int
    open_others: int

    @property
    def precision(self) -> float | None:
        """Of those judged eligible, the share that was recognised; None if nobody was."""
        judged = self.hits + self.extra
        return self.hits / judged if judged else None

    @property
    def recall(self) -> float | None:
        """Of the recognised that could be judged, the share judged eligible; None if none could."""
        judged = self.hits + self.missed
        return self.hits / judged if judged else None


class BatchScore(ReadModel):
    """One list that was recognised, and how both versions would have judged on its day."""

    batch_id: int
    label: str
    year: int
    as_of: date
    listed: int
    """Firms of the list that did not hold the title before."""
    judged: int
    """All firms judged: those without the title on the day before."""
    base: Score
    draft: Score


class Backtest(ReadModel):
    """All lists tried, newest first. ``reason`` says why there are none."""

    base: str
    batches: tuple[BatchScore, ...]


class Wrong(ReadModel):
    """A firm the draft and the list disagree on. ``listed``: recognised, but judged ineligible; else the other way."""

    batch_id: int
    enterprise_id: int
    listed: bool
    results: str
