"""Links sent by mail: made, looked at, used once. Only their hash is kept, so the database opens nothing by itself.

A token leaves and comes back signed; see ``signing``.
"""

import secrets
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from registry import clock
from registry.models import Account, MailedLink
from registry.schemas.accounts import LinkRead
from registry.services.accounts.passwords import digest
from registry.services.accounts.signing import LASTS, LinkSigner, gone
from registry.vocabulary import LinkPurpose

KEPT = timedelta(days=30)


def make_link(
    session: Session,
    *,
    signer: LinkSigner,
    purpose: LinkPurpose,
    email: str,
    account_id: int | None = None,
    display_name: str = "",
) -> str:
    """A new link; returns its signed token. Those made before for the same account or address open nothing any more."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.execute(delete(MailedLink).where(col(MailedLink.expires_at) < now - KEPT))
    older = update(MailedLink).where(col(MailedLink.purpose) == purpose, col(MailedLink.used_at).is_(None))
    mine = col(MailedLink.account_id) == account_id if account_id else col(MailedLink.email) == email
    session.execute(older.where(mine).values(used_at=now), execution_options={"synchronize_session": False})
    session.add(
        MailedLink(
            purpose=purpose,
            token_sha256=digest(token),
            account_id=account_id,
            email=email,
            display_name=display_name,
            made_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    session.flush()
    return signer.signed(token, purpose)


def read_link(session: Session, *, signer: LinkSigner, token: str) -> LinkRead:
    """What a link is good for. Raises Gone if it was used, has run out or never was: the answer is the same."""
    found = find_link(session, token, signer=signer)
    account = None if found.account_id is None else session.get(Account, found.account_id)
    return LinkRead(
        purpose=found.purpose,
        login=found.email if account is None else account.login,
        email=found.email,
        display_name=found.display_name if account is None else account.display_name,
    )


def find_link(session: Session, token: str, *, signer: LinkSigner, lock: bool = False) -> MailedLink:
    """The link of this signed token, locked if it is to be used. Raises Gone, a bad signature's before any query."""
    own = signer.opened(token)
    query = select(MailedLink).where(
        MailedLink.token_sha256 == digest(own),
        col(MailedLink.used_at).is_(None),
        col(MailedLink.expires_at) > clock.now(),
    )
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise gone()
    return found


def use_links_of(session: Session, *, account_id: int) -> None:
    """Every link of an account that is still open closes: one was enough."""
    open_ones = update(MailedLink).where(col(MailedLink.account_id) == account_id, col(MailedLink.used_at).is_(None))
    session.execute(open_ones.values(used_at=clock.now()), execution_options={"synchronize_session": False})
