"""Who may read a submission and who may decide at the step where it lies."""

from sqlmodel import Session

from registry.models import Enterprise, Submission
from registry.policies import EVERY_DIRECTORY, Actor, require
from registry.services.submitting.moves import no_submission
from registry.vocabulary import Role, SubmissionState

DECIDERS = frozenset({Role.REVIEWER, Role.CURATOR})
READERS = DECIDERS | {Role.AUDITOR}


def place_of(enterprise: Enterprise) -> str:
    """The place an enterprise belongs to; empty where it is not known."""
    return enterprise.region_code or enterprise.city_code or ""


def step_region(submission: Submission) -> str:
    """The place of the step where it lies; empty (the province) where it has no steps."""
    steps = submission.steps
    return str(steps[submission.step]["region_code"]) if submission.step < len(steps) else ""


def asked_directory(submission: Submission) -> str:
    """What a grant must be for: the directory, or every one where it speaks for the firm as a whole."""
    return submission.directory_code or EVERY_DIRECTORY


def may_decide(actor: Actor, submission: Submission) -> bool:
    """Whether this person decides at the present step."""
    return submission.state is SubmissionState.SUBMITTED and actor.may(
        DECIDERS, region_code=step_region(submission), directory_code=asked_directory(submission)
    )


def require_decider(actor: Actor, submission: Submission) -> None:
    """Refuse whoever does not review at the present step. Raises NotAuthenticated, NotAllowed."""
    require(actor, DECIDERS, region_code=step_region(submission), directory_code=asked_directory(submission))


def require_reader(session: Session, actor: Actor, submission: Submission) -> Enterprise:
    """The firm behind a submission, for whoever may read it: officials of its place or of the present step.

    A draft that was never sent is the firm's own: it is not there for officials. Raises NotFound, NotAllowed.
    """
    enterprise = session.get_one(Enterprise, submission.enterprise_id)
    directory = submission.directory_code
    if not actor.may(READERS, region_code=step_region(submission), directory_code=directory):
        require(actor, READERS, region_code=place_of(enterprise), directory_code=directory)
    if submission.revision == 0:
        raise no_submission(submission.id)
    return enterprise
