"""Official values of indicators: entered with their document, corrected by a new version, taken back; all audited."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound, shorten
from registry.models import PlanIndicator, PlanValue
from registry.policies import EVERY_DIRECTORY, Actor, require
from registry.schemas.inputs import parse_day
from registry.schemas.targets import EnteredValue
from registry.services import audit
from registry.services.identities import check_reason
from registry.services.targets.catalogue import Plan, find_plan
from registry.vocabulary import Role, Trust

TRUSTS = (Trust.OFFICIAL, Trust.AUDITED, Trust.DECLARED)
"""What may be entered; what the registry works out itself is nobody's to enter."""
TYPED_IN = {"count": Decimal(1), "money": Decimal(10) ** 8, "ratio": Decimal(1) / 100}
"""The unit a value is typed in by kind: pieces, 亿元, percent. Stored in base units."""
LARGEST = Decimal(10) ** 14
"""Of a stored value: 100 trillion yuan. The database keeps more, sums of many must fit too."""
LENGTHS = {"document": 300, "document_no": 100, "source_url": 500}


@dataclass(frozen=True, slots=True)
class TypedValue:
    """What an official typed."""

    value: str
    on_day: str
    trust: str
    document: str
    document_on: str
    document_no: str = ""
    source_url: str = ""
    reason: str = ""
    version: int = 0
    """The version the form was made from; 0 where none stood for this day and trust."""


def may_enter(actor: Actor, plan: Plan) -> bool:
    """Whether this person enters values and places of the plan."""
    return actor.may(Role.CURATOR, region_code=plan.row.region_code, directory_code=EVERY_DIRECTORY)


def require_enterer(actor: Actor, plan: Plan) -> None:
    """Refuse unless ``may_enter``. Raises NotAuthenticated, NotAllowed."""
    require(actor, Role.CURATOR, region_code=plan.row.region_code, directory_code=EVERY_DIRECTORY)


def list_values(session: Session, *, plan: str, indicator: str) -> list[EnteredValue]:
    """Everything entered about an indicator, standing or replaced: latest day, most trusted, newest version first.

    Raises NotFound.
    """
    found = find_plan(session, plan)
    one = found.indicator(indicator)
    rows = session.scalars(
        select(PlanValue).where(col(PlanValue.plan_code) == found.row.code, col(PlanValue.indicator_code) == one.code)
    )
    strength = {trust: place for place, trust in enumerate(Trust)}
    ordered = sorted(rows, key=lambda row: (-row.on_day.toordinal(), strength[row.trust], -row.version))
    return [entered(row) for row in ordered]


def enter_value(session: Session, *, plan: str, indicator: str, typed: TypedValue, actor: Actor) -> EnteredValue:
    """Enter an official value. For a day and trust that has one already it is a correction, which needs its reason.

    Raises NotFound, NotAllowed (curators of the province), Conflict (entered by somebody else meanwhile),
    InvalidInput naming ``value``, ``on_day``, ``trust``, ``document``, ``document_on``, ``source_url`` or ``reason``.
    """
    found = find_plan(session, plan)
    one = found.indicator(indicator)
    require_enterer(actor, found)
    given = _checked(one, typed)
    _lock(session, one)
    before = _standing(session, one, given["on_day"], given["trust"])
    if typed.version != (before.version if before is not None else 0):
        raise Conflict(
            "这一天、这个可信度的数在您打开之后又有改动，没有保存。请看过最新的数再改。",
            "The value of this day and trust was changed after you opened it; nothing was saved. Look at the newest.",
            field="version",
            value=typed.version,
        )
    reason = check_reason(typed.reason) if before is not None else " ".join(typed.reason.split())[:400]
    row = PlanValue(
        plan_code=one.plan_code,
        indicator_code=one.code,
        version=_last_version(session, one, given["on_day"], given["trust"]) + 1,
        reason=reason,
        entered_by=actor.label,
        **given,
    )
    if before is not None:
        before.replaced_at = clock.now()
    session.add(row)
    session.flush()
    _record(session, actor, "plan_value.entered", one, before, row, reason)
    return entered(row)


def withdraw_value(
    session: Session, *, plan: str, indicator: str, value_id: int, version: int, reason: str, actor: Actor
) -> EnteredValue:
    """Take a value back that should not have been entered; it stays on record. Raises as ``enter_value``."""
    found = find_plan(session, plan)
    one = found.indicator(indicator)
    require_enterer(actor, found)
    _lock(session, one)
    row = session.get(PlanValue, value_id, populate_existing=True)
    if row is None or (row.plan_code, row.indicator_code) != (one.plan_code, one.code):
        raise NotFound("没有这个数。", "There is no such value.", field="value_id", value=value_id)
    if row.replaced_at is not None or row.version != version:
        raise Conflict(
            "这个数已被更正或撤回，没有再做改动。",
            "This value has been corrected or taken back already; nothing was changed.",
            field="version",
            value=version,
        )
    said = check_reason(reason)
    row.replaced_at, row.withdrawn = clock.now(), True
    session.flush()
    _record(session, actor, "plan_value.withdrawn", one, row, None, said)
    return entered(row)


