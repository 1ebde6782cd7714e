"""The pages of firms: nothing typed is lost, only one's own firm, every refusal beside its field."""

import json
import zipfile
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.models import Submission, SubmissionField, WorkItem
from registry.policies import SYSTEM
from registry.services.submitting.moves import move
from registry.vocabulary import FieldDecision, SubmissionAct, SubmissionState
from tests.support.firms import FILLED, YEAR
from tests.support.pdf import a_pdf
from tests.web.firm_place import SAME_SITE, Place, as_, make_place

HTMX = SAME_SITE | {"HX-Request": "true"}
REVENUE, RD = f"annual.{YEAR}.revenue", f"annual.{YEAR}.rd_expense"


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return make_place(sqlite_engine)


def begin(client: TestClient, place: Place, kind: str = "profile", **more: object) -> str:
    """The address of a new submission."""
    answer = client.post(f"/firm/{place.key}/submissions", data={"kind": kind, **more}, headers=SAME_SITE)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def fill(client: TestClient, address: str, part: str, **typed: str) -> int:
    """Save a page; the status of the answer."""
    mine = {name: value for name, value in FILLED.items()} | {}
    chosen = {name: value for name, value in mine.items() if part_of(name) == part} | typed
    return client.post(f"{address}/parts/{part}", data=chosen or {"x": "y"}, headers=SAME_SITE).status_code


def part_of(path: str) -> str:
    head, _, rest = path.partition(".")
    return {"contact": "contacts", "profile": "profile"}.get(head, f"figures-{rest.partition('.')[0]}")


def sent(client: TestClient, address: str, version: int) -> str:
    data = {"version": version, "declared_by": "示例负责人 总经理", "agreed": "yes"}
    answer = client.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def version(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(Submission)).one().version


@pytest.fixture
def owner(client: TestClient, place: Place) -> TestClient:
    return as_(client, "owner")


