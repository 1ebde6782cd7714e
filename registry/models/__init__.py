"""The tables. Defining one takes longer than a query, so those of ``later`` are loaded when one is first asked for.

Where every table counts (migrations, what refers to an enterprise) ask for ``every_table``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Table

from registry.models.base import SQLModel
from registry.models.enterprise import Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName
from registry.models.feed import FeedEvent, FeedFirm, FeedTitle
from registry.models.imports import ImportMapping, ImportRow, ImportRun, MatchDecision, SourceFile
from registry.models.listing import Batch, BatchSeal, Listing
from registry.models.operations import AuditEvent, AuditHead, IndexCatchUp, IndexOutbox, Job
from registry.models.product import Product, ProductListing
from registry.models.reference import Chain, Directory

if TYPE_CHECKING:
    from registry.models.later import (
        AccessRecord,
        Account,
        ActionPlan,
        ApiKey,
        Assessment,
        AssessmentNeed,
        AssessmentRun,
        Attempt,
        Call,
        CaseEvent,
        CaseProposal,
        Claim,
        ClaimCode,
        CompatibilityList,
        CompatibilityPart,
        Contact,
        Correction,
        CultivationCase,
        DailyRun,
        Evidence,
        Fact,
        Figure,
        GroupLink,
        LandGrade,
        LandRun,
        LoginSession,
        Mail,
        MailedLink,
        Membership,
        MergeProposal,
        Objection,
        Park,
        ParkFirm,
        ParkMember,
        PlanIndicator,
        PlanPlace,
        PlanValue,
        Presence,
        ProductCompatibility,
        RecoveryCode,
        Reexamination,
        ReviewPlan,
        ReviewStep,
        RoleGrant,
        RuleDraft,
        RuleTrial,
        SearchMiss,
        SearchWord,
        StandardVersion,
        Submission,
        SubmissionField,
        SubmissionRevision,
        Webhook,
        WorkItem,
    )
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__} has no attribute {name}")
        return getattr(import_module("registry.models.later"), name)


def every_table() -> list[Table]:
    """All tables there are, each after those it refers to."""
    import_module("registry.models.later")
    return SQLModel.metadata.sorted_tables


__all__ = [
    "AccessRecord",
    "Account",
    "ActionPlan",
    "ApiKey",
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "Attempt",
    "AuditEvent",
    "AuditHead",
    "Batch",
    "BatchSeal",
    "Call",
    "CaseEvent",
    "CaseProposal",
    "Chain",
    "Claim",
    "ClaimCode",
    "CompatibilityList",
    "CompatibilityPart",
    "Contact",
    "Correction",
    "CultivationCase",
    "DailyRun",
    "Directory",
    "Enterprise",
    "EnterpriseAddress",
    "EnterpriseChain",
    "EnterpriseName",
    "Evidence",
    "Fact",
    "FeedEvent",
    "FeedFirm",
    "FeedTitle",
    "Figure",
    "GroupLink",
    "ImportMapping",
    "ImportRow",
    "ImportRun",
    "IndexCatchUp",
    "IndexOutbox",
    "Job",
    "LandGrade",
    "LandRun",
    "Listing",
    "LoginSession",
    "Mail",
    "MailedLink",
    "MatchDecision",
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
    "Product",
    "ProductCompatibility",
    "ProductListing",
    "RecoveryCode",
    "Reexamination",
    "ReviewPlan",
    "ReviewStep",
    "RoleGrant",
    "RuleDraft",
    "RuleTrial",
    "SearchMiss",
    "SearchWord",
    "SourceFile",
    "StandardVersion",
    "Submission",
    "SubmissionField",
    "SubmissionRevision",
    "Webhook",
    "WorkItem",
    "every_table",
]
