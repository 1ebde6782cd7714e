"""Open calls (申报通知): officials open them for a directory, firms of the place answer them inside the window."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.identity.regions import covers, region
from registry.models import Call, Directory, Enterprise
from registry.policies import EVERYWHERE, Actor, require
from registry.services import audit
from registry.services.rows import by_number
from registry.services.standards import known_standards
from registry.services.submitting.catalogue import DOCUMENTS
from registry.services.submitting.plans import Step, check_steps, plan_of
from registry.tiering.selection import find
from registry.tiering.standard import Standard
from registry.vocabulary import Procedure, Role

TITLE_MAX, DOCUMENT_NO_MAX = 200, 100
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,39}")


@dataclass(frozen=True, slots=True)
class NewCall:
    """What an official says about a call. ``documents``: {slug: required}, or with words of its own (zh, en)."""

    directory_code: str
    procedure: Procedure
    title: str
    region_code: str
    opens_at: datetime
    closes_at: datetime
    standard_version: str
    document_no: str = ""
    documents: tuple[tuple[str, bool], ...] = ()
    steps: tuple[Step, ...] | None = None
    """Levels of review with their days; None takes those of the directory."""


def open_call(session: Session, *, actor: Actor, new: NewCall) -> Call:
    """Announce a call. Firms of its place can answer from ``opens_at`` to ``closes_at``.

    Raises NotAllowed (curators of the directory for the place), InvalidInput naming the field, NotFound (standard).
    """
    require(actor, Role.CURATOR, region_code=new.region_code, directory_code=new.directory_code)
    _check(session, new)
    steps = check_steps(new.steps) if new.steps is not None else plan_of(session, new.directory_code).steps
    call = Call(
        directory_code=new.directory_code,
        procedure=new.procedure,
        title=new.title.strip(),
        region_code=new.region_code,
        opens_at=new.opens_at,
        closes_at=new.closes_at,
        standard_version=find(new.standard_version, among=known_standards(session))[0].id,
        document_no=new.document_no.strip(),
        documents=[
            {"slug": slug, "zh": DOCUMENTS[slug].zh, "en": DOCUMENTS[slug].en, "required": required}
            for slug, required in new.documents
        ],
        steps=[{"level": step.level, "days": step.days} for step in steps],
        created_by=actor.label,
    )
    session.add(call)
    session.flush()
    _record(session, actor, call, "opened", title=call.title, standard=call.standard_version, region=call.region_code)
    return call


def change_call(session: Session, *, call_id: int, actor: Actor, closes_at: datetime, reason: str) -> Call:
    """Move the end of a call. What has been sent is not touched. Raises NotFound, NotAllowed, InvalidInput."""
    call = _own_call(session, call_id, actor)
    if closes_at <= call.opens_at:
        raise _wrong("closes_at", "截止时间应在开始之后。", "The end must come after the beginning.")
    _require_reason(reason)
    before, call.closes_at = call.closes_at, closes_at
    session.flush()
    _record(session, actor, call, "moved", reason=reason, before=before.isoformat(), closes_at=closes_at.isoformat())
    return call


def withdraw_call(session: Session, *, call_id: int, actor: Actor, reason: str) -> Call:
    """Take a call back: nobody can answer any more; drafts stay, what was sent goes its way.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition if it was taken back before.
    """
    call = _own_call(session, call_id, actor)
    if call.withdrawn_at is not None:
        raise InvalidTransition("这个通知已经撤回。", "This call was taken back before.", field="call")
    _require_reason(reason)
    call.withdrawn_at = clock.now()
    session.flush()
    _record(session, actor, call, "withdrawn", reason=reason)
    return call


def get_call(session: Session, call_id: int) -> Call:
    """A call; everybody may read it. Raises NotFound."""
    found = by_number(session, Call, call_id)
    if found is None:
        raise NotFound(f"没有编号为 {call_id} 的申报通知。", f"There is no call number {call_id}.", field="call")
    return found


def list_calls(session: Session, *, limit: int = 200) -> list[Call]:
    """All calls, the one that closes last first."""
    return list(session.scalars(select(Call).order_by(col(Call.closes_at).desc(), col(Call.id).desc()).limit(limit)))


def calls_for(session: Session, enterprise: Enterprise) -> list[Call]:
    """The calls a firm can answer now, the one that closes first on top."""
    now = clock.now()
    query = select(Call).where(col(Call.withdrawn_at).is_(None), col(Call.opens_at) <= now, col(Call.closes_at) > now)
    found = session.scalars(query.order_by(col(Call.closes_at), col(Call.id)))
    return [call for call in found if _is_inside(call, enterprise)]


def require_answerable(session: Session, call_id: int, enterprise: Enterprise) -> Call:
    """The call, if this firm can answer it now. Raises NotFound, Conflict (not open, other place)."""
    call = get_call(session, call_id)
    require_open(call)
    if not _is_inside(call, enterprise):
        raise Conflict(
            "企业登记地不在这次申报的范围内。请先更新所在地，或联系主管部门。",
            "The firm's place is outside this call. Update the place first, or ask the authority.",
            field="call",
        )
    return call


def require_open(call: Call) -> None:
    """Refuse outside the window. Raises Conflict saying when it was."""
    now = clock.now()
    if call.withdrawn_at is None and call.opens_at <= now < call.closes_at:
        return
    if call.withdrawn_at is not None:
        raise Conflict("这个申报通知已经撤回。", "This call was taken back.", field="call")
    end = call.closes_at.astimezone(clock.PROVINCE_ZONE)
    if now >= call.closes_at:
        raise Conflict(
            f"申报已于 {end:%Y-%m-%d %H:%M} 截止，不能再提交。",
            f"The call closed on {end:%Y-%m-%d %H:%M}; nothing can be sent any more.",
            field="call",
        )
    begin = call.opens_at.astimezone(clock.PROVINCE_ZONE)
    raise Conflict(f"申报从 {begin:%Y-%m-%d %H:%M} 开始。", f"The call opens on {begin:%Y-%m-%d %H:%M}.", field="call")


def standards_for(session: Session, directory_code: str) -> list[Standard]:
    """The versions a call of this directory may be held against, newest first."""
    return [one for one in reversed(known_standards(session)) if one.tier == directory_code]


def _is_inside(call: Call, enterprise: Enterprise) -> bool:
    if call.region_code == EVERYWHERE:
        return True
    place = enterprise.region_code or enterprise.city_code
    return bool(place) and covers(call.region_code, place or "")


def _check(session: Session, new: NewCall) -> None:
    if session.get(Directory, new.directory_code) is None:
        raise _wrong("directory", "没有这个名录。", "There is no such directory.", new.directory_code)
    if not new.title.strip() or len(new.title.strip()) > TITLE_MAX:
        raise _wrong("title", f"请填标题，最多 {TITLE_MAX} 个字。", f"Give a title of at most {TITLE_MAX} characters.")
    if len(new.document_no.strip()) > DOCUMENT_NO_MAX:
        raise _wrong("document_no", f"文号最多 {DOCUMENT_NO_MAX} 个字。", f"At most {DOCUMENT_NO_MAX} characters.")
    if new.region_code != EVERYWHERE and region(new.region_code) is None:
        raise _wrong("region", "没有这个地区。", "There is no such place.", new.region_code)
    _check_window(new)
    known = find(new.standard_version, among=known_standards(session))
    if new.directory_code not in {one.tier for one in known}:
        raise _wrong(
            "standard",
            f"标准 {new.standard_version} 不是这个名录的标准。",
            f"Standard {new.standard_version} is not one of this directory.",
            new.standard_version,
        )


def _check_window(new: NewCall) -> None:
    """Days and documents."""
    if new.closes_at <= new.opens_at:
        raise _wrong("closes_at", "截止时间应在开始之后。", "The end must come after the beginning.")
    if new.closes_at <= clock.now():
        raise _wrong("closes_at", "截止时间已经过去。", "The end lies in the past.")
    for slug, _ in new.documents:
        if slug not in DOCUMENTS or not _SLUG.fullmatch(slug):
            raise _wrong("documents", "没有这种材料。", "There is no such document.", slug)


def _own_call(session: Session, call_id: int, actor: Actor) -> Call:
    found = by_number(session, Call, call_id, lock=True)
    call = found or get_call(session, call_id)
    require(actor, Role.CURATOR, region_code=call.region_code, directory_code=call.directory_code)
    return call


def _require_reason(reason: str) -> None:
    if not 2 <= len(reason.strip()) <= 400:
        raise _wrong("reason", "请写明原因（2 至 400 字）。", "Say why (2 to 400 characters).")


def _wrong(field: str, zh: str, en: str, value: object = None) -> InvalidInput:
    return InvalidInput(zh, en, field=field, value=value)


def _record(session: Session, actor: Actor, call: Call, act: str, *, reason: str = "", **after: object) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=f"call.{act}",
        subject_kind="call",
        subject_key=str(call.id),
        after=dict(after),
        reason=reason,
    )
