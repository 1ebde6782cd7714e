"""A submission in the shapes its page takes: values in words, rows with their controls, findings. No queries here."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from starlette.requests import Request

from registry.errors import Locale, RegistryError, Text
from registry.review_vocabulary import ReturnReason
from registry.schemas.inbox import Neighbours
from registry.schemas.reviewing import Decided, FieldRow
from registry.services.reviewing.case_read import CaseRead
from registry.services.submitting.catalogue import field_of
from registry.services.submitting.values import in_words
from registry.tiering.report_shapes import Report
from registry.vocabulary import FieldDecision, SubmissionState, Verdict
from web import formats
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import url_path

OUTCOMES = ("met", "unmet", "unknown", "needs_review", "not_applicable")
FILTERS = (
    ("all", Text("全部", "All")),
    ("changed", Text("有变化", "Changed")),
    ("lacking", Text("缺佐证", "Without evidence")),
    ("marked", Text("有疑点", "Marked")),
    ("waiting", Text("待核", "Undecided")),
)


class Typed:
    """What was chosen in the form: by path decision, reason code and text; as sent, also where it cannot be taken."""

    def __init__(self, form: Mapping[str, list[str]] | None = None) -> None:
        self.form = form or {}
        self.paths = {name[2:] for name in self.form if name.startswith("d:")}

    def of(self, path: str) -> tuple[str, str, str]:
        """Decision, reason code and text of a field."""
        return self.one(f"d:{path}"), self.one(f"r:{path}"), self.one(f"t:{path}")

    def one(self, name: str) -> str:
        """The last value of a field of the form."""
        return self.form.get(name, [""])[-1]


def context(
    request: Request,
    case: CaseRead,
    *,
    typed: Typed,
    near: Neighbours | None,
    refusal: RegistryError | None = None,
    faults: Mapping[str, Text] | None = None,
    conflict: bool = False,
    saved: str = "",
) -> dict[str, Any]:
    """Everything the page shows. ``typed`` wins over what is stored: nothing chosen is lost by a refusal."""
    locale = locale_of(request)
    rows = [_row(request, case, row, typed, faults or {}, locale, conflict=conflict) for row in case.rows]
    return {
        "case": case,
        "groups": _groups(rows),
        "empty_rows": [one for one in rows if not one["shown"]],
        "filters": [(slug, word.in_(locale), sum(one[slug] for one in rows)) for slug, word in FILTERS],
        "reasons": [("", Text("选择原因", "Choose why").in_(locale))]
        + [(one.value, one.label.in_(locale)) for one in ReturnReason],
        "said": {slug: sum(one["decision"] == slug for one in rows) for slug in ("accepted", "returned")},
        "clear": sum(one["row"].clear and not one["decision"] for one in rows),
        "comment": typed.one("comment"),
        "findings": _findings(request, case.report, locale) if case.report else [],
        "shares": _shares(case.report) if case.report else {},
        "verdict": Verdict.of(case.report.verdict).value if case.report else "",
        "standard_url": path_of(request, "standard", code=case.standard_version) if case.standard_version else None,
        "near": near,
        "near_urls": _near_urls(request, near),
        "refusal": refusal,
        "faults": [(f"d:{path}", text.in_(locale)) for path, text in (faults or {}).items()],
        "conflict": conflict,
        "saved": saved,
        "open": case.may_decide,
        "settled": case.state in (SubmissionState.APPROVED, SubmissionState.REFUSED, SubmissionState.WITHDRAWN),
        "own_url": url_path(request, "work_submission", submission_id=case.id),
        "presence_url": url_path(request, "submission_presence", submission_id=case.id),
        "inbox_url": url_path(request, "inbox"),
        "enterprise_url": url_path(request, "enterprise", key=case.enterprise_key),
    }


def shown(row: FieldRow, value: Any, year: int, locale: Locale) -> str | None:
    """A value in words, short enough for a table; None where there is none."""
    if value is None or value in ("", []):
        return None
    if row.kind == "money":
        return formats.money(int(value), locale)
    if row.kind == "ratio":
        return formats.percent(value)
    if row.kind in ("count", "quantity", "score", "document") and not isinstance(value, bool):
        return f"{formats.grouped(value)} {row.unit.in_(locale)}".strip()
    field = field_of(row.path, year=year)
    return in_words(field, value).in_(locale) if field else str(value)


def _row(
    request: Request,
    case: CaseRead,
    row: FieldRow,
    typed: Typed,
    faults: Mapping[str, Text],
    locale: Locale,
    *,
    conflict: bool,
) -> dict[str, Any]:
    stored = _stored(row.decided)
    chosen = typed.of(row.path) if row.path in typed.paths else stored
    decision = chosen[0] if chosen[0] in ("accepted", "returned") else ""
    marked = bool(row.anomalies)
    return {
        "row": row,
        "id": row.path.replace(".", "-"),
        "live": shown(row, row.live, case.year, locale),
        "sent": shown(row, row.sent, case.year, locale),
        "last": shown(row, row.last, case.year, locale),
        "last_same": row.last is not None and row.sent == row.last,
        "files": [(one, _evidence_url(request, case, one.id)) for one in row.evidence],
        "decision": decision,
        "reason_code": chosen[1],
        "reason": chosen[2],
        "fault": faults.get(row.path),
        "theirs": _theirs(row.decided, locale) if conflict and chosen != stored and row.path in typed.paths else None,
        "shown": row.open or row.computed or decision == "returned" or bool(row.kind == "document" and row.evidence),
        "all": row.open or decision == "returned",
        "changed": row.changed,
        "lacking": row.evidence_missing,
        "marked": marked,
        "waiting": row.open and not decision,
    }


def _stored(decided: Decided | None) -> tuple[str, str, str]:
    return (decided.decision.value, decided.reason_code, decided.reason) if decided else ("", "", "")


def _theirs(decided: Decided | None, locale: Locale) -> str:
    """What is stored now, where it differs from what was chosen here."""
    if decided is None:
        return Text("未定", "undecided").in_(locale)
    reason = decided.reason_word if decided.decision is FieldDecision.RETURNED else None
    said = [decided.decision.label.in_(locale), *([reason.in_(locale)] if reason else []), decided.reason]
    return f"{Text('：', ': ').in_(locale).join(one for one in said if one)}（{decided.by}）"


def _groups(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    shown_rows = [one for one in rows if one["shown"]]
    return [
        {"slug": slug, "label": label, "rows": list(some)}
        for (slug, label), some in groupby(shown_rows, key=lambda one: (one["row"].group, one["row"].group_label))
    ]


def _findings(request: Request, report: Report, locale: Locale) -> list[dict[str, Any]]:
    return [
        {
            "outcome": one.result,
            "name": Text(one.name, one.name_en).in_(locale),
            "value": Text(one.text.rpartition("：")[0] or one.text, one.text_en.rpartition(": ")[0] or one.text_en).in_(
                locale
            ),
            "gap": None,
        }
        for one in report.criteria
    ]


def _shares(report: Report) -> dict[str, int]:
    return {outcome: sum(one.result == outcome for one in report.criteria) for outcome in OUTCOMES}


def _evidence_url(request: Request, case: CaseRead, number: int) -> str:
    return url_path(request, "submission_document", submission_id=case.id, evidence_id=number)


def _near_urls(request: Request, near: Neighbours | None) -> dict[str, str | None]:
    if near is None:
        return {}
    return {
        name: url_path(request, "work_submission", submission_id=number) if number else None
        for name, number in (("previous", near.previous), ("following", near.following))
    }
