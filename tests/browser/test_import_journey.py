"""A list brought in by hand: upload, settings, mapping, signing, written; with and without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer
from tests.browser.looking import sign_in


def test_a_list_is_uploaded_mapped_signed_and_written(
    any_page: Page, live_server: LiveServer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    batch = "九十一" if "with-javascript" in request.node.name else "九十二"
    path = tmp_path / f"{batch}.csv"
    path.write_text(
        f"2019年第{batch}批专精特新“小巨人”企业名单,,\n序号,对象{batch},城市\n1,浏览{batch}甲,深圳市\n2,浏览{batch}乙,广州市\n",
        encoding="utf-8",
    )
    page = any_page
    sign_in(page, live_server)
    page.goto("/office/imports")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="上传并识读").click()
    expect(page.locator("h1")).to_contain_text(f"{batch}.csv")
    expect(page.locator("#directory")).to_have_value("little_giant")
    expect(page.locator("#batch")).to_have_value(f"第{batch}批")
    page.get_by_role("button", name="按此逐行对应").click()
    expect(page.get_by_role("alert")).to_contain_text("没有企业名称列")
    page.get_by_label(f"“对象{batch}”对应的字段").select_option("name")
    page.get_by_role("button", name="按此逐行对应").click()
    expect(page.get_by_text("将写入 2 行")).to_be_visible()
    page.get_by_role("link", name="签署并").click()
    page.locator("#count").fill("2")
    page.get_by_role("button").filter(has_text="2 行").or_(
        page.get_by_role("button", name="签署并送第二人确认")
    ).click()
    expect(page.get_by_text("已写入 2 行。").or_(page.get_by_text("等待第二人确认"))).to_be_visible()
