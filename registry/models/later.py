"""The tables that lists coming in do not touch: loaded together when one of them is first asked for."""

from registry.models.account import Account, Attempt, LoginSession, MailedLink, RecoveryCode, RoleGrant
from registry.models.assessment import Assessment, AssessmentNeed, AssessmentRun
from registry.models.compatibility import CompatibilityList, CompatibilityPart, ProductCompatibility
from registry.models.cultivation import CaseEvent, CaseProposal, CultivationCase, DailyRun, GroupLink, Reexamination
from registry.models.figure import Fact, Figure
from registry.models.inbox import Correction, MergeProposal, Presence, WorkItem
from registry.models.laboratory import RuleDraft, RuleTrial, StandardVersion
from registry.models.land import LandGrade, LandRun
from registry.models.mail import Mail
from registry.models.membership import AccessRecord, Claim, ClaimCode, Contact, Membership, Park, ParkFirm, ParkMember
from registry.models.objection import Objection
from registry.models.open_data import ApiKey
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
from registry.models.target import ActionPlan, PlanIndicator, PlanPlace, PlanValue
from registry.models.webhook import Webhook

__all__ = [
    "AccessRecord",
    "Account",
    "ActionPlan",
    "ApiKey",
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "Attempt",
    "Call",
    "CaseEvent",
    "CaseProposal",
    "Claim",
    "ClaimCode",
    "CompatibilityList",
    "CompatibilityPart",
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
    "PlanIndicator",
    "PlanPlace",
    "PlanValue",
    "Presence",
    "ProductCompatibility",
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
    "Webhook",
    "WorkItem",
]
