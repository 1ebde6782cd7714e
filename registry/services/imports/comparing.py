"""A doubtful row beside the firms it may mean, field by field."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import NotFound
from registry.identity import fold_name, region
from registry.models import Enterprise, EnterpriseName, ImportRow, ImportRun, MatchDecision
from registry.schemas.imports import NameDifference
from registry.schemas.matching import Agreement, ComparedField, ComparedFirm, RowComparison
from registry.services.badges import badges
from registry.services.imports.browsing import what_it_lists
from registry.services.imports.product_choosing import asks_for_entry
from registry.services.imports.product_comparing import Asked, compare_entries, made_by, printed_product, product_fields
from registry.services.imports.product_deciding import ENTRY
from registry.services.imports.settling import CHOSEN_BY
from registry.services.keys import key_of
from registry.services.resolving import follow_merges, resolve
from registry.vocabulary import DirectoryKind, ImportKind, NameKind, RowOutcome

FIELDS = (
    *("name", "uscc", "registration_no", "former_name", "city", "founded_on", "capital", "industry_code"),
    *("address", "main_business", "status"),
)
"""Fields in the order they are shown; words in ``import_words.ROLES``."""
_LOOSE = frozenset({"address", "main_business", "capital", "status"})
"""Differences here say little: such fields are worded freely or change over time."""


def compare(session: Session, *, import_id: int, row_id: int) -> RowComparison:
    """The side-by-side of one row of an import. Raises NotFound."""
    run, row = session.get(ImportRun, import_id), session.get(ImportRow, row_id)
    if run is None or row is None or row.import_id != import_id:
        raise NotFound(f"导入 IM-{import_id} 没有这一行。", f"Import IM-{import_id} has no such row.", field="row_id")
    facts = row.facts or {}
    of_products = what_it_lists(run) is DirectoryKind.PRODUCT
    if of_products and (asks_for_entry(row) or ENTRY in facts):
        asked = compare_entries(session, run, row)
    elif run.kind is not ImportKind.LIST:
        asked = _asked_of_notice(session, row)
    else:
        said = product_fields(facts)[:2] if of_products else []
        said += [ComparedField(code=code, value=value, agreement="unknown") for code, value in _row_fields(facts)]
        asked = Asked("firm", said, _candidates(session, row.candidates or [], said, facts), None)
    decision = session.exec(
        select(MatchDecision)
        .where(col(MatchDecision.row_id) == row.id, col(MatchDecision.revoked_at).is_(None))
        .order_by(col(MatchDecision.id).desc())
    ).first()
    waiting = (col(ImportRow.import_id) == import_id, col(ImportRow.outcome) == RowOutcome.AMBIGUOUS)
    following = select(ImportRow.id).where(*waiting, col(ImportRow.id) > row.id).order_by(col(ImportRow.id))
    return RowComparison(
        import_id=import_id,
        row_id=row.id,
        sheet=row.sheet,
        row_number=row.row_number,
        question=asked.question,
        may_act=asked.may_act,
        may_skip=run.kind is not ImportKind.LIST,
        name=printed_product(facts) if of_products else facts.get("name_as_printed") or facts.get("name", ""),
        outcome=row.outcome,
        reason_zh=row.reason_zh,
        reason_en=row.reason_en,
        decided_by=decision.actor if decision else facts.get(CHOSEN_BY),
        decision_id=decision.id if decision else None,
        fields=asked.fields,
        candidates=asked.candidates,
        standing=asked.standing,
        next_row_id=session.exec(following.limit(1)).first(),
        undecided=session.exec(select(func.count(col(ImportRow.id))).where(*waiting)).one(),
    )


def _asked_of_notice(session: Session, row: ImportRow) -> Asked:
    """What a notice says of a firm beside those it may mean, the firm itself, or those it may have become part of."""
    from registry.services.notices.choosing import question_of

    facts, question = row.facts or {}, question_of(row)
    offered = row.candidates or []
    if question == "target":
        said = [ComparedField(code="surviving_name", value=facts["other"], agreement="unknown")]
        beside = [ComparedField(code=code, value="", agreement="unknown") for code in FIELDS]
        return Asked(question, said + beside, _candidates(session, offered, said + beside, facts), None)
    if question == "act":
        key = key_of(session, row.enterprise_id or 0)
        offered = [{"key": key, "why": "current_name"}]
    stated = [("new_name", facts.get("other", "")), ("moved_to", facts.get("place_as_printed", ""))]
    said = [ComparedField(code=code, value=value, agreement="unknown") for code, value in stated if value]
    said += [ComparedField(code=code, value=value, agreement="unknown") for code, value in _row_fields(facts)]
    return Asked(question, said, _candidates(session, offered, said, facts), None, "by_hand" not in facts)


def _candidates(
    session: Session, offered: Sequence[dict[str, Any]], said: Sequence[ComparedField], facts: dict[str, Any]
) -> list[ComparedFirm]:
    """The candidates that are enterprises (a proposed code is none), with their titles of today."""
    firms: list[tuple[dict[str, Any], Enterprise]] = []
    for each in offered:
        if each["why"] == "nearest_code":
            continue
        found = resolve(session, each["key"])
        firms.append((each, follow_merges(session, session.get_one(Enterprise, found.enterprise_id))))
    numbers = [firm.id for _, firm in firms]
    titles = badges(session, enterprise_ids=numbers, as_of=clock.today())
    former = _former(session, numbers)
    made = made_by(session, numbers, facts) if "product" in facts else {}
    shown = []
    for each, firm in firms:
        fields = {**made.get(firm.id, {}), **_firm_fields(firm, former.get(firm.id, []))}
        fields["surviving_name"] = firm.name_zh
        shown.append(
            ComparedFirm(
                key=each["key"],
                name=firm.name_zh,
                why=each["why"],
                score=each.get("score"),
                agrees=each.get("agrees", []),
                differences=[NameDifference(**one) for one in each.get("differences", [])],
                fields=[_beside(one, fields.get(one.code, "")) for one in said],
                titles=titles.get(firm.id, []),
            )
        )
    return shown


def _beside(field: ComparedField, known: str) -> ComparedField:
    return ComparedField(code=field.code, value=known, agreement=agreement(field.code, field.value, known))


def agreement(code: str, printed: str, known: str) -> Agreement:
    """Whether two values of a field agree.

    >>> agreement("uscc", "", "91350100M000100Y43"), agreement("former_name", "示例甲", "示例乙、示例甲")
    ('unknown', 'same')
    """
    if not printed or not known:
        return "unknown"
    if code in ("name", "former_name", "version", "surviving_name"):
        same = bool({fold_name(one) for one in printed.split("、")} & {fold_name(one) for one in known.split("、")})
    else:
        same = fold_name(printed) == fold_name(known)
    if same:
        return "same"
    return "unknown" if code in _LOOSE else "different"


def _row_fields(facts: dict[str, Any]) -> Iterable[tuple[str, str]]:
    former = [facts["former_name"]] if "former_name" in facts else []
    city = facts.get("city_code") or facts.get("region_code")
    stated = {
        "name": facts.get("name", ""),
        "uscc": facts.get("uscc") or facts.get("code_as_given", ""),
        "registration_no": facts.get("registration_no", ""),
        "former_name": "、".join([*former, *facts.get("former_names", [])]),
        "city": _place(city) or facts.get("place", ""),
        "founded_on": facts.get("founded_on", ""),
        "capital": _money(facts.get("capital_cny")) or facts.get("capital_text", ""),
        "industry_code": facts.get("industry_code", ""),
        "address": facts.get("address", ""),
        "main_business": facts.get("main_business", ""),
        "status": facts.get("status", ""),
    }
    return ((code, stated[code]) for code in FIELDS)


def _firm_fields(firm: Enterprise, former: list[str]) -> dict[str, str]:
    return {
        "name": firm.name_zh,
        "uscc": firm.uscc or "",
        "registration_no": firm.registration_no or "",
        "former_name": "、".join(former),
        "city": _place(firm.city_code or firm.region_code),
        "founded_on": firm.founded_on.isoformat() if firm.founded_on else "",
        "capital": _money(firm.registered_capital_cny) or firm.registered_capital_text or "",
        "industry_code": firm.industry_code or "",
        "address": firm.address or "",
        "main_business": firm.main_business or "",
        "status": firm.operating_status.value,
    }


def _place(code: str | None) -> str:
    found = region(code) if code else None
    return found.name if found else ""


def _money(yuan: int | None) -> str:
    return f"{yuan:,}" if yuan is not None else ""


def _former(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    query = select(EnterpriseName).where(
        col(EnterpriseName.enterprise_id).in_(numbers), col(EnterpriseName.kind) == NameKind.FORMER
    )
    for name in session.exec(query.order_by(col(EnterpriseName.id))):
        names.setdefault(name.enterprise_id, []).append(name.name)
    return names
