"""Where an import goes: the directory, its batch and the days its titles run, checked before anything is stored."""

import hashlib
import json
from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput, shorten
from registry.models import Batch, Directory
from registry.schemas.imports import ImportOptions
from registry.services.imports.interpreting import Facts
from registry.vocabulary import BatchState, DirectoryKind

YEARS = range(1990, 2101)
_TAKES_ROWS = {
    True: (BatchState.DRAFT, BatchState.PUBLIC_NOTICE),
    False: (BatchState.DRAFT, BatchState.FINAL),
}
"""Whether a list is a public notice → states of a batch that can take its rows."""
_DAYS = ("announced_on", "notice_from", "notice_to")


@dataclass(frozen=True, slots=True)
class Destination:
    """The batch a file is for. ``valid_from`` holds where a row states no day of its own."""

    directory_code: str
    kind: DirectoryKind
    """What the directory lists: enterprises, or products with their makers."""
    year: int
    label: str
    announced_on: date | None
    document_no: str | None
    valid_from: date
    validity_months: int | None
    public_notice: bool = False
    notice_from: date | None = None
    notice_to: date | None = None


def resolve(session: Session, options: ImportOptions) -> Destination | None:
    """The destination of a file; None for a plain enterprise file.

    Raises InvalidInput naming the option that is wrong or missing.
    """
    if options.directory is None:
        _refuse_orphans(options)
        return None
    directory = _directory(session, options.directory)
    if options.year is not None and options.year not in YEARS:
        raise InvalidInput(
            f"--year {options.year} 超出范围（{YEARS[0]}–{YEARS[-1]}）。",
            f"--year {options.year} is out of range ({YEARS[0]}–{YEARS[-1]}).",
            field="year",
            value=options.year,
        )
    _require_notice_days(options)
    announced = options.announced_on or options.notice_from or options.notice_to
    if announced is None and options.year is None:
        raise InvalidInput(
            "认定记录必须有日期：请加 --announced-on 公告日期（如 2026-05-06），或至少加 --year 年份。",
            "A title needs a date: add --announced-on (such as 2026-05-06), or at least --year.",
            field="announced_on",
        )
    year = options.year if options.year is not None else announced.year if announced else 0
    return Destination(
        directory_code=directory.code,
        kind=directory.kind,
        year=year,
        label=(options.batch or "").strip() or f"{year}年",
        announced_on=options.announced_on,
        document_no=options.document_no,
        valid_from=announced or date(year, 1, 1),
        validity_months=directory.validity_months,
        public_notice=options.public_notice,
        notice_from=options.notice_from,
        notice_to=options.notice_to,
    )


def options_hash(sha256: str, options: ImportOptions) -> str:
    """One value for file and options: equal means the same import."""
    said = {"file": sha256, **asdict(options)}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()


def said_of(options: ImportOptions) -> dict[str, Any]:
    """Options as they are stored with an import."""
    said = asdict(options)
    for day in _DAYS:
        said[day] = said[day].isoformat() if said[day] else None
    said["sheets"] = list(options.sheets)
    return said


def stored_options(understood: dict[str, Any]) -> ImportOptions:
    """The options an import was staged with."""
    said = dict(understood["options"])
    for day in _DAYS:
        if said.get(day) is not None:
            said[day] = date.fromisoformat(said[day])
    said["sheets"] = tuple(said.get("sheets", ()))
    return ImportOptions(**said)


def last_day(valid_from: date, months: int | None) -> date | None:
    """The last day of a title of so many months, inclusive; None where no end is set.

    >>> last_day(date(2024, 6, 1), 36), last_day(date(2024, 2, 29), 12), last_day(date(2024, 6, 1), None)
    (datetime.date(2027, 5, 31), datetime.date(2025, 2, 28), None)
    """
    if months is None:
        return None
    years, month = divmod(valid_from.month - 1 + months, 12)
    year, month = valid_from.year + years, month + 1
    length = monthrange(year, month)[1]
    if valid_from.day > length:
        return date(year, month, length)
    return date(year, month, valid_from.day) - timedelta(days=1)


