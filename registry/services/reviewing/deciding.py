"""Deciding about single fields: accept or return, bound to the revision that was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from registry import clock
from registry.errors import InvalidInput, InvalidTransition, Text
from registry.models import Submission, SubmissionField
from registry.policies import Actor
from registry.review_vocabulary import ReturnReason
from registry.services import audit
from registry.services.reviewing.case import field_rows
from registry.services.reviewing.folder import Folder, folder_of
from registry.services.reviewing.history import DECIDED
from registry.services.reviewing.revisions import Standing
from registry.services.reviewing.rights import require_decider
from registry.services.submitting.moves import SUBJECT, lock_submission
from registry.services.submitting.state import EVIDENCE
from registry.vocabulary import FieldDecision, SubmissionState

REASON_MAX = 400
REASONS = {one.value: one for one in ReturnReason}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose for a field; no decision takes an earlier one away."""

    decision: FieldDecision | None
    reason_code: str = ""
    reason: str = ""


class FaultyChoices(InvalidInput):
    """Decisions that cannot be taken as they are; ``faults`` says why, by path."""

    def __init__(self, faults: dict[str, Text]) -> None:
        self.faults = faults
        super().__init__(
            f"有 {len(faults)} 项退回没有写清原因，没有保存。",
            f"{len(faults)} returned fields lack a reason; nothing was saved.",
            field="decisions",
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """The fields of the last revision by what was decided about them."""

    accepted: tuple[str, ...]
    returned: tuple[str, ...]
    waiting: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Everything accepted, nothing returned."""
        return not self.returned and not self.waiting


def decide_fields(
    session: Session, *, submission_id: int, version: int, choices: Mapping[str, Choice], actor: Actor
) -> Submission:
    """Store decisions about fields of the revision behind ``version``; fields not named keep theirs.

    Raises NotFound, NotAllowed, Conflict (it changed since), InvalidTransition (not in review), InvalidInput (a path
    that is no field, or an acceptance of nothing), FaultyChoices (a return without a reason).
    """
    folder = _taken(session, submission_id, version, actor)
    _store(folder, _checked(folder, choices), actor)
    return folder.submission


def accept_clear(
    session: Session, *, submission_id: int, version: int, actor: Actor, choices: Mapping[str, Choice] | None = None
) -> int:
    """Accept every field that is undecided and that nothing speaks against; returns how many.

    Nothing speaks against a field that has no mark (jump, peers, a document others sent, too) and whose document is
    there. ``choices`` are stored with it, as ``decide_fields`` does, and go before. Raises as ``decide_fields``.
    """
    folder = _taken(session, submission_id, version, actor)
    said = _checked(folder, choices or {})
    clear = {
        row.path: Choice(FieldDecision.ACCEPTED)
        for row in field_rows(folder, actor=actor)
        if row.clear and (said[row.path].decision if row.path in said else row.decided) is None
    }
    if said or clear:
        _store(folder, said | clear, actor)
    return len(clear)


def tally(session: Session, submission: Submission) -> Tally:
    """How the fields of the last revision stand."""
    return tally_of(folder_of(session, submission))


def tally_of(folder: Folder) -> Tally:
    """The same of a folder that is open."""
    accepted: list[str] = []
    returned: list[str] = []
    waiting: list[str] = []
    for path, about in folder.fields_in.items():
        field = folder.fields.get(path)
        decision = field.decision if field is not None and folder.standing.holds(field) else None
        if decision is FieldDecision.RETURNED:
            returned.append(path)
        elif folder.is_open(path, about):
            (accepted if decision is FieldDecision.ACCEPTED else waiting).append(path)
    standing = folder.standing
    documents = (row for path, row in folder.fields.items() if path.startswith(EVIDENCE) and standing.holds(row))
    returned += sorted(row.path for row in documents if row.decision is FieldDecision.RETURNED)
    return Tally(tuple(accepted), tuple(returned), tuple(waiting))


def require_in_review(submission: Submission) -> None:
    """Raise InvalidTransition unless officials have it."""
    if submission.state is not SubmissionState.SUBMITTED:
        raise InvalidTransition(
            f"这件申报的状态是“{submission.state.label.zh}”，现在不能逐项审核。",
            f"This submission is in the state “{submission.state.label.en}”; its fields cannot be decided now.",
            field="submission",
            value=submission.id,
        )


def _taken(session: Session, submission_id: int, version: int, actor: Actor) -> Folder:
    """The folder of a submission that this person decides about now, locked."""
    submission = lock_submission(session, submission_id, version=version)
    require_decider(actor, submission)
    require_in_review(submission)
    return folder_of(session, submission)


def _checked(folder: Folder, choices: Mapping[str, Choice]) -> dict[str, Choice]:
    said = {path: _cleaned(folder, path, choice) for path, choice in choices.items()}
    _refuse_without_reason(said)
    return said


def _cleaned(folder: Folder, path: str, choice: Choice) -> Choice:
    if not folder.can_be_decided(path):
        raise InvalidInput(
            f"申报表里没有“{path[:40]}”这一项。", f"There is no field “{path[:40]}”.", field="decisions", value=path
        )
    if choice.decision is not FieldDecision.RETURNED:
        return Choice(choice.decision)
    return Choice(choice.decision, choice.reason_code, " ".join(choice.reason.split()))


def _refuse_without_reason(said: Mapping[str, Choice]) -> None:
    faults: dict[str, Text] = {}
    for path, choice in said.items():
        if choice.decision is not FieldDecision.RETURNED:
            continue
        if choice.reason_code not in REASONS:
            faults[path] = Text("请选择退回原因。", "Choose why it goes back.")
        elif len(choice.reason) > REASON_MAX or "\x00" in choice.reason:
            faults[path] = Text(
                f"说明有 {len(choice.reason)} 个字，最多 {REASON_MAX} 个。",
                f"The explanation has {len(choice.reason)} characters; at most {REASON_MAX}.",
            )
        elif choice.reason_code == ReturnReason.OTHER.value and not choice.reason:
            faults[path] = Text("选“其他”的，请写明要企业做什么。", "With “Other”, write what the firm is to do.")
    if faults:
        raise FaultyChoices(faults)


def _store(folder: Folder, said: Mapping[str, Choice], actor: Actor) -> None:
    """Write what was chosen. The event comes last: from it on until the commit every other act waits its turn."""
    submission, stored, standing = folder.submission, folder.fields, folder.standing
    accepted: list[str] = []
    returned: dict[str, Any] = {}
    cleared: list[str] = []
    for path, choice in said.items():
        if _is_same(stored.get(path), choice, standing):
            continue
        if choice.decision is FieldDecision.ACCEPTED:
            _require_something(folder, path)
            accepted.append(path)
        elif choice.decision is FieldDecision.RETURNED:
            returned[path] = {"code": choice.reason_code, "text": choice.reason}
        else:
            cleared.append(path)
        _write(folder, path, choice, actor)
    if accepted or returned or cleared:
        submission.version += 1
        folder.session.flush()
        _note(folder, actor, {"accepted": accepted, "returned": returned, "cleared": cleared})


def _require_something(folder: Folder, path: str) -> None:
    about = folder.field(path)
    if about is None or not folder.is_open(path, about):
        raise InvalidInput(
            "企业没有填这一项，不能通过；需要的，请退回。",
            "The firm left this field empty: it cannot be accepted. Return it if it is needed.",
            field="decisions",
            value=path,
        )


def _is_same(field: SubmissionField | None, choice: Choice, standing: Standing) -> bool:
    if field is None or not standing.holds(field):
        return choice.decision is None
    return (field.decision, field.reason_code, field.reason) == (choice.decision, choice.reason_code, choice.reason)


def _write(folder: Folder, path: str, choice: Choice, actor: Actor) -> None:
    submission, field = folder.submission, folder.fields.get(path)
    if field is None:
        # Nothing was sent for it: a row to say that something is wanted.
        field = SubmissionField(submission_id=submission.id, path=path, saved_at=clock.now(), saved_by=actor.label)
        folder.session.add(field)
        folder.fields[path] = field
    field.decision = choice.decision
    field.decided_revision = submission.revision if choice.decision is not None else None
    field.decided_by = actor.label if choice.decision is not None else ""
    field.reason_code, field.reason = choice.reason_code, choice.reason


def _note(folder: Folder, actor: Actor, what: dict[str, Any]) -> None:
    submission = folder.submission
    audit.record(
        folder.session,
        actor=actor.label,
        action=DECIDED,
        subject_kind=SUBJECT,
        subject_key=str(submission.id),
        after=what | {"revision": submission.revision, "step": submission.step},
    )
