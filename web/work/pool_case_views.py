"""One case of the pool in the shapes its macros take. No queries here."""

from datetime import date
from typing import Any

from starlette.requests import Request

from registry.clock import today
from registry.errors import Locale, RegistryError, Text
from registry.policies import SYSTEM
from registry.pool_words import CaseEventKind, CaseExit, GroupKind, GroupVerdict, ProposalGround, ProposalState
from registry.services.places import full_place
from registry.services.pool.acts import WORK
from registry.services.pool.case import CaseRead, EventRead
from registry.services.pool.criteria import CriterionThenNow
from registry.services.pool.group_check import Holding
from registry.services.pool.groups import LinkRead
from registry.vocabulary import CaseStage
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import url_path, url_with
from web.shown_titles import shown_title

STAGES = {stage.value: stage for stage in CaseStage}
EXITS = {one.value: one for one in CaseExit}
GROUNDS = {one.value: one for one in ProposalGround}
STATES = {one.value: one for one in ProposalState}
WEIGHT = {"unmet": 0, "unknown": 1, "needs_review": 2, "met": 3, "not_applicable": 4}
FIELDS = {
    "move": ("stage", "exit", "reason"),
    "plan": ("next_act", "next_act_on"),
    "owner": ("owner",),
    "record": ("kind", "on", "criterion", "text"),
    "product": ("product",),
}
"""The fields of each form; a refusal without one of them is shown at the first."""
GROUP_TONES = {GroupVerdict.CLEAR: "jade", GroupVerdict.POSSIBLE: "amb", GroupVerdict.CONFLICT: "cin"}


def case_context(
    request: Request, found: CaseRead, *, form: str, typed: dict[str, Any], refusal: RegistryError | None
) -> dict[str, Any]:
    """Everything the page shows. ``typed``: the values of the refused form."""
    locale, firm = locale_of(request), found.enterprise
    fields = FIELDS.get(form, ("reason",))
    error_at = f"{form}-{refusal.field if refusal and refusal.field in fields else fields[0]}" if form else ""
    items = sorted((_criterion(one) for one in found.criteria), key=lambda item: WEIGHT[item["outcome"]])
    return {
        "case": found,
        "firm": firm,
        "where": full_place(firm_place(found)),
        "titles": [shown_title(request, title, locale) for title in firm.titles],
        "path": _path(found, locale),
        "items": items,
        "standing_out": [item for item in items if not item["settled"]],
        "settled": [item for item in items if item["settled"]],
        "comparable": found.then is not None
        and found.now is not None
        and found.then.assessment_id != found.now.assessment_id,
        "same_version": found.then is not None
        and found.now is not None
        and found.then.run.version == found.now.run.version,
        "events": [_event(one, locale) for one in found.events],
        "group_tone": GROUP_TONES[found.group.verdict],
        "holdings": [_holding(request, one, locale) for one in found.group.holdings],
        "hints": [_holding(request, one, locale) for one in found.group.hints],
        "form": form,
        "typed": typed,
        "refusal": refusal,
        "error_at": error_at,
        "today": today(),
        **_options(found, locale),
        **_links(request, found),
    }


def firm_place(found: CaseRead) -> str | None:
    """Where the case belongs, for people."""
    return found.place or None


def _links(request: Request, found: CaseRead) -> dict[str, str | None]:
    numbers = {"case_id": found.case_id}
    key = found.enterprise.key
    version = found.now.run.version if found.now else None
    return {
        "list_url": url_path(request, "cultivation_board"),
        "enterprise_url": url_path(request, "enterprise", key=key),
        "firm_url": url_path(request, "work_firm", key=key),
        "group_url": url_path(request, "group_links", key=key),
        "standard_url": path_of(request, "standard", code=version) if version else None,
        "candidates_url": url_with(url_path(request, "candidate_list"), tier=found.directory_code),
        "own_url": url_path(request, "pool_case", **numbers),
        "presence_url": url_path(request, "pool_presence", **numbers),
        "move_url": url_path(request, "pool_move", **numbers),
        "plan_url": url_path(request, "pool_plan", **numbers),
        "owner_url": url_path(request, "pool_owner", **numbers),
        "record_url": url_path(request, "pool_record", **numbers),
        "product_url": url_path(request, "pool_product", **numbers),
    }