def titled_days(facts: Facts, destination: Destination) -> tuple[date, date | None]:
    """First and last day of the title a row gives: as the row states them, else as its announcement does."""
    stated = facts.get("valid_from") or facts.get("issued_on")
    valid_from = date.fromisoformat(stated) if stated else destination.valid_from
    valid_to = date.fromisoformat(facts["valid_to"]) if "valid_to" in facts else None
    if valid_to is None or valid_to < valid_from:
        valid_to = last_day(valid_from, destination.validity_months)
    return valid_from, valid_to


def existing_batch(session: Session, destination: Destination) -> Batch | None:
    """The batch of this name, if there is one that can take rows.

    That is a draft, a final one that is not frozen, or for a public notice one in public notice. Raises Conflict for
    any other, and for one that states another day or document number.
    """
    batch = session.exec(
        select(Batch)
        .where(
            col(Batch.directory_code) == destination.directory_code,
            col(Batch.year) == destination.year,
            col(Batch.label) == destination.label,
        )
        .order_by(col(Batch.edition).desc(), col(Batch.id))
        .limit(1)
    ).first()
    if batch is not None and batch.voided_at is None:
        _require_open(batch, destination)
        _require_same(batch, destination)
    return batch


def _require_open(batch: Batch, destination: Destination) -> None:
    if batch.content_hash is not None:
        raise Conflict(
            f"批次“{batch.label}”已冻结，不能再写入名单。请先建立更正版（registry batches correct {batch.id}）。",
            f"Batch “{batch.label}” is frozen and takes no rows. Make a corrected edition first "
            f"(registry batches correct {batch.id}).",
            field="batch",
        )
    if batch.state not in _TAKES_ROWS[destination.public_notice]:
        raise Conflict(
            f"批次“{batch.label}”处于“{batch.state.label.zh}”状态，不能直接写入名单。请用 --batch 指定别的批次。",
            f"Batch “{batch.label}” is in the state “{batch.state.label.en}” and takes no rows. Name another with "
            "--batch.",
            field="batch",
        )


def _require_same(batch: Batch, destination: Destination) -> None:
    for field, given in (("announced_on", destination.announced_on), ("document_no", destination.document_no)):
        stored = getattr(batch, field)
        if given is not None and stored is not None and given != stored:
            raise Conflict(
                f"批次“{batch.label}”已登记的 {field} 是 {stored}，与本次的 {given} 不同。"
                "请核对，或用 --batch 指定别的批次。",
                f"Batch “{batch.label}” has {field} {stored}, not {given}. "
                "Check it or name another batch with --batch.",
                field=field,
                value=given,
            )


def _directory(session: Session, given: str) -> Directory:
    code = given.strip().lower().replace("-", "_")
    directory = session.get(Directory, code)
    if directory is None:
        codes = session.exec(select(Directory.code).order_by(col(Directory.position), col(Directory.code)))
        choices = tuple(codes)
        raise InvalidInput(
            f"没有代码为“{shorten(given)}”的名录。",
            f"There is no directory with the code “{shorten(given)}”.",
            field="directory",
            value=given,
            choices=choices,
        )
    return directory


def _require_notice_days(options: ImportOptions) -> None:
    """A public notice ends on a day; days without one mean nothing."""
    first, last = options.notice_from, options.notice_to
    if not options.public_notice:
        if first or last:
            raise InvalidInput(
                "公示起止日期只用于公示：请同时选“公示”（--public-notice）。",
                "Days of a public notice belong to one: add --public-notice.",
                field="notice_from" if first else "notice_to",
            )
        return
    if last is None or (first is not None and first > last):
        raise InvalidInput(
            "公示须有截止日期，且不早于起始日期：请填 --notice-to，如 2026-05-12。",
            "A public notice needs its last day, not before its first: add --notice-to, such as 2026-05-12.",
            field="notice_to",
            value=last,
        )


def _refuse_orphans(options: ImportOptions) -> None:
    """Batch options mean nothing without a directory: say so instead of dropping them."""
    for option in ("batch", "year", "announced_on", "document_no", "public_notice", "notice_from", "notice_to"):
        if getattr(options, option) not in (None, False):
            shown = "--" + option.replace("_", "-")
            raise InvalidInput(
                f"{shown} 只用于名录的批次：请同时加 --directory 名录代码。",
                f"{shown} belongs to a batch of a directory: add --directory CODE.",
                field=option,
            )
