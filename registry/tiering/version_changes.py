"""One change between two versions of a rule, and the changes of thresholds."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from registry.errors import Text
from registry.tiering.describe import threshold_words
from registry.tiering.facets import Facet, bare
from registry.tiering.language import BandedThreshold, Compare
from registry.tiering.wording import label

Kind: TypeAlias = Literal[
    "threshold", "reading", "condition", "alternative", "waiver", "role", "procedures", "confidence", "points", "count"
]
Move: TypeAlias = Literal["raised", "lowered", "changed", "added", "removed"]


@dataclass(frozen=True)
class Change:
    """What changed of ``what``. ``before`` is None where something was added, ``after`` where it was removed.

    ``stricter``: harder to meet than before; False: easier; None: cannot be said in general.
    """

    kind: Kind
    move: Move
    stricter: bool | None
    what: Text
    before: Text | None
    after: Text | None


def threshold_change(one: Facet, other: Facet) -> list[Change]:
    """The change of the limit of one and the same measure; nothing where the limit is the same."""
    before, after = one.core, other.core
    if not (isinstance(before, Compare) and isinstance(after, Compare)):
        return []
    if before.operator == after.operator and bare(before.threshold) == bare(after.threshold):
        return []
    move = _move(before.threshold, after.threshold)
    if before.operator != after.operator and before.threshold == after.threshold:
        move = "changed"
    upward = after.operator in ("at_least", "more_than")
    if move == "changed":
        stricter = _sharper(before, after)
    else:
        stricter = (move == "raised") == upward
    what = Text(label(after, "zh"), label(after, "en"))
    return [Change("threshold", move, stricter, what, limit_words(before), limit_words(after))]


def limit_words(rule: Compare) -> Text:
    """≥ 5,000 万元."""
    return Text(threshold_words(rule, "zh"), threshold_words(rule, "en"))


def _move(before: Fraction | BandedThreshold, after: Fraction | BandedThreshold) -> Move:
    """Raised or lowered throughout; a table of bands only if its edges stayed."""
    old, new = _steps(before), _steps(after)
    if [edge for edge, _ in old] != [edge for edge, _ in new]:
        if isinstance(before, Fraction) == isinstance(after, Fraction):
            return "changed"
        # One limit for all against one for every band: raised if no band is below it.
        old, new = old * len(new), new * len(old)
    rises = [value - was for (_, was), (_, value) in zip(old, new, strict=True)]
    if all(rise >= 0 for rise in rises) and any(rises):
        return "raised"
    return "lowered" if all(rise <= 0 for rise in rises) and any(rises) else "changed"


def _steps(threshold: Fraction | BandedThreshold) -> list[tuple[Fraction | None, Fraction]]:
    if isinstance(threshold, Fraction):
        return [(None, threshold)]
    return [(band.up_to, band.use) for band in threshold.bands]


def _sharper(before: Compare, after: Compare) -> bool | None:
    """以上 against 超过 of the same number: only the number itself is in question."""
    if before.operator == after.operator or before.threshold != after.threshold:
        return None
    return after.operator in ("more_than", "less_than")
