"""The officials' pages of batches in the shapes their templates take. No queries here."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from registry.clock import today
from registry.errors import RegistryError, Text
from registry.schemas.batches import BatchEvent, WorkBatch
from registry.services.reference import shipped
from registry.vocabulary import BatchAct, BatchState
from web.i18n import locale_of
from web.rendering import url_path, url_with

TONES = {
    "draft": "none",
    "public_notice": "public_notice",
    "final": "jade",
    "superseded": "",
    "withdrawn": "cin",
}
NEW = {"directory": "", "year": "", "label": "", "document_no": ""}
COUNTED = frozenset({BatchAct.NOTICE, BatchAct.FINAL, BatchAct.WITHDRAW, BatchAct.FREEZE})
"""Acts that take the number of rows, typed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the question before an act."""

    name: str
    label: Text
    kind: str = "text"
    required: bool = True


_REASON = Asked("reason", Text("理由（会公开）", "Reason (will be public)"))
_DOCUMENT = Asked("document_no", Text("文号", "Document number"), required=False)
FORMS: dict[BatchAct, tuple[Asked, ...]] = {
    BatchAct.NOTICE: (
        Asked("on", Text("公示开始日", "First day of the notice"), "date"),
        Asked("until", Text("公示截止日（含当天）", "Last day of the notice, inclusive"), "date"),
        _DOCUMENT,
        _REASON,
    ),
    BatchAct.FINAL: (
        Asked("on", Text("公告日期", "Day of the announcement"), "date"),
        Asked("document_no", Text("文号", "Document number")),
        _REASON,
    ),
    BatchAct.WITHDRAW: (Asked("on", Text("撤下日期", "Day it is taken down"), "date"), _DOCUMENT, _REASON),
    BatchAct.FREEZE: (_REASON,),
    BatchAct.CORRECT: (_DOCUMENT, _REASON),
}
EFFECTS: dict[BatchAct, tuple[Text, ...]] = {
    BatchAct.NOTICE: (
        Text(
            "名单公开，标明公示中、非最终结果，不算称号。",
            "The list is public, marked as not final, and gives no title.",
        ),
        Text("公示期内任何人可以提出异议。", "Anybody may object while it runs."),
        Text(
            "可以撤下；公示期满、异议处理完后定为正式。",
            "It can be taken down, or made final once it is over and objections are decided.",
        ),
    ),
    BatchAct.FINAL: (
        Text(
            "名单成为正式名单，从此算作称号；文件没有写明起始日的，从公告日期起算。",
            "The list gives titles from now on, from the day of the announcement where a row names none.",
        ),
        Text(
            "名单随即冻结，不能再改；有错须另发更正版。", "It is frozen at once; a mistake takes a corrected edition."
        ),
        Text(
            "公示未满的，须由发起公示者以外的工作人员办理。",
            "A notice that still runs takes another official than the one who opened it.",
        ),
    ),
    BatchAct.WITHDRAW: (
        Text("它不会成为正式名单，也不能恢复。", "It never becomes final and does not come back."),
        Text("公示过的名单仍可查看，标明已撤下。", "What was in public notice stays readable, marked as taken down."),
    ),
    BatchAct.FREEZE: (
        Text(
            "名单不能再添加、修改或撤回；有错须另发更正版。",
            "No row is added, changed or taken back any more; a mistake takes a corrected edition.",
        ),
        Text("校验值公开，并记入审计。", "Its hash is public and kept in the audit trail."),
    ),
    BatchAct.CORRECT: (
        Text(
            "建立新的一版草案；定为正式之前，现行名单不变。",
            "A new edition begins as a draft; the list in force stays until it is final.",
        ),
        Text("原来的一版永远可以查看。", "The edition before stays readable for ever."),
    ),
}
PRIMARY = frozenset({BatchAct.NOTICE, BatchAct.FINAL, BatchAct.CORRECT})


def list_context(
    request: Request, found: list[WorkBatch], state: str, typed: dict[str, str], refusal: RegistryError | None
) -> dict[str, Any]:
    """The list with its tabs of states and the form for a new draft."""
    locale, own_url = locale_of(request), url_path(request, "batch_list")
    tabs = [{"text": Text("全部", "All").in_(locale), "count": None, "href": own_url, "current": not state}]
    tabs += [
        {
            "text": one.label.in_(locale),
            "count": None,
            "href": url_with(own_url, state=one.value),
            "current": one.value == state,
        }
        for one in BatchState
    ]
    return {
        "batches": [_line(request, one) for one in found],
        "tabs": tabs,
        "state": state,
        "typed": typed,
        "refusal": refusal,
        "error_at": refusal.field if refusal and refusal.field in NEW else "label",
        "directories": [("", Text("请选择", "Choose one").in_(locale))]
        + [(row["code"], Text(row["short_zh"], row["short_en"]).in_(locale)) for row in shipped("directories")],
        "start_url": url_path(request, "batch_start"),
    }


def batch_context(request: Request, found: WorkBatch, events: list[BatchEvent]) -> dict[str, Any]:
    """One batch with the acts as links to their questions."""
    batch = found.batch
    compare = None
    if found.supersedes_id is not None:
        compare = url_path(request, "batch_compare", a=found.supersedes_id, b=batch.id)
    return _line(request, found) | {
        "found": found,
        "batch": batch,
        "events": events[::-1],
        "acts": [
            {
                "act": act,
                "href": url_path(request, "batch_act_confirm", batch_id=batch.id, act=act.value),
                "tone": "primary"
                if act is found.acts[0] and act in PRIMARY
                else "danger"
                if act is BatchAct.WITHDRAW
                else "",
            }
            for act in found.acts
        ],
        "list_url": url_path(request, "batch_list"),
        "compare_url": compare,
        "objections_url": url_with(url_path(request, "objection_list"), batch=batch.id),
        "runs": batch.notice_to is not None and batch.notice_to >= today(),
    }


def act_context(
    request: Request, found: WorkBatch, act: BatchAct, typed: dict[str, str], refusal: RegistryError | None
) -> dict[str, Any]:
    """The question before an act: fields, effects, the count to type."""
    batch, locale = found.batch, locale_of(request)
    names = {asked.name for asked in FORMS[act]} | {"count"}
    error_at = (
        refusal.field
        if refusal and refusal.field in names
        else {"notice_to": "until"}.get(
            (refusal.field or "") if refusal else "",
            "on" if refusal and refusal.field in ("notice_from", "announced_on") else "reason",
        )
    )
    return {
        "batch": batch,
        "act": act,
        "fields": [
            {
                "name": asked.name,
                "label": asked.label.in_(locale),
                "kind": asked.kind,
                "required": asked.required,
                "value": typed.get(asked.name, today().isoformat() if asked.name == "on" else ""),
                "error": refusal.text.in_(locale) if refusal and error_at == asked.name else None,
            }
            for asked in FORMS[act]
        ],
        "effects": [effect.in_(locale) for effect in EFFECTS[act]],
        "count": batch.rows if act in COUNTED and batch.rows > 1 else None,
        "count_error": refusal.text.in_(locale) if refusal and error_at == "count" else None,
        "refusal": refusal,
        "error_at": error_at,
        "may_copy": act is BatchAct.CORRECT,
        "copied": bool(typed.get("copied")) or not typed,
        "primary": act in PRIMARY,
        "action": url_path(request, "batch_act", batch_id=batch.id, act=act.value),
        "back_url": url_path(request, "work_batch", batch_id=batch.id),
        "list_url": url_path(request, "batch_list"),
    }


def _line(request: Request, found: WorkBatch) -> dict[str, Any]:
    batch = found.batch
    return {
        "one": found,
        "batch": batch,
        "tone": TONES[batch.state.value],
        "href": url_path(request, "work_batch", batch_id=batch.id),
        "public_url": url_path(request, "batch", batch_id=batch.id),
        "directory_url": url_path(request, "directory", code=batch.directory_code),
    }
