"""Every page there is, wide and narrow, light and dark, in both languages: axe finds nothing, nothing runs sideways."""

from pathlib import Path
from urllib.parse import unquote

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from import_scripts.reading import open_file
from registry.clock import today
from registry.db import make_engine, reading, transaction
from registry.models import Assessment, Batch, Enterprise, ImportRow, ImportRun, Listing, Objection, SearchMiss
from registry.policies import SYSTEM
from registry.schemas.imports import ImportOptions
from registry.services.batch_life.objections import Words, file_objection
from registry.services.imports.reviewing import get_review, review
from registry.services.imports.uploading import receive, settle
from registry.services.lab.drafts import create_draft
from registry.services.lab.trials import FOLDER, backtest_draft, try_draft
from registry.services.search_misses import Miss, record_miss
from registry.vocabulary import BatchState, ImportState, RowOutcome
from tests.browser.conftest import LiveServer, NewPage
from tests.browser.firm_pages import FIRM_PAGES
from web.routes import ROUTERS

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
NOT_PAGES = {
    "document_original": "a download",
    "directory_download": "a download",
    "batch_compare_export": "a download",
    "candidate_export": "a download",
    "lab_export": "a download",
    "renewal_export": "a download",
    "missing_export": "a download",
    "renewal_calendar": "a download",
    "import_errors": "a download",
    "evidence_download": "a download",
    "work_evidence": "a download",
    "firm_holdings": "a download",
    "submission_receipt_json": "a download",
    "suggest": "the list under a search box",
    "work": "leads on to the candidates",
}
OFFICE = (
    "lab",
    "work_standards",
    "candidate",
    "renewal",
    "missing",
    "work",
    "import",
    "mapping",
    "search_miss",
    "batch_list",
    "batch_act",
    "batch_row",
    "objection_list",
    "call",
    "claim",
    "park_list",
)
LOOKS = [(360, "light", "zh-CN"), (768, "dark", "en"), (1440, "light", "en"), (1440, "dark", "zh-CN")]


@pytest.fixture(scope="module")
def pages(live_server: LiveServer) -> dict[str, str]:
    """One address for each page, by route name, on the demo's own records."""
    engine = make_engine(live_server.settings)
    with reading(engine) as session:
        firm = session.exec(select(Enterprise.uscc).where(col(Enterprise.uscc).is_not(None)).limit(1)).one()
        run = session.exec(select(ImportRun.id).where(ImportRun.state == ImportState.WRITTEN).limit(1)).one()
        titled = select(ImportRow).where(ImportRow.import_id == run, ImportRow.outcome != RowOutcome.REJECTED)
        row = session.exec(titled.limit(1)).one()
        flagged = session.exec(select(Assessment.id).where(col(Assessment.flag).is_not(None)).limit(1)).one()
        risky = select(Enterprise.uscc).join(Assessment).where(Assessment.flag == "at_risk")
        held = session.exec(risky.limit(1)).one()
    with transaction(engine) as session:
        record_miss(session, Miss("示例查不到", "zh", "", near_offered=True))
        session.flush()
        miss = session.exec(select(SearchMiss.id).limit(1)).one()
    laboratory = lab_pages(engine, live_server) | import_pages(engine, live_server) | batch_pages(engine)
    engine.dispose()
    return public_pages(firm, f"/documents/{run}/rows/{row.id}") | office_pages(flagged, held, run, miss) | laboratory


def public_pages(firm: str | None, document_row: str) -> dict[str, str]:
    """What anybody may open."""
    return {
        "home": "/",
        "search": "/search?q=示例",
        "search, products": "/search?q=示例&kind=product",
        "search_many": "/search/many",
        "search, nothing found": "/search?q=没有这家公司的名字",
        "enterprise": f"/e/{firm}",
        "directory_list": "/directories",
        "directory": "/directories/little_giant?as_of=2025-06-30",
        "product catalogue": "/directories/secure_product",
        "batch": "/batches/1",
        "standard_list": "/standards",
        "standard": "/standards/hte",
        "standard_compare": "/standards/little_giant/compare?from=LG22&to=LG26",
        "self_check": "/standards/little_giant/self-check?region=440300",
        "self_check of a scored standard": "/standards/hte/self-check",
        "open_data": "/open-data",
        "document_row": document_row,
        "style_page": "/style",
        "nothing here": "/no-such-page",
        "sign_in": "/login",
    }


def office_pages(flagged: int, held: str | None, run: int, miss: int) -> dict[str, str]:
    """What officials work in."""
    return {
        "candidate_list": "/office/candidates",
        "work_candidate": f"/office/candidates/{flagged}",
        "candidates for a reason, sorted": "/office/candidates?flag=near&reason=unmet:LG26-8&sort=revenue&place=440300",
        "renewal_list": "/office/renewals?window=180",
        "renewals of a directory": "/office/renewals?window=180&directory=little_giant",
        "work_firm": f"/office/enterprises/{held}/assessments",
        "missing_list": "/office/missing",
        "ladder_page": "/office/ladder?place=440300",
        "missing figures of firms": "/office/missing?need=annual.2023.revenue",
        "import_list": "/office/imports",
        "work_import": f"/office/imports/{run}",
        "import_undo_confirm": f"/office/imports/{run}/undo",
        "call_list": "/office/calls",
        "work_call": "/office/calls/1",
        "claim_list": "/office/claims",
        "park_list": "/office/parks",
        "work_claim": "/office/claims/1",
        "search_miss_list": "/office/searches",
        "search_miss": f"/office/searches/{miss}",
    }


