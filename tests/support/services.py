"""Every public function of the services that takes an actor, called by anybody, with something to act on.

What a function needs is known by the name of its argument; what is a row of the database is fetched in the session of
the call. Nothing stays: every call is rolled back.
"""

import importlib
import inspect
import io
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

import registry.services
from import_scripts.reading import open_file
from registry.clock import now
from registry.db import reading
from registry.errors import RegistryError
from registry.models import Account, ActionPlan, CultivationCase, Enterprise, RuleDraft, Submission, WorkItem
from registry.policies import Actor, Grant
from registry.product_words import CompatibilityAxis, CompatibilityStatus
from registry.products.combinations import Combination
from registry.schemas.imports import ImportOptions
from registry.services.accounts.sessions import actor_of
from registry.services.accounts.signing import signer_of
from registry.services.audit_reading import AuditFilter
from registry.services.batch_life.editions import Amendment
from registry.services.batch_life.objections import Words
from registry.services.firms.claiming import Claimant
from registry.services.inbox.listing import InboxQuery
from registry.services.match_jobs import Place
from registry.services.notices.deciding import Asked
from registry.services.pool.choosing import CaseQuery
from registry.services.pool.groups import NewLink
from registry.services.products.compatibility import PublishedList
from registry.services.splitting import Parts
from registry.services.submitting.calls import NewCall
from registry.services.submitting.evidence import Inspected
from registry.services.targets.catalogue import Plan
from registry.services.targets.values import TypedValue
from registry.settings import Settings
from registry.vocabulary import (
    CorrectionState,
    FirmRole,
    ImportKind,
    ObjectionState,
    OperatingStatus,
    Procedure,
    Role,
    SearchWordKind,
    SubmissionKind,
    WorkKind,
)
from tests.factories import a_uscc
from tests.support.roles import COUNTY, GRANTS

DAY = date(2026, 1, 1)
GUANGDONG_PLAN = Plan(
    ActionPlan(
        code="example",
        title_zh="示例计划",
        title_en="Example",
        from_year=2019,
        to_year=2022,
        region_code="440000",
        source_zh="示例",
        source_en="Example",
        position=1,
        groups=[],
        areas=[],
    ),
    (),
)
"""A plan of the province, for asking who may enter its values."""


