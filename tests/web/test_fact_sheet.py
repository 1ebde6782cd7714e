"""The fact sheet as PDF: what the page says on a day, whatever stands in a name; never more than the site can bear."""

import io
from collections.abc import Iterator
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]
import pytest
import segno
from fastapi.testclient import TestClient

from registry.clock import today
from registry.errors import NotInstalled
from registry.extras import PDF, Extra
from tests.support.public_pages import OLD_NAME, STAR, key_of
from web import fact_sheets
from web.pdf import typesetting
from web.pdf.fact_sheet import TEMPLATE
from web.pdf.typesetting import set_document
from web.refusals import Busy

pytest_plugins = ("tests.web.public_registry",)
needs_typst = pytest.mark.skipif(not PDF.installed(), reason="the extra pdf is not installed")

ADDRESS = f"/e/{key_of(STAR)}.pdf"
HOSTILE = (
    '#eval("1+1")',
    '#read("fact_sheet.typ")',
    "$x^2 + y$",
    "a \\ b \\u{41} \\#",
    "] #[ ]] )",
    "// nothing /* more */",
    "*b* _i_ `c` @ref <label> ~ -- ---",
    "= head",
    "#set page(width: 1mm)",
    "<script>alert(1)</script>",
    "示例\u202e\u2028换行公司",
)


@pytest.fixture
def chinese_font() -> None:
    """Skips where no Chinese font is installed."""
    try:
        set_document(TEMPLATE, a_sheet())
    except NotInstalled as missing:
        pytest.skip(str(missing))


def a_sheet(text: str = "示例") -> dict[str, Any]:
    """Data of the template that says ``text`` wherever something can be said."""
    part = {"title": text, "heads": [text, text], "rows": [[text, text]], "widths": [1, 1], "none": text, "note": text}
    words = "site title name name_en code_label code day day_note facts_title facts_note live_label live_url"
    said: dict[str, Any] = dict.fromkeys((*words.split(), "hash_label", "hash", "foot", "qr_alt", "qr_note"), text)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    return said | {
        "lang": "zh",
        "alerts": [text],
        "facts": [{"term": text, "value": text}],
        "parts": [part],
        "qr": drawing,
    }


