"""An auditor changes nothing anywhere: every service that takes an actor is called by one, with something to act on.

What only reads may answer, and must not write. Every act must refuse by name. A new service is tried by itself; if it
needs something to act on that is not known here, the test says so.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

import registry.services
from import_scripts.reading import open_file
from registry.db import make_engine
from registry.errors import NotAllowed, RegistryError
from registry.policies import Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.audit_reading import AuditFilter
from registry.services.batch_life.editions import Amendment
from registry.services.batch_life.objections import Words
from registry.services.notices.deciding import Asked
from registry.settings import Settings
from registry.vocabulary import ImportKind, ObjectionState, OperatingStatus, Role, SearchWordKind
from tests.factories import a_uscc
from tests.support.demos import TINY, a_demo
from tests.support.roles import prepare

AUDITOR = Actor(1, "auditor", (Grant(Role.AUDITOR, "000000"),))
DAY = date(2026, 1, 1)

READS = {
    "access.access_log",
    "accounts.reading.find_accounts",
    "accounts.reading.get_account",
    "accounts.reading.list_accounts",
    "accounts.reading.logins_seen_by",
    "accounts.reading.may_manage",
    "assessing.candidate.get_candidate",
    "assessing.history.firm_assessments",
    "audit_reading.find_events",
    "batch_life.listing.get_work_batch",
    "batch_life.listing.list_batches",
    "batch_life.objection_reading.get_objection",
    "batch_life.objection_reading.list_objections",
    "batch_life.objection_reading.may_curate",
    "batch_life.objection_reading.may_read",
    "lab.drafts.get_draft",
    "lab.drafts.list_drafts",
    "lab.drafts.may_write",
    "lab.firms.disagreed_firms",
    "lab.firms.moved_firms",
    "lab.publishing.may_approve",
}
OWN = {
    "accounts.registering",
    "accounts.second_factor",
    "accounts.sessions",
    "access.note_access",
    "access.note_opening",
}
"""Of one's own account, and the note that one was there: that is no change of what is official."""
INNER = {
    "batch_life.editions.take_out",
    "batch_life.moves.move",
    "batch_life.moves.record",
    "batch_life.standing.supersede",
    "imports.abandoning.abandon_run",
    "imports.deciding.remember",
    "imports.remembering.remember",
    "imports.reviewing.pass_over",
    "imports.states.move",
    "imports.states.record",
    "imports.uploading.stage_run",
    "lab.drafts.note",
    "lab.firms.write_moved",
    "notices.taking_back.take_back",
    "submitting.moves.move",
}
"""Steps of acts: they take the row that the act has fetched, after the act has asked who may."""


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


BY_ADDRESS = (
    *("corrections.", "duplicates.", "firms.", "inbox.", "merge_reading.", "pool.", "reviewing.", "splitting."),
    *("submitting.", "match_jobs.", "match_workbook.", "notices.choosing."),
    *("imports.batch_filling.", "imports.long_writing.", "imports.product_choosing."),
)
"""Rooms whose acts need more to act on than is known here: an auditor tries them through their addresses, all of which
``test_rights`` walks, and nothing may have changed afterwards."""
ACTS = {
    name: function
    for name, function in services().items()
    if not name.startswith(BY_ADDRESS) and name not in READS | INNER | OWN and name.rpartition(".")[0] not in OWN
}
REFUSED_AS_PERSON = {
    "accounts.making.require_over",
    "accounts.managing.require_over_account",
    "identities.require_curator",
}
"""The questions themselves, which acts ask of rows they hold."""
NOTHING_THERE = {"merging.unmerge": "invalid-transition", "notices.carrying_out.carry_out": "not-found"}
"""What they act on is not in a small demo; they refuse for that before they ask who acts, and write nothing."""


def words_of(engine: Engine, matters: dict[str, object]) -> dict[str, Any]:
    """What people would type."""
    return {
        **matters,
        "actor": AUDITOR,
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
        "archive_dir": folder / "archive",
        "folder": folder,
        "open_file": open_file,
        "path": folder / "示例.csv",
        "target": folder / "out.xlsx",
        "values": {},
        "revision": 1,
    }


class Case:
    """A small demo and something of every kind to act on."""

    def __init__(self, engine: Engine, folder: Path, matters: dict[str, object]) -> None:
        self.engine = engine
        self.known: dict[str, Any] = words_of(engine, matters) | things_of(folder, matters)
        self.known["path"].write_text("企业名称\n示例读甲有限公司\n", encoding="utf-8")

    def call(self, name: str, function: Callable[..., Any]) -> tuple[str, list[str]]:
        """What came of it (the code of the refusal, or nothing) and the statements that wrote."""
        special: dict[str, Any] = {"document": ("《示例办法》", "示例1号")} if name == "lab.drafts.create_draft" else {}
        if name == "audit_reading.find_events":
            special = {"asked": AuditFilter()}
        known = self.known | special
        with Session(self.engine) as session, open_file(known["path"]) as read_file, writing(self.engine) as written:
            given = known | {"session": session, "read_file": read_file}
            parameters = inspect.signature(function).parameters.values()
            needed = {p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD}
            assert needed <= given.keys(), f"{name}: nothing known for {sorted(needed - given.keys())}"
            positional = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.name in needed]
            named = {one: given[one] for one in needed if one not in positional}
            try:
                function(*(given[one] for one in positional), **named)
            except RegistryError as refusal:
                return refusal.code, written
            finally:
                session.rollback()
            return "", written


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


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    settings = Settings(data_dir=a_demo(tmp_path_factory, TINY))
    matters = prepare(settings)[1]
    engine = make_engine(settings)
    yield Case(engine, settings.data_dir, matters)
    engine.dispose()


def test_what_is_written_here_exists() -> None:
    there = services().keys()
    assert READS <= there
    assert INNER <= there


@pytest.mark.parametrize("name", sorted(ACTS.keys() - REFUSED_AS_PERSON))
def test_every_act_refuses_an_auditor(case: Case, name: str) -> None:
    refused, written = case.call(name, ACTS[name])
    assert refused == NOTHING_THERE.get(name, NotAllowed.code)
    assert written == [] or name not in NOTHING_THERE


@pytest.mark.parametrize("name", sorted(READS))
def test_what_an_auditor_reads_writes_nothing(case: Case, name: str) -> None:
    if name in {"lab.publishing.may_approve"}:
        return
    assert case.call(name, services()[name])[1] == []