def batch_pages(engine: Engine) -> dict[str, str]:
    """A public notice with an objection, a final list, and two lists of one directory."""
    with transaction(engine) as session:
        notice = session.exec(select(Batch).where(Batch.state == BatchState.PUBLIC_NOTICE).limit(1)).one()
        final = session.exec(select(Batch).where(Batch.state == BatchState.FINAL).order_by(col(Batch.id))).all()
        one, other = next(
            (one, other) for one in final for other in final if one.id < other.id and same_directory(one, other)
        )
        words = Words(text="示例异议：该企业的情况与公示不符。", objector="示例王某", contact="example@example.org")
        listing = session.exec(select(Listing.id).where(Listing.batch_id == notice.id).limit(1)).one()
        receipt = file_objection(session, batch_id=notice.id, words=words)
        objection = session.exec(select(Objection.id).where(Objection.receipt == receipt)).one()
    return {
        "batch_compare": f"/batches/{one.id}/compare/{other.id}",
        "batch in public notice": f"/batches/{notice.id}",
        "objection_form": f"/batches/{notice.id}/objection",
        "objection_receipt": f"/objections/{receipt}",
        "batch_list": "/office/batches",
        "batch_list in one state": "/office/batches?state=draft",
        "work_batch": f"/office/batches/{notice.id}",
        "batch_act_confirm": f"/office/batches/{notice.id}/final",
        "batch_row": f"/office/batches/{notice.id}/rows/{listing}",
        "objection_list": "/office/objections",
        "work_objection": f"/office/objections/{objection}",
    }


def same_directory(one: Batch, other: Batch) -> bool:
    """Two lists that can be compared."""
    return one.directory_code == other.directory_code


def lab_pages(engine: Engine, live_server: LiveServer) -> dict[str, str]:
    """A draft that has been tried, and its pages."""
    with transaction(engine) as session:
        draft = create_draft(
            session,
            based_on="LG26",
            version="LG26Z",
            first_day=today(),
            document=("《示例办法》", "示例〔2026〕1号"),
            actor=SYSTEM,
        ).id
    folder = live_server.settings.data_dir / FOLDER
    try_draft(engine, draft_id=draft, folder=folder, as_of=today(), actor=SYSTEM)
    backtest_draft(engine, draft_id=draft, folder=folder, as_of=today(), actor=SYSTEM)
    return {
        "work_standards": "/office/lab",
        "lab_draft": f"/office/lab/{draft}",
        "lab draft, as text": f"/office/lab/{draft}?view=text",
        "lab_publish_confirm": f"/office/lab/{draft}/publish",
    }


def import_pages(engine: Engine, live_server: LiveServer) -> dict[str, str]:
    """An import that is only read, one staged with a failed check, one that waits for a second official."""
    title = "2019年第九十批专精特新“小巨人”企业名单"
    lines = (
        f"{title},,\n序号,企业名称,统一社会信用代码\n福田区（9家）,,\n1,示例读甲有限公司,\n2,示例读乙有限公司,9.1E+17\n"
    )
    path = live_server.settings.data_dir / "读到的.csv"
    path.write_text(lines, encoding="utf-8")
    folder, numbers = live_server.settings.archive_dir, []
    with transaction(engine) as session:
        for label in (None, "第九十批", "第九一批"):
            run = receive(session, path=path, open_file=open_file, archive_dir=folder, actor=SYSTEM)
            numbers.append(run.id)
            if label is not None:
                options = ImportOptions(directory="little_giant", batch=label, year=2019)
                settle(
                    session, import_id=run.id, options=options, actor=SYSTEM, open_file=open_file, archive_dir=folder
                )
        review(session, import_id=numbers[2], count=get_review(session, import_id=numbers[2]).rows, actor=SYSTEM)
        doubtful = session.exec(select(ImportRow.id).where(ImportRow.import_id == numbers[1])).first()
    return {
        "import_row": f"/office/imports/{numbers[1]}/rows/{doubtful}",
        "import only read": f"/office/imports/{numbers[0]}",
        "import staged": f"/office/imports/{numbers[1]}",
        "import_write_confirm": f"/office/imports/{numbers[1]}/write",
        "import_compare": f"/office/imports/{numbers[1]}/compare?against=current&kind=absent",
        "import signed": f"/office/imports/{numbers[2]}",
        "import_override_confirm": f"/office/imports/{numbers[2]}/override",
        "mapping_list": "/office/imports/mappings",
    }


def test_no_page_is_left_out(pages: dict[str, str]) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    shown = {route.name for route in routes if "GET" in (route.methods or ())}
    assert shown - NOT_PAGES.keys() <= pages.keys() | FIRM_PAGES


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    new_page: NewPage, live_server: LiveServer, pages: dict[str, str], width: int, scheme: str, locale: str
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale=locale, bypass_csp=True)
    faults = [fault for name in pages if not name.startswith(OFFICE) for fault in look(page, pages[name])]
    sign_in(page, live_server)
    faults += [fault for name in pages if name.startswith(OFFICE) for fault in look(page, pages[name])]
    assert faults == []


def look(page: Page, address: str) -> list[str]:
    """What is wrong with a page: its status, its width, what axe finds."""
    response = page.goto(address)
    assert response is not None
    page.add_script_tag(path=AXE)
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        ".map((v) => v.id + ' ' + v.nodes.slice(0, 2).map((n) => n.target.join(' ')).join(', '))"
    )
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong = [*found, *(["scrolls sideways"] if wide > 0 else [])]
    if response.status != (404 if address == "/no-such-page" else 200):
        wrong.append(f"status {response.status}")
    return [f"{unquote(address)}: {fault}" for fault in wrong]


def sign_in(page: Page, live_server: LiveServer, login: str = "fang") -> None:
    """As the province's administrator of the demo, or another of its people."""
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(live_server.logins[login])
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))
