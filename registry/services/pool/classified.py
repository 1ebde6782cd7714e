"""The page of a classified title: whose term ends, at which level, what the signs say, what is being decided."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry import clock
from registry.errors import NotFound, Text
from registry.models import Assessment, Batch, Enterprise, Fact, Listing, Reexamination
from registry.policies import EVERYWHERE, OFFICIALS, Actor, require
from registry.pool_words import ReexaminationState, ReviewResult
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.services.assessing.choosing import in_region
from registry.services.assessing.runs import latest_runs
from registry.services.enterprises import summaries
from registry.services.pool.levels import DEFAULT, Follows, LevelRule, level_of, level_rules
from registry.services.pool.moves import HOME, KEEPERS
from registry.services.pool.reexamining import new_terms, open_of
from registry.vocabulary import BatchState, Role, Verdict

AHEAD, BACK = timedelta(days=180), timedelta(days=180)
ROWS_MAX = 200
BREACHES = ("on_abnormal_list", "major_incident_1y", "major_incident_3y")
TERMS_WITHOUT_RISE = 2
"""After so many terms at a level below the highest the title may be lost."""


class Signs(ReadModel):
    """What the registry knows that bears on a re-examination: facts against the firm, the stored verdict."""

    breaches: tuple[str, ...]
    verdict: Verdict | None
    terms: int
    """Terms at this level so far, the present one counted."""


class ReexaminationRead(ReadModel):
    """A result on its way."""

    number: int
    level: str
    result: ReviewResult
    then: str
    to_level: str
    clause: str
    state: ReexaminationState
    reason: str
    proposed_by: str
    decided_by: str
    decision_reason: str
    document: str


class TermRow(ReadModel):
    """A term that ends or has ended without another. ``suggested``: what the signs speak for; an official decides."""

    listing_id: int
    enterprise: EnterpriseSummary
    level: str | None
    level_name: Text | None
    valid_from: date
    valid_to: date
    days_left: int
    batch_id: int
    batch: str
    signs: Signs
    suggested: Follows | None
    going_on: ReexaminationRead | None
    may_propose: bool


class NewTerm(ReadModel):
    """A later term of an announced list at the decided level."""

    listing_id: int
    batch: str
    valid_from: date
    valid_to: date | None


class ClassifiedPage(ReadModel):
    """Terms to be re-examined inside an official's region."""

    directory_code: str
    rules: tuple[LevelRule, ...]
    rows: tuple[TermRow, ...]
    holders: tuple[tuple[str, int], ...]
    """How many hold the title today at each level; the last one: level not named."""
    may_decide: bool


class TermPage(ReadModel):
    """One term with everything that can be done about it."""

    row: TermRow
    rule: LevelRule | None
    history: tuple[ReexaminationRead, ...]
    new_terms: tuple[NewTerm, ...]
    may_decide: bool


def classified_page(
    session: Session, *, actor: Actor, region_code: str = EVERYWHERE, directory_code: str = DEFAULT
) -> ClassifiedPage:
    """Whose term ends within half a year or ended within the last without another. Raises NotAllowed, NotFound."""
    require(actor, OFFICIALS, region_code=region_code)
    rules = _rules(session, directory_code)
    today = clock.today()
    rows = session.execute(
        _terms(directory_code)
        .where(
            in_region(region_code),
            col(Listing.valid_to) >= today - BACK,
            col(Listing.valid_to) <= today + AHEAD,
            ~_has_later(),
        )
        .order_by(col(Listing.valid_to), col(Listing.id))
        .limit(ROWS_MAX)
    ).all()
    return ClassifiedPage(
        directory_code=directory_code,
        rules=tuple(rules),
        rows=tuple(_rows(session, [tuple(row) for row in rows], rules, actor, today)),
        holders=tuple(_holders(session, directory_code, rules, region_code, today)),
        may_decide=actor.may(Role.CURATOR, region_code="", directory_code=directory_code),
    )


def term_page(session: Session, listing_id: int, *, actor: Actor) -> TermPage:
    """One term of a classified title. Raises NotFound, NotAllowed outside the official's region."""
    row = session.get(Listing, listing_id)
    firm = session.get(Enterprise, row.enterprise_id) if row is not None else None
    if row is None or firm is None or row.voided_at is not None or row.valid_to is None:
        raise NotFound(f"没有编号为 {listing_id} 的认定记录。", f"There is no title {listing_id}.", field="listing")
    require(actor, OFFICIALS, region_code=firm.region_code or "")
    rules, today = _rules(session, row.directory_code), clock.today()
    batch = session.get_one(Batch, row.batch_id)
    told = list(_rows(session, [(row, batch, firm.region_code)], rules, actor, today))
    if not told:
        raise NotFound("这家企业的记录已撤回。", "The record of this enterprise was taken back.", field="listing")
    open_one = open_of(session, listing_id)
    decided = open_one is not None and open_one.state is ReexaminationState.DECIDED
    past = select(Reexamination).where(col(Reexamination.listing_id) == listing_id)
    return TermPage(
        row=told[0],
        rule=level_of(row.group_label, row.details, rules),
        history=tuple(_read(one) for one in session.scalars(past.order_by(col(Reexamination.id).desc()))),
        new_terms=tuple(_new(session, one) for one in new_terms(session, open_one, row))
        if open_one is not None and decided
        else (),
        may_decide=actor.may(Role.CURATOR, region_code="", directory_code=row.directory_code),
    )


def _rules(session: Session, directory_code: str) -> list[LevelRule]:
    rules = level_rules(session, directory_code=directory_code, as_of=clock.today(), region_code=HOME.ljust(6, "0"))
    if not rules:
        raise NotFound(
            f"“{directory_code[:40]}”不是分级的称号。", f"“{directory_code[:40]}” has no levels.", field="directory"
        )
    return rules


