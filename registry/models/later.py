"""The tables that lists coming in do not touch: loaded together when one of them is first asked for."""

from registry.models.account import Account, Attempt, LoginSession, MailedLink, RecoveryCode, RoleGrant
from registry.models.assessment import Assessment, AssessmentNeed, AssessmentRun
from registry.models.cultivation import CaseEvent, CaseProposal, CultivationCase, DailyRun, GroupLink, Reexamination
from registry.models.figure import Fact, Figure
from registry.models.inbox import Correction, MergeProposal, Presence, WorkItem
from registry.models.laboratory import RuleDraft, RuleTrial, StandardVersion
from registry.models.land import LandGrade, LandRun
from registry.models.mail import Mail
from registry.models.membership import AccessRecord, Claim, ClaimCode, Contact, Membership, Park, ParkFirm, ParkMember
from registry.models.objection import Objection
from registry.models.searching import SearchMiss, SearchWord
from registry.models.submission import (
    Call,
    Evidence,
    ReviewPlan,
    ReviewStep,
    Submission,
    SubmissionField,
    SubmissionRevision,
)

__all__ = [
    "AccessRecord",
    "Account",
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "Attempt",
    "Call",
    "CaseEvent",
    "CaseProposal",
    "Claim",
    "ClaimCode",
    "Contact",
    "Correction",
    "CultivationCase",
    "DailyRun",
    "Evidence",
    "Fact",
    "Figure",
    "GroupLink",
    "LandGrade",
    "LandRun",
    "LoginSession",
    "Mail",
    "MailedLink",
    "Membership",
    "MergeProposal",
    "Objection",
    "Park",
    "ParkFirm",
    "ParkMember",
    "Presence",
    "RecoveryCode",
    "Reexamination",
    "ReviewPlan",
    "ReviewStep",
    "RoleGrant",
    "RuleDraft",
    "RuleTrial",
    "SearchMiss",
    "SearchWord",
    "StandardVersion",
    "Submission",
    "SubmissionField",
    "SubmissionRevision",
    "WorkItem",
]
