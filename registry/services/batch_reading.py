"""A batch in one line."""

from registry.errors import Text
from registry.models import Batch, Directory
from registry.schemas.directories import BatchSummary


def batch_summary(batch: Batch, directory: Directory, *, rows: int) -> BatchSummary:
    """The read model of a batch whose rows have been counted."""
    return BatchSummary(
        id=batch.id,
        directory_code=batch.directory_code,
        directory_name=Text(directory.short_zh, directory.short_en),
        level=directory.level,
        kind=directory.kind,
        year=batch.year,
        label=batch.label,
        title=batch.title,
        document_no=batch.document_no,
        announced_on=batch.announced_on,
        notice_from=batch.notice_from,
        notice_to=batch.notice_to,
        state=batch.state,
        edition=batch.edition,
        rows=rows,
        source_url=batch.source_url,
    )
