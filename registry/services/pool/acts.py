"""What officials do with a case: change its stage, plan the next act, hand it on, record the work done."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, InvalidTransition
from registry.models import Account, Batch, CaseEvent, CultivationCase, Enterprise, Listing, RoleGrant
from registry.policies import Actor, Grant, require
from registry.pool_words import CaseEventKind, CaseExit, GroupVerdict
from registry.services import audit
from registry.services.pool.criteria import criteria_of
from registry.services.pool.group_check import GroupCheck, group_check, in_words
from registry.services.pool.moves import (
    KEEPERS,
    SUBJECT,
    check_not_ahead,
    check_text,
    lock_case,
    move,
    note,
    place_of,
    require_move,
    worked_on,
)
from registry.titles import held_on
from registry.vocabulary import CaseStage, Role

REASON_MAX, NEXT_MAX, TEXT_MAX, PRODUCT_MAX = 400, 200, 2000, 200
AHEAD_MAX = timedelta(days=180)
"""A next act further away would put a case to sleep."""
WORK = (
    CaseEventKind.CONTACT,
    CaseEventKind.VISIT,
    CaseEventKind.DIAGNOSIS,
    CaseEventKind.SUPPORT,
    CaseEventKind.NOTE,
)
"""What people record; the other kinds follow from acts."""
REASON, LEAVING = ("理由", "why"), ("退库理由", "why it leaves the pool")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who may keep a case."""

    account_id: int
    name: str


def move_case(
    session: Session,
    *,
    case_id: int,
    to: str,
    actor: Actor,
    reason: str,
    exit_kind: str = "",
    version: int | None = None,
) -> CultivationCase:
    """Change the stage of a case.

    Improvement takes a recorded diagnosis; application takes a clear group check or a curator with a reason;
    recognition takes the title; leaving takes a kind and a reason. Raises NotFound, NotAllowed, Conflict (version),
    InvalidInput, InvalidTransition.
    """
    case = lock_case(session, case_id, actor=actor, version=version)
    stage = _stage(to)
    require_move(case, stage)
    carry_out(session, case, stage, actor=actor, reason=reason, exit_kind=exit_kind)
    return case


def carry_out(
    session: Session, case: CultivationCase, to: CaseStage, *, actor: Actor, reason: str, exit_kind: str = ""
) -> None:
    """The move of a locked case with what it asks for; also what accepting a proposal does."""
    said, details = reason.strip(), dict[str, object]()
    if len(said) > REASON_MAX:
        check_text(said, field="reason", limit=REASON_MAX, what=REASON)
    if to is CaseStage.IMPROVEMENT and case.stage is CaseStage.DIAGNOSIS:
        _require_diagnosis(session, case)
    if to is CaseStage.APPLICATION:
        details["group_check"] = _pass_group_check(session, case, actor, said)
    if to is CaseStage.RECOGNISED:
        title = title_of(session, case, on=clock.today())
        if title is None:
            raise InvalidTransition(
                "企业现在没有这个称号的有效认定记录，不能转到“认定”。认定以公告名单为准。",
                "The firm holds no title of this directory today. A case is recognised by an announced list only.",
                field="stage",
            )
        case.listing_id = title.id
        details["listing_id"] = title.id
    if to is CaseStage.LEFT:
        case.exit_kind = _exit(exit_kind)
        case.exit_reason = check_text(said, field="reason", limit=REASON_MAX, what=LEAVING)
        details["exit"] = case.exit_kind.value
    move(session, case, to, actor=actor, reason=said, details=details)


