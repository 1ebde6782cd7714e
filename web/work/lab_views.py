"""The laboratory's pages in the shapes their templates take."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlmodel import Session
from starlette.requests import Request

from registry.errors import FileRefused, Locale, RegistryError, Text
from registry.policies import ACTING, Actor
from registry.services.lab.drafts import FILE, Draft, get_draft, may_write, text_of
from registry.services.lab.publishing import may_approve, steps
from registry.services.lab.trials import data_state, latest_trial
from registry.services.standards import known_standards
from registry.tiering.copying import fault_line
from registry.tiering.describe import describe, words_in
from registry.tiering.directory_words import TITLES
from registry.tiering.editing import Field, changed, fields, head_fields
from registry.tiering.selection import PROCEDURES, find
from registry.tiering.standard import Standard
from registry.vocabulary import DraftState
from web.i18n import locale_of
from web.rendering import url_path
from web.work.candidate_views import tier_name
from web.work.lab_results import results_context

MANY = 8
"""More fields of one criterion than these are folded away until something in them has changed."""
EXCERPT = 3
HEAD_WORDS = {
    "id": Text("编号", "Id"),
    "title.zh": Text("名称", "Title in Chinese"),
    "title.en": Text("英文名称", "Title in English"),
    "title": Text("文件名称", "Title of the document"),
    "number": Text("文号", "Number of the document"),
    "from": Text("起施行", "in force from"),
    "to": Text("施行至", "in force to"),
}


@dataclass(frozen=True)
class Shown:
    """A draft with everything its page asks for, read when it is first needed."""

    session: Session
    actor: Actor
    folder: Path
    draft_id: int
    today: date

    @cached_property
    def draft(self) -> Draft:
        """The draft itself."""
        return get_draft(self.session, draft_id=self.draft_id, actor=self.actor)

    @cached_property
    def base(self) -> Standard:
        """The version it was copied from."""
        return find(self.draft.based_on, among=known_standards(self.session))[0]


def list_context(
    request: Request,
    drafts: list[Draft],
    known: tuple[Standard, ...],
    actor: Actor,
    typed: dict[str, str],
    today: date,
) -> dict[str, Any]:
    """All drafts and what the form for a new one offers: the versions this person may write for."""
    locale = locale_of(request)
    mine = [one for one in known if may_write(actor, one.tier)]
    options = [(one.id, f"{one.id} · {words_in(one.title, locale)}") for one in mine]
    return {
        "drafts": [
            {
                "draft": draft,
                "tier": tier_name(draft.tier, locale),
                "title": words_in(draft.standard.title, locale),
                "since": draft.standard.first_day,
                "href": url_path(request, "lab_draft", draft_id=draft.id),
                "tone": TONES[draft.state],
            }
            for draft in drafts
        ],
        "options": options,
        "typed": {"first_day": (today + timedelta(days=1)).isoformat(), "version": "", "title": "", "number": ""}
        | {"based_on": options[0][0] if options else ""}
        | {name: value for name, value in typed.items() if value},
        "create_url": url_path(request, "lab_create"),
    }


TONES = {
    DraftState.DRAFT: "public_notice",
    DraftState.PROPOSED: "amb",
    DraftState.PUBLISHED: "jade",
    DraftState.WITHDRAWN: "",
}


def draft_context(request: Request, shown: Shown, typed: dict[str, str]) -> dict[str, Any]:
    """The page of one draft. ``typed``: what a refused form said."""
    locale, draft = locale_of(request), shown.draft
    what_if = latest_trial(shown.session, draft_id=draft.id, kind="what_if")
    backtest = latest_trial(shown.session, draft_id=draft.id, kind="backtest")
    criteria = _criteria(shown, typed, locale)
    own = url_path(request, "lab_draft", draft_id=draft.id)
    context = {
        "draft": draft,
        "tone": TONES[draft.state],
        "tier": tier_name(draft.tier, locale),
        "title": words_in(draft.standard.title, locale),
        "head": _head(draft.text, typed, locale),
        "criteria": criteria,
        "touched": sum(one["changed"] for one in criteria),
        "gone": [one.id for one in shown.base.criteria if one.id not in {c["id"] for c in criteria}],
        "windows": [
            (Text(*PROCEDURES[name]), window.since, window.to) for name, window in draft.standard.in_force.items()
        ],
        "data": data_state(shown.session, shown.folder),
        "steps": steps(shown.session, draft, today=shown.today),
        "may_write": may_write(shown.actor, draft.tier) and draft.state is DraftState.DRAFT,
        "may_try": shown.actor.may(ACTING),
        "may_decide": may_write(shown.actor, draft.tier),
        "may_approve": may_approve(shown.actor, draft),
        "own_url": own,
        "standard_url": url_path(request, "standard", code=draft.version),
    }
    for name in ("lab_text", "lab_backtest", "lab_state", "lab_publish_confirm", "lab_export"):
        context[f"{name}_url"] = url_path(request, name, draft_id=draft.id)
    context["lab_data_url"] = url_path(request, "lab_data")
    return context | results_context(request, shown.session, shown.actor, draft, what_if, backtest, shown.today)


def text_context(text: str, refusal: RegistryError | None) -> dict[str, Any]:
    """The text as it is edited, and the lines around the one that is wrong."""
    at = fault_line(refusal, file=FILE) if isinstance(refusal, FileRefused) else None
    lines = text.replace("\r\n", "\n").split("\n")
    excerpt = []
    if at is not None:
        first, last = max(at - EXCERPT, 1), min(at + EXCERPT, len(lines))
        excerpt = [(number, lines[number - 1], number == at) for number in range(first, last + 1)]
    return {"text": text, "excerpt": excerpt, "rows": min(max(len(lines) + 1, 20), 60)}


def _head(text: str, typed: dict[str, str], locale: Locale) -> list[dict[str, Any]]:
    """Id, title, days and the first document as fields."""
    found = []
    documents: list[str] = []
    for field in head_fields(text):
        parts = field.path.split(".")
        if parts[0] == "documents":
            documents.append(parts[1])
            if parts[1] != documents[0] or parts[-1] not in ("title", "number"):
                continue
        word = HEAD_WORDS.get(field.path) or HEAD_WORDS.get(parts[-1])
        if word is None:
            continue
        procedure = Text(*PROCEDURES[parts[1]]) if parts[0] == "in_force" else None
        label = word if procedure is None else Text(f"{procedure.zh}{word.zh}", f"{procedure.en} {word.en}")
        found.append({"field": field, "label": label.in_(locale), "value": typed.get(field.path, field.value)})
    return found


def _criteria(shown: Shown, typed: dict[str, str], locale: Locale) -> list[dict[str, Any]]:
    """Every criterion with its sentence, the sentence before where it differs, and its fields."""
    draft = shown.draft
    now = fields(draft.text)
    before = changed(now, fields(text_of(shown.session, draft.based_on)))
    old = {one.id: one.sentence for one in describe(shown.base, locale)}
    found = []
    for one in describe(draft.standard, locale):
        own = [_field(field, before, typed, locale) for field in now if field.criterion == one.id]
        is_changed = old.get(one.id) != one.sentence or any(item["before"] is not None for item in own)
        found.append(
            {
                "id": one.id,
                "name": one.name,
                "sentence": one.sentence,
                "before": old.get(one.id) if old.get(one.id) != one.sentence else None,
                "clause": one.source.clause,
                "is_new": one.id not in old,
                "changed": is_changed,
                "fields": own,
                "folded": len(own) > MANY and not is_changed,
            }
        )
    return found


def _field(field: Field, before: dict[str, str], typed: dict[str, str], locale: Locale) -> dict[str, Any]:
    return {
        "field": field,
        "id": "f-" + field.path.replace(".", "-"),
        "label": field.label.in_(locale) or field.path.rpartition(".")[2],
        "unit": field.unit.in_(locale),
        "value": typed.get(field.path, field.value),
        "before": before.get(field.path),
        "meaning": _titles_named(field, locale),
    }


def _titles_named(field: Field, locale: Locale) -> str:
    """What the codes of titles in a list are called; empty where the field holds something else."""
    codes = re.findall(r"[a-z0-9_]+", field.value) if field.path.rpartition(".")[2] in ("title", "no_title") else []
    return Text("、", ", ").in_(locale).join(TITLES[code].in_(locale) for code in codes if code in TITLES)
