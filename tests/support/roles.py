"""One person of every kind on one small demo, to try every door with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.clock import now
from registry.db import make_engine, transaction
from registry.models import (
    Account,
    Assessment,
    Batch,
    Call,
    Claim,
    Correction,
    CultivationCase,
    Enterprise,
    Evidence,
    GroupLink,
    ImportMapping,
    ImportRow,
    ImportRun,
    Job,
    Listing,
    MatchDecision,
    Membership,
    MergeProposal,
    Objection,
    Park,
    ParkFirm,
    ParkMember,
    RoleGrant,
    SearchMiss,
    SearchWord,
)
from registry.policies import SYSTEM, Actor, FirmRight, Grant
from registry.pool_words import GroupKind
from registry.services.accounts import open_session
from registry.services.batch_life.objections import Words, file_objection
from registry.services.lab.drafts import create_draft
from registry.services.search_misses import Miss, record_miss
from registry.services.submitting.drafting import save_fields, start_submission
from registry.settings import Settings
from registry.vocabulary import (
    BatchState,
    CaseStage,
    ClaimWay,
    DecisionVerdict,
    FirmRole,
    Flag,
    ImportState,
    JobState,
    Role,
    SearchWordKind,
    SubmissionKind,
)
from tests.support.apps import running

PROVINCE, CITY, COUNTY, OTHER_CITY = "440000", "440300", "440305", "440100"
GRANTS: dict[str, tuple[Grant, ...]] = {
    "person": (),
    "owner": (),
    "editor": (),
    "other_owner": (),
    "park": (),
    "county_reviewer": (Grant(Role.REVIEWER, COUNTY),),
    "city_reviewer": (Grant(Role.REVIEWER, CITY),),
    "city_curator": (Grant(Role.CURATOR, CITY),),
    "list_curator": (Grant(Role.CURATOR, PROVINCE, "hte"),),
    "province_reviewer": (Grant(Role.REVIEWER, PROVINCE),),
    "province_curator": (Grant(Role.CURATOR, PROVINCE),),
    "auditor": (Grant(Role.AUDITOR, PROVINCE),),
    "city_administrator": (Grant(Role.ADMINISTRATOR, CITY),),
    "administrator": (Grant(Role.ADMINISTRATOR, PROVINCE),),
}
ROLES = ("public", *GRANTS)
LOCAL = "registry-session"


def add_everybody(session: Session) -> dict[str, str]:
    """An account of every kind, signed in; returns their tokens. Firm and other firm are the first two in the city."""
    firms = session.exec(
        select(Enterprise.id)
        .where(col(Enterprise.region_code).startswith("4403"))
        .order_by(col(Enterprise.id))
        .limit(2)
    ).all()
    tokens, numbers = {}, {}
    for login, grants in GRANTS.items():
        account = Account(login=login, display_name=f"{login}示例", password_hash="")
        session.add(account)
        session.flush()
        numbers[login] = account.id
        session.add_all(
            RoleGrant(account_id=account.id, role=g.role, region_code=g.region_code, directory_code=g.directory_code)
            for g in grants
        )
        tokens[login] = open_session(session, account_id=account.id)
    for login, firm, role in (
        ("owner", firms[0], FirmRole.OWNER),
        ("editor", firms[0], FirmRole.EDITOR),
        ("other_owner", firms[1], FirmRole.OWNER),
    ):
        session.add(Membership(account_id=numbers[login], enterprise_id=firm, role=role, granted_by="test"))
    park = Park(name="示例园区", region_code=CITY)
    session.add(park)
    session.flush()
    session.add(ParkMember(park_id=park.id, account_id=numbers["park"]))
    session.add(ParkFirm(park_id=park.id, enterprise_id=firms[0], agreed_at=now(), agreed_by="owner"))
    session.flush()
    return tokens


def add_matters(session: Session) -> dict[str, object]:
    """Something of every kind to act on; returns what stands for it in addresses."""
    firm = session.exec(
        select(Enterprise).where(col(Enterprise.uscc).is_not(None)).order_by(col(Enterprise.id))
    ).first()
    run = session.exec(select(ImportRun).where(ImportRun.state == ImportState.WRITTEN)).first()
    notice = session.exec(select(Batch).where(Batch.state == BatchState.PUBLIC_NOTICE)).first()
    flagged = session.exec(select(Assessment).where(Assessment.flag == Flag.CANDIDATE)).first()
    assert firm
    assert run
    assert notice
    assert flagged
    remembered = add_remembered(session, run.id)
    row = session.exec(select(ImportRow.id).where(ImportRow.import_id == run.id)).first()
    listing = session.exec(select(Listing.id).where(Listing.batch_id == notice.id)).first()
    words = Words(text="示例异议：该企业的情况与公示不符。", objector="示例王某", contact="example@example.org")
    receipt = file_objection(session, batch_id=notice.id, words=words)
    record_miss(session, Miss("示例查不到", "zh", "", near_offered=True))
    day = now().date()
    draft = create_draft(
        session, based_on="LG26", version="LG26Z", first_day=day, document=("《示例办法》", "示例1号"), actor=SYSTEM
    )
    return remembered | {
        "enterprise_id": firm.id,
        "key": firm.uscc,
        "import_id": run.id,
        "row_id": row,
        "batch_id": notice.id,
        "a": notice.id,
        "b": notice.id,
        "listing_id": listing,
        "receipt": receipt,
        "objection_id": session.exec(select(Objection.id)).first(),
        "assessment_id": flagged.id,
        "miss_id": session.exec(select(SearchMiss.id)).first(),
        "draft_id": draft.id,
        "account_id": session.exec(select(Account.id).where(Account.login == "county_reviewer")).one(),
    }


def add_waiting(
    session: Session, firm: Enterprise, person_id: int, draft_id: int
) -> tuple[Evidence, Claim, Correction, CultivationCase, GroupLink]:
    """A document, a claim, a reported error, a case of the pool and a link of the firm."""
    paper = Evidence(
        enterprise_id=firm.id, submission_id=draft_id, slug="other", filename="示例.pdf", sha256="0" * 64, size=1,
        media_type="application/pdf", uploaded_by="owner",
    )  # fmt: skip
    claim = Claim(
        account_id=person_id, enterprise_id=firm.id, way=ClaimWay.LICENCE, role=FirmRole.OWNER, person="x", phone="1"
    )
    report = Correction(receipt="JC-0000-0000-0000-0000", enterprise_id=firm.id, about="name", text="示例纠错")
    case = CultivationCase(
        enterprise_id=firm.id, directory_code="little_giant", stage=CaseStage.ADMITTED, entry_reason="示例",
        region_code=firm.region_code or "", quiet_since=now().date(),
    )  # fmt: skip
    link = GroupLink(
        enterprise_id=firm.id,
        other_id=firm.id + 1,
        kind=GroupKind.CONTROLS,
        source="示例",
        dated=now().date(),
        made_by="test",
    )
    session.add_all([paper, claim, report, case, link])
    session.flush()
    return paper, claim, report, case, link


def add_cases(session: Session) -> dict[str, object]:
    """What firms sent and officials work on, for the first firm of the city; what stands for it in addresses."""
    person = session.exec(select(Account).where(Account.login == "owner")).one()
    held = session.exec(select(Membership).where(Membership.account_id == person.id)).one()
    firm = session.get_one(Enterprise, held.enterprise_id)
    owner = Actor(person.id, person.login, firms=(FirmRight(firm.id, FirmRole.OWNER),))
    draft = start_submission(session, actor=owner, enterprise_id=firm.id, kind=SubmissionKind.PROFILE)
    save_fields(session, submission_id=draft.id, actor=owner, typed={"contact.name": "示例", "contact.phone": "0755-1"})
    paper, claim, report, case, link = add_waiting(session, firm, person.id, draft.id)
    term = session.exec(select(Listing.id).where(Listing.directory_code == "ai_backbone")).first()
    return {
        "own_key": firm.uscc or "",
        "other_key": session.get_one(Enterprise, firm.id + 1).uscc or "",
        "submission_id": draft.id,
        "evidence_id": paper.id,
        "claim_id": claim.id,
        "membership_id": session.exec(
            select(Membership.id).where(Membership.role == FirmRole.EDITOR, Membership.enterprise_id == firm.id)
        ).one(),
        "version": draft.version,
        "park_id": session.exec(select(Park.id).order_by(col(Park.id).desc())).first(),
        "park_link": session.exec(select(ParkFirm.id).where(ParkFirm.enterprise_id == firm.id)).first(),
        "correction_receipt": report.receipt,
        "correction_id": report.id,
        "case_id": case.id,
        "link_id": link.id,
        "call_id": session.exec(select(Call.id)).first(),
        "proposal_id": session.exec(select(MergeProposal.id)).first(),
        "term_id": term,
        "part": "contacts",
        "revision": 1,
        "number": 1,
        "event_id": 1,
        "match_id": 1,
    }


def add_remembered(session: Session, import_id: int) -> dict[str, object]:
    """What officials made the registry remember: a mapping, a decision, a word; and work that waits."""
    row = session.exec(select(ImportRow.id).where(ImportRow.import_id == import_id)).first()
    mapping = ImportMapping(
        fingerprint="x", columns=[], roles={}, directory_code="hte", import_id=import_id, remembered_by="test"
    )
    decision = MatchDecision(folded="示例", verdict=DecisionVerdict.NEW, actor="test", import_id=import_id, row_id=row)
    word = SearchWord(kind=SearchWordKind.SYNONYM, text="示例词", value="小巨人", created_by="test")
    job = Job(kind="assess", key="hte", payload={}, state=JobState.QUEUED, actor="test")
    session.add_all([mapping, decision, word, job])
    session.flush()
    return {"mapping_id": mapping.id, "decision_id": decision.id, "word_id": word.id, "job_id": job.id}


@contextmanager
def client_of(template: Path, folder: Path, token: str | None) -> Iterator[tuple[TestClient, Engine]]:
    """A client with a copy of the demo of its own, signed in with ``token``."""
    shutil.copytree(template, folder)
    settings = Settings(data_dir=folder, embedded_worker=False, smtp_host="localhost", mail_from="a@example.org")
    settings = settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})
    engine = make_engine(settings)
    with running(settings, base_url="http://127.0.0.1:8000", raise_faults=True) as client:
        if token is not None:
            client.cookies.set(LOCAL, token)
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client, engine
    engine.dispose()


def prepare(settings: Settings) -> tuple[dict[str, str], dict[str, object]]:
    """Everybody and everything, written into a finished demo."""
    engine = make_engine(settings)
    with transaction(engine) as session:
        tokens = add_everybody(session)
        matters = add_matters(session) | add_cases(session)
    engine.dispose()
    return tokens, matters
