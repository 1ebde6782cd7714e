"""Passing a whole filtered set of submissions on at once, where nothing is open in them any more."""

from sqlmodel import Session

from registry.models import Submission
from registry.policies import Actor
from registry.schemas.inbox import BulkReady
from registry.services.inbox.assigning import check_count
from registry.services.inbox.listing import InboxQuery, items_of
from registry.services.reviewing.acts import approve_submission, forward_submission
from registry.services.reviewing.case import is_last_step
from registry.services.reviewing.deciding import tally
from registry.services.reviewing.rights import may_decide
from registry.vocabulary import WorkKind


def ready_to_pass(session: Session, query: InboxQuery, *, actor: Actor) -> BulkReady:
    """Of the filtered set, the submissions whose every field this level accepted. Raises InvalidInput (too many)."""
    items = items_of(session, query, actor=actor)
    ready, approving = [], 0
    for item in items:
        submission = session.get(Submission, item.subject_id) if item.kind is WorkKind.SUBMISSION else None
        if submission is None or not may_decide(actor, submission):
            continue
        counted = tally(session, submission)
        if counted.done and counted.accepted:
            ready.append(submission.id)
            approving += is_last_step(submission)
    return BulkReady(total=len(items), ready=tuple(ready), approving=approving)


def pass_filtered(session: Session, query: InboxQuery, *, typed_count: int, actor: Actor) -> BulkReady:
    """Pass on, or at the last step approve, every submission of the filtered set that is ready: all or none.

    Raises Conflict unless as many are ready as were typed, InvalidInput, and what the single acts raise.
    """
    found = ready_to_pass(session, query, actor=actor)
    check_count(typed_count, len(found.ready))
    for number in found.ready:
        submission = session.get_one(Submission, number)
        act = approve_submission if is_last_step(submission) else forward_submission
        act(session, submission_id=number, version=submission.version, actor=actor)
    return found