def words_of(content: bytes) -> str:
    """The text of a PDF without white space: what is too long for a line goes on in the next."""
    assert content.startswith(b"%PDF-")
    with pdfplumber.open(io.BytesIO(content)) as document:
        return "".join("".join(page.extract_text().split()) for page in document.pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


@needs_typst
@pytest.mark.usefixtures("chinese_font")
def test_it_says_who_it_is_which_titles_hold_by_which_document_and_where_to_look(public: TestClient) -> None:
    answer = public.get(ADDRESS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    said = words_of(answer.content)
    for part in (
        *(STAR, OLD_NAME, key_of(STAR), f"称号截至{today().isoformat()}"),
        *("即将到期", "示例〔2025〕1号", "第2行", "来源：登记库，更新于", f"https://registry.example/e/{key_of(STAR)}"),
    ):
        assert squeezed(part) in said, part
    english = public.get(ADDRESS, params={"lang": "en"})
    said = words_of(english.content)
    for part in (STAR, "Fact sheet", "Little giant", "Due soon", "row 2", "Fingerprint (SHA-256)"):
        assert squeezed(part) in said, part
    before = words_of(public.get(ADDRESS, params={"as_of": "2020-01-01"}).content)
    assert "称号截至2020-01-01" in before
    assert "尚未生效示例〔2025〕1号" in before
    assert "即将到期" not in before


@needs_typst
@pytest.mark.usefixtures("chinese_font")
def test_its_drawing_leads_to_the_live_page(public: TestClient) -> None:
    page = pypdfium2.PdfDocument(public.get(ADDRESS).content)[0]
    picture = page.render(scale=4).to_pil().convert("L")
    corner = picture.crop((int(picture.width * 0.75), 0, picture.width, int(picture.height * 0.155)))
    corner = corner.point(lambda grey: 255 if grey < 100 else 0)
    box = corner.getbbox()
    assert box is not None
    drawn = corner.crop(box)
    wanted = segno.make(f"https://registry.example/e/{key_of(STAR)}", error="m", micro=False).matrix
    step = drawn.width / len(wanted)
    read = [
        [bool(drawn.getpixel((int((x + 0.5) * step), int((y + 0.5) * step)))) for x in range(len(wanted))]
        for y in range(len(wanted))
    ]
    assert read == [[bool(module) for module in row] for row in wanted]


@needs_typst
@pytest.mark.usefixtures("chinese_font")
def test_asked_twice_it_is_the_same_and_who_has_it_already_costs_nothing(
    public: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, again = public.get(ADDRESS), public.get(ADDRESS)
    assert first.content == again.content
    assert first.headers["x-robots-tag"] == "noindex"
    monkeypatch.setattr(fact_sheets, "set_document", None)
    known = public.get(ADDRESS, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@needs_typst
@pytest.mark.usefixtures("chinese_font")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    said = words_of(set_document(TEMPLATE, a_sheet(text)))
    # Thirteen places at least: headings, cells, notes, the foot. What would turn the line around is left out.
    assert said.count(squeezed(text.replace("\u202e", ""))) >= 13


def test_the_template_reads_and_runs_nothing() -> None:
    code = "\n".join(line for line in TEMPLATE.read_text("utf-8").splitlines() if not line.startswith("//"))
    for word in ("import", "include", "eval", "read(", "plugin", "csv(", "yaml(", "toml(", "xml("):
        assert word not in code


@needs_typst
@pytest.mark.parametrize(
    "code", ['#read("/../beside.txt")', '#read("../beside.txt")', '#import "@preview/example:0.1.0": *', "#panic()"]
)
def test_a_template_reaches_nothing_outside_of_its_folder(tmp_path: Path, code: str) -> None:
    (tmp_path / "beside.txt").write_text("secret")
    folder = tmp_path / "own"
    folder.mkdir()
    template = folder / "x.typ"
    template.write_text(f'#set document(title: "x")\n{code}')
    with pytest.raises(RuntimeError):
        set_document(template, {})


@needs_typst
@pytest.mark.usefixtures("chinese_font")
def test_a_document_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = tmp_path / "x.typ"
    endless = "#for a in range(100000) { for b in range(100000) { let c = a * b } }"
    template.write_text(f'#set document(title: "x")\n{endless}')
    monkeypatch.setattr(typesetting, "CPU_SECONDS", 1)
    with pytest.raises(Busy):
        set_document(template, {})


@needs_typst
def test_without_a_chinese_font_it_says_how_to_get_one() -> None:
    with pytest.raises(NotInstalled) as refusal:
        set_document(TEMPLATE, a_sheet(), families=("No Such Font",))
    assert all("fonts-noto-cjk" in text for text in (refusal.value.text.zh, refusal.value.text.en))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many at work as may be."""
    taken = BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(typesetting, "_let_in", taken)
    yield
    taken.release()


@needs_typst
@pytest.mark.usefixtures("full")
def test_one_too_many_is_told_to_come_back(public: TestClient) -> None:
    answer = public.get(ADDRESS)
    assert answer.status_code == 503
    assert "请过几秒再试" in answer.text


def test_without_the_extra_there_is_no_link_and_the_address_says_what_to_install(
    public: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/e/{key_of(STAR)}"
    assert (f'href="{ADDRESS}"' in public.get(page).text) is PDF.installed()
    monkeypatch.setattr(Extra, "installed", lambda _extra: False)
    assert ".pdf" not in public.get(page).text
    answer = public.get(ADDRESS)
    assert answer.status_code == 501
    assert "[pdf]" in answer.text


@needs_typst
def test_keys_and_days_are_those_of_the_page(public: TestClient) -> None:
    assert public.get("/e/91440300MA00000000.pdf").status_code == 404
    assert public.get(ADDRESS, params={"as_of": "2025-02-30"}).status_code == 422
    moved = public.get(f"/e/{key_of(STAR).lower()}.pdf?lang=en")
    assert (moved.status_code, moved.headers["location"]) == (308, f"{ADDRESS}?lang=en")
