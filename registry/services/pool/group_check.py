"""The group check before a recommendation: does a controlling or sister firm hold the title for the same product?"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.identity.folding import fold_name
from registry.matching.parts import parts_of
from registry.models import Batch, CultivationCase, Enterprise, Listing, Product
from registry.pool_words import GroupKind, GroupVerdict
from registry.schemas.base import ReadModel
from registry.services.keys import key_of
from registry.services.pool.groups import LinkRead, group_of
from registry.titles import shown
from registry.vocabulary import BatchState

HINTS_MAX = 5
BRAND_MIN = 2
_PRODUCT_WORD = "产品"


class Holding(ReadModel):
    """A title of the target directory that a related firm holds, or stands in public notice for.

    ``same_product``: None where one of the two products is not known: then a person has to judge.
    """

    enterprise_id: int
    key: str
    name: str
    way: tuple[LinkRead, ...]
    """The relations that lead from the firm to the holder; none for a mere likeness of names."""
    listing_id: int
    valid_from: date
    valid_to: date | None
    in_notice: bool
    products: tuple[str, ...]
    same_product: bool | None


class GroupCheck(ReadModel):
    """What the check came to. ``hints``: holders of the same brand without a recorded relation; they decide nothing."""

    verdict: GroupVerdict
    related: int
    """How many firms of the group are known."""
    product: str
    holdings: tuple[Holding, ...]
    hints: tuple[Holding, ...]


def group_check(session: Session, case: CultivationCase, *, as_of: date) -> GroupCheck:
    """Judge the recommendation of a case by what is recorded about the firm's group on a day."""
    group = group_of(session, case.enterprise_id)
    titles = _titles(session, case.directory_code, as_of)
    holdings = [_holding(session, case, row, group[row[0].enterprise_id]) for row in _held_by(session, titles, group)]
    verdict = GroupVerdict.CLEAR
    if any(one.same_product is None for one in holdings):
        verdict = GroupVerdict.POSSIBLE
    if any(one.same_product for one in holdings):
        verdict = GroupVerdict.CONFLICT
    return GroupCheck(
        verdict=verdict,
        related=len(group),
        product=case.product,
        holdings=tuple(holdings),
        hints=tuple(_hints(session, case, titles, group)),
    )


def products_agree(own: str, others: Iterable[str]) -> bool | None:
    """Whether a product is among others, as far as their names say; None if either side is not known.

    >>> products_agree("车规级 MCU 芯片", ["车规级MCU芯片（32位）"]), products_agree("锂电池", ["芯片"])
    (True, False)
    """
    mine = fold_name(own)
    theirs = [folded for folded in (fold_name(one) for one in others) if folded]
    if not mine or not theirs:
        return None
    return any(mine in one or one in mine for one in theirs)


def _titles(session: Session, directory_code: str, as_of: date) -> Any:
    """SQL: the directory's titles in force, not yet begun, or in public notice on the day."""
    return (
        select(Listing, col(Batch.state))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(
            col(Listing.directory_code) == directory_code,
            shown(),
            (col(Listing.valid_to).is_(None)) | (col(Listing.valid_to) >= as_of),
            (col(Listing.withdrawn_on).is_(None)) | (col(Listing.withdrawn_on) > as_of),
            col(Enterprise.voided_at).is_(None),
        )
        .order_by(col(Listing.id))
    )


def _held_by(session: Session, titles: Any, group: Iterable[int]) -> Sequence[Any]:
    return list(session.execute(titles.where(col(Listing.enterprise_id).in_(list(group)))).all())


def _holding(session: Session, case: CultivationCase, row: Any, way: tuple[LinkRead, ...]) -> Holding:
    listing, state = row
    firm = session.get_one(Enterprise, listing.enterprise_id)
    products = _products(session, listing)
    return Holding(
        enterprise_id=firm.id,
        key=key_of(session, firm.id),
        name=firm.name_zh,
        way=way,
        listing_id=listing.id,
        valid_from=listing.valid_from,
        valid_to=listing.valid_to,
        in_notice=state is BatchState.PUBLIC_NOTICE,
        products=products,
        same_product=products_agree(case.product, products),
    )


def _products(session: Session, listing: Listing) -> tuple[str, ...]:
    """What the title is for: the product its row names, the product its own case was led with, else its products."""
    printed = [str(value) for name, value in (listing.details or {}).items() if _PRODUCT_WORD in name and value]
    cases = select(col(CultivationCase.product)).where(
        col(CultivationCase.enterprise_id) == listing.enterprise_id,
        col(CultivationCase.directory_code) == listing.directory_code,
        col(CultivationCase.product) != "",
    )
    found = [*printed, *session.scalars(cases)]
    if not found:
        known = select(col(Product.name)).where(
            col(Product.enterprise_id) == listing.enterprise_id, col(Product.voided_at).is_(None)
        )
        found = list(session.scalars(known.order_by(col(Product.id)).limit(20)))
    return tuple(dict.fromkeys(found))


def _hints(session: Session, case: CultivationCase, titles: Any, group: Iterable[int]) -> list[Holding]:
    firm = session.get_one(Enterprise, case.enterprise_id)
    brand = parts_of(fold_name(firm.name_zh)).brand
    if len(brand) < BRAND_MIN:
        return []
    alike = titles.where(
        col(Enterprise.name_zh).contains(brand, autoescape=True),
        col(Listing.enterprise_id).not_in([case.enterprise_id, *group]),
    )
    return [_holding(session, case, row, ()) for row in session.execute(alike.limit(HINTS_MAX)).all()]


def in_words(way: Sequence[LinkRead]) -> str:
    """The relations from the firm to a holder, for the event of a recommendation."""
    arrows = {GroupKind.CONTROLS: ("控股 → ", "← 控股方 "), GroupKind.SAME_CONTROLLER: ("同一控制人 ", "同一控制人 ")}
    return "，".join(arrows.get(one.kind, ("", ""))[one.upward] + one.other_name for one in way)
