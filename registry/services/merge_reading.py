"""What the page of merges and splits shows: two enterprises side by side, one to take apart, what was done lately."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.models import AuditEvent, Batch, Directory, Enterprise, EnterpriseName, Listing, Product
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.enterprises import EnterpriseSummary
from registry.services.belongings import MOVED, count_rows
from registry.services.enterprises import summaries
from registry.services.keys import key_of
from registry.services.merging import MERGED, UNMERGED
from registry.services.places import full_place
from registry.services.resolving import resolve
from registry.services.splitting import SPLIT, UNSPLIT
from registry.vocabulary import IdentityState, NameKind

__all__ = ["WORDS", "Done", "Mixture", "Part", "Side", "lately", "mixture_of", "side_of"]

SHOWN = 30
WORDS: dict[str, Text] = {
    "listing": Text("认定记录", "titles"),
    "product": Text("产品", "products"),
    "cultivation_case": Text("培育对象", "cultivation cases"),
    "submission": Text("申报", "submissions"),
    "evidence": Text("材料", "documents"),
    "membership": Text("成员", "members"),
    "claim": Text("认领", "claims"),
    "claim_code": Text("认领码", "claim codes"),
    "park_firm": Text("园区授权", "parks"),
    "contact": Text("联系人", "contact"),
    "access_record": Text("查阅记录", "access records"),
    "correction": Text("纠错", "reported errors"),
    "work_item": Text("收件事项", "inbox matters"),
    "search_word": Text("别称", "search words"),
    "figure": Text("年度指标", "figures"),
    "fact": Text("事实", "facts"),
    "enterprise_chain": Text("产业链", "chains"),
}
"""What the rows of each table are called."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two enterprises: who it is, what it has."""

    summary: EnterpriseSummary
    place: Text | None
    identity: IdentityState
    address: str
    names: tuple[str, ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Something of an enterprise that can go to another one."""

    id: int
    text: str
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Mixture:
    """An enterprise with what can be taken out of it."""

    side: Side
    listings: tuple[Part, ...]
    products: tuple[Part, ...]
    names: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A merge or split. ``subject_id``: the enterprise to name for taking it back."""

    event_id: int
    at: datetime
    actor: str
    split: bool
    subject_id: int
    subject_name: str
    subject_key: str
    other_name: str
    other_key: str
    reason: str
    moved: dict[str, int]
    on: date | None
    undone: bool


def side_of(session: Session, key: str, *, actor: Actor) -> Side:
    """One enterprise, for officials. Raises NotFound, Gone, NotAllowed."""
    require(actor, OFFICIALS)
    number = resolve(session, key).enterprise_id
    firm = session.get_one(Enterprise, number)
    names = session.scalars(
        select(col(EnterpriseName.name))
        .where(col(EnterpriseName.enterprise_id) == number, col(EnterpriseName.kind) != NameKind.CURRENT)
        .order_by(col(EnterpriseName.id))
    )
    return Side(
        summary=summaries(session, [number], as_of=clock.today())[0],
        place=full_place(firm.region_code or firm.city_code),
        identity=firm.identity,
        address=firm.address or "",
        names=tuple(names),
        counts=count_rows(session, number),
    )


def mixture_of(session: Session, key: str, *, actor: Actor) -> Mixture:
    """One enterprise and its titles, products and former names. Raises NotFound, Gone, NotAllowed."""
    side = side_of(session, key, actor=actor)
    number = side.summary.id
    listings = session.execute(
        select(Listing, Batch, Directory)
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Directory, col(Directory.code) == col(Listing.directory_code))
        .where(col(Listing.enterprise_id) == number, col(Listing.voided_at).is_(None))
        .order_by(col(Listing.valid_from).desc(), col(Listing.id))
    )
    products = session.scalars(
        select(Product)
        .where(col(Product.enterprise_id) == number, col(Product.voided_at).is_(None))
        .order_by(col(Product.id))
    )
    names = session.scalars(
        select(EnterpriseName)
        .where(col(EnterpriseName.enterprise_id) == number, col(EnterpriseName.kind) != NameKind.CURRENT)
        .order_by(col(EnterpriseName.id))
    )
    return Mixture(
        side=side,
        listings=tuple(
            Part(row.id, f"{row.name_as_announced} · {batch.label}", Text(directory.short_zh, directory.short_en))
            for row, batch, directory in listings
        ),
        products=tuple(Part(row.id, f"{row.name} {row.version}".strip()) for row in products),
        names=tuple(Part(row.id, row.name, row.kind.label) for row in names),
    )


def lately(session: Session, *, actor: Actor) -> list[Done]:
    """The last merges and splits, newest first, for officials. Raises NotAllowed."""
    require(actor, OFFICIALS)
    events = session.scalars(
        select(AuditEvent)
        .where(
            col(AuditEvent.subject_kind) == "enterprise",
            col(AuditEvent.action).in_([MERGED, UNMERGED, SPLIT, UNSPLIT]),
        )
        .order_by(col(AuditEvent.id).desc())
        .limit(SHOWN * 2)
    )
    undone: set[int] = set()
    found = []
    for event in events:
        before = event.before or {}
        undone |= {before[name] for name in ("merge_event", "split_event") if name in before}
        if event.action in (MERGED, SPLIT):
            found.append(_done(session, event, undone=event.id in undone))
    return found[:SHOWN]


def _done(session: Session, event: AuditEvent, *, undone: bool) -> Done:
    before, after = event.before or {}, event.after or {}
    split = event.action == SPLIT
    subject = session.get_one(Enterprise, after["made"] if split else after["source"])
    other = session.get_one(Enterprise, after["origin"] if split else after["target"])
    moved = Counter({name: len(numbers) for name, numbers in before.get("moved", {}).items() if name in MOVED})
    return Done(
        event_id=event.id,
        at=event.at,
        actor=event.actor,
        split=split,
        subject_id=subject.id,
        subject_name=subject.name_zh,
        subject_key=key_of(session, subject.id),
        other_name=other.name_zh,
        other_key=key_of(session, other.id),
        reason=event.reason,
        moved={name: count for name, count in moved.items() if count},
        on=date.fromisoformat(after["on"]) if "on" in after else None,
        undone=undone,
    )