def test_a_firm_fills_in_sends_and_reads_its_receipt(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    assert "联系人" in owner.get(address).text
    assert fill(owner, address, "contacts") == 303
    assert fill(owner, address, "profile") == 303
    page = owner.get(f"{address}/check").text
    assert "示例联系人" in page
    receipt = owner.get(sent(owner, address, version(sqlite_engine)))
    with reading(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        assert submission.receipt is not None
        assert submission.receipt in receipt.text
        assert f"/receipts/check?number={submission.receipt}&amp;sha256=" in receipt.text
        assert '<svg role="img"' in receipt.text
        assert session.exec(select(WorkItem)).one().enterprise_id == place.firm
    assert "审核中" in owner.get(address).text
    content = owner.get(f"{address}/receipts/1/content")
    assert json.loads(content.content)["fields"]["contact.name"] == "示例联系人"


def test_what_is_wrong_comes_back_with_all_that_was_typed(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    answer = owner.post(
        f"{address}/parts/figures-{YEAR}",
        data={REVENUE: "8,200", RD: "62,000", f"annual.{YEAR}.employees": "一百"},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert 'value="62,000"' in answer.text
    assert 'value="一百"' in answer.text
    assert "研发费用 62,000 万元大于营业收入 8,200 万元" in answer.text
    assert 'value="62,000"' in owner.get(f"{address}/parts/figures-{YEAR}").text


def test_the_unit_is_asked_and_answered_without_scripts(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    path = f"annual.{YEAR}.total_assets"
    address = begin(owner, place, "yearly")
    answer = owner.post(f"{address}/parts/figures-{YEAR}", data={path: "141,500,000"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "单位是元吗" in answer.text
    data = {path: "141,500,000", f"was.{path}": "141,500,000", f"unit.{path}": "one"}
    assert owner.post(f"{address}/parts/figures-{YEAR}", data=data, headers=SAME_SITE).status_code == 303
    with reading(sqlite_engine) as session:
        row = session.exec(select(SubmissionField).where(SubmissionField.path == path)).one()
        assert (row.value, row.typed, row.unit_confirmed) == (141_500_000, "14,150", True)


def test_a_field_is_saved_as_soon_as_it_is_left(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    answer = owner.post(
        f"{address}/fields", data={"only": REVENUE, REVENUE: "8200", f"was.{REVENUE}": ""}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "8,200 万元，即 0.82 亿元" in answer.text
    assert "已自动保存" in answer.text
    assert "<html" not in answer.text


def test_huge_and_strange_text_is_answered_and_comes_back(owner: TestClient, place: Place) -> None:
    address = begin(owner, place)
    huge, strange = "长" * 5_000, "<script>alert(1)</script>\x00"
    answer = owner.post(
        f"{address}/parts/profile",
        data={"profile.main_business": huge, "profile.name_en": strange, "annual.9999.revenue": "1", "facts.x": "1"},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert huge in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("login", ["neighbour", "nobody", "lin", "shen", "fang"])
def test_nobody_else_opens_a_firms_pages(owner: TestClient, place: Place, login: str) -> None:
    address = begin(owner, place)
    client = as_(owner, login)
    for path in (
        f"/firm/{place.key}",
        address,
        f"{address}/parts/profile",
        f"{address}/evidence",
        f"{address}/check",
        f"/firm/{place.key}/standing",
        f"/firm/{place.key}/members",
        f"/firm/{place.key}/access",
        f"/firm/{place.key}/holdings",
    ):
        assert client.get(path).status_code == 403, path
    for path in (f"{address}/parts/profile", f"{address}/fields", f"{address}/check", f"{address}/acts/withdraw"):
        assert client.post(path, data={"only": "profile.address"}, headers=SAME_SITE).status_code == 403, path
    # A submission of another firm is none of one's own.
    number = address.rpartition("/")[2]
    if login == "neighbour":
        assert client.get(f"/firm/{place.other_key}/submissions/{number}").status_code == 404


def test_the_public_is_sent_to_sign_in(client: TestClient, place: Place) -> None:
    answer = client.get(f"/firm/{place.key}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


def test_an_editor_fills_in_and_does_not_sign(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    client = as_(owner, "editor")
    assert fill(client, address, "profile", **{"profile.website": "www.example.com"}) == 303
    data = {"version": version(sqlite_engine), "declared_by": "示例", "agreed": "yes"}
    assert client.post(f"{address}/check", data=data, headers=SAME_SITE).status_code == 403


def test_a_declaration_that_is_not_ticked_brings_the_page_back(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    data = {"version": version(sqlite_engine), "declared_by": "示例负责人"}
    answer = owner.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'value="示例负责人"' in answer.text
    assert "请勾选声明" in answer.text


def test_a_form_sent_twice_sends_once(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    seen = version(sqlite_engine)
    sent(owner, address, seen)
    data = {"version": seen, "declared_by": "示例负责人", "agreed": "yes"}
    answer = owner.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 409
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().revision == 1


def test_of_what_was_returned_only_the_returned_fields_are_inputs(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    sent(owner, address, version(sqlite_engine))
    with transaction(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        row = session.exec(select(SubmissionField).where(SubmissionField.path == "contact.phone")).one()
        row.decision, row.decided_revision, row.reason_code = FieldDecision.RETURNED, 1, "incomplete"
        row.reason = "示例：打不通"
        move(session, submission, SubmissionAct.RETURN, actor=SYSTEM)
    page = owner.get(f"{address}/parts/contacts").text
    assert 'id="contact.phone"' in page
    assert 'id="contact.name"' not in page
    assert "示例：打不通" in page
    assert "退回 1 项" in owner.get(address).text
    fill(owner, address, "contacts", **{"contact.phone": "0755-87654321"})
    sent(owner, address, version(sqlite_engine))
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().revision == 2


def test_taking_back_and_giving_up_say_first_what_they_do(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    sent(owner, address, version(sqlite_engine))
    assert "收回这件申报" in owner.get(f"{address}/acts/recall").text
    data = {"version": version(sqlite_engine)}
    assert owner.post(f"{address}/acts/recall", data=data, headers=SAME_SITE).status_code == 303
    data = {"version": version(sqlite_engine)}
    assert owner.post(f"{address}/acts/withdraw", data=data, headers=SAME_SITE).status_code == 303
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().state is SubmissionState.WITHDRAWN
    assert owner.get(f"{address}/acts/withdraw").status_code == 409


def test_evidence_is_kept_by_hash_and_leaves_as_an_attachment(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    files = {"file": ("审计 报告.pdf", a_pdf(pages=2), "application/pdf")}
    answer = owner.post(f"{address}/evidence", data={"slug": "audit_report"}, files=files, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    page = owner.get(f"{address}/evidence").text
    assert "审计 报告.pdf" in page
    assert "2 页" in page
    found = owner.get("/firm/evidence/1")
    assert found.headers["content-disposition"].startswith("attachment;")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert as_(owner, "neighbour").get("/firm/evidence/1").status_code == 403
    assert as_(owner, "lin").get("/office/evidence/1").status_code == 200
    assert as_(owner, "far").get("/office/evidence/1").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "只收 PDF"),
        ("cut.pdf", a_pdf()[:120], "已损坏"),
        ("script.pdf", a_pdf(script=True), "脚本"),
        ("empty.pdf", b"", "空的"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只收 PDF"),
        ("cut.png", b"\x89PNG\r\n\x1a\n0000", "已损坏"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    owner: TestClient, place: Place, name: str, content: bytes, said: str
) -> None:
    address = begin(owner, place, "yearly")
    files = {"file": (name, content, "application/pdf")}
    answer = owner.post(f"{address}/evidence", data={"slug": "audit_report"}, files=files, headers=SAME_SITE)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_nomination_is_held_against_its_standard(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "nomination", call=place.call)
    page = owner.get(address).text
    assert "还差什么" in page
    assert "LG26" in page
    assert begin(owner, place, "nomination", call=place.call) == address
    assert "已开始，继续" in owner.get(f"/firm/{place.key}").text


def test_standing_and_what_if_store_nothing(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    assert "尚不能判断" in owner.get(f"/firm/{place.key}/standing").text
    page = owner.get(f"/firm/{place.key}/standing/little_giant", params={REVENUE: "8,200", "facts.class1_ip": "9"})
    assert page.status_code == 200
    assert "假设之后" in page.text
    wrong = owner.get(f"/firm/{place.key}/standing/little_giant", params={REVENUE: "许多"})
    assert wrong.status_code == 422
    assert 'value="许多"' in wrong.text
    assert owner.get(f"/firm/{place.key}/standing/nothing").status_code == 404
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).first() is None


def test_everything_held_can_be_taken_along(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    owner.post(
        f"{address}/evidence",
        data={"slug": "audit_report"},
        files={"file": ("a.pdf", a_pdf(), "application/pdf")},
        headers=SAME_SITE,
    )
    with zipfile.ZipFile(BytesIO(owner.get(f"/firm/{place.key}/holdings").content)) as archive:
        held = json.loads(archive.read("holdings.json"))
        assert "evidence/1-a.pdf" in archive.namelist()
    assert held["submission"][0]["kind"] == "yearly"
    assert held["figure"][0]["name"] == "total_assets"
    assert held["membership"][0]["role"] == "owner"


def test_a_file_over_the_limit_is_told_beside_its_field_and_a_form_over_it_is_refused(
    owner: TestClient, place: Place
) -> None:
    address = begin(owner, place, "yearly")
    files = {"file": ("large.pdf", b"%PDF-" + b"0" * 20_000_001, "application/pdf")}
    answer = owner.post(f"{address}/evidence", data={"slug": "audit_report"}, files=files, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "超过 20 MB" in answer.text
    huge = {"profile.main_business": "x" * 1_100_000}
    assert owner.post(f"{address}/parts/profile", data=huge, headers=SAME_SITE).status_code == 413
    names = {f"facts.x{number}": "1" for number in range(2_500)}
    assert owner.post(f"{address}/parts/profile", data=names, headers=SAME_SITE).status_code in (400, 413, 422)
    assert owner.get(f"/firm/{place.key}/submissions/{2**63}").status_code == 422
    assert owner.get(f"{address}/parts/nothing").status_code == 404
    assert owner.post(f"{address}/fields", data={"only": "nothing"}, headers=SAME_SITE).status_code == 404
