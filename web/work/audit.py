"""The audit trail as auditors and administrators read it, and whether it still holds."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput
from registry.schemas.inputs import parse_day
from registry.services.audit import trail_end, verify_chain
from registry.services.audit_reading import AuditEntry, AuditFilter, find_events
from web.deps import OfficerActor, ReadSession, current_officer
from web.rendering import render, url_path, url_with

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Asked = Annotated[str, Query(max_length=100)]


@router.get("/office/audit", name="audit_log")
def audit_log(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    subject: Asked = "",
    person: Asked = "",
    action: Asked = "",
    first_day: Annotated[str, Query(max_length=40, alias="from")] = "",
    last_day: Annotated[str, Query(max_length=40, alias="to")] = "",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
    verify: Annotated[bool, Query()] = False,
) -> Response:
    """Events, the latest first; ``verify`` recomputes the whole chain. Raises NotAllowed, InvalidInput (cursor).

    A day that cannot be read is said beside its field (422), with what was typed.
    """
    typed = {"subject": subject, "person": person, "action": action, "from": first_day, "to": last_day}
    own_url, refusal = url_path(request, "audit_log"), None
    days: tuple[date | None, date | None] = (None, None)
    try:
        days = (
            parse_day(first_day, field="from") if first_day else None,
            parse_day(last_day, field="to") if last_day else None,
        )
    except InvalidInput as error:
        refusal = error
    asked = AuditFilter(subject=subject, person=person, action=action, first_day=days[0], last_day=days[1])
    found = find_events(session, actor=actor, asked=asked, cursor=cursor or None)
    narrowed = {key: value or None for key, value in typed.items()}
    context: dict[str, Any] = {
        "events": [{"one": one, "lines": _lines(one)} for one in found.items],
        "next_url": url_with(own_url, **narrowed, cursor=found.next_cursor) if found.next_cursor else None,
        "first_url": url_with(own_url, **narrowed) if cursor else None,
        "typed": typed,
        "own_url": own_url,
        "verify_url": url_with(own_url, verify="1"),
        "verified": verify_chain(session) if verify else None,
        "end": trail_end(session),
        "refusal": refusal,
    }
    return render(request, "work/audit.html", context, status=refusal.status if refusal else 200)


def _lines(one: AuditEntry) -> list[tuple[str, str | None, str | None]]:
    """What changed: name, value before, value after; None where there was none."""
    before, after = one.before or {}, one.after or {}
    names = [*before, *(name for name in after if name not in before)]
    return [(name, _word(before, name), _word(after, name)) for name in names]


def _word(values: dict[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    return ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
