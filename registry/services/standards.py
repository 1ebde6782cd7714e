"""The standards that judge: those shipped as files and those published in the registry, as one set."""

import hashlib

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import StandardVersion
from registry.tiering.loader import load_all, parse_standard
from registry.tiering.standard import Standard


def known_standards(session: Session) -> tuple[Standard, ...]:
    """Every version there is, by tier and first day: what ``selection`` chooses among.

    One small query a call, so that a version published by another process judges from the next request on; its text
    is read once a process. A published version goes before a shipped one of the same id.
    """
    query = select(col(StandardVersion.version), col(StandardVersion.text_hash)).order_by(col(StandardVersion.id))
    published = tuple(_published(session, version, digest) for version, digest in session.execute(query))
    if not published:
        return load_all()
    taken = {one.id for one in published}
    both = [one for one in load_all() if one.id not in taken] + list(published)
    return tuple(sorted(both, key=lambda standard: (standard.tier, standard.first_day)))


def published_ids(session: Session) -> frozenset[str]:
    """Ids of the versions published here."""
    return frozenset(session.scalars(select(col(StandardVersion.version))))


def text_hash(text: str) -> str:
    """SHA-256 of the text of a rule, to the letter: what a trial and an approval are bound to."""
    return hashlib.sha256(text.encode()).hexdigest()


_PARSED: dict[tuple[str, str], Standard] = {}
"""Published versions by id and hash of their text, which never changes."""


def _published(session: Session, version: str, digest: str) -> Standard:
    if (version, digest) not in _PARSED:
        text = session.scalars(select(col(StandardVersion.text)).where(col(StandardVersion.version) == version)).one()
        _PARSED[version, digest] = parse_standard(text, file=version)
    return _PARSED[version, digest]