def entered(row: PlanValue) -> EnteredValue:
    """A stored value as it is read."""
    return EnteredValue(**{name: getattr(row, name) for name in EnteredValue.model_fields})


def read_number(kind: str, typed: str) -> Decimal:
    """A value as typed (pieces, 亿元, percent) in base units. Raises InvalidInput naming ``value``.

    >>> read_number("money", "1,234.5"), read_number("ratio", "6.2%")
    (Decimal('123450000000'), Decimal('0.062'))
    """
    text = typed.translate(_HALF).strip().replace(",", "").removesuffix("%" if kind == "ratio" else " ").strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _wrong("value", f"“{shorten(typed)}”不是数。", f"“{shorten(typed)}” is not a number.", typed) from None
    if not number.is_finite() or number < 0 or abs(number) > LARGEST:
        raise _wrong("value", "请填不小于 0 的数，并核对单位。", "Give a number of 0 or more; check the unit.", typed)
    value = number * TYPED_IN[kind]
    whole = kind != "ratio"
    if value > LARGEST or value != value.quantize(Decimal(1) if whole else Decimal("0.0001")):
        raise _wrong(
            "value",
            "数太大，或小数位太多：个数须为整数，百分数至多两位小数。",
            "The number is too large or has too many decimals: counts are whole, percentages have two at most.",
            typed,
        )
    return value.quantize(Decimal(1)) if whole else value.normalize()


_HALF = {0xFF01 + place: 0x21 + place for place in range(94)}


def _checked(one: PlanIndicator, typed: TypedValue) -> dict[str, Any]:
    on_day, document_on = parse_day(typed.on_day, field="on_day"), parse_day(typed.document_on, field="document_on")
    for field, day in (("on_day", on_day), ("document_on", document_on)):
        if day > clock.today():
            raise _wrong(field, f"日期 {day} 还没有到。", f"The day {day} has not come yet.", str(day))
    if typed.trust not in {trust.value for trust in TRUSTS}:
        raise _wrong("trust", "请选可信度：官方、经审计或申报。", "Choose official, audited or declared.", typed.trust)
    texts = {name: " ".join(getattr(typed, name).replace("\x00", "").split()) for name in LENGTHS}
    if not texts["document"]:
        raise _wrong("document", "请写明来源文件的名称。", "Name the document it comes from.")
    for name, length in LENGTHS.items():
        if len(texts[name]) > length:
            raise _wrong(name, f"请不超过 {length} 个字。", f"At most {length} characters.", texts[name])
    if texts["source_url"] and not texts["source_url"].startswith(("https://", "http://")):
        raise _wrong("source_url", "网址应以 https:// 开头。", "The address begins with https://.", texts["source_url"])
    value = read_number(one.kind, typed.value)
    return {"value": value, "on_day": on_day, "document_on": document_on, "trust": Trust.of(typed.trust), **texts}


def _lock(session: Session, one: PlanIndicator) -> None:
    """Two officials at one indicator go one after the other."""
    session.get(PlanIndicator, (one.plan_code, one.code), with_for_update=True)


def _of(one: PlanIndicator, on_day: date, trust: Trust) -> list[Any]:
    return [
        col(PlanValue.plan_code) == one.plan_code,
        col(PlanValue.indicator_code) == one.code,
        col(PlanValue.on_day) == on_day,
        col(PlanValue.trust) == trust,
    ]


def _standing(session: Session, one: PlanIndicator, on_day: date, trust: Trust) -> PlanValue | None:
    query = select(PlanValue).where(*_of(one, on_day, trust), col(PlanValue.replaced_at).is_(None))
    return session.scalar(query)


def _last_version(session: Session, one: PlanIndicator, on_day: date, trust: Trust) -> int:
    versions = session.scalars(select(col(PlanValue.version)).where(*_of(one, on_day, trust)))
    return max(versions, default=0)


def _record(
    session: Session,
    actor: Actor,
    action: str,
    one: PlanIndicator,
    before: PlanValue | None,
    after: PlanValue | None,
    reason: str,
) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="plan_indicator",
        subject_key=f"{one.plan_code}/{one.code}",
        before=_as_event(before),
        after=_as_event(after),
        reason=reason,
    )


def _as_event(row: PlanValue | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "value": f"{row.value:f}",
        "on_day": row.on_day.isoformat(),
        "trust": row.trust.value,
        "document": row.document,
        "document_no": row.document_no,
        "document_on": row.document_on.isoformat(),
        "version": row.version,
    }


def _wrong(field: str, zh: str, en: str, value: object = None) -> InvalidInput:
    return InvalidInput(zh, en, field=field, value=value)
