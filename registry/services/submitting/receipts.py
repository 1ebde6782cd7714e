"""Whether a receipt is genuine (回执核对), for whoever holds one: nothing is told that is not on the paper in hand."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import reading, transaction
from registry.errors import NotFound
from registry.models import Submission, SubmissionRevision
from registry.services.accounts import throttling
from registry.vocabulary import SubmissionKind

_NUMBER = re.compile(r"SB-\d{4}-\d{6,12}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class GenuineReceipt:
    """A number and the hash that belongs to it. No name of a firm, no content, no state."""

    number: str
    kind: SubmissionKind
    received_at: datetime


def check_receipt(engine: Engine, *, number: str, sha256: str, network: str) -> GenuineReceipt:
    """The receipt of this number and hash, as typed from paper; wrong ones are counted by network.

    Raises NotFound, the same whether the number or the hash is wrong; TooMany.
    """
    with transaction(engine) as session:
        throttling.take(session, throttling.RECEIPT_NETWORK, network)
    given, digest = "".join(number.split()).upper(), "".join(sha256.split()).lower()
    found = _found(engine, given, digest) if _NUMBER.fullmatch(given) and _HASH.fullmatch(digest) else None
    if found is None:
        raise NotFound(
            "没有编号和指纹都相符的回执。请逐字核对纸面上的编号和指纹。",
            "No receipt has this number and this fingerprint. Compare both with the paper, letter by letter.",
            field="number",
        )
    with transaction(engine) as session:
        throttling.give_back(session, throttling.RECEIPT_NETWORK, network)
    return found


def _found(engine: Engine, number: str, digest: str) -> GenuineReceipt | None:
    query = (
        select(col(Submission.kind), col(SubmissionRevision.sent_at))
        .join(SubmissionRevision, col(SubmissionRevision.submission_id) == col(Submission.id))
        .where(col(Submission.receipt) == number, col(SubmissionRevision.sha256) == digest)
    )
    with reading(engine) as session:
        found = session.exec(query).first()
    if found is None:
        return None
    kind, received_at = found
    return GenuineReceipt(number, kind, received_at)
