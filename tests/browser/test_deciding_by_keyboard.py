"""Twenty doubtful rows decided without a mouse, and how many keys a row takes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import Session, col, select

from registry.db import make_engine
from registry.models import Enterprise
from registry.services.matching_names import facts_of, match_rows
from tests.browser.conftest import LiveServer
from tests.browser.looking import sign_in

ROWS = 20
KEYS_MAX = 3


def doubtful_names(live_server: LiveServer) -> list[str]:
    """Names near those of known firms: one character of the brand is another."""
    engine = make_engine(live_server.settings)
    with Session(engine) as session:
        known = session.exec(select(Enterprise.name_zh).order_by(col(Enterprise.id)).limit(120)).all()
        tried = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for name in known for at in range(4, 8)]
        found = match_rows(session, rows=[facts_of(name) for name in tried])
    engine.dispose()
    near: dict[str, str] = {}
    for name, match in zip(tried, found, strict=True):
        if match.key is None and match.candidates:
            near.setdefault(match.candidates[0].key, name)
    assert len(near) >= ROWS
    return list(near.values())[:ROWS]


def test_twenty_rows_are_decided_by_keyboard_alone(page: Page, live_server: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "待定.csv"
    path.write_text("企业名称\n" + "\n".join(doubtful_names(live_server)) + "\n", encoding="utf-8")
    sign_in(page, live_server)
    page.goto("/office/imports")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="上传并识读").click()
    page.get_by_role("button", name="按此逐行对应").click()
    expect(page.get_by_role("link", name="签署并")).to_be_visible()
    page.get_by_role("link", name="对照并选定").first.focus()
    page.keyboard.press("Enter")
    pressed = 0
    for left in range(ROWS, 0, -1):
        expect(page.get_by_role("status")).to_contain_text(f"还有 {left} 行待定")
        page.wait_for_load_state()  # keys are heard once the script has run
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("n" if left % 5 == 0 else "1")
        pressed += 1
    expect(page).to_have_url(re.compile(r"/office/imports/\d+$"))
    assert pressed / ROWS <= KEYS_MAX


@pytest.mark.parametrize("key", ["ArrowDown", "u"])
def test_a_row_can_be_left_for_later_and_the_next_one_has_the_keys(
    page: Page, live_server: LiveServer, tmp_path: Path, key: str
) -> None:
    path = tmp_path / f"{key}.csv"
    path.write_text("企业名称\n" + "\n".join(doubtful_names(live_server)[:3]) + "\n", encoding="utf-8")
    sign_in(page, live_server)
    page.goto("/office/imports")
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="上传并识读").click()
    page.get_by_role("button", name="按此逐行对应").click()
    expect(page.get_by_role("link", name="签署并")).to_be_visible()
    page.get_by_role("link", name="对照并选定").first.press("Enter")
    for number in (2, 3):
        expect(page.get_by_role("columnheader", name=f"文件第 {number} 行")).to_be_visible()
        page.wait_for_load_state()  # keys are heard once the script has run
        page.keyboard.press(key)
    expect(page.get_by_role("columnheader", name="文件第 4 行")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("1")
    expect(page).to_have_url(re.compile(r"/office/imports/\d+$"))
