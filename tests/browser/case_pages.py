"""Addresses of the pages officials work cases on: inbox, review, corrections, merges, calls, claims and the pool."""

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading
from registry.models import (
    Assessment,
    CaseProposal,
    Correction,
    CultivationCase,
    Enterprise,
    Listing,
    MergeProposal,
    Submission,
)
from registry.vocabulary import CaseStage, SubmissionState


def case_pages(engine: Engine) -> dict[str, str]:
    """One address for each page, by route name, on the demo's own records."""
    with reading(engine) as session:
        return _review(session) | _pool(session)


def _review(session: Session) -> dict[str, str]:
    """The inbox and what is in it: submissions at several points, a reported error, a pair, one to be split."""
    waiting = select(Submission.id).where(Submission.state == SubmissionState.SUBMITTED).order_by(col(Submission.id))
    numbers = session.exec(waiting).all()
    report = session.exec(select(Correction).limit(1)).one()
    pair = session.exec(select(MergeProposal).limit(1)).one()
    first, second = (session.get_one(Enterprise, one).uscc for one in (pair.first_id, pair.second_id))
    titled = session.exec(select(Enterprise.uscc).join(Listing).where(col(Enterprise.uscc).is_not(None))).first()
    case = f"/office/submissions/{numbers[0]}"
    return {
        "inbox": "/office/inbox",
        "inbox, of one kind": "/office/inbox?kind=claim",
        "inbox_bulk": "/office/inbox/bulk",
        "work_submission": case,
        "another submission": f"/office/submissions/{numbers[-1]}",
        "submission_ask": f"{case}/return",
        "submission, refused?": f"{case}/refuse",
        "work_correction": f"/office/corrections/{report.id}",
        "merge_page": f"/office/merge?source={first}&target={second}&proposal={pair.id}",
        "split_page": f"/office/split?key={titled}",
        "correction_form": f"/corrections/new?enterprise={titled}",
        "correction_receipt": f"/corrections/{report.receipt}",
        "call_list": "/office/calls",
        "work_call": "/office/calls/1",
        "review_plan_list": "/office/steps",
        "review_plan": "/office/steps/yearly",
        "claim_list": "/office/claims",
        "work_claim": "/office/claims/1",
        "park_list": "/office/parks",
    }


def _pool(session: Session) -> dict[str, str]:
    """A case that is worked on, one with a proposal, one that is closed; a term to be re-examined."""
    cases = select(CultivationCase.id).order_by(col(CultivationCase.id))
    working = session.exec(cases.where(CultivationCase.stage == CaseStage.IMPROVEMENT).limit(1)).one()
    closed = session.exec(cases.where(CultivationCase.stage == CaseStage.LEFT).limit(1)).one()
    proposed = session.exec(select(CaseProposal.case_id).limit(1)).one()
    term = session.exec(select(Listing.id).where(Listing.directory_code == "ai_backbone").limit(1)).one()
    held = session.exec(select(Enterprise.uscc).join(Assessment).where(Assessment.flag == "at_risk").limit(1)).one()
    return {
        "cultivation_board": "/office/cultivation",
        "cultivation as a table": "/office/cultivation?view=table&stalled=9",
        "pool_outcomes": "/office/cultivation/outcomes",
        "pool_new": f"/office/cultivation/new?key={held}",
        "pool_bulk": "/office/cultivation/bulk",
        "pool_case": f"/office/cultivation/{working}",
        "pool_case, closed": f"/office/cultivation/{closed}",
        "pool_case, with a proposal": f"/office/cultivation/{proposed}",
        "group_links": f"/office/enterprises/{held}/group",
        "classified_list": "/office/classified",
        "classified_term": f"/office/classified/{term}",
    }
