"""What the holders of a page of titles would fail: from the newest review run, or judged now where it kept nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput, NotFound, Text
from registry.models import Assessment, Directory
from registry.schemas.renewals import Basis, Failure, RenewalFinding
from registry.services.assessing.gathering import gather
from registry.services.assessing.running import VERDICTS, letters
from registry.services.assessing.runs import RunRule, latest_runs, with_rules
from registry.services.standards import known_standards
from registry.tiering.evaluation import evaluate
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.selection import choose, tiers
from registry.tiering.standard import Standard
from registry.vocabulary import Procedure, Verdict

NOTHING = RenewalFinding(basis=Basis.NONE)


@dataclass(frozen=True, slots=True)
class Holder:
    """A row to be judged."""

    listing_id: int
    enterprise_id: int
    region_code: str | None
    tier: str
    stored: Assessment | None


def review_runs(session: Session) -> dict[int, RunRule]:
    """The newest run over the holders of every directory that has standards."""
    found = [
        run for tier in tiers(among=known_standards(session), chosen=True) for run in latest_runs(session, tier=tier)
    ]
    return with_rules(session, [run for run in found if run.procedure is Procedure.REVIEW])


def judge(
    session: Session, holders: Sequence[Holder], runs: Mapping[int, RunRule], *, as_of: date
) -> dict[int, RenewalFinding]:
    """The finding of each row by its number. Rows the run kept are told by it; the rest are judged now, together."""
    found = {one.listing_id: NOTHING for one in holders}
    later: dict[str, list[Holder]] = {}
    for one in holders:
        if one.stored is not None and not runs[one.stored.run_id].stale:
            found[one.listing_id] = _stored(one.stored, runs[one.stored.run_id])
        else:
            later.setdefault(one.tier, []).append(one)
    among = known_standards(session)
    known = set(session.scalars(select(col(Directory.code)))) & set(tiers(among=among, chosen=True))
    for tier, group in later.items():
        if tier in known:
            found.update(_live(session, tier, group, among, as_of))
    return found


def _stored(stored: Assessment, run: RunRule) -> RenewalFinding:
    return RenewalFinding(
        basis=Basis.STORED,
        as_of=run.run.as_of,
        version=run.standard.id,
        verdict=stored.verdict,
        fails=_failures(run.standard, stored.results, "U"),
        lacks=_failures(run.standard, stored.results, "?"),
        gap_text=run.gap_text(stored),
        consequence=_consequence(run.standard, stored.verdict),
        assessment_id=stored.id,
    )


def _live(
    session: Session, tier: str, group: Sequence[Holder], among: tuple[Standard, ...], as_of: date
) -> Iterator[tuple[int, RenewalFinding]]:
    """Judged now, the firms of one version together. Places without a rule for reviews have no finding."""
    versions: dict[str, tuple[Standard, list[Holder]]] = {}
    for one in group:
        try:
            standard = choose(tier, procedure="review", as_of=as_of, region_code=one.region_code, among=among)
        except (InvalidInput, NotFound):
            continue
        versions.setdefault(standard.id, (standard, []))[1].append(one)
    for standard, members in versions.values():
        yield from _by_version(session, standard, members, as_of)


def _by_version(
    session: Session, standard: Standard, group: Sequence[Holder], as_of: date
) -> Iterator[tuple[int, RenewalFinding]]:
    ids = np.array(sorted({one.enterprise_id for one in group}), dtype=np.int64)
    asked = reads(standard, as_of=as_of, procedure="review")
    evaluation = evaluate(standard, gather(session, ids=ids, reads=asked, as_of=as_of, procedure="review"))
    results, place = letters(evaluation), {number: at for at, number in enumerate(ids.tolist())}
    for one in group:
        at = place[one.enterprise_id]
        report, verdict = explain(evaluation, at), VERDICTS[int(evaluation.verdict[at])]
        finding = RenewalFinding(
            basis=Basis.LIVE,
            as_of=as_of,
            version=standard.id,
            verdict=verdict,
            fails=_failures(standard, results[at], "U"),
            lacks=_failures(standard, results[at], "?"),
            gap_text=Text(report.gap_text, report.gap_text_en),
            consequence=_consequence(standard, verdict),
        )
        yield one.listing_id, finding


def _failures(standard: Standard, results: str, letter: str) -> tuple[Failure, ...]:
    pairs = zip(standard.criteria, results, strict=True)
    wanted = [one for one, said in pairs if said == letter and not one.advisory]
    return tuple(Failure(criterion=one.id, name=Text(one.name.zh, one.name.en)) for one in wanted)


def _consequence(standard: Standard, verdict: Verdict) -> Text | None:
    """What the standard says of those who fail a review."""
    if verdict is not Verdict.INELIGIBLE:
        return None
    ways = [one.text for one in standard.outcomes if one.review == "failed"]
    return Text("；".join(one.zh for one in ways), "; ".join(one.en for one in ways)) if ways else None
