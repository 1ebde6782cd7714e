"""Classified titles (AI backbone firms): whose term ends, what the re-examination came to, what was decided."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, Locale, RegistryError, Text
from registry.policies import Actor, own_region
from registry.services.pool.classified import TERMS_WITHOUT_RISE, TermPage, TermRow, classified_page, term_page
from registry.services.pool.levels import DEFAULT, LevelRule
from registry.services.pool.reexamining import carry_out_result, decide_result, propose_result
from registry.tiering.figures import fact_names
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.work.filters import directory_name, region_words

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=5_000)]
THEN = {
    "keeps": Text("保留", "keeps the title"),
    "moves_up": Text("升级", "moves up"),
    "moves_down": Text("降级", "moves down"),
    "loses": Text("取消称号", "loses the title"),
}
TONES = {"keeps": "met", "moves_up": "met", "moves_down": "due", "loses": "unmet"}
FIELDS = ("result", "reason", "agree", "document", "new_listing")


@router.get("/office/classified", name="classified_list")
def classified_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    directory: Annotated[str, Query(max_length=40)] = DEFAULT,
) -> Response:
    """Terms that end or have ended without another, inside the official's region. Raises NotFound (directory)."""
    region, locale = own_region(actor), locale_of(request)
    page = classified_page(session, actor=actor, region_code=region, directory_code=directory)
    names = {rule.level: rule.name.in_(locale) for rule in page.rules}
    context = {
        "region": region_words(region),
        "title": directory_name(page.directory_code, locale) or page.directory_code,
        "rows": [_row(request, row, page.rules, locale) for row in page.rows],
        "holders": [(names.get(level, ""), count) for level, count in page.holders],
        "rules": page.rules,
        "then": THEN,
        "tones": TONES,
        "list_url": url_path(request, "cultivation_board"),
    }
    return render(request, "work/classified.html", context)


@router.get("/office/classified/{listing_id}", name="classified_term")
def classified_term(request: Request, session: ReadSession, actor: OfficerActor, listing_id: Number) -> Response:
    """One term. Raises NotFound, NotAllowed outside the official's region."""
    return _page(request, session, actor, listing_id)


@router.post("/office/classified/{listing_id}/result", name="classified_result")
def classified_result(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    listing_id: Number,
    result: Typed = "",
    reason: Typed = "",
) -> Response:
    """Say how the re-examination came out."""
    typed = {"result": result, "reason": reason}
    return _act(
        request,
        session,
        actor,
        listing_id,
        typed,
        lambda: propose_result(session, listing_id=listing_id, result=result, reason=reason, actor=actor),
    )


@router.post("/office/classified/{listing_id}/{number}/decide", name="classified_decide")
def classified_decide(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    listing_id: Number,
    number: Number,
    agree: Typed = "",
    reason: Typed = "",
) -> Response:
    """Agree with the result, or not."""

    def act() -> object:
        if agree not in ("yes", "no"):
            raise InvalidInput("请选择同意或不同意。", "Agree or not.", field="agree", value=agree)
        return decide_result(session, number=number, agree=agree == "yes", reason=reason, actor=actor)

    return _act(request, session, actor, listing_id, {"agree": agree, "reason": reason}, act)


@router.post("/office/classified/{listing_id}/{number}/apply", name="classified_apply")
def classified_apply(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    listing_id: Number,
    number: Number,
    document: Typed = "",
    new_listing: Typed = "",
) -> Response:
    """Carry the decision out, on the paper that backs it."""
    new = int(new_listing) if new_listing.isascii() and new_listing.isdigit() and len(new_listing) < 19 else None
    return _act(
        request,
        session,
        actor,
        listing_id,
        {"document": document, "new_listing": new_listing},
        lambda: carry_out_result(session, number=number, document=document, new_listing_id=new, actor=actor),
    )


def _act(
    request: Request,
    session: Session,
    actor: Actor,
    listing_id: int,
    typed: dict[str, Any],
    act: Callable[[], object],
) -> Response:
    try:
        with session.begin_nested():
            act()
    except RegistryError as refusal:
        session.expire_all()
        return _page(request, session, actor, listing_id, refusal=refusal, typed=typed)
    return see_other(request, "classified_term", listing_id=listing_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    listing_id: int,
    *,
    refusal: RegistryError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    found, locale = term_page(session, listing_id, actor=actor), locale_of(request)
    values = {name: "" for name in FIELDS} | (typed or {})
    first = next(iter(typed)) if typed else FIELDS[0]
    context = {
        "found": found,
        "row": found.row,
        "item": _row(request, found.row, (found.rule,) if found.rule else (), locale),
        "rule": found.rule,
        "then": THEN,
        "tones": TONES,
        "typed": values,
        "refusal": refusal,
        "error_at": refusal.field if refusal and refusal.field in (typed or {}) else first,
        "terms_url": url_path(request, "classified_list"),
        **_options(request, found, locale),
    }
    return render(request, "work/classified_term.html", context, status=refusal.status if refusal else 200)


def _options(request: Request, found: TermPage, locale: Locale) -> dict[str, Any]:
    going_on, listing = found.row.going_on, found.row.listing_id
    results = [
        (one.result.value, f"{one.result.label.in_(locale)} · {one.text.in_(locale)} · {one.clause}")
        for one in (found.rule.follows if found.rule else ())
    ]
    terms = [(str(one.listing_id), f"{one.batch} {one.valid_from.isoformat()}") for one in found.new_terms]
    return {
        "results": results,
        "answers": [("yes", Text("同意", "Agree").in_(locale)), ("no", Text("不同意", "Do not agree").in_(locale))],
        "new_terms": terms,
        "result_url": url_path(request, "classified_result", listing_id=listing),
        "decide_url": url_path(request, "classified_decide", listing_id=listing, number=going_on.number)
        if going_on
        else None,
        "apply_url": url_path(request, "classified_apply", listing_id=listing, number=going_on.number)
        if going_on
        else None,
    }


def _row(request: Request, row: TermRow, rules: tuple[LevelRule, ...], locale: Locale) -> dict[str, Any]:
    facts = fact_names()
    breaches = [facts[name].label.in_(locale) if name in facts else name for name in row.signs.breaches]
    rises = any(one.then == "moves_up" for rule in rules if rule.level == row.level for one in rule.follows)
    return {
        "row": row,
        "href": url_path(request, "classified_term", listing_id=row.listing_id),
        "enterprise_url": url_path(request, "enterprise", key=row.enterprise.key),
        "firm_url": url_path(request, "work_firm", key=row.enterprise.key),
        "batch_url": url_path(request, "work_batch", batch_id=row.batch_id),
        "breaches": breaches,
        "stayed": rises and row.signs.terms >= TERMS_WITHOUT_RISE,
    }
