"""From draft to law: proposed by one official, approved by another, and never changed again."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from registry import clock
from registry.errors import Conflict, NotAllowed, Text
from registry.models import RuleDraft, StandardVersion
from registry.policies import Actor, require
from registry.services import audit
from registry.services.lab.drafts import Draft, in_state, note, row_of, shown, writable
from registry.services.lab.trials import tried
from registry.services.standards import known_standards
from registry.tiering.selection import find
from registry.tiering.standard import Standard
from registry.vocabulary import DraftState, Role


@dataclass(frozen=True, slots=True)
class Step:
    """Something that must be so before a draft is published, and whether it is."""

    name: Text
    done: bool


def steps(session: Session, draft: Draft, *, today: date) -> list[Step]:
    """What publishing takes apart from the second official, in the order of the page."""
    done = tried(session, draft_id=draft.id, text_hash=draft.text_hash)
    return [
        Step(Text("试算", "What-if"), "what_if" in done),
        Step(Text("回测", "Backtest"), "backtest" in done),
        *(Step(text, done=False) for text in _faults(session, draft.standard, draft.based_on, today)),
    ]


def propose(session: Session, *, draft_id: int, actor: Actor, today: date) -> Draft:
    """Hand a draft to a second official. Its text stands still from now on.

    Raises NotFound, NotAllowed, InvalidTransition, Conflict (not tried, or something in it does not fit yet).
    """
    draft = writable(session, draft_id, actor)
    _ready(session, draft, today)
    draft.state, draft.proposed_by, draft.proposed_at = DraftState.PROPOSED, actor.label, clock.now()
    draft.writers, draft.updated_at = sorted({*draft.writers, actor.label}), clock.now()
    session.flush()
    note(session, draft, actor, "propose_rule_draft", after={"text": draft.text_hash})
    return shown(draft)


def may_approve(actor: Actor, draft: Draft) -> bool:
    """Whether this person may be the second official: the right to curate, and no hand in the text or the proposal."""
    return actor.may(Role.CURATOR, region_code="", directory_code=draft.tier) and actor.label not in _hands(draft)


def publish(session: Session, *, draft_id: int, actor: Actor, today: date) -> Draft:
    """Approve a proposed draft: it becomes a version that judges from its first day on and is never changed.

    Raises NotFound, NotAllowed (also whoever wrote or proposed it), InvalidTransition, Conflict.
    """
    row = row_of(session, draft_id, lock=True)
    require(actor, Role.CURATOR, region_code="", directory_code=row.tier)
    in_state(row, (DraftState.PROPOSED,))
    draft = shown(row)
    if actor.label in _hands(draft):
        raise NotAllowed(
            "起草、修改或提交这份草案的人不能批准它。须由另一名省级名录管理员复核。",
            "Whoever wrote or proposed this draft may not approve it. Another curator of the province must.",
        )
    _ready(session, row, today)
    standard = draft.standard
    session.add(
        StandardVersion(
            version=standard.id,
            tier=row.tier,
            based_on=row.based_on,
            text=row.text,
            text_hash=row.text_hash,
            draft_id=row.id,
            in_force_from=standard.first_day,
            author=row.author,
            proposed_by=row.proposed_by,
            approved_by=actor.label,
        )
    )
    row.state, row.decided_by, row.decided_at, row.updated_at = (
        DraftState.PUBLISHED,
        actor.label,
        clock.now(),
        clock.now(),
    )
    session.flush()
    _tell(session, row, standard, actor)
    return shown(row)


def _tell(session: Session, row: RuleDraft, standard: Standard, actor: Actor) -> None:
    said = {"draft": row.id, "based_on": row.based_on, "text": row.text_hash, "proposed_by": row.proposed_by}
    days = {name: window.since.isoformat() for name, window in standard.in_force.items()}
    audit.record(
        session,
        actor=actor.label,
        action="publish_standard",
        subject_kind="standard_version",
        subject_key=standard.id,
        after={**said, "in_force": days},
    )


def _hands(draft: Draft) -> set[str]:
    return {draft.author, draft.proposed_by, *draft.writers}


def _ready(session: Session, row: RuleDraft, today: date) -> None:
    missing = [step.name for step in steps(session, shown(row), today=today) if not step.done]
    if missing:
        raise Conflict(
            f"还不能提交：{'；'.join(one.zh for one in missing)}。",
            f"Not ready: {'; '.join(one.en for one in missing)}.",
        )


def _faults(session: Session, standard: Standard, based_on: str, today: date) -> list[Text]:
    """What keeps a version from being law: its days, its document, its id."""
    among = known_standards(session)
    base = find(based_on, among=among)[0]
    found = []
    if any(one.id == standard.id for one in among):
        found.append(Text(f"编号 {standard.id} 已被使用", f"the id {standard.id} is taken"))
    if standard.first_day < today:
        found.append(Text("施行日期不早于今天", "the first day is today or later"))
    known = {document.number for document in base.documents.values()}
    if all(document.number in known for document in standard.documents.values()):
        found.append(Text("documents 写明新文件的名称和文号", "documents name the new document"))
    if standard.model_dump(include={"criteria"}) == base.model_dump(include={"criteria"}):
        found.append(Text("条文与原版本有不同", "some criterion differs from the version it was copied from"))
    rivals = [one for one in among if (one.tier, one.region) == (standard.tier, standard.region)]
    for procedure, window in standard.in_force.items():
        # The same day is well if this version came later all in all: then it is the one that is chosen.
        if any(
            procedure in one.in_force
            and one.in_force[procedure].since == window.since
            and one.first_day >= standard.first_day
            for one in rivals
        ):
            found.append(Text("起施行日期与别的版本错开", "a first day that no other version has"))
    return found
