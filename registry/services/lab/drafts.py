"""The life of a draft: made from a version, edited, proposed, taken back or given up. Publishing is next door."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import RuleDraft, StandardVersion
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.standards import known_standards, text_hash
from registry.tiering.copying import new_version, shipped_text, whole_text
from registry.tiering.editing import set_values
from registry.tiering.loader import parse_standard
from registry.tiering.selection import find
from registry.tiering.standard import Procedure, Standard
from registry.vocabulary import DraftState, Role

FILE = "draft"
"""What the loader calls the text of a draft in its refusals."""
TEXT_MAX = 200_000
OPEN = (DraftState.DRAFT, DraftState.PROPOSED)


class Draft(ReadModel):
    """A draft as it is shown. ``text_hash`` is what trials and the approval are bound to."""

    id: int
    tier: str
    based_on: str
    version: str
    text: str
    text_hash: str
    state: DraftState
    revision: int
    author: str
    writers: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    updated_at: datetime

    @property
    def standard(self) -> Standard:
        """The rule it says."""
        return parsed(self.text)


@lru_cache(maxsize=32)
def parsed(text: str) -> Standard:
    """The rule a text says; the last ones are kept, because reading YAML takes longer than judging. As the loader."""
    return parse_standard(text, file=FILE)


def list_drafts(session: Session, *, actor: Actor) -> list[Draft]:
    """All drafts, open ones first, the latest change first. Raises NotAllowed for anybody but officials."""
    require(actor, OFFICIALS)
    rows = session.scalars(select(RuleDraft).order_by(col(RuleDraft.updated_at).desc(), col(RuleDraft.id).desc()))
    return sorted((shown(row) for row in rows), key=lambda one: one.state not in OPEN)


def get_draft(session: Session, *, draft_id: int, actor: Actor) -> Draft:
    """One draft. Raises NotFound, NotAllowed."""
    require(actor, OFFICIALS)
    return shown(row_of(session, draft_id))


def may_write(actor: Actor, tier: str) -> bool:
    """Whether somebody may write drafts of a tier's standards and decide on them: its curator for the province."""
    return actor.may(Role.CURATOR, region_code="", directory_code=tier)


def text_of(session: Session, version: str) -> str:
    """The text of a published or shipped version, whole in itself. Raises NotFound."""
    published = select(col(StandardVersion.text)).where(col(StandardVersion.version) == version)
    return session.scalars(published).first() or shipped_text(version)