@cache
def services() -> dict[str, Callable[..., Any]]:
    """Every public function of the services that takes an actor."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.walk_packages(registry.services.__path__, "registry.services."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            own = function.__module__ == module.name and not name.startswith("_")
            asked = inspect.signature(function).parameters.get("actor")
            if own and asked is not None and asked.annotation is Actor:
                found[f"{module.name.removeprefix('registry.services.')}.{name}"] = function
    return found


def words_of(engine: Engine, matters: dict[str, object]) -> dict[str, Any]:
    """What people would type."""
    return {
        **matters,
        "engine": engine,
        "database": engine,
        "login": "county_reviewer",
        "password": "Plainly-fictional-1",
        "display_name": "示例",
        "email": "x@example.org",
        "grant": Grant(Role.REVIEWER, "440305"),
        "page": "https://registry.example/",
        "by_mail": False,
        "reason": "示例理由",
        "note": "示例",
        **dict.fromkeys(
            ("on", "as_of", "today", "announced_on", "notice_from", "notice_to", "received_on", "first_day"), DAY
        ),
        "document_no": "示例1号",
        "document": "示例1号",
        "directory": "hte",
        "directory_code": "hte",
        "year": 2026,
        "label": "示例批",
        "tier": "little_giant",
        "based_on": "LG26",
        "version": "LG26Y",
    }


def things_of(folder: Path, matters: dict[str, object]) -> dict[str, Any]:
    """What acts are about, by the names they give it."""
    return {
        "choice": "unsure",
        "count": 1,
        "uscc": a_uscc(9_999),
        "new_name": "示例改名有限公司",
        "region_code": "440305",
        "status": OperatingStatus.REVOKED,
        "kind": SearchWordKind.SYNONYM,
        "text": "示例词二",
        "value": "小巨人",
        "enterprise_key": matters["key"],
        "source_id": matters["enterprise_id"],
        "target_id": int(str(matters["enterprise_id"])) + 1,
        "amendment": Amendment(certificate_no="1"),
        "words": Words(text="示例异议：该企业的情况与公示不符。", objector="示例王某", contact="x@example.org"),
        "decision": ObjectionState.DISMISSED,
        "options": ImportOptions(directory="hte", batch="示例批", year=2026),
        "asked": Asked(ImportKind.WITHDRAW, DAY, "示例1号", "hte"),
        "given": a_compatibility_list(folder / "示例.csv"),
        "list_id": 1,
        "archive_dir": folder / "archive",
        "folder": folder,
        "open_file": open_file,
        "path": folder / "示例.csv",
        "target": folder / "out.xlsx",
        "values": {},
        "revision": 1,
    }


def a_compatibility_list(path: Path) -> PublishedList:
    """A list of one combination; only that file lies there."""
    parts = ((CompatibilityAxis.CHIP, "示例芯"), (CompatibilityAxis.OS, "示例系统"))
    found = [Combination("", 2, parts, CompatibilityStatus.COMPATIBLE)]
    return PublishedList(path, path.name, "0" * 64, 1, "text/csv", "示例名单", "", found, 0)


def cases_of(matters: dict[str, object], settings: Settings, engine: Engine) -> dict[str, Any]:
    """What firms, reviewers and keepers of the pool need besides."""
    soon = now() + timedelta(days=30)
    return {
        "enterprise_id": matters["firm_id"],
        **dict.fromkeys(("agree", "agreed", "accept", "confirm", "apply", "required"), False),
        **dict.fromkeys(("assignee_id", "owner_id", "new_listing_id"), None),
        **dict.fromkeys(("name", "what", "purpose", "product", "declared_by", "slug", "issuer"), "示例"),
        "choices": {},
        "closes_at": soon,
        "code": "AAAA-BBBB",
        "current": "x",
        "data_dir": settings.data_dir,
        "settings": settings,
        "signer": signer_of(settings),
        "first_key": matters["own_key"],
        "second_key": matters["other_key"],
        "made_id": matters["firm_id"],
        "format": "csv",
        "locale": "zh",
        "inspect": lambda _: Inspected("application/pdf", 1),
        "item_ids": [1],
        "licence": settings.data_dir / "示例.csv",
        "source": settings.data_dir / "示例.csv",
        "link": NewLink(str(matters["other_key"]), "minority", False, "", "示例", DAY),
        "new": new_call(soon),
        "parts": Parts(),
        "place": Place(engine, settings.data_dir, open_file),
        "query": InboxQuery(),
        "result": "keep",
        "role": FirmRole.EDITOR,
        "session_id": 0,
        "stalled": 9,
        "steps": [],
        "subject": "profile",
        "subject_id": matters["submission_id"],
        "to": "diagnosis",
        "token": "x",
        "typed": {},
        "typed_count": 1,
        "who": Claimant("示例", "0755-1"),
    }


def new_call(closes: datetime) -> NewCall:
    """A call of the province for the little giants."""
    return NewCall("little_giant", Procedure.NEW, "示例", "440000", now(), closes, "LG26")


def special_of(name: str, matters: dict[str, object]) -> dict[str, Any]:
    """Where an argument means something else than elsewhere."""
    room = name.partition(".")[0]
    found: dict[str, Any] = {}
    if room == "pool":
        found = {"version": None, "query": CaseQuery(region_code=COUNTY), "kind": "note"}
        found |= {"directory_code": "little_giant", "region_code": COUNTY}
        found |= {"key": matters["own_key"], "listing_id": matters["term_id"]}
    elif room in {"submitting", "reviewing"}:
        found = {"version": matters["version"], "kind": SubmissionKind.YEARLY}
        found |= {"kind": WorkKind.SUBMISSION} if "presence" in name else {}
    elif name.startswith("firms.parks."):
        found = {"link_id": matters["park_link"]}
    elif room == "inbox":
        found = {"kind": WorkKind.SUBMISSION}
    elif name.startswith("accounts."):
        found = {"code": "000000"}
    if name == "firms.home.firm_of":
        found = {"key": matters["own_key"], "park": True}
    return found | SPECIAL.get(name, {})


SPECIAL: dict[str, dict[str, Any]] = {
    "lab.drafts.create_draft": {"document": ("《示例办法》", "示例1号")},
    "audit_reading.find_events": {"asked": AuditFilter()},
    "corrections.decide_correction": {"decision": CorrectionState.DISMISSED},
    "targets.places.set_place": {
        **{"plan": "electronics_2019_2022", "subject": "area:east", "cities": [], "version": 0},
        **{"words_zh": "", "words_en": "", "source": ""},
    },
    "targets.values.enter_value": {
        **{"plan": "electronics_2019_2022", "indicator": "high_tech_firms"},
        "typed": TypedValue("1", "2020-12-31", "official", "示例公报", "2021-03-01"),
    },
    "targets.values.withdraw_value": {
        **{"plan": "electronics_2019_2022", "indicator": "high_tech_firms", "value_id": 1, "version": 1},
    },
    "targets.values.may_enter": {"plan": GUANGDONG_PLAN},
    "targets.values.require_enterer": {"plan": GUANGDONG_PLAN},
}
ROWS: dict[str, Callable[[Session, dict[str, Any]], Any]] = {
    "account": lambda session, known: session.get_one(Account, known["account_id"]),
    "case": lambda session, known: session.get_one(CultivationCase, known["case_id"]),
    "draft": lambda session, known: session.get_one(RuleDraft, known["draft_id"]),
    "enterprise": lambda session, known: session.get_one(Enterprise, known["enterprise_id"]),
    "item": lambda session, known: session.exec(select(WorkItem).order_by(WorkItem.id)).first(),  # type: ignore[arg-type]
    "submission": lambda session, known: session.get_one(Submission, known["submission_id"]),
    "stream": lambda session, known: io.BytesIO(),
}
"""Arguments that are rows, fetched in the session of the call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: the code of the refusal or what was answered, and the statements that wrote."""

    code: str
    value: Any
    written: list[str]
    refused_for_rights: bool = False


class Case:
    """A small demo, something of every kind to act on, and somebody of every kind to act."""

    def __init__(self, engine: Engine, settings: Settings, matters: dict[str, object]) -> None:
        self.engine, self.matters = engine, matters
        folder = settings.data_dir
        with reading(engine) as session:
            firm = session.get_one(Submission, matters["submission_id"]).enterprise_id
            numbers = dict(session.exec(select(Account.login, Account.id).where(Account.login.in_(GRANTS))).all())  # type: ignore[attr-defined]
            self.people = {role: actor_of(session, number) for role, number in numbers.items()}
        self.people["public"] = Actor.anonymous()
        matters = matters | {"firm_id": firm}
        self.known: dict[str, Any] = words_of(engine, matters) | things_of(folder, matters)
        self.known |= cases_of(matters, settings, engine)
        self.known["path"].write_text("企业名称\n示例读甲有限公司\n", encoding="utf-8")

    def call(self, name: str, function: Callable[..., Any], role: str) -> Answer:
        """What came of it. Nothing of it stays."""
        special = special_of(name, self.matters)
        known = self.known | special | {"actor": self.people[role]}
        with Session(self.engine) as session, open_file(known["path"]) as read_file, writing(self.engine) as written:
            known |= {"session": session, "read_file": read_file}
            positional, named = [], {}
            for one in inspect.signature(function).parameters.values():
                if one.kind is one.VAR_KEYWORD or (one.default is not one.empty and one.name not in special):
                    continue
                assert one.name in known or one.name in ROWS, f"{name}: nothing known for {one.name}"
                value = ROWS[one.name](session, known) if one.name in ROWS else known[one.name]
                if one.kind is one.KEYWORD_ONLY:
                    named[one.name] = value
                else:
                    positional.append(value)
            try:
                return Answer("", function(*positional, **named), written)
            except RegistryError as refusal:
                return Answer(refusal.code, None, written, refused_for_rights=refusal.status in (401, 403))
            finally:
                session.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[list[str]]:
    """The statements that write, as they are sent to the database."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
