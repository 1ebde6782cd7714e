"""Undo an import in one act: what it wrote is taken back, what others built on it stays and is reported."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, NotFound
from registry.models import (
    Batch,
    Enterprise,
    EnterpriseAddress,
    EnterpriseChain,
    EnterpriseName,
    ImportRow,
    ImportRun,
    Listing,
    Product,
    ProductListing,
    every_table,
)
from registry.policies import Actor, require_importer
from registry.schemas.imports import KeptEnterprise, UndoPreview, UndoReport
from registry.services import outbox
from registry.services.imports.abandoning import UNWRITTEN, abandon_run
from registry.services.imports.bulk import among
from registry.services.imports.jobs import require_idle
from registry.services.imports.product_undoing import restore_grades, void_products
from registry.services.imports.states import get_run, move, require_move
from registry.services.keys import provisional_key
from registry.services.notices.taking_back import take_back
from registry.vocabulary import BatchState, IdentityState, ImportKind, ImportState, OperatingStatus, RowOutcome

_NOT_A_USE = frozenset({"enterprise_address", "enterprise_chain", "assessment", "match_decision"})
"""Tables whose rows come with an enterprise, are computed from it or only remembered; they keep nothing alive."""


def undo(session: Session, *, import_id: int, actor: Actor) -> UndoReport:
    """Void the listings and enterprises a written import made, forget what it taught; a staged import is given up.

    Raises NotFound, NotAllowed, InvalidTransition if it was undone or given up before, or Conflict if a batch its rows
    stand in is frozen: that one is corrected by a new edition.
    """
    run = get_run(session, import_id, actor)
    if run.state in UNWRITTEN:
        require_idle(session, run)
        abandon_run(session, run, actor=actor)
        return _report(run, 0, [], [], 0, (0, 0))
    require_move(run, ImportState.UNDONE)
    if run.kind is not ImportKind.LIST:
        return take_back(session, run=run, actor=actor)
    _refuse_frozen(session, run)
    at = clock.now()
    touched = _rows_of(session, run)
    listings = _void_listings(session, run, at)
    entries, products = void_products(session, import_id=run.id, at=at)
    cleared = _sum(_clear_filled(session, run, at), restore_grades(session, import_id=run.id))
    kept = _kept(session, run)
    voided = _void_enterprises(session, run, [each.id for each, _ in kept], at)
    names = _forget_names(session, run, [each.id for each, _ in kept])
    _void_batch(session, run, at)
    run.undone_at = at
    report = _report(run, listings + entries, voided, kept, names, cleared, products=products)
    said = report.model_dump(mode="json", exclude={"enterprises_kept", "state"}) | {"kept": len(kept)}
    move(session, run, ImportState.UNDONE, actor=actor, after=said)
    outbox.enterprises_changed(session, touched)
    return report.model_copy(update={"state": run.state})


def preview_undo(session: Session, *, import_id: int, actor: Actor) -> UndoPreview:
    """What an undo would leave standing because others built on it; changes nothing.

    Raises NotFound, NotAllowed, InvalidTransition unless the import is written.
    """
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    require_importer(actor, directory_code=run.directory_code)
    require_move(run, ImportState.UNDONE)
    return UndoPreview(
        import_id=run.id,
        enterprises_kept=_shown(_kept(session, run, ahead=True)),
        values_kept=sum(1 for _, _, ours in _filled(session, run) if not ours),
    )


def _refuse_frozen(session: Session, run: ImportRun) -> None:
    own = select(col(ImportRow.id)).where(col(ImportRow.import_id) == run.id)
    for table in (Listing, ProductListing):
        standing = select(col(table.batch_id)).where(col(table.import_row_id).in_(own), col(table.voided_at).is_(None))
        frozen = select(Batch).where(col(Batch.content_hash).is_not(None), col(Batch.id).in_(standing))
        batch = session.scalars(frozen.order_by(col(Batch.id)).limit(1)).first()
        if batch is not None:
            raise Conflict(
                f"导入 IM-{run.id} 的名单在已冻结的批次“{batch.label}”（第 {batch.edition} 版）里，不能撤回。"
                "请用更正版更正。",
                f"Rows of import IM-{run.id} stand in the frozen batch “{batch.label}” (edition {batch.edition}); it "
                "cannot be undone. Correct the batch by a new edition.",
                field="id",
                value=run.id,
            )


def _rows_of(session: Session, run: ImportRun) -> list[int]:
    found = session.execute(
        select(col(ImportRow.enterprise_id))
        .where(
            col(ImportRow.import_id) == run.id,
            col(ImportRow.outcome).in_([RowOutcome.NEW, RowOutcome.MATCHED]),
            col(ImportRow.enterprise_id).is_not(None),
        )
        .distinct()
    )
    return [number for number in found.scalars() if number is not None]


def _made(run: ImportRun) -> Any:
    """SQL: the enterprises this import made. A new row of a product list may have matched its maker to a known one."""
    return select(col(ImportRow.enterprise_id)).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.outcome) == RowOutcome.NEW,
        or_(col(ImportRow.matched_by).is_(None), col(ImportRow.matched_by) == "decided_new"),
    )


def _void_listings(session: Session, run: ImportRun, at: datetime) -> int:
    own = select(col(ImportRow.id)).where(col(ImportRow.import_id) == run.id)
    result = session.connection().execute(
        update(Listing)
        .where(col(Listing.import_row_id).in_(own), col(Listing.voided_at).is_(None))
        .values(voided_at=at)
    )
    return result.rowcount


def _kept(session: Session, run: ImportRun, *, ahead: bool = False) -> list[tuple[Enterprise, str]]:
    """Enterprises of this import that something later refers to, each with the table that does.

    ``ahead``: before anything is taken back, when the import’s own titles and products still stand.
    """
    made = _made(run)
    because: dict[int, str] = {}
    for table in every_table():
        if table.name in _NOT_A_USE:
            continue
        for column in table.columns:
            if not any(key.column.table.name == "enterprise" for key in column.foreign_keys):
                continue
            query = select(column).where(column.in_(made)).distinct()
            own = _not_own(table.name, run, ahead=ahead)
            for number in session.execute(query if own is None else query.where(own)).scalars():
                because.setdefault(number, table.name)
    edited = select(col(Enterprise.id)).where(col(Enterprise.id).in_(made), col(Enterprise.revision) > 1)
    for number in session.execute(edited).scalars():
        because.setdefault(number, "edited")
    firms = session.scalars(select(Enterprise).where(among(session, col(Enterprise.id), because.keys()))).all()
    return [(firm, because[firm.id]) for firm in sorted(firms, key=lambda firm: firm.id)] if because else []


def _not_own(table: str, run: ImportRun, *, ahead: bool) -> Any:
    """SQL: rows of a table that do not come from this import itself and still count."""
    if table == "import_row":
        others = select(col(ImportRun.id)).where(
            col(ImportRun.id) != run.id, col(ImportRun.state) == ImportState.WRITTEN
        )
        return col(ImportRow.import_id).in_(others)
    if table == "enterprise_name":
        return or_(col(EnterpriseName.import_id).is_(None), col(EnterpriseName.import_id) != run.id)
    if table == "listing":
        own = select(col(ImportRow.id)).where(col(ImportRow.import_id) == run.id)
        of_others = or_(col(Listing.import_row_id).is_(None), col(Listing.import_row_id).not_in(own))
        return and_(col(Listing.voided_at).is_(None), of_others)
    if table == "product":
        of_others = or_(col(Product.import_id).is_(None), col(Product.import_id) != run.id)
        return and_(col(Product.voided_at).is_(None), *((of_others,) if ahead else ()))
    return None


def _void_enterprises(session: Session, run: ImportRun, kept: Collection[int], at: datetime) -> list[int]:
    voided = and_(
        col(Enterprise.id).in_(_made(run)),
        col(Enterprise.voided_at).is_(None),
        ~among(session, col(Enterprise.id), kept),
    )
    numbers = list(session.execute(select(col(Enterprise.id)).where(voided)).scalars())
    session.connection().execute(update(Enterprise).where(voided).values(voided_at=at, updated_at=at))
    return numbers


def _forget_names(session: Session, run: ImportRun, kept: Collection[int]) -> int:
    taught = and_(col(EnterpriseName.import_id) == run.id, ~among(session, col(EnterpriseName.enterprise_id), kept))
    return session.connection().execute(delete(EnterpriseName).where(taught)).rowcount


def _clear_filled(session: Session, run: ImportRun, at: datetime) -> tuple[int, int]:
    """Empty again what the import filled in, unless somebody changed it since. How many cleared, how many kept."""
    cleared = kept = 0
    for firm, column, ours in _filled(session, run):
        if ours:
            _clear(session, firm, column)
            firm.updated_at = at
            cleared += 1
        else:
            kept += 1
    session.flush()
    return cleared, kept


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _filled(session: Session, run: ImportRun) -> Iterator[tuple[Enterprise, str, bool]]:
    """Every value the import filled in: of which enterprise, in which column, and whether it is still as it was."""
    rows = session.execute(
        select(col(ImportRow.enterprise_id), col(ImportRow.effects)).where(
            col(ImportRow.import_id) == run.id, col(ImportRow.effects).is_not(None)
        )
    ).all()
    for number, effects in rows:
        firm = session.get(Enterprise, number)
        if firm is not None:
            for column, value in ((effects or {}).get("filled") or {}).items():
                yield firm, column, _as_stored(getattr(firm, column)) == value


def _clear(session: Session, firm: Enterprise, column: str) -> None:
    if column == "operating_status":
        firm.operating_status = OperatingStatus.UNKNOWN
        return
    if column == "uscc":
        session.execute(delete(EnterpriseAddress).where(col(EnterpriseAddress.key) == firm.uscc))
        firm.identity = IdentityState.PROVISIONAL
    if column == "industry_code":
        session.execute(
            delete(EnterpriseChain).where(
                col(EnterpriseChain.enterprise_id) == firm.id, col(EnterpriseChain.basis) == "industry"
            )
        )
    setattr(firm, column, None)


def _as_stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _void_batch(session: Session, run: ImportRun, at: datetime) -> None:
    """The batch goes too when nothing is left in it; a draft or public notice, which officials made, stays."""
    if run.batch_id is None or session.get_one(Batch, run.batch_id).state is not BatchState.FINAL:
        return
    left = sum(
        session.execute(
            select(func.count()).where(col(table.batch_id) == run.batch_id, col(table.voided_at).is_(None))
        ).scalar_one()
        for table in (Listing, ProductListing)
    )
    if left == 0:
        session.get_one(Batch, run.batch_id).voided_at = at


def _report(
    run: ImportRun,
    listings: int,
    voided: list[int],
    kept: list[tuple[Enterprise, str]],
    names: int,
    cleared: tuple[int, int],
    *,
    products: int = 0,
) -> UndoReport:
    return UndoReport(
        import_id=run.id,
        state=run.state,
        listings_voided=listings,
        products_voided=products,
        enterprises_voided=len(voided),
        enterprises_kept=_shown(kept),
        names_removed=names,
        values_cleared=cleared[0],
        values_kept=cleared[1],
    )


def _shown(kept: list[tuple[Enterprise, str]]) -> list[KeptEnterprise]:
    return [
        KeptEnterprise(key=firm.uscc or provisional_key(firm.id), name=firm.name_zh, because=why) for firm, why in kept
    ]