def _terms(directory_code: str) -> Any:
    return (
        select(Listing, Batch, col(Enterprise.region_code))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(
            col(Listing.directory_code) == directory_code,
            col(Listing.voided_at).is_(None),
            col(Listing.withdrawn_on).is_(None),
            col(Batch.state) == BatchState.FINAL,
            col(Enterprise.voided_at).is_(None),
        )
    )


def _has_later() -> Any:
    later, batch = aliased(Listing), aliased(Batch)
    return exists(
        select(col(later.id))
        .join(batch, col(batch.id) == col(later.batch_id))
        .where(
            col(later.enterprise_id) == col(Listing.enterprise_id),
            col(later.directory_code) == col(Listing.directory_code),
            col(later.voided_at).is_(None),
            col(later.valid_from) > col(Listing.valid_from),
            col(batch.state) == BatchState.FINAL,
        )
        .correlate(Listing)
    )


def _rows(
    session: Session,
    found: Sequence[tuple[Listing, Batch, str | None]],
    rules: list[LevelRule],
    actor: Actor,
    today: date,
) -> Sequence[TermRow]:
    ids = list({listing.enterprise_id for listing, _, _ in found})
    firms = {firm.id: firm for firm in summaries(session, ids, as_of=today)}
    breaches, verdicts = _breaches(session, ids), _verdicts(session, ids, found)
    terms = _terms_before(session, ids, rules, found)
    rows = []
    for listing, batch, where in found:
        if listing.enterprise_id not in firms or listing.valid_to is None:
            continue
        rule = level_of(listing.group_label, listing.details, rules)
        signs = Signs(
            breaches=tuple(breaches[listing.enterprise_id]),
            verdict=verdicts.get(listing.enterprise_id),
            terms=sum(one == (rule.level if rule else None) for one in terms[listing.enterprise_id]),
        )
        going_on = open_of(session, listing.id)
        may = actor.may(KEEPERS, region_code=where or "", directory_code=listing.directory_code)
        rows.append(
            TermRow(
                listing_id=listing.id,
                enterprise=firms[listing.enterprise_id],
                level=rule.level if rule else None,
                level_name=rule.name if rule else None,
                valid_from=listing.valid_from,
                valid_to=listing.valid_to,
                days_left=(listing.valid_to - today).days,
                batch_id=batch.id,
                batch=batch.label,
                signs=signs,
                suggested=_suggested(rule, signs),
                going_on=_read(going_on) if going_on else None,
                may_propose=may and going_on is None and rule is not None,
            )
        )
    return rows


def _suggested(rule: LevelRule | None, signs: Signs) -> Follows | None:
    """What the signs speak for: a breach, a failed review. Nothing is suggested where nothing is known."""
    if rule is None:
        return None
    result = None
    if signs.breaches:
        result = ReviewResult.BREACH
    elif signs.verdict is Verdict.INELIGIBLE:
        result = ReviewResult.FAILED
    return next((one for one in rule.follows if one.result is result), None)


def _breaches(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Fact).where(col(Fact.enterprise_id).in_(ids), col(Fact.name).in_(BREACHES))
    for fact in session.scalars(query.order_by(col(Fact.id))):
        if fact.value is True and fact.name not in found[fact.enterprise_id]:
            found[fact.enterprise_id].append(fact.name)
    return found


def _verdicts(
    session: Session, ids: Sequence[int], found: Sequence[tuple[Listing, Batch, str | None]]
) -> dict[int, Verdict]:
    """Verdicts of the newest whole run, where it kept one."""
    if not found:
        return {}
    runs = [run.id for run in latest_runs(session, tier=found[0][0].directory_code)]
    query = select(col(Assessment.enterprise_id), col(Assessment.verdict)).where(
        col(Assessment.run_id).in_(runs), col(Assessment.enterprise_id).in_(ids)
    )
    return {number: verdict for number, verdict in session.execute(query)}


def _terms_before(
    session: Session,
    ids: Sequence[int],
    rules: list[LevelRule],
    found: Sequence[tuple[Listing, Batch, str | None]],
) -> dict[int, list[str | None]]:
    """The levels of every term a firm has had."""
    terms: dict[int, list[str | None]] = defaultdict(list)
    if found:
        for listing, _, _ in session.execute(
            _terms(found[0][0].directory_code).where(col(Listing.enterprise_id).in_(ids))
        ):
            rule = level_of(listing.group_label, listing.details, rules)
            terms[listing.enterprise_id].append(rule.level if rule else None)
    return terms


def _holders(
    session: Session, directory_code: str, rules: list[LevelRule], region_code: str, today: date
) -> list[tuple[str, int]]:
    counts: dict[str, int] = {rule.level: 0 for rule in rules} | {"": 0}
    held = _terms(directory_code).where(
        in_region(region_code), col(Listing.valid_from) <= today, col(Listing.valid_to) >= today
    )
    for listing, _, _ in session.execute(held):
        rule = level_of(listing.group_label, listing.details, rules)
        counts[rule.level if rule else ""] += 1
    return list(counts.items())


def _read(one: Reexamination) -> ReexaminationRead:
    return ReexaminationRead(
        number=one.id,
        level=one.level,
        result=one.result,
        then=one.then,
        to_level=one.to_level,
        clause=one.clause,
        state=one.state,
        reason=one.reason,
        proposed_by=one.proposed_by,
        decided_by=one.decided_by,
        decision_reason=one.decision_reason,
        document=one.document,
    )


def _new(session: Session, one: Listing) -> NewTerm:
    batch = session.get_one(Batch, one.batch_id)
    return NewTerm(listing_id=one.id, batch=batch.label, valid_from=one.valid_from, valid_to=one.valid_to)
