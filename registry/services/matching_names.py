"""Match names outside of any import, by the lookups and decisions an import uses: for workbooks and for clients."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from registry import clock
from registry.errors import Text
from registry.identity import (
    city_of,
    clean_name,
    is_registration_number,
    is_uscc,
    normalise_code,
    resolve_region,
    split_notes,
)
from registry.schemas import import_words
from registry.schemas.matching import MatchCandidate, NameMatch
from registry.schemas.titles import TitleBadge
from registry.services.badges import badges
from registry.services.imports.interpreting import Facts, code_fault
from registry.services.imports.lookups import Firm, Lookup
from registry.services.imports.matching import Decision, Matcher
from registry.services.keys import provisional_key

CHUNK = 2_000
_SURE = {"code": 100, "registration_no": 100, "name": 100, "folded_name": 99, "former_name": 97, "remembered": 100}
_SEVERAL = 50
"""How sure one of several firms of exactly this name is: not at all."""


def facts_of(name: str, *, code: str = "", place: str = "", founded_on: date | None = None) -> Facts:
    """What a name, a code and a place in words state, as a row of a list would.

    >>> facts_of("示例 科技", code="91350900587527783P", place="深圳市")
    {'name': '示例科技', 'uscc': '91350900587527783P', 'region_code': '440300', 'city_code': '440300'}
    """
    cleaned, notes = split_notes(clean_name(name))
    facts: Facts = {"name": cleaned}
    former = [note.text for note in notes if note.kind == "former"]
    if former:
        facts["former_names"] = former
    given = normalise_code(code) if code.strip() else ""
    if is_uscc(given):
        facts["uscc"] = given
    elif is_registration_number(given):
        facts["registration_no"] = given
    elif given:
        facts |= {"code_as_given": given[:60], "code_fault": code_fault(given)}
    found = resolve_region(text=place) if place.strip() else None
    if found is not None:
        facts["region_code"] = found.code
        if (city := city_of(found.code)) is not None:
            facts["city_code"] = city
    if founded_on is not None:
        facts["founded_on"] = founded_on.isoformat()
    return facts


def match_rows(session: Session, *, rows: Sequence[Facts], as_of: date | None = None) -> list[NameMatch]:
    """One answer a row, each row as if it stood alone: the certain enterprise, or the candidates, with titles held."""
    lookup = Lookup(session)
    answers: list[NameMatch] = []
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        known = lookup.about(chunk)
        decisions = [Matcher().decide(facts, ("", at), known) for at, facts in enumerate(chunk)]
        numbers = list({decision.firm.id for decision in decisions if decision.firm})
        titles: dict[int, list[TitleBadge]] = {}
        for some in range(0, len(numbers), 500):
            titles |= badges(session, enterprise_ids=numbers[some : some + 500], as_of=as_of or clock.today())
        for facts, decision in zip(chunk, decisions, strict=True):
            firm = decision.firm
            answers.append(_answer(facts, decision, firm, titles.get(firm.id, []) if firm else []))
    return answers


def _answer(facts: Facts, decision: Decision, firm: Firm | None, titles: list[TitleBadge]) -> NameMatch:
    candidates = [_candidate(each) for each in decision.candidates or [] if each["why"] != "nearest_code"]
    reason = decision.reason
    if firm is not None and decision.matched_by is not None:
        score = _SURE.get(decision.matched_by, 0)
        if decision.matched_by == "scored":
            score = candidates[0].score or 0
        said = import_words.word(import_words.MATCHED_BY, decision.matched_by)
        if reason is not None:
            said = Text(f"{said.zh}。{reason.zh}", f"{said.en}. {reason.en}")
    else:
        score = max((each.score or _SEVERAL for each in candidates), default=0)
        said = reason or Text("登记库中没有名称相符或相近的企业。", "No enterprise of this name, or near it, is known.")
    return NameMatch(
        name=facts.get("name", ""),
        key=(firm.uscc or provisional_key(firm.id)) if firm else None,
        matched_name=firm.name_zh if firm else None,
        matched_by=decision.matched_by if firm else None,
        score=score,
        reason_zh=said.zh,
        reason_en=said.en,
        titles=titles,
        candidates=[] if firm else candidates,
    )


def _candidate(each: dict[str, Any]) -> MatchCandidate:
    return MatchCandidate(
        key=each["key"],
        name=each["name"] or "",
        score=each.get("score"),
        why=each["why"],
        differences=each.get("differences", []),
        city_code=each.get("city"),
    )