def free_version(session: Session, based_on: str) -> str:
    """An id nobody bears yet: LG26 → LG26A, LG26A → LG26B."""
    taken = {one.id for one in known_standards(session)} | set(
        session.scalars(select(col(RuleDraft.version)).where(col(RuleDraft.state).in_(OPEN)))
    )
    stem = based_on[:-1] if based_on[-1:].isalpha() and based_on[:-1] in taken else based_on
    return next(f"{stem}{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if f"{stem}{letter}" not in taken)


def create_draft(
    session: Session,
    *,
    based_on: str,
    version: str,
    first_day: date,
    document: tuple[str, str],
    actor: Actor,
    procedures: Sequence[Procedure] = (),
) -> Draft:
    """Copy a version to a draft with an id, a first day and a document (title, number) of its own.

    ``procedures``: those of the version if none are given. Raises NotFound (version), NotAllowed, InvalidInput
    (document, procedures), Conflict (id taken), FileRefused (id that is none).
    """
    base = find(based_on, among=known_standards(session))[0]
    require(actor, Role.CURATOR, region_code="", directory_code=base.tier)
    title, number = (one.strip() for one in document)
    if not title or not number:
        raise InvalidInput("请填写新文件的名称和文号。", "Give title and number of the new document.", field="document")
    chosen = tuple(procedures) or tuple(base.in_force)
    wanted = version.strip().upper()
    text = new_version(
        text_of(session, base.id),
        version=wanted,
        first_day=first_day,
        procedures=chosen,
        document=(title, number),
    )
    standard = parsed(text)
    _free(session, standard.id, None)
    draft = RuleDraft(
        tier=base.tier,
        based_on=base.id,
        version=standard.id,
        text=text,
        text_hash=text_hash(text),
        state=DraftState.DRAFT,
        author=actor.label,
        writers=[actor.label],
    )
    session.add(draft)
    session.flush()
    note(session, draft, actor, "create_rule_draft", after={"based_on": base.id, "version": draft.version})
    return shown(draft)


def save_text(session: Session, *, draft_id: int, text: str, revision: int, actor: Actor) -> Draft:
    """Put another text in place. It must be a whole standard of the same tier; saving the same text changes nothing.

    Raises FileRefused (with line and field), InvalidInput, NotFound, NotAllowed, InvalidTransition (not a draft any
    more), Conflict (somebody saved meanwhile, id taken).
    """
    draft = writable(session, draft_id, actor)
    if draft.revision != revision:
        raise Conflict(
            "这份草案刚被别人改过。请重新打开，再改一次。",
            "Somebody else changed this draft. Open it again and make your change once more.",
        )
    whole = _checked(session, draft, text)
    if whole == draft.text:
        return shown(draft)
    before = draft.text_hash
    draft.text, draft.text_hash = whole, text_hash(whole)
    draft.version = parsed(whole).id
    draft.writers = sorted({*draft.writers, actor.label})
    draft.revision, draft.updated_at = draft.revision + 1, clock.now()
    session.flush()
    note(session, draft, actor, "edit_rule_draft", before={"text": before}, after={"text": draft.text_hash})
    return shown(draft)


def save_values(session: Session, *, draft_id: int, values: Mapping[str, str], revision: int, actor: Actor) -> Draft:
    """Set fields of the form, path by path. Raises as ``save_text``; InvalidInput names the path at fault."""
    text = set_values(writable(session, draft_id, actor).text, values)
    return save_text(session, draft_id=draft_id, text=text, revision=revision, actor=actor)


def give_up(session: Session, *, draft_id: int, actor: Actor) -> Draft:
    """Put an open draft aside for good. Raises NotFound, NotAllowed, InvalidTransition."""
    return _decide(session, draft_id, actor, OPEN, DraftState.WITHDRAWN, "give_up_rule_draft")


def take_back(session: Session, *, draft_id: int, actor: Actor) -> Draft:
    """Make a proposed draft one that can be edited again. Raises NotFound, NotAllowed, InvalidTransition."""
    return _decide(session, draft_id, actor, (DraftState.PROPOSED,), DraftState.DRAFT, "take_back_rule_draft")


def row_of(session: Session, draft_id: int, *, lock: bool = False) -> RuleDraft:
    """The row. Raises NotFound."""
    draft = session.get(RuleDraft, draft_id, with_for_update=lock)
    if draft is None:
        raise NotFound(f"没有草案 D-{draft_id}。", f"There is no draft D-{draft_id}.", field="draft_id", value=draft_id)
    return draft


def writable(session: Session, draft_id: int, actor: Actor) -> RuleDraft:
    """The row, to be changed by this person. Raises NotFound, NotAllowed, InvalidTransition."""
    draft = row_of(session, draft_id, lock=True)
    require(actor, Role.CURATOR, region_code="", directory_code=draft.tier)
    in_state(draft, (DraftState.DRAFT,))
    return draft


def in_state(draft: RuleDraft, states: Sequence[DraftState]) -> None:
    """Raise InvalidTransition unless the draft is in one of these states."""
    if draft.state not in states:
        said = draft.state.label
        raise InvalidTransition(f"草案{said.zh}，不能这样操作。", f"Not possible: the draft is “{said.en.lower()}”.")


def note(
    session: Session,
    draft: RuleDraft,
    actor: Actor,
    action: str,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Write an audit event about a draft."""
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="rule_draft",
        subject_key=str(draft.id),
        before=before,
        after=after,
    )


def shown(row: RuleDraft) -> Draft:
    """A row as it is shown."""
    return Draft(
        id=row.id,
        tier=row.tier,
        based_on=row.based_on,
        version=row.version,
        text=row.text,
        text_hash=row.text_hash,
        state=row.state,
        revision=row.revision,
        author=row.author,
        writers=tuple(row.writers),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        updated_at=row.updated_at,
    )


def _checked(session: Session, draft: RuleDraft, text: str) -> str:
    """The text with plain line ends and everything it takes from elsewhere written out, if it may stand."""
    if len(text) > TEXT_MAX:
        raise InvalidInput(f"文本超过 {TEXT_MAX} 字。", f"The text has more than {TEXT_MAX} characters.", field="text")
    plain = text.replace("\r\n", "\n").rstrip() + "\n"
    whole = whole_text(plain, file=FILE)
    standard = parsed(whole)
    if standard.tier != draft.tier:
        raise InvalidInput(
            f"这份草案属于 {draft.tier}，文本里写的是 {standard.tier}。",
            f"This is a draft for {draft.tier}; the text says {standard.tier}.",
            field="tier",
            value=standard.tier,
        )
    _free(session, standard.id, draft.id)
    return whole


def _free(session: Session, version: str, own: int | None) -> None:
    """Raise Conflict if a version or another open draft bears the id."""
    others = select(col(RuleDraft.id)).where(col(RuleDraft.version) == version, col(RuleDraft.state).in_(OPEN))
    if any(one.id == version for one in known_standards(session)) or any(
        number != own for number in session.scalars(others)
    ):
        raise Conflict(
            f"编号 {version} 已被使用。请换一个，例如 {version}A。", f"The id {version} is taken. Choose another one."
        )


def _decide(
    session: Session, draft_id: int, actor: Actor, states: Sequence[DraftState], then: DraftState, action: str
) -> Draft:
    draft = row_of(session, draft_id, lock=True)
    require(actor, Role.CURATOR, region_code="", directory_code=draft.tier)
    in_state(draft, states)
    before = draft.state
    draft.state, draft.decided_by, draft.decided_at = then, actor.label, clock.now()
    draft.proposed_by, draft.proposed_at, draft.updated_at = "", None, clock.now()
    session.flush()
    note(session, draft, actor, action, before={"state": before.value}, after={"state": then.value})
    return shown(draft)
