"""Every page there is, wide and narrow, light and dark, in both languages: axe finds nothing, nothing runs sideways.

Here the public pages; the others have files of their own beside (``test_every_*``), with what this one says about them.
"""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from import_scripts.reading import open_file
from registry.clock import today
from registry.db import make_engine, reading, transaction
from registry.models import Assessment, Batch, Enterprise, ImportRow, ImportRun, Listing, Objection, SearchMiss
from registry.policies import SYSTEM, Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.batch_life.objections import Words, file_objection
from registry.services.imports.reviewing import get_review, review
from registry.services.imports.uploading import receive, settle
from registry.services.lab.drafts import create_draft
from registry.services.lab.trials import FOLDER, backtest_draft, try_draft
from registry.services.match_jobs import Place, pasted_names, receive_workbook
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import stage_notice
from registry.services.search_misses import Miss, record_miss
from registry.vocabulary import BatchState, ImportKind, ImportState, Role, RowOutcome
from tests.browser.case_pages import case_pages
from tests.browser.conftest import LiveServer, NewPage
from tests.browser.firm_pages import FIRM_PAGES
from tests.browser.looking import Visit, every_visit, faults_of
from tests.browser.plan_pages import PLAN_PAGES
from tests.web.test_audience import PUBLIC
from web.routes import ROUTERS

NOT_PAGES = {
    "product_download": "a download",
    "compatibility_download": "a download",
    "document_original": "a download",
    "directory_download": "a download",
    "bulk_file": "a download",
    "feed": "for feed readers",
    "directory_feed": "for feed readers",
    "robots": "for programs",
    "sitemap": "for programs",
    "sitemap_part": "for programs",
    "llms": "for programs",
    "enterprise_jsonld": "for programs",
    "fact_sheet": "a download",
    "batch_compare_export": "a download",
    "candidate_export": "a download",
    "lab_export": "a download",
    "plan_download": "a download",
    "plan_rows_download": "a download",
    "renewal_export": "a download",
    "missing_export": "a download",
    "renewal_calendar": "a download",
    "import_errors": "a download",
    "match_download": "a download",
    "pool_export": "a download",
    "evidence_download": "a download",
    "work_evidence": "a download",
    "submission_document": "a download",
    "firm_holdings": "a download",
    "submission_receipt_json": "a download",
    "sign_in_code": "only between the two steps of signing in; looked at by its own test",
    "provider_leave": "leads on to the identity provider",
    "provider_back": "comes back from the identity provider",
    "link_form": "behind a link that works once",
    "merge_proposal": "leads on to the two side by side",
    "suggest": "the list under a search box",
    "city_shapes": "the shapes of the map on the front page",
    "work": "leads on to the candidates",
}
GROUPS = {
    "imports": ("import", "work_import", "mapping", "notice", "match"),
    "batches": ("batch_", "work_batch", "objection", "work_objection"),
    "cases": (
        *("inbox", "work_submission", "submission_ask", "work_correction", "correction", "merge", "split"),
        *(
            "cultivation",
            "pool",
            "group",
            "classified",
            "call",
            "work_call",
            "review_plan",
            "claim_list",
            "work_claim",
            "park_list",
        ),
    ),
    "plans": ("target_board", "plan_", "work_targets", "work_plan", "work_indicator"),
}
"""Pages looked at by a file of their own, so that several processes can share the looking: how their routes begin. The
others are "public" or "office" by their audience; a firm's pages are looked at by ``test_firm_journeys``."""


def pages_of(group: str, live_server: LiveServer) -> dict[str, str]:
    """One address for each page of a group, by route name, on the demo's own records."""
    engine = make_engine(live_server.settings)
    try:
        if group == "imports":
            return import_pages(engine, live_server)
        if group == "batches":
            return batch_pages(engine)
        if group == "plans":
            return dict(PLAN_PAGES)
        if group == "cases":
            return case_pages(engine)
        return public_pages(engine) if group == "public" else office_pages(engine) | lab_pages(engine, live_server)
    finally:
        engine.dispose()


