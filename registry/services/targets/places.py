"""Where a plan wants a field and what an area is for: entered by officials from the document, versioned, audited."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound
from registry.models import ActionPlan, PlanPlace
from registry.policies import Actor
from registry.schemas.targets import PlaceNote
from registry.services import audit
from registry.services.identities import check_reason
from registry.services.targets.catalogue import Plan, find_plan
from registry.services.targets.standing import place_notes
from registry.services.targets.values import require_enterer

WORDS_MAX = {"words_zh": 300, "words_en": 400, "source": 300}


def get_place(session: Session, *, plan: str, subject: str) -> PlaceNote:
    """What stands about a chain or an area of a plan. Raises NotFound."""
    return _note(session, find_plan(session, plan), subject)


def set_place(
    session: Session,
    *,
    plan: str,
    subject: str,
    cities: Sequence[str],
    words_zh: str,
    words_en: str,
    source: str,
    version: int,
    reason: str,
    actor: Actor,
) -> PlaceNote:
    """Say in which cities a plan wants a field, or which cities an area has and what it is for.

    Nothing chosen and nothing written says again that nothing is known. Raises NotFound, NotAllowed (curators of the
    province), Conflict (changed meanwhile), InvalidInput naming ``cities``, ``words_zh``, ``words_en``, ``source`` or
    ``reason``.
    """
    found = find_plan(session, plan)
    before = _note(session, found, subject)
    require_enterer(actor, found)
    chosen = _checked_cities(found, cities)
    texts = _checked_texts({"words_zh": words_zh, "words_en": words_en, "source": source}, anything=bool(chosen))
    said = check_reason(reason) if before.version else " ".join(reason.split())[:400]
    session.get(ActionPlan, found.row.code, with_for_update=True)
    last = _last_version(session, found, subject)
    if version != last:
        raise Conflict(
            "这一项在您打开之后又有改动，没有保存。请看过最新的再改。",
            "This was changed after you opened it; nothing was saved. Look at the newest, then change it.",
            field="version",
            value=version,
        )
    _replace(session, found, subject)
    row = PlanPlace(
        plan_code=found.row.code,
        subject=subject,
        cities=chosen,
        words_zh=texts["words_zh"],
        words_en=texts["words_en"],
        source=texts["source"],
        version=last + 1,
        entered_by=actor.label,
    )
    session.add(row)
    session.flush()
    after = _note(session, found, subject)
    audit.record(
        session,
        actor=actor.label,
        action="plan_place.set",
        subject_kind="action_plan",
        subject_key=f"{found.row.code}/{subject}",
        before=_as_event(before) if before.version else None,
        after=_as_event(after),
        reason=said,
    )
    return after


def _note(session: Session, plan: Plan, subject: str) -> PlaceNote:
    note = place_notes(session, plan).get(subject)
    if note is None:
        raise NotFound(
            "这份计划没有这个产业链或区域。",
            "The plan has no such chain or area.",
            field="subject",
            value=subject,
        )
    return note


def _checked_cities(plan: Plan, cities: Sequence[str]) -> list[str]:
    known = [code for code in plan.cities if code in cities]
    unknown = [code for code in cities if code not in plan.cities]
    if unknown:
        raise InvalidInput(
            f"{unknown[0][:10]} 不是本省的城市。", f"{unknown[0][:10]} is no city of the province.", field="cities"
        )
    return known


def _checked_texts(given: dict[str, str], *, anything: bool) -> dict[str, str]:
    texts = {name: " ".join(text.replace("\x00", "").split()) for name, text in given.items()}
    for name, text in texts.items():
        if len(text) > WORDS_MAX[name]:
            most = WORDS_MAX[name]
            raise InvalidInput(f"请不超过 {most} 个字。", f"At most {most} characters.", field=name, value=text)
    if (anything or texts["words_zh"]) and not texts["source"]:
        raise InvalidInput("请写明出处：文件和条款。", "Give the source: document and clause.", field="source")
    return texts


def _last_version(session: Session, plan: Plan, subject: str) -> int:
    return session.scalar(select(func.coalesce(func.max(col(PlanPlace.version)), 0)).where(*_of(plan, subject))) or 0


def _replace(session: Session, plan: Plan, subject: str) -> None:
    query = select(PlanPlace).where(*_of(plan, subject), col(PlanPlace.replaced_at).is_(None))
    for row in session.scalars(query):
        row.replaced_at = clock.now()
    session.flush()


def _of(plan: Plan, subject: str) -> list[Any]:
    return [col(PlanPlace.plan_code) == plan.row.code, col(PlanPlace.subject) == subject]


def _as_event(note: PlaceNote) -> dict[str, Any]:
    return {"cities": note.cities, "words": note.words.zh, "source": note.source, "version": note.version}
