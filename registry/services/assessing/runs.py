"""Runs over the whole population with the rules they were made by: the newest ones, and what they can still tell."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Assessment, AssessmentRun
from registry.schemas.assessments import RunInfo
from registry.services.assessing.explaining import judged_again, retell
from registry.services.assessing.running import rule_hash
from registry.services.standards import known_standards
from registry.tiering.report import gap_of
from registry.tiering.report_shapes import Report
from registry.tiering.selection import find
from registry.tiering.standard import Criterion, Standard


@dataclass(frozen=True, slots=True)
class RunRule:
    """A run and its version of the standard. ``stale``: the version was rewritten since; letters stay, words do not."""

    run: AssessmentRun
    standard: Standard
    stale: bool

    @property
    def criteria(self) -> tuple[str, ...]:
        """Ids of the criteria in the order of stored results; none where that order may be another one now."""
        return () if self.stale else tuple(one.id for one in self.standard.criteria)

    @property
    def weighing(self) -> tuple[Criterion, ...]:
        """The criteria that count, in the order of ``counted``; none where that order may be another one now."""
        return () if self.stale else tuple(one for one in self.standard.criteria if not one.advisory)

    def counted(self, results: str) -> str:
        """The letters of ``weighing`` out of a stored row of letters; all of them where the rule was rewritten."""
        if self.stale:
            return results
        pairs = zip(self.standard.criteria, results, strict=True)
        return "".join(letter for one, letter in pairs if not one.advisory)

    @property
    def info(self) -> RunInfo:
        """The run as it is shown."""
        run = self.run
        return RunInfo(
            run_id=run.id,
            tier=run.tier,
            version=run.standard_version,
            procedure=run.procedure,
            as_of=run.as_of,
            population=run.population,
            seconds=run.seconds,
            run_at=run.run_at,
            actor=run.actor,
            stale=self.stale,
        )

    def report(self, stored: Assessment) -> Report | None:
        """The findings of one of its assessments word for word; None where the rule is no longer the same."""
        return None if self.stale else retell(stored, self.run, self.standard)

    def gap_text(self, stored: Assessment) -> Text | None:
        """What keeps the firm from the title, in words; None as ``report``."""
        return None if self.stale else gap_of(judged_again(stored, self.run, self.standard), 0)


def latest_runs(session: Session, *, tier: str) -> list[AssessmentRun]:
    """The runs of the newest assessment of everybody by this tier: one for each version and procedure."""
    whole = (col(AssessmentRun.tier) == tier, col(AssessmentRun.whole_population).is_(True))
    newest = select(col(AssessmentRun.run_at)).where(*whole).order_by(col(AssessmentRun.id).desc()).limit(1)
    query = select(AssessmentRun).where(*whole, col(AssessmentRun.run_at) == newest.scalar_subquery())
    return list(session.scalars(query.order_by(col(AssessmentRun.id))))


def with_rules(session: Session, runs: Sequence[AssessmentRun]) -> dict[int, RunRule]:
    """These runs by number, with their rules. Raises NotFound for a version that is known no more."""
    among = known_standards(session)
    known: dict[str, tuple[Standard, str]] = {}
    for version in {run.standard_version for run in runs}:
        standard = find(version, among=among)[0]
        known[version] = standard, rule_hash(standard)
    return {
        run.id: RunRule(run, known[run.standard_version][0], known[run.standard_version][1] != run.rule_hash)
        for run in runs
    }
