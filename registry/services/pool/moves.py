"""Which stage of a case follows which: the one table, the lock, and the one place where a stage is changed."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import CaseEvent, CaseProposal, CultivationCase, Enterprise
from registry.policies import Actor, require
from registry.pool_words import CaseEventKind, ProposalState
from registry.services import audit
from registry.services.inbox.items import close_item
from registry.services.rows import by_number
from registry.vocabulary import CaseStage, Role, WorkKind

KEEPERS = frozenset({Role.CURATOR, Role.REVIEWER})
"""Who may take an enterprise into the pool and work on its case, inside their region and directory."""

ADMITTED, DIAGNOSIS, IMPROVEMENT = CaseStage.ADMITTED, CaseStage.DIAGNOSIS, CaseStage.IMPROVEMENT
PRECHECK, APPLICATION = CaseStage.PRECHECK, CaseStage.APPLICATION
RECOGNISED, LEFT = CaseStage.RECOGNISED, CaseStage.LEFT
MOVES: dict[CaseStage, tuple[CaseStage, ...]] = {
    ADMITTED: (DIAGNOSIS, PRECHECK, RECOGNISED, LEFT),
    DIAGNOSIS: (IMPROVEMENT, PRECHECK, RECOGNISED, LEFT),
    IMPROVEMENT: (DIAGNOSIS, PRECHECK, RECOGNISED, LEFT),
    PRECHECK: (IMPROVEMENT, APPLICATION, RECOGNISED, LEFT),
    APPLICATION: (IMPROVEMENT, RECOGNISED, LEFT),
    RECOGNISED: (),
    LEFT: (),
}
"""Stage → the stages that may follow. A title can be won at any time; what is not here does not happen."""
CLOSED = (RECOGNISED, LEFT)
OPEN = tuple(stage for stage in CaseStage if stage not in CLOSED)
SUBJECT = "cultivation_case"
HOME = "44"
"""The province whose pool this is; firms elsewhere are not this registry's to cultivate."""


def lock_case(session: Session, case_id: int, *, actor: Actor, version: int | None = None) -> CultivationCase:
    """The open case, locked until the transaction ends, for somebody who may work on it.

    ``version``: the one the page was made from. Raises NotFound, NotAllowed (属地管理), InvalidTransition (closed),
    Conflict (somebody changed it since).
    """
    found = by_number(session, CultivationCase, case_id, lock=True)
    if found is None:
        raise no_case(case_id)
    firm = session.get_one(Enterprise, found.enterprise_id)
    require(actor, KEEPERS, region_code=place_of(found, firm), directory_code=found.directory_code)
    if found.stage in CLOSED:
        raise InvalidTransition(
            f"这件培育已结束（{found.stage.label.zh}），不再改动。",
            f"This case is closed ({found.stage.label.en.lower()}) and is not changed any more.",
            field="case",
            value=case_id,
        )
    if version is not None and version != found.version:
        raise Conflict(
            "这件培育在您打开之后又有改动，刚才的操作没有保存。请看过最新内容，再提交一次。",
            "This case was changed after you opened it; nothing was saved. Look at what it says now, then send again.",
            field="version",
            value=version,
        )
    return found


def place_of(case: CultivationCase, firm: Enterprise) -> str:
    """Whose case it is: where the firm is; once it has left the province, where it was. Empty where nobody knows."""
    return firm.region_code if firm.region_code and firm.region_code.startswith(HOME) else case.region_code


def no_case(case_id: int) -> NotFound:
    """The refusal where there is none with this number."""
    return NotFound(
        f"没有编号为 {case_id} 的培育对象。", f"There is no cultivation case number {case_id}.", field="case"
    )


def require_move(case: CultivationCase, to: CaseStage) -> None:
    """Raises InvalidTransition if the stage does not follow the present one."""
    if to not in MOVES[case.stage]:
        zh = "、".join(one.label.zh for one in MOVES[case.stage]) or "无"
        en = ", ".join(one.label.en.lower() for one in MOVES[case.stage]) or "none"
        raise InvalidTransition(
            f"现在的阶段是“{case.stage.label.zh}”，不能转到“{to.label.zh}”。可以转到：{zh}。",
            f"The stage is “{case.stage.label.en}” and cannot become “{to.label.en}”. Possible: {en}.",
            field="stage",
            value=to.value,
        )


