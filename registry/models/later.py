"""The tables that lists coming in do not touch: loaded together when one of them is first asked for."""

from registry.models.account import Account, LoginSession, RoleGrant
from registry.models.assessment import Assessment, AssessmentNeed, AssessmentRun
from registry.models.cultivation import CultivationCase
from registry.models.figure import Fact, Figure
from registry.models.inbox import Correction, MergeProposal, Presence, WorkItem
from registry.models.laboratory import RuleDraft, RuleTrial, StandardVersion
from registry.models.land import LandGrade, LandRun
from registry.models.membership import (
    AccessRecord,
    Claim,
    ClaimCode,
    Contact,
    Membership,
    Park,
    ParkFirm,
    ParkMember,
)
from registry.models.objection import Objection
from registry.models.searching import SearchMiss, SearchWord
from registry.models.submission import (
    Call,
    Evidence,
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
    "Call",
    "Claim",
    "ClaimCode",
    "Contact",
    "Correction",
    "CultivationCase",
    "Evidence",
    "Fact",
    "Figure",
    "LandGrade",
    "LandRun",
    "LoginSession",
    "Membership",
    "MergeProposal",
    "Objection",
    "Park",
    "ParkFirm",
    "ParkMember",
    "Presence",
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
