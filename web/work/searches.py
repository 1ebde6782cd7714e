"""Failed searches as officials see to them: what was looked for in vain, and teaching the search what it means."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Conflict, InvalidInput, NotFound, RegistryError, Text
from registry.policies import EVERY_DIRECTORY, Actor
from registry.schemas.searching import SearchMissSummary, SearchWordSummary
from registry.search.query import SearchQuery
from registry.services.finding import find
from registry.services.search_misses import PERIODS, STATE_WORDS, STATES, MissState, get_miss, list_misses
from registry.services.search_words import dismiss, search_words, teach_alias, teach_word, undo_word
from registry.vocabulary import Role, SearchWordKind
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer, search_engine
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, see_other, url_path, url_with
from web.search_views import shown_hit

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

CHOICES = 8
"""Enterprises offered for an alias."""
Typed = Annotated[str, Form(max_length=500)]
KINDS = {kind.value: kind for kind in SearchWordKind}
EXAMPLES = {
    SearchWordKind.READING: Text("会稽 → kuai ji，每字一个音节", "会稽 → kuai ji, one syllable a character"),
    SearchWordKind.VARIANT: Text("彊 → 疆，一个字对一个字", "彊 → 疆, one character for another"),
    SearchWordKind.SYNONYM: Text(
        "查询里的一个词 → 名录、产业链、地区、级别或状态，例如：小巨头 → 小巨人",
        "A word → a directory, chain, place, level or state: 小巨头 → 小巨人",
    ),
}


@router.get("/office/searches", name="search_miss_list")
def search_miss_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    state: Annotated[str, Query(max_length=20)] = "open",
    days: Annotated[int, Query(ge=1, le=3_650)] = 30,
) -> Response:
    """Failed searches, most frequent first, and the words in force. Raises InvalidInput (state)."""
    chosen = next((known for known in STATES if known == state), None)
    if chosen is None:
        raise InvalidInput("没有这种状态。", "There is no such state.", field="state", value=state, choices=STATES)
    own_url = url_path(request, "search_miss_list")
    context = {
        "misses": [_line(request, miss) for miss in list_misses(session, state=chosen, days=days)],
        "states": [_tab(own_url, known, days, chosen, locale_of(request)) for known in STATES],
        "periods": [(str(n), Text(f"最近 {n} 天", f"Last {n} days").in_(locale_of(request))) for n in PERIODS],
        "state": chosen,
        "days": days,
        "own_url": own_url,
        "words": [_word(request, word) for word in search_words(session)],
        "may_teach": _may_teach(actor),
    }
    return render(request, "work/searches.html", context)


@router.get("/office/searches/{miss_id}", name="search_miss")
def search_miss(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    miss_id: Number,
    q: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """One failed search with the ways to settle it; ``q`` looks for the enterprise it may mean. Raises NotFound."""
    return _page(request, session, actor, get_miss(session, miss_id), looked_for=q)


@router.post("/office/searches/{miss_id}", name="search_miss_settle")
def settle(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    miss_id: Number,
    act: Typed = "",
    alias: Typed = "",
    alias_note: Annotated[str, Form(max_length=500, alias="alias-note")] = "",
    text: Typed = "",
    value: Typed = "",
    enterprise: Typed = "",
    note: Typed = "",
) -> Response:
    """Teach the search what the text means, or set it aside; a fault brings the page back (its own status)."""
    miss = get_miss(session, miss_id)
    text, note = alias or text, alias_note or note
    try:
        with session.begin_nested():
            _settle(session, actor, miss, KINDS.get(act), text=text, value=value, enterprise=enterprise, note=note)
    except (InvalidInput, Conflict, NotFound) as refusal:
        typed = {"act": act, "text": text, "value": value, "enterprise": enterprise, "note": note}
        return _page(request, session, actor, get_miss(session, miss_id), refusal=refusal, typed=typed)
    return see_other(request, "search_miss", miss_id=miss_id)


@router.post("/office/searches/words/{word_id}/undo", name="search_word_undo")
def undo(request: Request, session: WriteSession, actor: OfficerActor, word_id: Number) -> Response:
    """Take a word back. Raises NotFound, NotAllowed, InvalidTransition."""
    undo_word(session, word_id=word_id, actor=actor)
    return see_other(request, "search_miss_list")


def _settle(
    session: Session,
    actor: Actor,
    miss: SearchMissSummary,
    kind: SearchWordKind | None,
    *,
    text: str,
    value: str,
    enterprise: str,
    note: str,
) -> None:
    if kind is None:
        raise InvalidInput("请选择怎样处理。", "Choose what to do.", field="act")
    if kind is SearchWordKind.DISMISSED:
        dismiss(session, text=miss.text, actor=actor, note=note)
    elif kind is SearchWordKind.ALIAS:
        if not enterprise:
            raise InvalidInput("请选择企业。", "Choose an enterprise.", field="enterprise")
        teach_alias(
            session, text=text or miss.text, enterprise_key=enterprise, actor=actor, note=note, failed=miss.text
        )
    else:
        teach_word(session, kind=kind, text=text, value=value, actor=actor, note=note, failed=miss.text)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    miss: SearchMissSummary,
    *,
    looked_for: str = "",
    refusal: RegistryError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    given = typed or {}
    looked_for = looked_for or miss.text
    found = find(session, search_engine(request), SearchQuery(text=looked_for, kind="enterprise", limit=CHOICES))
    locale = locale_of(request)
    context = {
        "miss": miss,
        "line": _line(request, miss),
        "list_url": url_path(request, "search_miss_list"),
        "own_url": url_path(request, "search_miss", miss_id=miss.id),
        "looked_for": looked_for,
        "choices": [{"key": hit.id} | shown_hit(request, hit, found, locale) for hit in found.all_hits[:CHOICES]],
        "forms": [(kind, EXAMPLES[kind]) for kind in EXAMPLES],
        "typed": {"act": "", "text": miss.text, "value": "", "enterprise": "", "note": ""} | given,
        "refusal": refusal,
        "may_teach": _may_teach(actor),
        "may_curate": actor.may(Role.CURATOR, directory_code=EVERY_DIRECTORY),
    }
    return render(request, "work/search.html", context, status=refusal.status if refusal else 200)


def _may_teach(actor: Actor) -> bool:
    return actor.may(Role.CURATOR, region_code="", directory_code=EVERY_DIRECTORY)


def _line(request: Request, miss: SearchMissSummary) -> dict[str, Any]:
    return {
        "miss": miss,
        "href": url_path(request, "search_miss", miss_id=miss.id),
        "try_url": url_with(url_path(request, "search"), q=miss.text),
        "word": _word(request, miss.word) if miss.word else None,
    }


def _word(request: Request, word: SearchWordSummary) -> dict[str, Any]:
    return {
        "word": word,
        "href": path_of(request, "enterprise", key=word.enterprise_key) if word.enterprise_key else None,
        "try_url": url_with(url_path(request, "search"), q=word.text),
        "undo_url": url_path(request, "search_word_undo", word_id=word.id),
    }


def _tab(own_url: str, state: MissState, days: int, chosen: MissState, locale: Any) -> dict[str, Any]:
    href = url_with(own_url, state=state, days=days)
    return {"text": STATE_WORDS[state].in_(locale), "count": None, "href": href, "current": state == chosen}