def move(
    session: Session, case: CultivationCase, to: CaseStage, *, actor: Actor, reason: str, details: dict[str, Any]
) -> None:
    """Change the stage, write event and audit. Closing takes the case out of the inbox."""
    require_move(case, to)
    before, now = case.stage, clock.now()
    case.stage, case.stage_since = to, now
    if to in CLOSED:
        case.closed_at, case.next_act, case.next_act_on = now, None, None
    worked_on(session, case)
    note(
        session,
        case,
        CaseEventKind.MOVE,
        actor=actor,
        text=reason,
        before=before.value,
        after=to.value,
        details=details or None,
    )
    for proposal in session.scalars(_open_proposals(case.id)).all():
        if proposal.to_stage not in MOVES[to]:
            lapse(session, case, proposal, actor=actor)
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.moved",
        subject_kind=SUBJECT,
        subject_key=str(case.id),
        before={"stage": before.value},
        after={"stage": to.value} | details,
        reason=reason[:400],
    )


def worked_on(session: Session, case: CultivationCase) -> None:
    """Somebody did something about it: it is quiet from today, or from the next act where that lies ahead."""
    today = clock.today()
    case.quiet_since = max(today, case.next_act_on) if case.next_act_on else today
    case.chased = 0
    case.version += 1
    session.flush()
    close_item(session, kind=WorkKind.CASE, subject_id=case.id)


def note(
    session: Session,
    case: CultivationCase,
    kind: CaseEventKind,
    *,
    actor: Actor,
    on: date | None = None,
    text: str = "",
    criterion: str = "",
    before: str = "",
    after: str = "",
    details: dict[str, Any] | None = None,
) -> CaseEvent:
    """Append an event."""
    event = CaseEvent(
        case_id=case.id,
        kind=kind,
        on=on or clock.today(),
        actor=actor.label,
        text=text,
        criterion=criterion,
        before=before[:100],
        after=after[:100],
        details=details,
    )
    session.add(event)
    session.flush()
    return event


def lapse(session: Session, case: CultivationCase, proposal: CaseProposal, *, actor: Actor) -> None:
    """What spoke for a proposal is gone: an open one lapses, a dismissed one may come again."""
    proposal.gone_at = clock.now()
    if proposal.state is ProposalState.OPEN:
        proposal.state = ProposalState.LAPSED
        say_proposal(session, case, proposal, actor=actor)
    session.flush()


def say_proposal(
    session: Session, case: CultivationCase, proposal: CaseProposal, *, actor: Actor, text: str = ""
) -> None:
    """Append the event of a proposal made, decided or lapsed."""
    opened = proposal.state is ProposalState.OPEN
    note(
        session,
        case,
        CaseEventKind.PROPOSAL if opened else CaseEventKind.DECISION,
        actor=actor,
        text=text,
        before="" if opened else ProposalState.OPEN.value,
        after=proposal.state.value,
        details={"proposal": proposal.id, "ground": proposal.ground.value, "to": proposal.to_stage.value},
    )


def _open_proposals(case_id: int) -> Any:
    return select(CaseProposal).where(
        col(CaseProposal.case_id) == case_id, col(CaseProposal.state) == ProposalState.OPEN
    )


def check_text(text: str, *, field: str, limit: int, what: tuple[str, str]) -> str:
    """Words somebody has to write, trimmed. Raises InvalidInput naming ``field`` if there are none or too many."""
    said = text.strip()
    if not said:
        raise InvalidInput(f"请写明{what[0]}。", f"Say {what[1]}.", field=field)
    if len(said) > limit:
        raise InvalidInput(
            f"{what[0]}有 {len(said)} 个字，最多 {limit} 个。请缩短。",
            f"{what[1].capitalize()}: {len(said)} characters; at most {limit}.",
            field=field,
        )
    return said


def check_not_ahead(on: date) -> date:
    """A day work was done on: not after today, not more than two years back. Raises InvalidInput naming ``on``."""
    today = clock.today()
    if not today - timedelta(days=730) <= on <= today:
        raise InvalidInput(
            f"{on.isoformat()} 不能登记：日期须在近两年内，且不晚于今天。",
            f"{on.isoformat()} cannot be recorded: the day must lie within the last two years and not after today.",
            field="on",
            value=on.isoformat(),
        )
    return on
