"""Re-examination (复审) of a classified title: a reviewer says how it came out, a curator decides, a paper backs it.

The title itself changes only through an announced list or a document that ends it; until then a decision waits.
"""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Batch, Enterprise, Listing, Reexamination
from registry.policies import Actor, require, require_importer
from registry.pool_words import ReexaminationState, ReviewResult
from registry.services import audit
from registry.services.pool.levels import LevelRule, following, level_of, level_rules
from registry.services.pool.moves import KEEPERS, check_text
from registry.services.standing import withdraw_title
from registry.vocabulary import BatchState

REASON_MAX, DOCUMENT_MAX = 400, 200
SUBJECT = "reexamination"
OPEN = (ReexaminationState.PROPOSED, ReexaminationState.DECIDED)
LOSES = "loses"
_REASON, _DOCUMENT = ("理由", "why"), ("文号", "the number of the document")


def propose_result(session: Session, *, listing_id: int, result: str, reason: str, actor: Actor) -> Reexamination:
    """Say how the re-examination of a term came out; what follows is read from the standard.

    Raises NotFound, NotAllowed (属地管理), InvalidInput (result, reason, a level that the row does not name), Conflict
    (one is open for this term).
    """
    row, firm = _term(session, listing_id)
    require(actor, KEEPERS, region_code=firm.region_code or "", directory_code=row.directory_code)
    rule = level_of_row(session, row, firm)
    known = {one.value: one for one in ReviewResult}
    follows = following(rule, known[result]) if result in known else None
    if follows is None:
        raise InvalidInput(
            f"请选择复审结果。标准没有写明“{rule.level}”的这种结果。",
            "Choose a result that the standard knows for this level.",
            field="result",
            value=result,
            choices=tuple(one.result.value for one in rule.follows),
        )
    said = check_text(reason, field="reason", limit=REASON_MAX, what=_REASON)
    if open_of(session, row.id) is not None:
        raise Conflict("这一期的复审已有结论在办。", "A result for this term is being dealt with.", field="result")
    made = Reexamination(
        listing_id=row.id,
        level=rule.level,
        result=follows.result,
        then=follows.then,
        to_level=follows.to_level or ("" if follows.then == LOSES else rule.level),
        clause=follows.clause,
        state=ReexaminationState.PROPOSED,
        reason=said,
        proposed_by=actor.label,
    )
    session.add(made)
    session.flush()
    _audit(session, made, "proposed", actor, said)
    return made


def decide_result(session: Session, *, number: int, agree: bool, reason: str, actor: Actor) -> Reexamination:
    """Agree with a proposed result or not. A curator of the directory for the province decides; no title changes yet.

    Raises NotFound, NotAllowed, InvalidInput (a reason not to agree), InvalidTransition (decided already).
    """
    found, row = _lock(session, number)
    require_importer(actor, directory_code=row.directory_code)
    _require(found, ReexaminationState.PROPOSED)
    said = reason.strip()
    if not agree or len(said) > REASON_MAX:
        said = check_text(said, field="reason", limit=REASON_MAX, what=_REASON)
    found.state = ReexaminationState.DECIDED if agree else ReexaminationState.REJECTED
    found.decided_by, found.decided_at, found.decision_reason = actor.label, clock.now(), said
    session.flush()
    _audit(session, found, "decided" if agree else "rejected", actor, said)
    return found


def carry_out_result(
    session: Session, *, number: int, document: str, new_listing_id: int | None, actor: Actor
) -> Reexamination:
    """Carry a decision out. Losing the title takes the document that ends it; everything else takes the term of an
    announced list at the level decided. The old term ends where the new one begins.

    Raises NotFound, NotAllowed, InvalidInput (document, the new term), InvalidTransition (not decided, not in force).
    """
    found, row = _lock(session, number)
    require_importer(actor, directory_code=row.directory_code)
    _require(found, ReexaminationState.DECIDED)
    today = clock.today()
    if found.then == LOSES:
        found.document = check_text(document, field="document", limit=DOCUMENT_MAX, what=_DOCUMENT)
        _end(session, row, today, found.document, actor, found)
    else:
        new = _new_term(session, found, row, new_listing_id)
        batch = session.get_one(Batch, new.batch_id)
        found.new_listing_id, found.document = new.id, (batch.document_no or batch.title)[:DOCUMENT_MAX]
        if new.valid_from > today:
            raise InvalidTransition(
                f"新一期自 {new.valid_from.isoformat()} 起生效，到那天再落实。",
                f"The new term begins on {new.valid_from.isoformat()}: carry it out then.",
                field="new_listing",
            )
        if row.valid_to is None or row.valid_to >= new.valid_from:
            _end(session, row, new.valid_from, found.document, actor, found)
    found.state, found.applied_by, found.applied_at = ReexaminationState.APPLIED, actor.label, clock.now()
    session.flush()
    _audit(session, found, "applied", actor, found.document)
    return found


