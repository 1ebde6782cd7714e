"""The tables. Defining one takes longer than a query, so those of ``later`` are loaded when one is first asked for.

Where every table counts (migrations, what refers to an enterprise) ask for ``every_table``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Table

from registry.models.base import SQLModel
from registry.models.enterprise import Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName
from registry.models.imports import ImportMapping, ImportRow, ImportRun, MatchDecision, SourceFile
from registry.models.listing import Batch, BatchSeal, Listing
from registry.models.operations import AuditEvent, IndexCatchUp, IndexOutbox, Job
from registry.models.product import Product, ProductListing
from registry.models.reference import Chain, Directory

if TYPE_CHECKING:
    from registry.models.later import (
        AccessRecord,
        Account,
        Assessment,
        AssessmentNeed,
        AssessmentRun,
        Call,
        Claim,
        ClaimCode,
        Contact,
        Correction,
        CultivationCase,
        Evidence,
        Fact,
        Figure,
        LandGrade,
        LandRun,
        LoginSession,
        Membership,
        MergeProposal,
        Objection,
        Park,
        ParkFirm,
        ParkMember,
        Presence,
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
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "AuditEvent",
    "Batch",
    "BatchSeal",
    "Call",
    "Chain",
    "Claim",
    "ClaimCode",
    "Contact",
    "Correction",
    "CultivationCase",
    "Directory",
    "Enterprise",
    "EnterpriseAddress",
    "EnterpriseChain",
    "EnterpriseName",
    "Evidence",
    "Fact",
    "Figure",
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
    "MatchDecision",
    "Membership",
    "MergeProposal",
    "Objection",
    "Park",
    "ParkFirm",
    "ParkMember",
    "Presence",
    "Product",
    "ProductListing",
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
    "WorkItem",
    "every_table",
]
