"""The tables. Importing this package registers all of them with the metadata."""

from registry.models.account import Account, LoginSession, RoleGrant
from registry.models.assessment import Assessment, AssessmentNeed, AssessmentRun
from registry.models.cultivation import CultivationCase, Submission
from registry.models.enterprise import Enterprise, EnterpriseAddress, EnterpriseChain, EnterpriseName
from registry.models.figure import Fact, Figure
from registry.models.imports import ImportRow, ImportRun, MatchDecision, SourceFile
from registry.models.laboratory import RuleDraft, RuleTrial, StandardVersion
from registry.models.land import LandGrade, LandRun
from registry.models.listing import Batch, Listing
from registry.models.operations import AuditEvent, IndexCatchUp, IndexOutbox, Job
from registry.models.product import Product, ProductListing
from registry.models.reference import Chain, Directory
from registry.models.searching import SearchMiss, SearchWord

__all__ = [
    "Account",
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "AuditEvent",
    "Batch",
    "Chain",
    "CultivationCase",
    "Directory",
    "Enterprise",
    "EnterpriseAddress",
    "EnterpriseChain",
    "EnterpriseName",
    "Fact",
    "Figure",
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
    "Product",
    "ProductListing",
    "RoleGrant",
    "RuleDraft",
    "RuleTrial",
    "SearchMiss",
    "SearchWord",
    "SourceFile",
    "StandardVersion",
    "Submission",
]
