"""Everything the registry holds on one firm, for the firm to take along: one JSON and all documents, in a zip."""

import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from sqlalchemy import Table, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Gone
from registry.models import Enterprise, Evidence, Submission, every_table
from registry.policies import Actor, require_firm
from registry.services.imports.archiving import open_archived
from registry.settings import Settings

NOT_TAKEN = frozenset({"work_item", "presence", "claim_code", "index_outbox", "import_row", "correction", "objection"})
"""Tables about the work of officials, or in which others are named: what is held on the firm itself is elsewhere."""
BELONGS = ("submission_field", "submission_revision", "review_step")
"""Tables that hang on a submission."""


def write_holdings(session: Session, stream: BinaryIO, *, enterprise_id: int, actor: Actor, settings: Settings) -> None:
    """Write the zip: holdings.json and evidence/. Members of the firm only. Raises NotAllowed.

    Every table that refers to an enterprise is in it by its own columns; a document the archive lost is named there.
    """
    require_firm(actor, enterprise_id)
    held = holdings(session, enterprise_id=enterprise_id)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        lost = []
        documents = select(Evidence).where(col(Evidence.enterprise_id) == enterprise_id).order_by(col(Evidence.id))
        for one in session.scalars(documents):
            try:
                path = open_archived(settings, one.sha256)
            except Gone:
                lost.append(one.sha256)
                continue
            archive.write(path, f"evidence/{one.id}-{_plain(one.filename)}")
        held["lost_documents"] = lost
        archive.writestr("holdings.json", json.dumps(held, ensure_ascii=False, indent=1, default=_told))


def holdings(session: Session, *, enterprise_id: int) -> dict[str, Any]:
    """The rows about one enterprise by table. Rights are asked by whoever calls."""
    enterprise = session.get_one(Enterprise, enterprise_id)
    found: dict[str, Any] = {
        "made_at": clock.now().isoformat(),
        "name": enterprise.name_zh,
        "uscc": enterprise.uscc,
        "enterprise": _rows(session, Enterprise.__table__, Enterprise.__table__.c.id == enterprise_id),  # type: ignore[attr-defined]
    }
    mine = select(col(Submission.id)).where(col(Submission.enterprise_id) == enterprise_id)
    for table in every_table():
        if table.name in NOT_TAKEN:
            continue
        if "enterprise_id" in table.c:
            found[table.name] = _rows(session, table, table.c.enterprise_id == enterprise_id)
        elif table.name in BELONGS:
            found[table.name] = _rows(session, table, table.c.submission_id.in_(mine))
    return found


def _rows(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    key = next(iter(table.primary_key.columns))
    return [dict(row) for row in session.execute(select(table).where(condition).order_by(key)).mappings()]


def _told(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Enum):
        return value.value
    return str(value)


def _plain(name: str) -> str:
    """A file's own name without anything that could lead out of a folder."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(one for one in last if one.isprintable() and one not in '<>:"|?*')[-120:] or "document"