def open_of(session: Session, listing_id: int) -> Reexamination | None:
    """The result of a term that is still being dealt with."""
    query = select(Reexamination).where(col(Reexamination.listing_id) == listing_id, col(Reexamination.state).in_(OPEN))
    return session.scalars(query.order_by(col(Reexamination.id).desc()).limit(1)).first()


def new_terms(session: Session, found: Reexamination, row: Listing) -> list[Listing]:
    """Later terms of the same firm from final lists, at the level decided."""
    query = (
        select(Listing)
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .where(
            col(Listing.enterprise_id) == row.enterprise_id,
            col(Listing.directory_code) == row.directory_code,
            col(Listing.id) != row.id,
            col(Listing.valid_from) > row.valid_from,
            col(Listing.voided_at).is_(None),
            col(Listing.withdrawn_on).is_(None),
            col(Batch.state) == BatchState.FINAL,
        )
        .order_by(col(Listing.valid_from), col(Listing.id))
    )
    firm = session.get_one(Enterprise, row.enterprise_id)
    rules = rules_of(session, row, firm)
    terms = [(one, level_of(one.group_label, one.details, rules)) for one in session.scalars(query)]
    return [one for one, rule in terms if rule is not None and rule.level == found.to_level]


def rules_of(session: Session, row: Listing, firm: Enterprise) -> list[LevelRule]:
    """The levels of the row's directory for the firm's place today."""
    return level_rules(session, directory_code=row.directory_code, as_of=clock.today(), region_code=firm.region_code)


def level_of_row(session: Session, row: Listing, firm: Enterprise) -> LevelRule:
    """The level a term is of. Raises InvalidInput where the printed row does not name one."""
    rules = rules_of(session, row, firm)
    rule = level_of(row.group_label, row.details, rules)
    if rule is None:
        raise InvalidInput(
            "公告的这一行没有写明级别，不能登记复审。请先核对公告。",
            "The printed row names no level: check the announcement first.",
            field="result",
        )
    return rule


def _term(session: Session, listing_id: int) -> tuple[Listing, Enterprise]:
    row = session.get(Listing, listing_id, with_for_update=True)
    if row is None or row.voided_at is not None:
        raise NotFound(f"没有编号为 {listing_id} 的认定记录。", f"There is no title {listing_id}.", field="listing")
    return row, session.get_one(Enterprise, row.enterprise_id)


def _lock(session: Session, number: int) -> tuple[Reexamination, Listing]:
    found = session.get(Reexamination, number, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"没有编号为 {number} 的复审。", f"There is no re-examination {number}.", field="number")
    return found, session.get_one(Listing, found.listing_id)


def _require(found: Reexamination, state: ReexaminationState) -> None:
    if found.state is not state:
        raise InvalidTransition(
            f"这次复审的状态是“{found.state.label.zh}”，不能这样办理。",
            f"This re-examination is “{found.state.label.en}”: this is not possible now.",
            field="number",
        )


def _new_term(session: Session, found: Reexamination, row: Listing, number: int | None) -> Listing:
    for one in new_terms(session, found, row):
        if one.id == number:
            return one
    raise InvalidInput(
        f"请选择公告名单中级别为“{found.to_level}”的新一期；名单还没有导入的，先导入并定为正式。",
        "Choose the new term at the decided level from an announced list; a list that is not here is imported first.",
        field="new_listing",
        value=number,
    )


def _end(session: Session, row: Listing, on: date, document: str, actor: Actor, found: Reexamination) -> None:
    """End the old term, unless it has ended by itself or by another decision."""
    if row.withdrawn_on is not None or (row.valid_to is not None and row.valid_to < on):
        return
    reason = f"复审{found.result.label.zh}（{found.clause}）：{found.reason}"
    withdraw_title(session, listing_id=row.id, on=on, document=document, actor=actor, reason=reason[:300])


def _audit(session: Session, found: Reexamination, act: str, actor: Actor, reason: str) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.{act}",
        subject_kind=SUBJECT,
        subject_key=str(found.id),
        after={
            "listing": found.listing_id,
            "level": found.level,
            "result": found.result.value,
            "then": found.then,
            "to": found.to_level,
            "state": found.state.value,
            "document": found.document,
            "new_listing": found.new_listing_id,
        },
        reason=reason,
    )