def _options(found: CaseRead, locale: Locale) -> dict[str, Any]:
    nobody = Text("无责任人", "Nobody").in_(locale)
    none = Text("不针对某一条", "No criterion in particular").in_(locale)
    criteria = [(one.criterion, f"{one.criterion} {one.name.in_(locale)}") for one in found.criteria]
    return {
        "move_options": [(one.value, one.label.in_(locale)) for one in found.moves],
        "exit_options": [("", Text("只在退库时选", "Only to leave").in_(locale))]
        + [(one.value, one.label.in_(locale)) for one in CaseExit],
        "kind_options": [(one.value, one.label.in_(locale)) for one in WORK],
        "owner_options": [("", nobody), *((str(one.account_id), one.name) for one in found.keepers)],
        "criterion_options": [("", none), *criteria],
    }


def _path(found: CaseRead, locale: Locale) -> list[dict[str, Any]]:
    """The way through the pool: stages behind, the present one, those ahead."""
    stages = [one for one in CaseStage if one is not CaseStage.LEFT or found.stage is CaseStage.LEFT]
    been = {event.after for event in found.events if event.kind in (CaseEventKind.ENTRY, CaseEventKind.MOVE)}
    return [
        {"label": one.label.in_(locale), "current": one is found.stage, "done": one.value in been} for one in stages
    ]


def _criterion(one: CriterionThenNow) -> dict[str, Any]:
    outcome = one.now or one.then or "unknown"
    return {"one": one, "outcome": outcome, "settled": outcome in ("met", "not_applicable") and not one.moved}


def _event(one: EventRead, locale: Locale) -> dict[str, Any]:
    """An event as a line: what happened, in words, and what was written."""
    return {
        "event": one,
        "label": one.kind.label.in_(locale),
        "actor": Text(SYSTEM.label, "the system").in_(locale) if one.actor == SYSTEM.label else one.actor,
        "words": _event_words(one, locale),
        "system": one.kind in (CaseEventKind.CHASE, CaseEventKind.PROPOSAL),
        "late": _late(one),
        "check": _check_words(one, locale),
    }


def _event_words(one: EventRead, locale: Locale) -> str:
    details = one.details
    if one.kind is CaseEventKind.MOVE:
        words = f"{_stage(one.before, locale)} → {_stage(one.after, locale)}"
        exit_kind = EXITS.get(str(details.get("exit", "")))
        return f"{words} · {exit_kind.label.in_(locale)}" if exit_kind else words
    if one.kind in (CaseEventKind.OWNER, CaseEventKind.PRODUCT):
        nobody = Text("无", "none").in_(locale)
        return f"{one.before or nobody} → {one.after or nobody}"
    if one.kind is CaseEventKind.PLAN:
        return one.after or Text("取消安排", "nothing planned").in_(locale)
    if one.kind is CaseEventKind.CHASE:
        whom = Text(str(details.get("whom", "")), str(details.get("whom_en", "")))
        days = details.get("days", 0)
        said = Text(f"{days} 天没有工作，催办{whom.zh}", f"no work for {days} days; {whom.en} is reminded")
        return said.in_(locale)
    if one.kind in (CaseEventKind.PROPOSAL, CaseEventKind.DECISION):
        ground = GROUNDS.get(str(details.get("ground", "")))
        words = f"{ground.label.in_(locale) if ground else ''} → {_stage(str(details.get('to', '')), locale)}"
        state = STATES.get(one.after)
        return words if one.kind is CaseEventKind.PROPOSAL or not state else f"{words} · {state.label.in_(locale)}"
    return ""


def _check_words(one: EventRead, locale: Locale) -> str | None:
    check = one.details.get("group_check")
    if not isinstance(check, dict):
        return None
    verdicts = {verdict.value: verdict for verdict in GroupVerdict}
    verdict = verdicts.get(str(check.get("verdict")))
    return verdict.label.in_(locale) if verdict else None


def _late(one: EventRead) -> date | None:
    """The day it was written down, where that is not the day it took place."""
    written = one.at.date()
    return written if (written - one.on).days > 1 else None


def _stage(value: str, locale: Locale) -> str:
    return STAGES[value].label.in_(locale) if value in STAGES else value


def _holding(request: Request, one: Holding, locale: Locale) -> dict[str, Any]:
    return {
        "one": one,
        "href": url_path(request, "enterprise", key=one.key),
        "way": [relation_words(link, locale) for link in one.way],
    }


def relation_words(link: LinkRead, locale: Locale) -> str:
    """A relation as a phrase about the other firm: held by, controls, under the same controller."""
    share = f" {link.share_bp / 100:g}%" if link.share_bp else ""
    if link.kind is GroupKind.SAME_CONTROLLER:
        said = Text(f"与{link.other_name}同一控制人", f"same controller as {link.other_name}")
    elif link.upward:
        said = Text(f"{link.other_name}持股{share}", f"held by {link.other_name}{share}")
    else:
        said = Text(f"持有{link.other_name}{share}", f"holds {link.other_name}{share}")
    return said.in_(locale)