def plan_next(
    session: Session, *, case_id: int, what: str, on: date | None, actor: Actor, version: int | None = None
) -> CultivationCase:
    """Say what comes next and when; both empty clears it. Raises as ``move_case``."""
    case = lock_case(session, case_id, actor=actor, version=version)
    said, today = what.strip(), clock.today()
    if bool(said) != bool(on):
        raise InvalidInput(
            "下一步做什么和日期须一起填。",
            "The next act and its day go together.",
            field="next_act_on" if said else "next_act",
        )
    if said:
        check_text(said, field="next_act", limit=NEXT_MAX, what=("下一步", "what comes next"))
    if on is not None and not today <= on <= today + AHEAD_MAX:
        raise InvalidInput(
            f"下一步的日期须在今天至 {(today + AHEAD_MAX).isoformat()} 之间。",
            f"The day of the next act lies between today and {(today + AHEAD_MAX).isoformat()}.",
            field="next_act_on",
            value=on.isoformat(),
        )
    before = {"next_act": case.next_act, "on": case.next_act_on and case.next_act_on.isoformat()}
    case.next_act, case.next_act_on = said or None, on
    worked_on(session, case)
    after = {"next_act": said or None, "on": on.isoformat() if on else None}
    note(session, case, CaseEventKind.PLAN, actor=actor, text=said, after=on.isoformat() if on else "")
    _audit(session, case, "planned", actor, before, after)
    return case


def assign_owner(
    session: Session, *, case_id: int, owner_id: int | None, actor: Actor, version: int | None = None
) -> CultivationCase:
    """Hand the case to somebody who may keep it, or to nobody. Raises as ``move_case``."""
    case = lock_case(session, case_id, actor=actor, version=version)
    names = {one.account_id: one.name for one in keepers_of(session, case)}
    if owner_id is not None and owner_id not in names:
        raise InvalidInput(
            "这个人不能办理这家企业的培育。请从名单中选择。",
            "This person may not keep cases of this firm. Choose one of the list.",
            field="owner",
            value=owner_id,
        )
    if owner_id == case.owner_id:
        raise InvalidInput("责任人没有变。", "It is this person's case already.", field="owner")
    before = names.get(case.owner_id or 0, "")
    case.owner_id = owner_id
    worked_on(session, case)
    after = names.get(owner_id or 0, "")
    note(session, case, CaseEventKind.OWNER, actor=actor, before=before, after=after)
    _audit(session, case, "assigned", actor, {"owner": before}, {"owner": after, "owner_id": owner_id})
    return case


def record_work(
    session: Session,
    *,
    case_id: int,
    kind: str,
    on: date,
    text: str,
    criterion: str = "",
    actor: Actor,
    version: int | None = None,
) -> CaseEvent:
    """Record a contact, visit, diagnosis, support or note, and which criterion it should move.

    Raises as ``move_case``; InvalidInput also for a criterion that the case's standard does not have.
    """
    case = lock_case(session, case_id, actor=actor, version=version)
    known = {one.value: one for one in WORK}
    if kind not in known:
        raise InvalidInput("请选择做了什么。", "Choose what was done.", field="kind", value=kind, choices=tuple(known))
    check_not_ahead(on)
    said = check_text(text, field="text", limit=TEXT_MAX, what=("内容", "what happened"))
    wanted = criterion.strip().upper()
    known_criteria = {one.id.upper(): one.id for one in criteria_of(session, case)} if wanted else {"": ""}
    if wanted not in known_criteria:
        raise InvalidInput(
            f"这个标准没有“{criterion[:20]}”这一条。",
            f"The standard has no criterion “{criterion[:20]}”.",
            field="criterion",
            value=criterion,
        )
    tied = known_criteria[wanted]
    worked_on(session, case)
    event = note(session, case, known[kind], actor=actor, on=on, text=said, criterion=tied)
    _audit(session, case, "worked_on", actor, None, {"event": event.id, "kind": kind, "criterion": tied})
    return event


def set_product(
    session: Session, *, case_id: int, product: str, actor: Actor, version: int | None = None
) -> CultivationCase:
    """Say with which product the firm is to be put forward; empty clears it. Raises as ``move_case``."""
    case = lock_case(session, case_id, actor=actor, version=version)
    said = " ".join(product.split())
    if said:
        check_text(said, field="product", limit=PRODUCT_MAX, what=("产品名称", "the product"))
    before, case.product = case.product, said
    worked_on(session, case)
    note(session, case, CaseEventKind.PRODUCT, actor=actor, text=said, before=before, after=said)
    _audit(session, case, "product", actor, {"product": before}, {"product": said})
    return case


