"""A shopping list checked line by line, pasted or brought as a file; the answers as a page or file. Nothing is kept."""

from contextlib import ExitStack
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import FileRefused, InvalidInput, RegistryError, Text
from registry.grades import grade_name
from registry.products.checking import GOOD, Verdict
from registry.products.lines import LINES_MAX, Asked, read_line
from registry.schemas.inputs import parse_day
from registry.schemas.products import CheckedEntry, CheckedLine, CheckedList
from registry.services.products.checking import check_list
from registry.services.products.files import write_answers
from registry.services.products.reading import SUFFIXES, TEXT_MAX, as_text, lines_of_file, lines_of_text
from registry.services.tables import media_type, parse_format
from web.deps import ReadSession, current_actor
from web.formats import expires_in, grouped
from web.i18n import locale_of
from web.rendering import render, url_path, url_with
from web.sending import as_download
from web.shown_titles import document_url, row_words
from web.uploads import kept_upload

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

EXAMPLE = "示例麒麟V10 SP3\n示例鲲鹏920 x 2台\n示例达梦 DM8\n二级 数据库"
TONES = {
    Verdict.VALID: ("jade", "met"),
    Verdict.DUE: ("amb", "due"),
    Verdict.GRADE_LOW: ("amb", "due"),
    Verdict.EXPIRED: ("", "na"),
    Verdict.NOT_YET: ("", "na"),
    Verdict.OTHER_VERSION: ("amb", "due"),
    Verdict.UNCLEAR: ("none", "na"),
    Verdict.NOT_LISTED: ("cin", "unmet"),
}
NOTES = {
    Verdict.VALID: Text("可按目录采购", "May be bought as listed"),
    Verdict.DUE: Text("90 天内到期，注意交货日期", "Ends within 90 days; mind the delivery"),
    Verdict.GRADE_LOW: Text("低于清单要求", "Below what the list asks"),
    Verdict.EXPIRED: Text("看有无后续版本", "See whether there is a later version"),
    Verdict.NOT_YET: Text("公示中或未到生效日", "In public notice, or later"),
    Verdict.OTHER_VERSION: Text("版本不同，不视为列入", "Another version is not this one"),
    Verdict.UNCLEAR: Text("请写明产品和版本", "Say which product and version"),
    Verdict.NOT_LISTED: Text("列出同类有效产品", "Others of the category are shown"),
}
ALWAYS = (Verdict.VALID, Verdict.DUE, Verdict.EXPIRED, Verdict.OTHER_VERSION, Verdict.NOT_LISTED)
"""Counted even where there is none of them."""
SHOWN_OTHERS = 3


@router.get("/products/check", name="product_check")
def check_form(request: Request) -> Response:
    """An empty list to paste into, or to bring as a file."""
    return render(request, "products/check.html", _form(request, "", today(), None))


