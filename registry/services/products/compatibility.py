"""Lists of compatibility brought in and taken back. The same file is brought in once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, FileRefused, InvalidInput, NotFound
from registry.models import CompatibilityList, CompatibilityPart, ProductCompatibility, SourceFile
from registry.policies import Actor, require_importer
from registry.product_words import CompatibilityAxis
from registry.products.checking import Catalogue, Verdict
from registry.products.combinations import Combination, fold_part
from registry.products.lines import read_line
from registry.schemas.compatibility import ListPreview
from registry.services import audit
from registry.services.imports.archiving import archive_file, source_file
from registry.services.imports.bulk import insert_rows, reserve_numbers
from registry.services.products.standing import catalogue_query, entry_of, read_rows

DIRECTORY = "secure_product"
"""Whoever may bring lists into the catalogue may say what works with what."""
_CERTAIN = frozenset({Verdict.VALID, Verdict.DUE, Verdict.EXPIRED, Verdict.NOT_YET})
_CATEGORIES = {
    CompatibilityAxis.CHIP: "芯片",
    CompatibilityAxis.OS: "操作系统",
    CompatibilityAxis.DATABASE: "数据库",
    CompatibilityAxis.MIDDLEWARE: "中间件",
    CompatibilityAxis.PERIPHERAL: "外设及耗材",
}
"""Axes whose parts may be products of the catalogue, and under which category."""


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A file with what was read from it."""

    path: Path
    filename: str
    sha256: str
    size: int
    media_type: str
    title: str
    publisher: str
    combinations: Sequence[Combination]
    left_out: int


def preview_list(session: Session, *, given: PublishedList, actor: Actor) -> ListPreview:
    """What bringing the list in would write. Raises NotAllowed, FileRefused for a list without combinations."""
    require_importer(actor, directory_code=DIRECTORY)
    if not given.combinations:
        raise FileRefused(
            "文件里没有读出兼容性记录。表格至少要有两类列，如 芯片、操作系统、数据库、整机型号、板卡型号。",
            "No row names two parts. A table needs two of the columns chip, os, database, hardwareModel, boardModel.",
            field=given.filename,
        )
    links = _links(session, given.combinations)
    return _said(session, given, links, list_id=None)


def bring_list(session: Session, *, given: PublishedList, actor: Actor, archive_dir: Path) -> ListPreview:
    """Archive the file and write its combinations. Raises as the preview, and Conflict if it is here already."""
    preview = preview_list(session, given=given, actor=actor)
    if preview.known_list is not None:
        raise Conflict(
            f"这份文件已作为第 {preview.known_list} 号兼容性名单导入。",
            f"This file was brought in before, as list {preview.known_list}.",
            field=given.filename,
        )
    archive_file(given.path, given.sha256, archive_dir)
    source = source_file(
        session, sha256=given.sha256, filename=given.filename, size=given.size, media_type=given.media_type
    )
    made = CompatibilityList(
        source_file_id=source.id,
        title=given.title[:300],
        publisher=given.publisher[:200],
        records=len(given.combinations),
        brought_by=actor.label,
    )
    session.add(made)
    session.flush()
    links = _links(session, given.combinations)
    _write(session, made.id, given.combinations, links)
    audit.record(
        session,
        actor=actor.label,
        action="compatibility.brought",
        subject_kind="compatibility_list",
        subject_key=str(made.id),
        after={"title": made.title, "records": made.records, "sha256": given.sha256},
    )
    return _said(session, given, links, list_id=made.id)


def take_back_list(session: Session, *, list_id: int, actor: Actor, reason: str) -> None:
    """Take a list back; nothing shows its rows any more. Raises NotAllowed, NotFound, InvalidInput without a reason."""
    require_importer(actor, directory_code=DIRECTORY)
    found = session.get(CompatibilityList, list_id, with_for_update=True)
    if found is None or found.voided_at is not None:
        raise NotFound(f"没有第 {list_id} 号兼容性名单。", f"There is no compatibility list {list_id}.", field="list")
    if not reason.strip():
        raise InvalidInput("请写明理由。", "Say why.", field="reason")
    found.voided_at = clock.now()
    audit.record(
        session,
        actor=actor.label,
        action="compatibility.taken_back",
        subject_kind="compatibility_list",
        subject_key=str(list_id),
        reason=reason.strip()[:400],
    )
    session.flush()


def _links(session: Session, combinations: Sequence[Combination]) -> dict[tuple[CompatibilityAxis, str], int]:
    """The product versions that parts are exactly, by axis and name; what is not certain stays a name."""
    today = clock.today()
    catalogue = Catalogue(map(entry_of, read_rows(session, catalogue_query(today), today)))
    named = {part for each in combinations for part in each.parts if part[0] in _CATEGORIES}
    found = {}
    for axis, name in named:
        answer = catalogue.check(read_line(1, name, category=_CATEGORIES[axis]))
        if answer.verdict in _CERTAIN and answer.entry is not None and answer.note is None:
            found[axis, name] = answer.entry.product_id
    return found


def _write(
    session: Session,
    list_id: int,
    combinations: Sequence[Combination],
    links: dict[tuple[CompatibilityAxis, str], int],
) -> None:
    numbers = reserve_numbers(session, ProductCompatibility, len(combinations))
    rows: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for number, each in zip(numbers, combinations, strict=True):
        rows.append(
            {
                "id": number,
                "list_id": list_id,
                "sheet": each.sheet[:120],
                "row_number": each.row,
                "kind": each.kind,
                "status": each.status,
                "tested_on": each.tested_on,
                "details": dict(each.printed),
            }
        )
        parts += [
            {
                "compatibility_id": number,
                "axis": axis,
                "name": name,
                "folded": fold_part(name)[:300],
                "product_id": links.get((axis, name)),
            }
            for axis, name in each.parts
        ]
    insert_rows(session, ProductCompatibility, rows)
    insert_rows(session, CompatibilityPart, parts)


def _said(
    session: Session,
    given: PublishedList,
    links: dict[tuple[CompatibilityAxis, str], int],
    *,
    list_id: int | None,
) -> ListPreview:
    axes = Counter(axis for each in given.combinations for axis, _ in each.parts)
    known = session.exec(
        select(CompatibilityList.id)
        .join(SourceFile, col(SourceFile.id) == col(CompatibilityList.source_file_id))
        .where(col(SourceFile.sha256) == given.sha256, col(CompatibilityList.voided_at).is_(None))
    ).first()
    return ListPreview(
        title=given.title,
        combinations=len(given.combinations),
        left_out=given.left_out,
        axes={axis.value: axes[axis] for axis in CompatibilityAxis if axes[axis]},
        statuses=dict(Counter(each.status.value for each in given.combinations)),
        linked=sum(part in links for each in given.combinations for part in each.parts),
        known_list=known if list_id is None else None,
        list_id=list_id,
    )
