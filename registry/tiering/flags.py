"""What a verdict means for the cultivation pool (design: candidate, near, at risk, needs data)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from registry.tiering.evaluation import Codes, Evaluation, Result, Verdict
from registry.tiering.population import Bools

NEAR_GAPS = 2
"""More criteria unmet than this is not near."""
NEAR_SHARE = 2
"""At least one in so many of the criteria that data decide must be met."""


@dataclass(frozen=True, slots=True)
class Flags:
    """One truth a row: 够条件, 差一点, 有风险, 缺数据."""

    candidate: Bools
    near: Bools
    at_risk: Bools
    needs_data: Bools


def data_criteria(evaluation: Evaluation) -> tuple[Codes, Codes]:
    """Of each row, how many criteria that data decide are met, and how many there are.

    Data decide what applies, is no veto (what everybody has to bring along says nothing about how far a firm has come)
    and does not wait for a person. What is unknown is among them: it is not known to be met.
    """
    met = np.zeros(evaluation.population.size, dtype=np.uint8)
    all_of_them = met.copy()
    for criterion in evaluation.standard.criteria:
        if not criterion.advisory and not criterion.veto:
            codes = evaluation.codes[criterion.id]
            met += codes == Result.MET
            all_of_them += (codes <= Result.UNKNOWN) | (codes == Result.MET)
    return met, all_of_them


def flags(
    *,
    verdict: ArrayLike,
    holds_title: ArrayLike,
    ends_soon: ArrayLike,
    gaps: ArrayLike,
    unknowns: ArrayLike,
    veto: ArrayLike,
    met: ArrayLike,
    of: ArrayLike,
) -> Flags:
    """Flags of each row from arrays of one length; ``met`` and ``of`` as ``data_criteria`` has them.

    candidate: eligible without the title. near: not a holder, one or two criteria unmet and none of them a veto, and at
    least half of the criteria that data decide are met: where a standard has few of those, one or two unmet is far
    away. at_risk: holds the title and either fails on the latest data or it ends soon.
    needs_data: undecided because figures or facts are missing. For holders pass the evaluation of the review procedure.
    """
    found, short = np.asarray(verdict), np.asarray(gaps)
    holder, soon = np.asarray(holds_title, np.bool_), np.asarray(ends_soon, np.bool_)
    few = (short >= 1) & (short <= NEAR_GAPS) & ~np.asarray(veto, np.bool_)
    on_the_way = np.asarray(met, np.int64) * NEAR_SHARE >= np.asarray(of, np.int64)
    return Flags(
        candidate=(found == Verdict.ELIGIBLE) & ~holder,
        near=few & on_the_way & ~holder,
        at_risk=holder & ((found == Verdict.INELIGIBLE) | soon),
        needs_data=(found == Verdict.UNDECIDED) & (np.asarray(unknowns) > 0),
    )
