"""Officials at work in a real browser: deciding a case, two on one case, merging and taking it back."""

from playwright.sync_api import Page, expect
from sqlmodel import col, select

from registry.db import make_engine, reading
from registry.models import Enterprise, MergeProposal, Submission
from registry.vocabulary import SubmissionKind, SubmissionState
from tests.browser.conftest import LiveServer, NewPage


def sign_in(page: Page, live_server: LiveServer, login: str) -> None:
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(live_server.logins[login])
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))


def cases(live_server: LiveServer, kind: SubmissionKind, region: str) -> list[int]:
    """Submissions of a kind that lie at a place, oldest first."""
    engine = make_engine(live_server.settings)
    with reading(engine) as session:
        found = session.exec(select(Submission).where(Submission.kind == kind).order_by(col(Submission.id))).all()
    engine.dispose()
    waiting = [one for one in found if one.state is SubmissionState.SUBMITTED]
    return [one.id for one in waiting if one.steps[one.step]["region_code"] == region]


def choose(page: Page, path: str, decision: str) -> None:
    """Press one of the two halves beside a field."""
    page.locator(f'[name="d:{path}"][value={decision}]').check()


def test_an_official_decides_everything_and_passes_it_on(any_page: Page, live_server: LiveServer) -> None:
    sign_in(any_page, live_server, "lin")
    case = cases(live_server, SubmissionKind.NOMINATION, "440300")[0]
    any_page.goto("/office/inbox?kind=submission")
    any_page.locator(f'a[href="/office/submissions/{case}"]').click()
    any_page.wait_for_url(f"**/office/submissions/{case}")  # read to its end: what is listed next is not waited for
    for radio in any_page.locator("[type=radio][value=accepted]").all():
        radio.check()
    any_page.get_by_role("button", name="保存，稍后再办").click()
    expect(any_page.get_by_text("已保存。")).to_be_visible()
    expect(any_page.locator(".done-bar")).to_contain_text("待核 0")
    any_page.get_by_role("button", name="通过并报").click()
    expect(any_page.get_by_text("已通过并上报。")).to_be_visible()
    assert case not in cases(live_server, SubmissionKind.NOMINATION, "440300")


def test_two_browsers_on_one_case_see_each_other_and_lose_nothing(new_page: NewPage, live_server: LiveServer) -> None:
    lin, chen = new_page(), new_page()
    case = f"/office/submissions/{cases(live_server, SubmissionKind.YEARLY, '440300')[0]}"
    for page, login in ((lin, "lin"), (chen, "chen")):
        sign_in(page, live_server, login)
        page.goto(case)
    expect(chen.locator("#presence")).to_contain_text("林示例")
    choose(chen, "contact.name", "accepted")
    chen.get_by_role("button", name="保存，稍后再办").click()
    expect(chen.get_by_text("已保存。")).to_be_visible()
    choose(lin, "contact.name", "returned")
    lin.locator('[name="r:contact.name"]').select_option("incomplete")
    lin.locator('[name="t:contact.name"]').fill("请写全名")
    lin.get_by_role("button", name="保存，稍后再办").click()
    expect(lin.get_by_text("现存：通过（chen）")).to_be_visible()
    expect(lin.locator('[name="t:contact.name"]')).to_have_value("请写全名")
    lin.get_by_role("button", name="保存，稍后再办").click()
    expect(lin.get_by_text("已保存。")).to_be_visible()
    expect(lin.locator('[name="d:contact.name"][value=returned]')).to_be_checked()


def test_keys_move_and_decide(page: Page, live_server: LiveServer) -> None:
    sign_in(page, live_server, "lin")
    page.goto(f"/office/submissions/{cases(live_server, SubmissionKind.YEARLY, '440300')[0]}")
    before = int(page.locator("[data-count=decided]").inner_text())
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("y")
    assert int(page.locator("[data-count=decided]").inner_text()) >= before
    page.locator('a[href="#only-waiting"]').click()
    expect(page.locator(".f:visible")).to_have_count(int(page.locator("[data-tab=waiting]").inner_text()))


def test_two_records_are_merged_and_taken_apart_again(any_page: Page, live_server: LiveServer) -> None:
    engine = make_engine(live_server.settings)
    with reading(engine) as session:
        pair = session.exec(select(MergeProposal).order_by(col(MergeProposal.id)).limit(1)).one()
        source, target = (session.get_one(Enterprise, one).uscc for one in (pair.first_id, pair.second_id))
    engine.dispose()
    sign_in(any_page, live_server, "fang")
    any_page.goto(f"/office/merge?source={source}&target={target}")
    any_page.locator("#reason").fill("同一企业（示例）")
    any_page.get_by_role("button", name="合并", exact=True).click()
    any_page.goto(f"/e/{source}")
    assert any_page.url.endswith(f"/e/{target}")
    any_page.goto("/office/merge")
    expect(any_page.locator("main")).to_contain_text("同一企业（示例）")
    any_page.locator("summary", has_text="撤销…").first.click()
    any_page.locator("[name=reason]:visible").first.fill("并错了（示例）")
    any_page.get_by_role("button", name="撤销", exact=True).locator("visible=true").first.click()
    any_page.goto(f"/e/{source}")
    assert any_page.url.endswith(f"/e/{source}")
