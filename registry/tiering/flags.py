"""What a verdict means for the cultivation pool (design: candidate, near, at risk, needs data)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from registry.tiering.evaluation import Verdict
from registry.tiering.population import Bools

NEAR_GAPS = 2


@dataclass(frozen=True, slots=True)
class Flags:
    """One truth a row: 够条件, 差一点, 有风险, 缺数据."""

    candidate: Bools
    near: Bools
    at_risk: Bools
    needs_data: Bools


def flags(
    *,
    verdict: ArrayLike,
    holds_title: ArrayLike,
    ends_soon: ArrayLike,
    gaps: ArrayLike,
    unknowns: ArrayLike,
    veto: ArrayLike,
) -> Flags:
    """Flags of each row from arrays of one length.

    candidate: eligible without the title. near: not a holder, one or two criteria unmet and none of them a veto; other
    criteria may still be unknown. at_risk: holds the title and either fails on the latest data or it ends soon.
    needs_data: undecided because figures or facts are missing. For holders pass the evaluation of the review procedure.
    """
    found, short = np.asarray(verdict), np.asarray(gaps)
    holder, soon = np.asarray(holds_title, np.bool_), np.asarray(ends_soon, np.bool_)
    few = (short >= 1) & (short <= NEAR_GAPS) & ~np.asarray(veto, np.bool_)
    return Flags(
        candidate=(found == Verdict.ELIGIBLE) & ~holder,
        near=few & ~holder,
        at_risk=holder & ((found == Verdict.INELIGIBLE) | soon),
        needs_data=(found == Verdict.UNDECIDED) & (np.asarray(unknowns) > 0),
    )
