"""The self-check in the shapes its template takes: what chooses the version, the fields, the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from starlette.requests import Request

from registry.errors import InvalidInput, Locale, Text
from registry.identity.regions import GUANGDONG_CITIES, region
from registry.schemas.inputs import parse_day
from registry.tiering.answers import SCALES, Answers
from registry.tiering.directory_words import title_words
from registry.tiering.figures import annual_names, fact_names
from registry.tiering.inside import within
from registry.tiering.language import LocatedIn
from registry.tiering.questions import Question, grouped, questions
from registry.tiering.report_shapes import CriterionReport, Report
from registry.tiering.selection import PROCEDURES, choose
from registry.tiering.standard import Procedure, Standard
from registry.tiering.wording import CURRENCY_WORDS, Unit, show_gap
from web import standard_views
from web.i18n import locale_of
from web.rendering import url_path

HOME_PROVINCE = "440000"
OUTCOMES = ("unmet", "unknown", "needs_review", "not_applicable", "met")
"""In the order shown."""
UNIT_WORDS = {"wan": Text("万元", "10,000 yuan"), "one": Text("元", "yuan"), "yi": Text("亿元", "100 m yuan")}
AMOUNT_WORDS = {"wan": Text("万", "10,000"), "one": Text("个", "1"), "yi": Text("亿", "100 m")}
SUFFIXES = {"percent": Text("%", "%"), "points": Text("分", "points")}


@dataclass
class Frame:
    """What chooses the version: kind of application, day, place; the version and its questions if there is one."""

    code: str
    procedure: Procedure
    as_of: date
    region: str | None
    standard: Standard | None = None
    questions: tuple[Question, ...] = ()
    faults: dict[str, Text] = field(default_factory=dict)


def read_frame(code: str, fields: Mapping[str, str], known: tuple[Standard, ...], day: date) -> Frame:
    """Read the three fields and choose the version. What cannot be used is a fault of its field, never raised."""
    frame = Frame(code, "review" if fields.get("procedure") == "review" else "new", day, None)
    try:
        frame.as_of = parse_day(fields["as_of"], field="as_of") if fields.get("as_of") else day
    except InvalidInput as error:
        frame.faults["as_of"] = error.text
        return frame
    place = fields.get("region", "")
    frame.region = place if len(place) == 6 and region(place) is not None else None
    if place and frame.region is None:
        frame.faults["region"] = Text("没有这个地区。", "There is no such place.")
    try:
        frame.standard = choose(
            code, procedure=frame.procedure, as_of=frame.as_of, region_code=frame.region, among=known
        )
    except InvalidInput as error:
        frame.faults["procedure" if error.field == "procedure" else "as_of"] = error.text
        return frame
    frame.questions = questions(frame.standard, as_of=frame.as_of, procedure=frame.procedure)
    return frame


def form_context(
    request: Request,
    versions: tuple[Standard, ...],
    frame: Frame,
    fields: Mapping[str, str],
    answers: Answers | None,
) -> dict[str, Any]:
    """The page without a result: the frame, the questions by group with what was filled in, and every fault."""
    locale, shown = locale_of(request), frame.standard or versions[0]
    asked = [one for one in frame.questions if one.kind != "region"]
    words = {one.path: one.words.in_(locale) for one in asked}
    faults = {**frame.faults, **(answers.faults if answers else {})}
    return {
        "tier_name": standard_views.tier_name(versions, locale),
        "standard": frame.standard,
        "version": standard_views.version_row(request, shown, locale),
        "frame": frame,
        "procedure_options": [(name, Text(*both).in_(locale)) for name, both in PROCEDURES.items()],
        "place_groups": _places(versions, locale),
        "place_name": _place_name(frame.region, locale),
        "groups": [
            {"group": group, "fields": [_field(one, fields, answers, locale) for one in group.questions]}
            for group in grouped(asked)
        ],
        "errors": [(name, _fault_line(name, words, text, locale)) for name, text in faults.items()],
        "faults": faults,
        "own_url": url_path(request, "self_check", code=frame.code),
        "result": None,
    }


def _fault_line(name: str, words: dict[str, str], text: Text, locale: Locale) -> str:
    head = next((label for path, label in words.items() if name == path or name.startswith(f"{path}.")), None)
    if head is None:
        return text.in_(locale)
    return f"{head}{': ' if locale == 'en' else '：'}{text.in_(locale)}"


def _field(question: Question, fields: Mapping[str, str], answers: Answers | None, locale: Locale) -> dict[str, Any]:
    path = question.path
    return {
        "question": question,
        "id": path,
        "label": question.words,
        "value": fields.get(path, ""),
        "fault": answers.faults.get(path) if answers else None,
        "read_as": answers.read_as.get(path) if answers else None,
        "doubt": answers.doubts.get(path) if answers else None,
        "unit": fields.get(f"{path}.unit", "wan"),
        "unit_options": [
            (name, (UNIT_WORDS if question.kind == "money" else AMOUNT_WORDS)[name].in_(locale)) for name in SCALES
        ],
        "suffix": SUFFIXES.get(question.kind) or (question.about.unit if question.about else Text("", "")),
        "currency": fields.get(f"{path}.currency", (question.currencies or ("CNY",))[0]),
        "currency_options": [(one, one) for one in dict.fromkeys((*question.currencies, "CNY", "USD"))],
        "titles": [_title(path, code, fields, answers, locale) for code in question.directories],
    }


def _title(path: str, code: str, fields: Mapping[str, str], answers: Answers | None, locale: Locale) -> dict[str, Any]:
    name, faults = f"{path}.{code}", answers.faults if answers else {}
    return {
        "id": name,
        "name": title_words((code,), locale),
        "ticked": fields.get(name) == "yes",
        "begin": fields.get(f"{name}.from", ""),
        "end": fields.get(f"{name}.to", ""),
        "faults": [faults[key] for key in (name, f"{name}.from", f"{name}.to") if key in faults],
    }


def _places(versions: tuple[Standard, ...], locale: Locale) -> list[tuple[str, list[tuple[str, str]]]]:
    """Cities of the home province, places some version names, other provinces."""
    named = [one.region for one in versions if one.region]
    named += [one for version in versions for place in within(version, LocatedIn) for one in place.located_in]
    own = dict.fromkeys(one.ljust(6, "0") for one in named)
    listed = [*GUANGDONG_CITIES, HOME_PROVINCE]
    cities = [(code, _name(code, locale)) for code in (*GUANGDONG_CITIES, *(one for one in own if one not in listed))]
    cities.append((HOME_PROVINCE, Text("广东省（市未定）", "Guangdong, city not given").in_(locale)))
    others = [(code, _name(code, locale)) for code in provinces() if code != HOME_PROVINCE]
    return [(Text("广东", "Guangdong").in_(locale), cities), (Text("其他", "Elsewhere").in_(locale), others)]


@cache
def provinces() -> tuple[str, ...]:
    """Codes of all provinces, autonomous regions, municipalities and special administrative regions."""
    found = [region(f"{number}0000") for number in range(11, 83)]
    return tuple(one.code for one in found if one is not None and one.current)


def _name(code: str, locale: Locale) -> str:
    found = region(code)
    if found is None:
        return code
    return found.name_en if locale == "en" else found.name


def _place_name(code: str | None, locale: Locale) -> str:
    return _name(code, locale) if code else Text("地区不明", "place not given").in_(locale)


def result_context(request: Request, report: Report, frame: Frame, answers: Answers) -> dict[str, Any]:
    """The report: verdict, score, one row a criterion with value, threshold, gap and source, and what was filled in."""
    locale = locale_of(request)
    rows = [criterion_row(request, one, report.version, locale) for one in report.criteria]
    return {
        "report": report,
        "verdict": report.verdict,
        "gap_text": Text(report.gap_text, report.gap_text_en),
        "way": Text(report.way.text, report.way.text_en) if report.way is not None and report.way.steps else None,
        "counts": {outcome: sum(row["outcome"] == outcome for row in rows) for outcome in OUTCOMES},
        "rows": [row for outcome in OUTCOMES for row in rows if row["outcome"] == outcome],
        "given": [(one.words, answers.read_as[one.path]) for one in frame.questions if one.path in answers.read_as],
        "asked": sum(one.kind != "region" for one in frame.questions),
        "standard_url": url_path(request, "standard", code=report.version),
    }


def criterion_row(request: Request, one: CriterionReport, version: str, locale: Locale) -> dict[str, Any]:
    """One criterion of a report in the shape findings take."""
    return {
        "id": one.id,
        "outcome": one.result,
        "name": Text(one.name, one.name_en),
        # Where every condition has a line of its own below, their sentences are not said twice.
        "text": None
        if any(_said(part.text, "").zh in one.text for part in one.parts)
        else _said(one.text, one.text_en),
        "period": one.period if locale == "zh" or one.period.isascii() else None,
        "gap": _gap(one, locale),
        "parts": [
            {
                "outcome": part.result,
                "text": _said(part.text, part.text_en) if part.result else Text(part.text, part.text_en),
            }
            for part in one.parts
        ],
        "cite": f"{one.source.number} {one.source.clause}",
        "cite_href": url_path(request, "standard", code=version) + f"#{one.id}",
        "advisory": one.advisory,
    }


def _said(zh: str, en: str) -> Text:
    """A sentence without the result at its end, which the row says by itself."""
    return Text(zh.rpartition("：")[0] or zh, en.rpartition(": ")[0] or en)


def _gap(one: CriterionReport, locale: Locale) -> str | None:
    """还差 180 万元, in the unit of what was compared; None where there is no amount to name."""
    if not isinstance(one.gap, int | float) or isinstance(one.gap, bool) or one.unit in ("", "boolean"):
        return None
    if not isinstance(one.value, int | float) or not isinstance(one.threshold, int | float):
        return None
    unit, counter = _units().get(one.unit, ("number", Text("", "")))
    amount = show_gap(unit, counter, one.gap, locale)
    over = one.value > one.threshold
    return Text(f"{'高' if over else '差'} {amount}", f"{amount} too {'high' if over else 'low'}").in_(locale)


@cache
def _units() -> dict[str, tuple[Unit, Text]]:
    """Units of a report by their word there."""
    plain: dict[str, tuple[Unit, Text]] = {unit: (unit, Text("", "")) for unit in (*CURRENCY_WORDS, "ratio")}
    for unit, words in (("points", Text("分", "points")), ("years", Text("年", "years")), ("days", Text("天", "days"))):
        plain[unit] = ("number", words)
    counters = {one.unit.en: one.unit for one in (*annual_names().values(), *fact_names().values()) if one.counter}
    return {word: ("number", counter) for word, counter in counters.items()} | plain
