"""Where a key leads: codes in any dress, old codes, provisional keys, through merges to the enterprise of today."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.errors import Gone, NotFound
from registry.identity.nearest import nearest_uscc
from registry.identity.normal import normalise_code
from registry.identity.org_code import is_org_code, org_code_of
from registry.identity.uscc import is_uscc
from registry.models import Enterprise, EnterpriseAddress
from registry.schemas.enterprises import Resolution
from registry.services.keys import key_in_hand
from registry.vocabulary import IdentityState

KEY_MAX = 100
NEAREST_SHOWN = 5
USCC_LENGTH = 18
"""Also of a code that fails its check: it may stand in a record as its source printed it."""


def resolve(session: Session, key: str) -> Resolution:
    """The enterprise a key leads to today.

    Accepts a credit code or organisation code in any dress, a provisional key, an old registration number and every
    key an enterprise ever had; follows merges. Raises NotFound (with existing codes close to it, as ``choices``) and
    Gone if the record was taken back.
    """
    first, found = both_ends(session, key)
    canonical = key_in_hand(session, found)
    return Resolution(
        enterprise_id=found.id,
        canonical_key=canonical,
        moved=key != canonical,
        merged_from=first.name_zh if first.id != found.id else None,
    )


def both_ends(session: Session, key: str) -> tuple[Enterprise, Enterprise]:
    """The enterprise the key belongs to and the one it is part of today, mostly the same. Raises as ``resolve``."""
    given = "".join(character for character in key[:KEY_MAX] if character.isprintable())
    code = normalise_code(given)
    first = _by_address(session, given.strip(), code) or _by_other_code(session, code)
    if first is None:
        raise _not_found(session, given, code)
    found = follow_merges(session, first)
    if found.voided_at is not None:
        raise Gone(
            f"“{given}”的记录来自一次已撤回的导入，不再显示。",
            f"The record under “{given}” came from an import that was undone; it is no longer shown.",
            field="key",
            value=given,
        )
    return first, found


def follow_merges(session: Session, enterprise: Enterprise) -> Enterprise:
    """The enterprise it is part of today. Merges never form a circle (``identities`` sees to it)."""
    while enterprise.identity is IdentityState.MERGED and enterprise.merged_into_id is not None:
        enterprise = session.get_one(Enterprise, enterprise.merged_into_id)
    return enterprise


def _by_address(session: Session, given: str, code: str) -> Enterprise | None:
    address = session.exec(
        select(EnterpriseAddress).where(col(EnterpriseAddress.key).in_({given, given.upper(), code}))
    ).first()
    return None if address is None else session.get_one(Enterprise, address.enterprise_id)


def _by_other_code(session: Session, code: str) -> Enterprise | None:
    """By credit code, registration number or organisation code, where no address says it and just one has it."""
    if len(code) == USCC_LENGTH:
        condition = col(Enterprise.uscc) == code
    elif is_org_code(code):
        condition = func.substr(col(Enterprise.uscc), 9, 9) == code
    elif code.isdigit():
        condition = col(Enterprise.registration_no) == code
    else:
        return None
    query = select(Enterprise).where(condition)
    live = query.where(col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED)
    found = session.exec(live.limit(2)).all() or session.exec(query.limit(2)).all()
    return found[0] if len(found) == 1 else None


def _not_found(session: Session, given: str, code: str) -> NotFound:
    near = _nearest(session, code)
    if not near:
        return NotFound(
            f"没有“{given}”这家企业。请核对代码，或按名称查找。",
            f"There is no enterprise under “{given}”. Check the code or search by name.",
            field="key",
            value=given,
        )
    shown = "、".join(near)
    return NotFound(
        f"没有“{given}”这家企业。相近的代码有：{shown}。",
        f"There is no enterprise under “{given}”. Close to it: {', '.join(near)}.",
        field="key",
        value=given,
    )


def _nearest(session: Session, code: str) -> list[str]:
    """Codes in the registry one edit away, likeliest first; for a valid code those of the same organisation code."""
    query = select(Enterprise.uscc).where(col(Enterprise.voided_at).is_(None))
    if is_uscc(code):
        same = query.where(func.substr(col(Enterprise.uscc), 9, 9) == org_code_of(code)).order_by(col(Enterprise.uscc))
        return [found for found in session.exec(same.limit(NEAREST_SHOWN)) if found]
    candidates = nearest_uscc(code)
    known = set(session.exec(query.where(col(Enterprise.uscc).in_(candidates))).all()) if candidates else set()
    return [candidate for candidate in candidates if candidate in known][:NEAREST_SHOWN]
