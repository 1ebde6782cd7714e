"""The tables that lists coming in do not touch: loaded together when one of them is first asked for."""

from registry.models.account import Account, LoginSession, RoleGrant
from registry.models.assessment import Assessment, AssessmentNeed, AssessmentRun
from registry.models.cultivation import CultivationCase, Submission
from registry.models.figure import Fact, Figure
from registry.models.laboratory import RuleDraft, RuleTrial, StandardVersion
from registry.models.land import LandGrade, LandRun
from registry.models.objection import Objection
from registry.models.searching import SearchMiss, SearchWord

__all__ = [
    "Account",
    "Assessment",
    "AssessmentNeed",
    "AssessmentRun",
    "CultivationCase",
    "Fact",
    "Figure",
    "LandGrade",
    "LandRun",
    "LoginSession",
    "Objection",
    "RoleGrant",
    "RuleDraft",
    "RuleTrial",
    "SearchMiss",
    "SearchWord",
    "StandardVersion",
    "Submission",
]
