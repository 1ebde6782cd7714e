"""How many submissions there are, by state."""

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.models import Submission
from registry.vocabulary import SubmissionState


def count_by_state(session: Session, *, call_id: int) -> dict[SubmissionState, int]:
    """The answers to a call by state. Numbers only: no firm is named."""
    query = (
        select(col(Submission.state), func.count())
        .where(col(Submission.call_id) == call_id)
        .group_by(col(Submission.state))
    )
    return {state: count for state, count in session.execute(query)}
