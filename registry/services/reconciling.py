"""The Reconciliation API 0.2 (OpenRefine) from the same matcher as imports, in the shapes of the specification."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.db import begins_with
from registry.errors import NotFound, RegistryError
from registry.identity import fold_name, region
from registry.models import Directory, Enterprise, EnterpriseName
from registry.schemas.inputs import parse_day
from registry.schemas.matching import NameMatch
from registry.schemas.reconciling import ENTERPRISE, LIMIT_MAX, ExtendQuery, ReconcileQuery
from registry.schemas.titles import TitleBadge
from registry.services.badges import badges
from registry.services.keys import provisional_key
from registry.services.matching_names import facts_of, match_rows
from registry.services.resolving import resolve
from registry.titles import HELD

Json = dict[str, Any]
SUGGESTED = 10
PROPERTIES = {"code": "统一社会信用代码", "city": "城市", "founded": "成立日期"}
"""What may be given with a name."""
EXTENSIONS = {
    "code": "统一社会信用代码",
    "name": "登记名称",
    "city": "城市",
    "founded": "成立日期",
    "titles": "持有称号",
    "validity": "称号有效期止",
}
"""What may be asked about a firm."""
_TYPE = {"id": ENTERPRISE, "name": "企业"}


def manifest(session: Session, *, base: str, address: str) -> Json:
    """The service manifest. ``base`` is the address of the site, ``address`` that of this service on it."""
    service = base + address
    suggest = {
        kind: {"service_url": base, "service_path": f"{address}/suggest/{kind}"}
        for kind in ("entity", "property", "type")
    }
    return {
        "versions": ["0.2"],
        "name": "企业名录与梯度培育库",
        "identifierSpace": f"{base}/e/",
        "schemaSpace": f"{base}/directories/",
        "defaultTypes": [_TYPE, *_directories(session)],
        "view": {"url": f"{base}/e/{{{{id}}}}"},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": 420, "height": 220},
        "suggest": suggest,
        "extend": {
            "propose_properties": {"service_url": base, "service_path": f"{address}/properties"},
            "property_settings": [],
        },
    }


def reconcile(session: Session, *, queries: Mapping[str, ReconcileQuery]) -> Json:
    """Candidates for every query, under its own key; ``match`` is true only where an import would match."""
    rows = [_facts(query) for query in queries.values()]
    answers = match_rows(session, rows=[facts for facts in rows if facts.get("name")])
    found = iter(answers)
    results = {key: next(found) if facts.get("name") else None for key, facts in zip(queries, rows, strict=True)}
    keys = {key for each in results.values() if each is not None for key in _keys(each)}
    firms = _firms(session, keys)
    numbers = [firm.id for firm in firms.values()]
    titles = badges(session, enterprise_ids=numbers, as_of=clock.today())
    return {
        key: {"result": [] if answer is None else _candidates(answer, queries[key], firms, titles)}
        for key, answer in results.items()
    }


def suggest_entities(session: Session, *, prefix: str) -> Json:
    """Enterprises whose current or former name begins with what was typed."""
    folded = fold_name(prefix)[:100]
    found: dict[int, Json] = {}
    if folded:
        rows = session.exec(
            select(EnterpriseName, Enterprise)
            .join(Enterprise, col(Enterprise.id) == col(EnterpriseName.enterprise_id))
            .where(
                begins_with(EnterpriseName.folded, folded),
                col(Enterprise.voided_at).is_(None),
                col(Enterprise.merged_into_id).is_(None),
            )
            .order_by(col(EnterpriseName.folded), col(EnterpriseName.id))
            .limit(SUGGESTED * 3)
        )
        for name, firm in rows:
            said = "" if name.name == firm.name_zh else name.name
            found.setdefault(
                firm.id,
                {
                    "id": _key(firm),
                    "name": firm.name_zh,
                    "description": "，".join(filter(None, (said, _city(firm)))),
                    "notable": [_TYPE],
                },
            )
    return {"result": list(found.values())[:SUGGESTED]}


def suggest_properties(prefix: str) -> Json:
    """Properties whose code or word begins with, or holds, what was typed."""
    return {"result": [each for each in _properties(PROPERTIES | EXTENSIONS) if _fits(each, prefix)]}


def suggest_types(session: Session, *, prefix: str) -> Json:
    """Types by code or name."""
    return {"result": [each for each in (_TYPE, *_directories(session)) if _fits(each, prefix)][:SUGGESTED]}


def propose_properties(*, type_id: str, limit: int | None) -> Json:
    """What data extension offers; the same for every type."""
    found = _properties(EXTENSIONS)[:limit]
    return {"type": type_id, "properties": found} | ({"limit": limit} if limit is not None else {})


def extend(session: Session, *, query: ExtendQuery) -> Json:
    """Properties of firms; a firm or property there is none of has empty cells."""
    asked = [each.id for each in query.properties]
    firms = _firms(session, query.ids)
    titles = badges(session, enterprise_ids=[firm.id for firm in firms.values()], as_of=clock.today())
    rows: Json = {}
    for key in query.ids:
        firm = firms.get(key)
        held = [one for one in titles.get(firm.id, []) if one.status in HELD] if firm else []
        rows[key] = {name: _values(name, firm, held) if firm else [] for name in asked}
    return {"meta": [{"id": name, "name": EXTENSIONS.get(name, name)} for name in asked], "rows": rows}


def preview(session: Session, *, key: str) -> str:
    """A small page about one enterprise; every text in it is escaped. Raises NotFound."""
    firm = _firms(session, [key]).get(key)
    if firm is None:
        raise NotFound(f"没有“{key[:60]}”。", f"There is no “{key[:60]}”.", field="id", value=key[:60])
    titles = badges(session, enterprise_ids=[firm.id], as_of=clock.today()).get(firm.id, [])
    held = "".join(
        f"<li>{escape(one.directory_name_zh)} {one.valid_from} – {one.valid_to or ''}</li>"
        for one in titles
        if one.status in HELD
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>'
        f"{escape(firm.name_zh)}</title></head><body><h1>{escape(firm.name_zh)}</h1>"
        f"<p>{escape(_key(firm))} {escape(_city(firm))}</p><ul>{held}</ul></body></html>"
    )


def _facts(query: ReconcileQuery) -> Json:
    given = {each.pid: each.text for each in query.properties if each.pid in PROPERTIES}
    return facts_of(
        query.query[:300],
        code=given.get("code", ""),
        place=given.get("city", ""),
        founded_on=_day(given.get("founded")),
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return parse_day(text[:10], field="founded")
    except RegistryError:
        # A date that cannot be read says nothing; the name still does.
        return None


def _keys(answer: NameMatch) -> list[str]:
    return [answer.key] if answer.key else [each.key for each in answer.candidates]


def _candidates(
    answer: NameMatch,
    query: ReconcileQuery,
    firms: Mapping[str, Enterprise],
    titles: Mapping[int, Sequence[TitleBadge]],
) -> list[Json]:
    scores = {each.key: each.score or answer.score for each in answer.candidates}
    found = []
    for key in _keys(answer):
        firm = firms.get(key)
        held = titles.get(firm.id, ()) if firm else ()
        types = {one.directory_code: one.directory_name_zh for one in held}
        if firm is None or (query.types and query.types.isdisjoint(types)):
            continue
        score = scores.get(key, answer.score)
        found.append(
            {
                "id": _key(firm),
                "name": firm.name_zh,
                "description": _city(firm),
                "type": [_TYPE, *({"id": code, "name": name} for code, name in types.items())],
                "score": score,
                "features": [{"id": "name", "value": score}],
                "match": answer.key is not None,
            }
        )
    return found[: min(query.limit, LIMIT_MAX)]


def _firms(session: Session, keys: Sequence[str] | set[str]) -> dict[str, Enterprise]:
    """Enterprises by the key they were asked under; keys that lead nowhere are left out."""
    found = {}
    for key in keys:
        try:
            found[key] = session.get_one(Enterprise, resolve(session, key).enterprise_id)
        except RegistryError:
            continue
    return found


def _values(name: str, firm: Enterprise, held: Sequence[TitleBadge]) -> list[Json]:
    texts: dict[str, Sequence[str]] = {
        "code": [firm.uscc or ""],
        "name": [firm.name_zh],
        "city": [_city(firm)],
        "titles": [one.directory_name_zh for one in held],
    }
    days = {"founded": [firm.founded_on], "validity": [one.valid_to for one in held]}
    if name in days:
        return [{"date": f"{day.isoformat()}T00:00:00Z"} for day in days[name] if day is not None]
    return [{"str": text} for text in texts.get(name, ()) if text]


def _key(firm: Enterprise) -> str:
    return firm.uscc or provisional_key(firm.id)


def _city(firm: Enterprise) -> str:
    found = region(firm.city_code) if firm.city_code else None
    return found.name if found else ""


def _directories(session: Session) -> list[Json]:
    rows = session.exec(select(Directory).order_by(col(Directory.position), col(Directory.code)))
    return [{"id": row.code, "name": row.name_zh} for row in rows]


def _properties(words: Mapping[str, str]) -> list[Json]:
    return [{"id": code, "name": word} for code, word in words.items()]


def _fits(each: Json, prefix: str) -> bool:
    typed = prefix.strip().lower()
    return typed in each["id"].lower() or typed in each["name"].lower()
