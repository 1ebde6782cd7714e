"""What happened to some of the fictional firms: titles withdrawn, names changed, firms merged, codes found later."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from registry.demo.firms import DemoFirm, fictional_uscc
from registry.demo.words import MARK
from registry.models import Enterprise, Listing
from registry.policies import Actor
from registry.services import audit, outbox
from registry.services.identities import assign_code, rename_enterprise
from registry.services.merging import merge_enterprises
from registry.titles import DUE_DAYS
from registry.vocabulary import IdentityState

WITHDRAWN_A_DIRECTORY = 3
RENAMED = 6
MERGED = 4
CODES_FOUND = 4
REASON = "示例（虚构）"
FIRST_LATER_CODE = 900_000
"""Numbers of firms that got their code later: beyond every population."""


def tell_stories(session: Session, firms: Sequence[DemoFirm], *, today: date, actor: Actor) -> None:
    """Withdraw, rename, merge and identify a few of the firms, each through the service that does it for real ones."""
    for directory in ("hte", "srdi_sme", "little_giant"):
        _withdraw(session, directory, today=today, actor=actor)
    quiet = [firm for firm in firms if firm.former is None and firm.profile.value == "ordinary"]
    for number, firm in enumerate(quiet[:RENAMED]):
        _rename(session, firm, today - timedelta(days=30 * number + 20), actor)
    couples = quiet[RENAMED : RENAMED + 2 * MERGED]
    for source, target in zip(couples[::2], couples[1::2], strict=True):
        merge_enterprises(
            session,
            source_id=_id(session, source),
            target_id=_id(session, target),
            on=today - timedelta(days=45),
            actor=actor,
            reason=f"{REASON}吸收合并",
        )
    _find_codes(session, actor)


def _withdraw(session: Session, directory: str, *, today: date, actor: Actor) -> None:
    """Take back the newest titles that were not about to end anyway."""
    beyond = today + timedelta(days=DUE_DAYS)
    on = today - timedelta(days=15)
    newest = (
        select(Listing)
        .where(col(Listing.directory_code) == directory, col(Listing.valid_to) > beyond, col(Listing.valid_from) < on)
        .order_by(col(Listing.valid_from).desc(), col(Listing.id))
        .limit(WITHDRAWN_A_DIRECTORY)
    )
    for listing in session.exec(newest).all():
        listing.withdrawn_on = on
        listing.withdrawal_reason = "示例：申报材料与事实不符（虚构）"
        listing.withdrawal_document = f"示撤函〔{today.year}〕1号"
        session.add(listing)
        session.flush()
        audit.record(
            session,
            actor=actor.label,
            action="listing.withdrawn",
            subject_kind="listing",
            subject_key=str(listing.id),
            after={"withdrawn_on": listing.withdrawn_on.isoformat(), "document": listing.withdrawal_document},
            reason=listing.withdrawal_reason,
        )
        outbox.enterprises_changed(session, [listing.enterprise_id])


def _rename(session: Session, firm: DemoFirm, on: date, actor: Actor) -> None:
    new_name = f"{firm.city}{MARK}{firm.brand}智造科技有限公司"
    if on > firm.founded_on:
        rename_enterprise(
            session, enterprise_id=_id(session, firm), new_name=new_name, on=on, actor=actor, reason=f"{REASON}变更登记"
        )


def _find_codes(session: Session, actor: Actor) -> None:
    """Some firms came in by name only, from a ranking; their codes were found later."""
    nameless = (
        select(Enterprise)
        .where(col(Enterprise.identity) == IdentityState.PROVISIONAL)
        .order_by(col(Enterprise.id))
        .limit(CODES_FOUND)
    )
    for number, enterprise in enumerate(session.exec(nameless).all()):
        code = fictional_uscc(FIRST_LATER_CODE + number, enterprise.city_code or "440300")
        assign_code(session, enterprise_id=enterprise.id, uscc=code, actor=actor, reason=f"{REASON}补登代码")


def _id(session: Session, firm: DemoFirm) -> int:
    return session.exec(select(Enterprise.id).where(col(Enterprise.uscc) == firm.uscc)).one()