def keepers_of(session: Session, case: CultivationCase) -> list[Keeper]:
    """Active people with a grant to keep cases of this firm's place and directory, by name."""
    place = place_of(case, session.get_one(Enterprise, case.enterprise_id))
    return keepers_for(session, {(place, case.directory_code)})


def keepers_for(session: Session, wanted: Set[tuple[str, str]]) -> list[Keeper]:
    """Active people who may keep cases of every one of these places and directories, by name."""
    rows = session.execute(
        select(RoleGrant, Account)
        .join(Account, col(Account.id) == col(RoleGrant.account_id))
        .where(col(RoleGrant.role).in_(sorted(KEEPERS)), col(Account.active).is_(True))
        .order_by(col(Account.display_name), col(Account.id))
    )
    people: dict[int, Account] = {}
    reach: dict[int, set[tuple[str, str]]] = {}
    for row, account in rows:
        grant = Grant(row.role, row.region_code, row.directory_code)
        people[account.id] = account
        reach.setdefault(account.id, set()).update(one for one in wanted if grant.covers(KEEPERS, *one))
    return [Keeper(one.id, one.display_name or one.login) for one in people.values() if reach[one.id] == wanted]


def title_of(session: Session, case: CultivationCase, *, on: date) -> Listing | None:
    """The newest title of the case's directory that the firm holds on the day."""
    query = (
        select(Listing)
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .where(
            col(Listing.enterprise_id) == case.enterprise_id,
            col(Listing.directory_code) == case.directory_code,
            held_on(on),
        )
        .order_by(col(Listing.valid_from).desc(), col(Listing.id).desc())
    )
    return session.scalars(query.limit(1)).first()


def _require_diagnosis(session: Session, case: CultivationCase) -> None:
    made = select(col(CaseEvent.id)).where(
        col(CaseEvent.case_id) == case.id, col(CaseEvent.kind) == CaseEventKind.DIAGNOSIS
    )
    if session.scalars(made.limit(1)).first() is None:
        raise InvalidTransition(
            "还没有登记诊断，不能转到“提升”。请先登记一次诊断。",
            "No diagnosis is recorded yet: record one before the case goes on to improvement.",
            field="stage",
        )


def _pass_group_check(session: Session, case: CultivationCase, actor: Actor, reason: str) -> dict[str, object]:
    """The check as it goes into the event. Raises NotAllowed or InvalidInput where it is not clear."""
    check = group_check(session, case, as_of=clock.today())
    if check.verdict is not GroupVerdict.CLEAR:
        firm = session.get_one(Enterprise, case.enterprise_id)
        require(actor, Role.CURATOR, region_code=place_of(case, firm), directory_code=case.directory_code)
        if not reason:
            raise InvalidInput(
                f"集团核查：{_named(check)}。仍要推荐的，请由名录管理员写明理由。",
                f"Group check: {check.verdict.label.en.lower()}. A curator who recommends nevertheless says why.",
                field="reason",
            )
    return {
        "verdict": check.verdict.value,
        "related": check.related,
        "product": check.product,
        "holdings": [
            {"listing": one.listing_id, "firm": one.name, "same_product": one.same_product, "way": in_words(one.way)}
            for one in check.holdings
        ],
    }


def _named(check: GroupCheck) -> str:
    names: Sequence[str] = [one.name for one in check.holdings if one.same_product is not False]
    return f"{check.verdict.label.zh}（{'、'.join(names)}）"


def _stage(text: str) -> CaseStage:
    known = {stage.value: stage for stage in CaseStage}
    if text not in known:
        raise InvalidInput("请选择阶段。", "Choose a stage.", field="stage", value=text, choices=tuple(known))
    return known[text]


def _exit(text: str) -> CaseExit:
    known = {one.value: one for one in CaseExit}
    if text not in known:
        raise InvalidInput("请选择退库原因。", "Choose why it leaves.", field="exit", value=text, choices=tuple(known))
    return known[text]


def _audit(
    session: Session,
    case: CultivationCase,
    act: str,
    actor: Actor,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=f"{SUBJECT}.{act}",
        subject_kind=SUBJECT,
        subject_key=str(case.id),
        before=dict(before) if before is not None else None,
        after=dict(after),
    )
