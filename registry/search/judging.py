"""Measure answers to known items: how often the right enterprise is first, among three, among ten."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from registry.identity.names import fold_name
from registry.search.known_items import KINDS, KnownItem, Measure, Subject, is_right

DEPTH = 10
DEPTHS: dict[Measure, int] = {"top1": 1, "top3": 3, "recall": DEPTH}
"""How far down the right answer may stand."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a question, best first. ``offered``: similar names, and what is suggested as meant.

    A question that leads straight to a page has that page’s enterprise as its first hit.
    """

    hits: Sequence[Subject]
    offered: Sequence[Subject] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Results of one kind of question. ``void``: asked, but not counted (see :func:`rank_of`)."""

    asked: int = 0
    void: int = 0
    top1: float = 0.0
    top3: float = 0.0
    recall: float = 0.0
    """Share of the questions whose answer is among the first ten."""
    mrr: float = 0.0
    """Mean of one over the rank, 0 below rank ten."""

    def of(self, measure: Measure) -> float:
        """The number a kind is judged by."""
        return {"top1": self.top1, "top3": self.top3, "recall": self.recall}[measure]


def judge(
    items: Iterable[KnownItem],
    answer: Callable[[str], Answered],
    *,
    missed: Callable[[KnownItem, Answered], None] | None = None,
) -> dict[str, Score]:
    """Ask everything; scores by kind, in the order of the kinds. ``missed`` is told of each that fails its measure."""
    ranks: dict[str, list[int | None]] = defaultdict(list)
    void: dict[str, int] = defaultdict(int)
    for item in items:
        answered = answer(item.text)
        if is_void(item, answered):
            void[item.kind] += 1
        else:
            rank = rank_of(item, answered)
            ranks[item.kind].append(rank)
            if missed is not None and (rank is None or rank > DEPTHS[KINDS[item.kind].measure]):
                missed(item, answered)
    return {kind: _score(ranks[kind], void[kind]) for kind in KINDS if kind in ranks or kind in void}


def rank_of(item: KnownItem, answered: Answered) -> int | None:
    """The rank of the first right answer among the first ten, from 1; None if there is none.

    For questions with a slip in them, what is only offered stands behind what matches.
    """
    shown = [*answered.hits, *answered.offered] if KINDS[item.kind].offered else answered.hits
    return next((n for n, subject in enumerate(shown[:DEPTH], start=1) if is_right(item, subject)), None)


def is_void(item: KnownItem, answered: Answered) -> bool:
    """Whether a slip happened to make a piece of another enterprise’s real name: then nothing was wrong with it.

    It is read off the rows: some hit’s name holds the text as it stands, and that hit is not a right answer.
    """
    if not KINDS[item.kind].offered:
        return False
    text = fold_name(item.text)
    return any(text in fold_name(hit.name) and not is_right(item, hit) for hit in answered.hits[:DEPTH])


def below_aim(scores: dict[str, Score]) -> list[str]:
    """A line for each kind that does not reach its aim; empty if all do."""
    return [
        f"{kind}: {wanted.measure} {score.of(wanted.measure):.3f} < {wanted.aim}"
        for kind, score in scores.items()
        if score.asked and score.of((wanted := KINDS[kind]).measure) < wanted.aim
    ]


def _score(ranks: list[int | None], void: int) -> Score:
    asked = len(ranks)
    if not asked:
        return Score(void=void)

    def share(depth: int) -> float:
        return sum(rank is not None and rank <= depth for rank in ranks) / asked

    mrr = sum(1 / rank for rank in ranks if rank) / asked
    return Score(asked, void, share(1), share(3), share(DEPTH), mrr)
