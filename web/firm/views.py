"""Submissions in the shapes their templates take: fields with hints and read-back, the task list, findings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from starlette.requests import Request

from registry.errors import Locale, Text
from registry.services.submitting.asked import part_title
from registry.services.submitting.catalogue import FieldDef
from registry.services.submitting.checking import growth, ratios
from registry.services.submitting.state import DONE, OPEN, UNTOUCHED, WRONG, FieldState, State
from registry.services.submitting.values import in_words, text_of
from registry.tiering.figures import choice_words
from registry.tiering.report_shapes import Report
from registry.vocabulary import SubmissionState
from web.firm.words import REASONS, hint_of, part_note
from web.formats import percent, signed
from web.self_check_views import OUTCOMES, criterion_row

STATUS: dict[str, tuple[Text, str]] = {
    DONE: (Text("已完成", "Done"), ""),
    OPEN: (Text("进行中", "In progress"), "amb"),
    WRONG: (Text("有错误", "Needs correction"), "cin"),
    UNTOUCHED: (Text("未开始", "Not started"), "jade"),
    "returned": (Text("退回", "Returned"), "cin"),
    "kept": (Text("不必办", "Nothing to do"), ""),
    "waiting": (Text("尚不能办", "Not possible yet"), ""),
}
"""How far a task is: word and tone of its tag; no tone is a plain word."""
TONES = {"draft": "", "submitted": "amb", "returned": "cin", "approved": "jade", "refused": "cin", "withdrawn": ""}


def field_line(
    one: FieldState, locale: Locale, *, conflict: str | None = None, show_faults: bool = True
) -> dict[str, Any]:
    """One field of a form. ``conflict``: what was typed here while somebody else saved something different."""
    field, words = one.field, in_words(one.field, one.value)
    read = words.in_(locale)
    if one.before is not None and one.value is not None and field.kind == "money" and one.question is None:
        read += _against(one.value, one.before, locale)
    plain = field.kind in ("text", "long_text", "website", "email", "phone", "date", "products", "bool", "code")
    fault = one.fault.text.in_(locale) if one.fault and (show_faults or one.touched) else None
    return {
        "id": field.path,
        "label": _capital(field.label.in_(locale)),
        "kind": field.kind,
        "required": field.required,
        "value": conflict if conflict is not None else one.shown,
        "was": one.shown,
        "unit": Text("万元", "10,000 yuan").in_(locale) if field.kind == "money" else _unit(one, locale),
        "options": _options(one, locale),
        "hint": _hint(one, locale),
        "fault": fault if one.question is None else None,
        "question": _question(one, locale),
        "readback": None if plain or one.fault or not read else read,
        "open": one.open,
        "said": read or one.shown,
        "returned": _returned(one, locale),
        "conflict": Text(
            f"保存时别人已改为“{one.shown}”。这里是您填的，再次保存即采用您的。",
            f"Somebody else changed it to “{one.shown}” meanwhile. This is yours; saving again takes it.",
        ).in_(locale)
        if conflict is not None
        else None,
    }


def part_page(state: State, name: str, locale: Locale, conflicts: Mapping[str, str]) -> dict[str, Any]:
    """One page of fields: fields, errors for the summary, ratios worked out."""
    lines = [field_line(one, locale, conflict=conflicts.get(one.field.path)) for one in state.part(name)]
    errors = [(line["id"], _headed(line, line["fault"], locale)) for line in lines if line["fault"]]
    errors += [(line["id"], _headed(line, line["question"]["short"], locale)) for line in lines if line["question"]]
    errors += [(line["id"], _headed(line, line["conflict"], locale)) for line in lines if line["conflict"]]
    year = name.partition("-")[2]
    return {
        "part": name,
        "title": part_title(name),
        "note": part_note(name),
        "fields": [line for line in lines if line["kind"] != "products"],
        "products": next((line for line in lines if line["kind"] == "products"), None),
        "errors": errors,
        "ratios": ratio_lines(state, int(year), locale) if year else [],
    }


def _headed(line: dict[str, Any], said: str, locale: Locale) -> str:
    """A message with the name of its field before it, unless it begins with that already."""
    return said if said.startswith(line["label"]) else f"{line['label']}{': ' if locale == 'en' else '：'}{said}"


def ratio_lines(state: State, year: int, locale: Locale) -> list[tuple[str, str | None]]:
    """The shares of a year: words and value, None while a figure is missing or unsure."""
    found = ratios(state.asked.fields, state.values, year=year, unsure=state.unsure)
    return [(one.words.in_(locale), percent(one.value) if one.value is not None else None) for one in found]


def task_line(state: State, name: str, locale: Locale) -> dict[str, Any]:
    """One part in the task list: title, a line about it, status."""
    mine, status = state.part(name), state.status(name)
    wrong = sum(one.fault is not None and one.question is None for one in mine)
    asked = sum(one.question is not None for one in mine)
    lacking = sum(one.missing and one.fault is None for one in mine)
    filled = sum(one.value is not None for one in mine)
    if wrong or asked:
        about = Text(f"{wrong} 处错误，{asked} 处待确认", f"{wrong} to correct, {asked} to confirm")
    elif status == UNTOUCHED and filled:
        about = Text(f"已从登记库带出，请核对 {filled} 个字段", f"Filled from the registry: check {filled} fields")
    elif lacking:
        about = Text(f"还有 {lacking} 个必填项", f"{lacking} required fields left")
    else:
        about = Text(f"已填 {filled} 项，共 {len(mine)} 项", f"{filled} of {len(mine)} fields filled in")
    if state.submission.state is SubmissionState.RETURNED:
        returned = sum(one.open for one in mine)
        if returned:
            about = Text(f"退回 {returned} 项，请补正", f"{returned} fields returned: correct them")
        status = WRONG if wrong or asked else "returned" if returned else "kept"
    return {"slug": name, "title": part_title(name), "about": about, "status": status, "tag": STATUS[status]}


def findings_side(request: Request, report: Report, locale: Locale) -> dict[str, Any]:
    """What the standard says about the values so far: what is unmet or open, and how many are met."""
    rows = [criterion_row(request, one, report.version, locale) for one in report.criteria]
    order = ("unmet", "unknown", "needs_review")
    return {
        "verdict": report.verdict,
        "version": report.version,
        "rows": [row for outcome in order for row in rows if row["outcome"] == outcome and not row["advisory"]],
        "met": sum(row["outcome"] == "met" for row in rows),
        "counts": {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES},
    }


def reading_rows(state: State, locale: Locale) -> list[dict[str, Any]]:
    """All parts with their values in words, for checking before sending."""
    return [
        {
            "slug": name,
            "title": part_title(name),
            "open": any(one.open for one in state.part(name)),
            "rows": [
                {
                    "label": _capital(one.field.label.in_(locale)),
                    "value": in_words(one.field, one.value).in_(locale) if one.value is not None else None,
                    "fault": one.fault.text.in_(locale) if one.fault else None,
                    "missing": one.missing,
                    "required": one.field.required,
                    "before": in_words(one.field, one.before).in_(locale) if one.before is not None else None,
                }
                for one in state.part(name)
            ],
        }
        for name in state.asked.parts
    ]


def snapshot_rows(state: State, values: Mapping[str, Any], locale: Locale) -> list[dict[str, Any]]:
    """The parts of what was sent, by the values of its snapshot."""
    found = []
    for name in state.asked.parts:
        rows = [
            (_capital(one.field.label.in_(locale)), _sent(one.field, values[one.field.path]).in_(locale))
            for one in state.part(name)
            if one.field.path in values
        ]
        if rows:
            found.append({"title": part_title(name), "rows": rows})
    return found


def _sent(field: FieldDef, value: Any) -> Text:
    return in_words(field, value) if value is not None else Text("（清空）", "(emptied)")


def _against(value: Any, before: Any, locale: Locale) -> str:
    change = growth(value, before)
    if change is None or abs(change) >= 10:
        return ""
    shown = f"{signed((change * 100).quantize(Decimal('0.1')))}%"
    return Text(f"，比上年 {shown}", f", {shown} on last year").in_(locale)


def _hint(one: FieldState, locale: Locale) -> str | None:
    parts = [hint_of(one.field.path, one.field.kind).in_(locale)]
    if one.before is not None:
        unit = Text("万元", "").in_(locale) if one.field.kind == "money" else one.field.unit.in_(locale)
        said = text_of(one.field, one.before)
        parts.append(Text(f"上年：{said} {unit}".strip(), f"Last year: {said} {unit}".strip()).in_(locale))
    return (" " if locale == "en" else "。").join(part for part in parts if part) or None


def _unit(one: FieldState, locale: Locale) -> str | None:
    if one.field.kind == "ratio":
        return "%"
    if one.field.kind in ("count", "quantity", "score"):
        return one.field.unit.in_(locale) or None
    return None


def _options(one: FieldState, locale: Locale) -> list[tuple[str, str]]:
    field = one.field
    if field.kind == "code" and field.figure is not None:
        return [(choice, choice_words(choice).in_(locale)) for choice in field.figure.choices]
    if field.kind == "bool":
        more = [(choice, choice_words(choice).in_(locale)) for choice in (field.figure.choices if field.figure else ())]
        return more or [("yes", Text("是", "Yes").in_(locale)), ("no", Text("否", "No").in_(locale))]
    return []


def _question(one: FieldState, locale: Locale) -> dict[str, Any] | None:
    if one.question is None:
        return None
    first = one.question.readings[0][0]
    times = f"{one.question.times:,}"
    more = Text(f"这个数约是上年的 {times} 倍。", f"This is about {times} times last year's. ")
    less = Text(f"这个数约是上年的 {times} 分之一。", f"This is about a {times}th of last year's. ")
    unit = Text("单位是元吗？", "Is it in yuan?") if first == "one" else Text("单位是亿元吗？", "Is it in 100 m yuan?")
    head = more if first == "one" else less
    return {
        "name": f"unit.{one.field.path}",
        "legend": head.in_(locale) + unit.in_(locale),
        "short": Text("请确认单位", "say which unit it is").in_(locale),
        "options": [
            *((slug, words.in_(locale)) for slug, _, words in one.question.readings),
            ("again", Text("都不对，重新填写", "Neither: fill it in again").in_(locale)),
        ],
    }


def _returned(one: FieldState, locale: Locale) -> str | None:
    if not one.reason and not one.reason_code:
        return None
    code = REASONS.get(one.reason_code, Text(one.reason_code, one.reason_code)).in_(locale)
    return "：".join(part for part in (code, one.reason) if part)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