@router.post("/products/check", name="product_check_answers")
def check_answers(
    request: Request,
    session: ReadSession,
    lines: Annotated[str, Form(max_length=TEXT_MAX)] = "",
    file: UploadFile | None = None,
    as_of: Annotated[str, Form(max_length=40)] = "",
    form: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Each line with its answer; with ``form`` csv or xlsx as a file. A fault brings the list back (422)."""
    typed, day = lines, today()
    try:
        day = parse_day(as_of, field="as_of") if as_of.strip() else today()
        asked = _asked(request, lines, file)
        typed = as_text(asked)
        kind = parse_format(form) if form else None
    except (FileRefused, InvalidInput) as refusal:
        return render(request, "products/check.html", _form(request, typed, day, refusal), status=refusal.status)
    checked = check_list(session, lines=asked, as_of=day)
    if kind is not None:
        locale = locale_of(request)
        return as_download(
            lambda stream: write_answers(stream, checked, format=kind, locale=locale),
            name=f"product-check-{day.isoformat()}.{kind}",
            media_type=media_type(kind),
        )
    name = file.filename if file is not None and file.filename else None
    return render(request, "products/check.html", _form(request, typed, day, None) | _answers(request, checked, name))


def _asked(request: Request, lines: str, file: UploadFile | None) -> list[Asked]:
    """The lines of the file if there is one, else those pasted. Raises FileRefused, InvalidInput."""
    if file is None or not file.filename:
        return lines_of_text(lines)
    with ExitStack() as kept:
        return lines_of_file(kept.enter_context(kept_upload(file)), request.app.state.open_file)


def _form(request: Request, typed: str, day: date, refusal: RegistryError | None) -> dict[str, Any]:
    field = "file" if isinstance(refusal, FileRefused) else "as_of" if refusal and refusal.field == "as_of" else "lines"
    return {
        "typed": typed,
        "day": day,
        "is_today": day == today(),
        "error": refusal.text if refusal else None,
        "error_field": field,
        "limit": LINES_MAX,
        "suffixes": SUFFIXES,
        "example": EXAMPLE,
        "action": url_path(request, "product_check_answers"),
        "list_url": url_path(request, "product_list"),
        "checked": None,
    }


def _answers(request: Request, checked: CheckedList, filename: str | None) -> dict[str, Any]:
    locale = locale_of(request)
    stats = [
        {
            "number": grouped(checked.counts[one.value]),
            "word": one.label.in_(locale),
            "note": NOTES[one].in_(locale),
            "tone": TONES[one][1],
            "href": None,
        }
        for one in Verdict
        if checked.counts[one.value] or one in ALWAYS
    ]
    rows = [_row(request, line, checked) for line in checked.lines]
    good = {one.value for one in GOOD if one is not Verdict.DUE}
    return {
        "checked": checked,
        "filename": filename,
        "stats": stats,
        "open_rows": [row for row in rows if row["line"].verdict not in good],
        "good_rows": [row for row in rows if row["line"].verdict in good],
    }


def _row(request: Request, line: CheckedLine, checked: CheckedList) -> dict[str, Any]:
    verdict, locale = Verdict.of(line.verdict), locale_of(request)
    entry = line.entry
    return {
        "line": line,
        "tone": TONES[verdict][0],
        "word": _word(verdict, entry, checked.as_of).in_(locale) if verdict is not Verdict.DUE else _due(entry, locale),
        "entry": _entry(request, entry, checked) if entry else None,
        "asked": grade_name(line.grade_asked) if line.grade_asked else None,
        "later": [_entry(request, each, checked) for each in line.later],
        "others": [_entry(request, each, checked) for each in line.others[:SHOWN_OTHERS]],
        "others_left": line.others_total - min(len(line.others), SHOWN_OTHERS),
        "others_url": _others_url(request, line, checked),
        "quantity": _quantity(line),
        "others_local": all(each.in_province for each in line.others[:SHOWN_OTHERS]),
        "candidates": [_entry(request, each, checked) for each in line.candidates],
    }


def _quantity(line: CheckedLine) -> str:
    """How many, where the line as written does not say it already."""
    return "" if read_line(line.number, line.written).quantity == line.quantity else line.quantity


def _due(entry: CheckedEntry | None, locale: Any) -> str:
    left = entry.days_left if entry and entry.days_left is not None else 0
    return expires_in(left, locale)


def _word(verdict: Verdict, entry: CheckedEntry | None, as_of: date) -> Text:
    """The answer in a few words: how long ago it ended, which version is listed."""
    if entry is None:
        return verdict.label
    if verdict is Verdict.EXPIRED and entry.valid_to is not None and entry.valid_to < as_of:
        days = (as_of - entry.valid_to).days
        return Text(f"已过期 {days:,} 天", f"Ended {days:,} {'day' if days == 1 else 'days'} ago")
    if verdict in (Verdict.EXPIRED, Verdict.NOT_YET):
        return entry.status.label
    return verdict.label


def _others_url(request: Request, line: CheckedLine, checked: CheckedList) -> str | None:
    if line.category_code is None:
        return None
    least = max(line.grade_asked or 0, (line.entry.grade or 0) if line.entry else 0)
    as_of = None if checked.as_of == today() else checked.as_of.isoformat()
    base = url_path(request, "product_list")
    return url_with(base, category=line.category_code, grade=str(least) if least else None, as_of=as_of)


def _entry(request: Request, entry: CheckedEntry, checked: CheckedList) -> dict[str, Any]:
    as_of = None if checked.as_of == today() else checked.as_of.isoformat()
    return {
        "entry": entry,
        "href": url_with(url_path(request, "product", product_id=entry.product_id), as_of=as_of),
        "maker_href": url_path(request, "enterprise", key=entry.maker_key) if entry.maker_key else None,
        "grade": grade_name(entry.grade) if entry.grade else None,
        "document_href": document_url(request, entry.document_ref),
        "document_row": row_words(entry.document_ref),
    }