def routes_of(group: str) -> set[str]:
    """The routes whose pages belong to a group: each route belongs to one."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    shown = {route.name for route in routes if "GET" in (route.methods or ())}
    return {name for name in shown - NOT_PAGES.keys() - FIRM_PAGES if _group_of(name) == group}


def _group_of(name: str) -> str:
    found = next((group for group, begins in GROUPS.items() if name.startswith(begins)), None)
    return found or ("public" if name in PUBLIC else "office")


PRODUCT_PAGES = {
    "product_list": "/products?category=db&status=all",
    "product": "/products/1",
    "product_check": "/products/check",
    "compatibility_matrix": "/products/compatibility",
    "compatibility_records": "/products/compatibility/records",
}


PEOPLE_PAGES = {
    "sign_in": "/login",
    "register_form": "/register",
    "reset_form": "/forgot",
    "demo_mail": "/demo/mail",
}


def public_pages(engine: Engine) -> dict[str, str]:
    """What anybody may open."""
    with reading(engine) as session:
        firm = session.exec(select(Enterprise.uscc).where(col(Enterprise.uscc).is_not(None)).limit(1)).one()
        run = session.exec(select(ImportRun.id).where(ImportRun.state == ImportState.WRITTEN).limit(1)).one()
        titled = select(ImportRow).where(ImportRow.import_id == run, ImportRow.outcome != RowOutcome.REJECTED)
        document_row = f"/documents/{run}/rows/{session.exec(titled.limit(1)).one().id}"
    return {
        "home": "/",
        "search": "/search?q=示例",
        "search, products": "/search?q=示例&kind=product",
        "search, understood": "/search?q=小巨人 深圳 芯片",
        "search_many": "/search/many",
        "search, nothing found": "/search?q=没有这样的企业名称&city=440300",
        "enterprise": f"/e/{firm}",
        "enterprise on another day": f"/e/{firm}?as_of=2025-06-30&from=示例",
        "enterprise that is not listed": "/e/91440300MA5G580778",
        "directory_list": "/directories",
        "directory": "/directories/little_giant?as_of=2025-06-30",
        "product catalogue": "/directories/secure_product",
        **PRODUCT_PAGES,
        "batch": "/batches/1",
        "standard_list": "/standards",
        "standard": "/standards/hte",
        "standard_compare": "/standards/little_giant/compare?from=LG22&to=LG26",
        "self_check": "/standards/little_giant/self-check?region=440300",
        "self_check of a scored standard": "/standards/hte/self-check",
        "open_data": "/open-data",
        "api_changes": "/open-data/changes",
        "status_page": "/status",
        "receipt_form": "/receipts/check?number=SB-2026-000001",
        "document_row": document_row,
        "style_page": "/style",
        "nothing here": "/no-such-page",
        **PEOPLE_PAGES,
    }


def office_pages(engine: Engine) -> dict[str, str]:
    """What officials work in."""
    with reading(engine) as session:
        flagged = session.exec(select(Assessment.id).where(col(Assessment.flag).is_not(None)).limit(1)).one()
        risky = select(Enterprise.uscc).join(Assessment).where(Assessment.flag == "at_risk")
        held = session.exec(risky.limit(1)).one()
    with transaction(engine) as session:
        record_miss(session, Miss("示例查不到", "zh", "", near_offered=True))
        session.flush()
        miss = session.exec(select(SearchMiss.id).limit(1)).one()
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
        "search_miss_list": "/office/searches",
        "search_miss": f"/office/searches/{miss}",
        "account": "/account",
        "password_form": "/account/password",
        "second_factor": "/account/two-step",
        "user_list": "/office/users?state=all",
        "user_page": "/office/users/3",
        "audit_log": "/office/audit?from=2020-01-01",
        "audit trail, verified": "/office/audit?verify=1",
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
        written = session.exec(select(ImportRun.id).where(ImportRun.state == ImportState.WRITTEN).limit(1)).one()
    product, notice = doubtful_pages(engine, live_server)
    return {
        "import_list": "/office/imports",
        "work_import": f"/office/imports/{written}",
        "import_undo_confirm": f"/office/imports/{written}/undo",
        "entries of a product": product,
        "row of a notice": notice,
        "notice staged": notice.rpartition("/rows")[0],
        "notice_form": "/office/notices/new",
        "match_form": "/office/match",
        "match_show": matched_page(engine, live_server),
        "import_row": f"/office/imports/{numbers[1]}/rows/{doubtful}",
        "import only read": f"/office/imports/{numbers[0]}",
        "import staged": f"/office/imports/{numbers[1]}",
        "import_write_confirm": f"/office/imports/{numbers[1]}/write",
        "import_compare": f"/office/imports/{numbers[1]}/compare?against=current&kind=absent",
        "import signed": f"/office/imports/{numbers[2]}",
        "import_override_confirm": f"/office/imports/{numbers[2]}/override",
        "mapping_list": "/office/imports/mappings",
    }


def doubtful_pages(engine: Engine, live_server: LiveServer) -> tuple[str, str]:
    """A product version with two grades, and a notice that gives a firm a name another has: the pages of their rows."""
    data = live_server.settings.data_dir
    products, notice = data / "产品.csv", data / "通知.csv"
    line = "示例读库,V1,示例读软件有限公司"
    products.write_text(f"产品名称,版本,送测单位,安全可靠等级\n{line},Ⅰ级\n{line},Ⅱ级\n", encoding="utf-8")
    with transaction(engine) as session:
        one, other = session.exec(select(Enterprise.name_zh).where(col(Enterprise.uscc).is_not(None)).limit(2)).all()
        notice.write_text(f"原企业名称,变更后名称\n{one},{other}\n", encoding="utf-8")
        folder = live_server.settings.archive_dir
        run = receive(session, path=products, open_file=open_file, archive_dir=folder, actor=SYSTEM)
        options = ImportOptions(directory="secure_product", announced_on=today())
        settle(session, import_id=run.id, options=options, actor=SYSTEM, open_file=open_file, archive_dir=folder)
        with open_file(notice) as read_file:
            asked = Asked(ImportKind.RENAME, today(), "示例〔2026〕2号")
            staged = stage_notice(session, read_file=read_file, asked=asked, actor=SYSTEM, archive_dir=folder)
        found = []
        for number in (run.id, staged.import_id):
            waiting = ImportRow.import_id == number, ImportRow.outcome == RowOutcome.AMBIGUOUS
            row = session.exec(select(ImportRow.id).where(*waiting)).one()
            found.append(f"/office/imports/{number}/rows/{row}")
    return found[0], found[1]


def matched_page(engine: Engine, live_server: LiveServer) -> str:
    """Names that were matched, for whoever signs in."""
    settings = live_server.settings
    with reading(engine) as session:
        name = session.exec(select(Enterprise.name_zh).limit(1)).one()
    actor = Actor(None, "fang", (Grant(Role.CURATOR, "440000"),))
    place = Place(engine, settings.data_dir, open_file)
    path = pasted_names(f"{name}\n全然不同的示例有限公司\n{name[:-4]}", settings.data_dir)
    return f"/office/match/{receive_workbook(place, path=path, directory=None, apply=False, actor=actor)}"


@pytest.fixture(scope="module")
def pages(live_server: LiveServer) -> dict[str, str]:
    """The public pages."""
    return pages_of("public", live_server)


def test_no_public_page_is_left_out(pages: dict[str, str]) -> None:
    assert routes_of("public") <= pages.keys()


def test_every_page_is_looked_at_by_one_of_the_files() -> None:
    groups = ("public", "office", *GROUPS)
    assert sum(len(routes_of(group)) for group in groups) == len(set.union(*map(routes_of, groups)))
    files = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_every_*.py")]
    assert all(sum(f'pages_of("{group}", live_server)' in text for text in files) == 1 for group in groups)


@every_visit
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    new_page: NewPage, live_server: LiveServer, pages: dict[str, str], visit: Visit
) -> None:
    assert faults_of(new_page, live_server, pages, visit) == []
