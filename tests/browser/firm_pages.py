"""Every page of a firm in the demo, by who may open it."""

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.clock import today
from registry.db import reading
from registry.models import Enterprise, Submission
from registry.vocabulary import SubmissionState

FIRM_PAGES = {
    "firm_list", "park", "firm_home", "firm_members", "firm_access", "firm_standing", "firm_standing_tier",
    "claim_search", "claim_form", "claim", "submission", "submission_part", "submission_evidence",
    "submission_check", "submission_receipt", "submission_act",
}  # fmt: skip
"""Names of the routes whose pages are looked at here."""


def submission_in(engine: Engine, state: SubmissionState) -> tuple[str, int]:
    """Key of the firm and number of the demo's submission in this state."""
    with reading(engine) as session:
        query = select(Submission, Enterprise).where(
            Submission.enterprise_id == Enterprise.id, Submission.state == state, col(Submission.id) <= 3
        )
        submission, firm = session.exec(query).one()
        return str(firm.uscc), submission.id


def firm_pages(engine: Engine) -> dict[str, list[str]]:
    """Addresses by login."""
    own, half = submission_in(engine, SubmissionState.DRAFT)
    second, sent = submission_in(engine, SubmissionState.SUBMITTED)
    third, returned = submission_in(engine, SubmissionState.RETURNED)
    draft = f"/firm/{own}/submissions/{half}"
    return {
        "zhao": [
            f"/firm/{own}",
            f"/firm/{own}/members",
            f"/firm/{own}/access",
            f"/firm/{own}/standing",
            f"/firm/{own}/standing/little_giant",
            f"/firm/{own}/standing/little_giant?facts.class1_ip=9",
            draft,
            *(
                f"{draft}/parts/{part}"
                for part in ("profile", "contacts", f"figures-{today().year - 1}", "ip", "products")
            ),
            f"{draft}/evidence",
            f"{draft}/check",
            f"{draft}/acts/withdraw",
        ],
        "sun": [
            "/firm",
            f"/firm/{second}/submissions/{sent}",
            f"/firm/{second}/submissions/{sent}/receipts/1",
            f"/firm/{second}/submissions/{sent}/acts/recall",
            f"/firm/{third}/submissions/{returned}",
            f"/firm/{third}/submissions/{returned}/parts/contacts",
        ],
        "wu": ["/firm", "/firm/parks/1", f"/firm/{second}"],
        "zhou": ["/firm", f"/firm/claim?q={own}", f"/firm/claim/{second}", "/firm/claims/1"],
    }
