"""A firm's way: claim, fill in, answer the unit question, upload, sign, send; every page; two people at once."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from registry.clock import today
from registry.db import make_engine, reading, transaction
from registry.models import Enterprise, Membership, Submission
from registry.policies import SYSTEM
from registry.services.firms.claiming import make_code
from tests.browser.conftest import LiveServer, NewPage
from tests.browser.firm_pages import firm_pages
from tests.browser.looking import Visit, every_visit, look, open_visit, sign_in
from tests.support.pdf import a_pdf

YEAR = today().year - 1


@every_visit
def test_axe_finds_nothing_on_the_pages_of_firms(new_page: NewPage, live_server: LiveServer, visit: Visit) -> None:
    engine = make_engine(live_server.settings)
    faults = []
    for login, addresses in firm_pages(engine).items():
        page = open_visit(new_page, visit)
        sign_in(page, live_server, login)
        faults += [fault for address in addresses for fault in look(page, address, visit)]
    engine.dispose()
    assert faults == []


def free_firm(live_server: LiveServer) -> tuple[str, str]:
    """A firm nobody has claimed, and a code for it."""
    engine = make_engine(live_server.settings)
    with transaction(engine) as session:
        taken = select(Membership.enterprise_id)
        asked = select(Submission.enterprise_id)
        firm = session.exec(
            select(Enterprise)
            .where(
                col(Enterprise.id).not_in(taken),
                col(Enterprise.id).not_in(asked),
                Enterprise.city_code == "440300",
                col(Enterprise.uscc).is_not(None),
                col(Enterprise.merged_into_id).is_(None),
            )
            .order_by(col(Enterprise.id).desc())
            .limit(1)
        ).one()
        code = make_code(session, enterprise_id=firm.id, actor=SYSTEM)
        key = str(firm.uscc)
    engine.dispose()
    return key, code


def test_a_firm_is_claimed_filled_in_and_sent(any_page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    key, code = free_firm(live_server)
    page = any_page
    sign_in(page, live_server, "zhou")
    page.goto(f"/firm/claim?q={key}")
    page.get_by_role("link", name="认领这家企业").click()
    page.locator("#person").fill("周示例 经理")
    page.locator("#phone").fill("0755-12345678")
    page.locator("#code").fill(code)
    page.get_by_role("button", name="提出认领").click()
    page.get_by_role("link", name="进入本企业").click()
    page.locator("li").filter(has_text="年度更新").get_by_role("button", name="办理").click()
    expect(page.locator("h1")).to_contain_text("年度更新")
    page.get_by_role("link", name="联系人").click()
    page.locator("[id='contact.name']").fill("周示例")
    page.locator("[id='contact.phone']").fill("0755-12345678")
    page.get_by_role("button", name="保存并继续").click()
    figures(page)
    page.get_by_role("link", name="佐证材料").click()
    paper = tmp_path / "审计报告.pdf"
    paper.write_bytes(a_pdf())
    page.locator("#file-audit_report").set_input_files(paper)
    page.locator("form").filter(has=page.locator("#file-audit_report")).get_by_role("button", name="上传").click()
    expect(page.get_by_role("link", name="审计报告.pdf")).to_be_visible()
    page.get_by_role("link", name="返回任务列表").click()
    page.get_by_role("link", name="核对与签署").first.click()
    page.locator("#declared_by").fill("周示例 经理")
    page.get_by_role("button", name="签署并提交").click()
    expect(page.get_by_role("alert")).to_contain_text("请勾选声明")
    page.locator("#agreed").check()
    page.get_by_role("button", name="签署并提交").click()
    expect(page.locator("h1")).to_contain_text("回执 SB-")
    expect(page.get_by_text("SHA-256").first).to_be_visible()


def figures(page: Page) -> None:
    """The figures: R&D above revenue is refused, the unit is asked about."""
    address = page.url.partition("/parts/")[0]
    page.goto(f"{address}/parts/figures-{YEAR}")
    for name, typed in (
        ("revenue", "8,200"), ("rd_expense", "62,000"), ("total_assets", "14,150"), ("total_liabilities", "6,537"),
        ("employees", "171"), ("rd_staff", "20"), ("main_business_revenue", ""), ("high_tech_revenue", ""),
        ("product_revenue", ""), ("total_costs", ""),
    ):  # fmt: skip
        page.locator(f"[id='annual.{YEAR}.{name}']").fill(typed)
    page.get_by_role("button", name="保存并继续").click()
    expect(page.get_by_text("研发费用 62,000 万元大于营业收入 8,200 万元").first).to_be_visible()
    expect(page.locator(f"[id='annual.{YEAR}.rd_expense']")).to_have_value("62,000")
    page.locator(f"[id='annual.{YEAR}.rd_expense']").fill("620")
    for question in page.locator("fieldset.asks").all():
        question.locator("input[value=wan]").check()
    with page.expect_navigation():
        page.get_by_role("button", name="保存并继续").click()
    for _ in range(2):  # a figure far from last year's may ask for its unit now that it is read
        for question in page.locator("fieldset.asks").all():
            question.locator("input[value=wan]").check()
            with page.expect_navigation():
                page.get_by_role("button", name="保存", exact=True).click()
    page.goto(address)
    expect(page.get_by_text("有错误")).to_have_count(0)


def test_a_field_is_saved_as_soon_as_it_is_left(page: Page, live_server: LiveServer) -> None:
    engine = make_engine(live_server.settings)
    address = next(one for one in firm_pages(engine)["zhao"] if one.endswith("/parts/contacts"))
    engine.dispose()
    sign_in(page, live_server, "zhao")
    page.goto(address)
    field = page.locator("[id='contact.office']")
    field.fill("董事长（虚构）")
    page.locator("[id='contact.email']").focus()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.goto(address)
    expect(field).to_have_value("董事长（虚构）")


def test_two_people_at_one_draft_do_not_overwrite_each_other(new_page: NewPage, live_server: LiveServer) -> None:
    engine = make_engine(live_server.settings)
    address = next(one for one in firm_pages(engine)["zhao"] if one.endswith("/parts/profile"))
    owner, editor = (new_page(java_script_enabled=False) for _ in range(2))
    for page, login in ((owner, "zhao"), (editor, "qian")):
        sign_in(page, live_server, login)
        page.goto(address)
    editor.locator("[id='profile.address']").fill("示例路 1 号")
    editor.get_by_role("button", name="保存", exact=True).click()
    owner.locator("[id='profile.address']").fill("示例路 2 号")
    owner.locator("[id='profile.website']").fill("www.example.com")
    owner.get_by_role("button", name="保存", exact=True).click()
    expect(owner.get_by_text("保存时别人已改为“示例路 1 号”").first).to_be_visible()
    expect(owner.locator("[id='profile.address']")).to_have_value("示例路 2 号")
    expect(owner.locator("[id='profile.website']")).to_have_value("www.example.com")
    owner.get_by_role("button", name="保存", exact=True).click()
    editor.goto(address)
    expect(editor.locator("[id='profile.address']")).to_have_value("示例路 2 号")
    with reading(engine) as session:
        assert session.exec(select(Submission)).first() is not None
    engine.dispose()
