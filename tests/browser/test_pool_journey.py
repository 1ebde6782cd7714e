"""From a flag through the pool to an outcome; and two officials with one case open. With and without JavaScript."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from registry.clock import today
from registry.db import make_engine, transaction
from registry.models import CultivationCase, Enterprise
from registry.services.pool.reassessing import reassess_pool
from tests.browser.conftest import LiveServer, NewPage
from tests.browser.looking import sign_in
from tests.db.pool import a_title

DIRECTORY = "hte"


def taken_in(page: Page, live_server: LiveServer, reason: str) -> None:
    """Take the first near firm that is not in the pool yet in, and open its case."""
    sign_in(page, live_server)
    page.goto(f"/office/candidates?tier={DIRECTORY}&flag=near")
    page.get_by_role("link", name="入库…").first.click()
    page.locator("#reason").fill(reason)
    page.get_by_role("button", name="纳入培育库").click()
    page.get_by_role("link", name="看培育记录").click()
    expect(page.locator("[aria-current=step]")).to_have_text("入库")


def move(page: Page, to: str) -> None:
    page.get_by_role("radio", name=to, exact=True).check()
    page.locator("#move-reason").fill("已与企业核实")
    page.get_by_role("button", name="转阶段").click()


def wins_the_title(live_server: LiveServer, case_id: int) -> None:
    """What happens outside: the firm stands on an announced list. Then comes the night."""
    engine = make_engine(live_server.settings)
    with transaction(engine) as session:
        case = session.exec(select(CultivationCase).where(CultivationCase.id == case_id)).one()
        a_title(session, session.get_one(Enterprise, case.enterprise_id), directory=DIRECTORY)
    reassess_pool(engine, as_of=today())
    engine.dispose()


def test_from_a_flag_through_the_pool_to_the_title(any_page: Page, live_server: LiveServer) -> None:
    page = any_page
    taken_in(page, live_server, "研发投入连续增长")
    move(page, "诊断")
    move(page, "提升")
    expect(page.get_by_role("alert")).to_contain_text("还没有登记诊断")
    expect(page.locator("#move-reason")).to_have_value("已与企业核实")
    page.locator("#record-kind").select_option("diagnosis")
    page.locator("#record-text").fill("缺两项知识产权，约定年内补上")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".log")).to_contain_text("缺两项知识产权")
    for stage in ("提升", "预审", "申报"):
        move(page, stage)
        expect(page.locator("[aria-current=step]")).to_have_text(stage)
    case_id = int(page.url.rpartition("/")[2])
    wins_the_title(live_server, case_id)
    page.goto(f"/office/cultivation/{case_id}")
    expect(page.get_by_role("heading", name="系统建议")).to_contain_text("已取得目标称号")
    page.get_by_role("button", name="采纳").click()
    expect(page.locator("[aria-current=step]")).to_have_text("认定")
    name = page.locator("h1").inner_text()
    page.goto("/office/cultivation?view=table&stage=recognised&tier=hte")
    expect(page.get_by_role("table")).to_contain_text(name)


@pytest.mark.parametrize("script", [True, False])
def test_of_two_officials_with_one_case_open_the_second_is_told_and_loses_nothing(
    new_page: NewPage, live_server: LiveServer, script: bool
) -> None:
    first, second = new_page(java_script_enabled=script), new_page(java_script_enabled=script)
    taken_in(first, live_server, "两人同时办理")
    sign_in(second, live_server)
    second.goto(first.url)
    move(first, "诊断")
    second.locator("#record-text").fill("我在另一个窗口写的走访记录")
    second.get_by_role("button", name="登记", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("又有改动")
    expect(second.locator("#record-text")).to_have_value("我在另一个窗口写的走访记录")
    expect(second.locator("[aria-current=step]")).to_have_text("诊断")
    second.get_by_role("button", name="登记", exact=True).click()
    expect(second.locator(".log")).to_contain_text("我在另一个窗口写的走访记录")
