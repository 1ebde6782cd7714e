"""The renewals' page: counts by window, list, city and officer, and the titles of one window with their findings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.regions import city_of, region
from registry.models import Assessment, Batch, CultivationCase, Directory, Enterprise, ImportRow, Listing
from registry.schemas.paging import check_limit
from registry.schemas.renewals import RenewalCount, RenewalPage, RenewalRow
from registry.services.assessing.candidates import reason_counts
from registry.services.assessing.runs import RunRule
from registry.services.badges import document_ref
from registry.services.enterprises import summaries
from registry.services.places import place
from registry.services.renewing.choosing import (
    RenewalQuery,
    counted,
    ending,
    failing,
    from_titles,
    narrowed,
    order_of,
    within,
)
from registry.services.renewing.findings import Holder, judge, review_runs
from registry.services.renewing.officers import Posts, posts
from registry.titles import DOCUMENT
from registry.vocabulary import BatchState, CaseStage, RenewalWindow

UNKNOWN_CITY = Text("所在地未登记", "Place not recorded")
NOBODY = Text("无人负责", "Nobody")


def renewals(session: Session, query: RenewalQuery, *, as_of: date) -> RenewalPage:
    """Titles that end, with what their holders would fail; one page of the window asked for.

    ``counts`` and the three tables are of everything that is narrowed, in every window; ``reasons`` and ``total`` of
    the window. Raises InvalidInput for a damaged cursor or a limit out of range.
    """
    runs, people = review_runs(session), posts(session)
    mine = None if query.officer is None else people.served_by(query.officer)
    base = [*ending(as_of), *narrowed(query, mine)]
    groups = _groups(session, base, as_of)
    directories = _directories(session)
    listed = [*base, within(query.window, as_of)]
    reasons = reason_counts(runs, _by_results(session, runs, listed))
    asked = [*listed, failing(query.reason, runs)]
    total = session.scalar(from_titles([func.count()], runs).where(*asked)) or 0
    rows, next_cursor = _page(session, query, runs, asked)
    return RenewalPage(
        as_of=as_of,
        counts=_sum(groups),
        by_directory=_by(groups, lambda group: [(group[0], directories.get(group[0]))]),
        by_city=_by(groups, _city),
        by_officer=_by(groups, lambda group: _officers(people, group)),
        reasons=reasons,
        rows=tuple(_rows(session, rows, runs, people, directories, as_of)),
        total=total,
        next_cursor=next_cursor,
    )


Group = tuple[str, str | None, int | None, dict[RenewalWindow, int]]
"""Directory, region, keeper of the case, titles in each window."""


def _groups(session: Session, base: Sequence[Any], as_of: date) -> list[Group]:
    keys = (col(Listing.directory_code), col(Enterprise.region_code), col(CultivationCase.owner_id))
    windows = list(RenewalWindow)
    query = from_titles([*keys, *(counted(window, as_of) for window in windows)], {}).where(*base).group_by(*keys)
    return [
        (directory, where, owner, dict(zip(windows, counts, strict=True)))
        for directory, where, owner, *counts in session.execute(query)
    ]


def _sum(groups: Iterable[Group]) -> dict[RenewalWindow, int]:
    total: Counter[RenewalWindow] = Counter()
    for *_, counts in groups:
        total.update(counts)
    return {window: total[window] for window in RenewalWindow}


def _by(groups: Iterable[Group], keys_of: Any) -> tuple[RenewalCount, ...]:
    """The groups by one of their sides, most titles first. Several officers count a title each."""
    names: dict[str, Text] = {}
    sorted_out: dict[str, list[Group]] = {}
    for group in groups:
        for key, name in keys_of(group):
            names[key] = name or Text(key, key)
            sorted_out.setdefault(key, []).append(group)
    found = [RenewalCount(key=key, name=names[key], counts=_sum(inside)) for key, inside in sorted_out.items()]
    longest = RenewalWindow.DAYS_180
    return tuple(sorted(found, key=lambda one: (-one.counts[longest], -one.counts[RenewalWindow.ENDED], one.key)))


def _city(group: Group) -> list[tuple[str, Text | None]]:
    code = city_of(group[1]) if group[1] else None
    return [(code or "", place(code) or UNKNOWN_CITY)]


def _officers(people: Posts, group: Group) -> list[tuple[str, Text | None]]:
    directory, where, owner, _ = group
    found = people.officers_of(owner, where, directory)
    return [(str(one.account_id), Text(one.name, one.name)) for one in found] or [("", NOBODY)]


def _directories(session: Session) -> dict[str, Text]:
    query = select(col(Directory.code), col(Directory.short_zh), col(Directory.short_en))
    return {code: Text(zh, en) for code, zh, en in session.execute(query)}


def _by_results(session: Session, runs: Mapping[int, RunRule], listed: Sequence[Any]) -> Iterable[tuple[int, str, int]]:
    keys = (col(Assessment.run_id), col(Assessment.results))
    query = from_titles([*keys, func.count()], runs).where(*listed, col(Assessment.id).is_not(None)).group_by(*keys)
    return [(run_id, results, count) for run_id, results, count in session.execute(query)]


def _page(
    session: Session, query: RenewalQuery, runs: Mapping[int, RunRule], asked: Sequence[Any]
) -> tuple[list[Any], str | None]:
    limit, order = check_limit(query.limit), order_of(query.sort)
    columns = [Listing, Assessment, col(CultivationCase.owner_id), col(CultivationCase.stage), *order.columns]
    found = from_titles(columns, runs).where(*asked).order_by(*order.columns)
    scope = f"renewals:{query.window.value}:{query.sort.value}"
    if query.cursor:
        found = found.where(order.after(query.cursor, scope))
    rows = list(session.execute(found.limit(limit + 1)))
    end = order.cursor(scope, rows[limit - 1][4:]) if len(rows) > limit else None
    return rows[:limit], end


def _rows(
    session: Session,
    rows: Sequence[Any],
    runs: Mapping[int, RunRule],
    people: Posts,
    directories: Mapping[str, Text],
    as_of: date,
) -> Iterable[RenewalRow]:
    numbers = [listing.id for listing, *_ in rows]
    ids = list({listing.enterprise_id for listing, *_ in rows})
    firms = {firm.id: firm for firm in summaries(session, ids, as_of=as_of)}
    where = dict(
        session.execute(
            select(col(Enterprise.id), col(Enterprise.region_code)).where(col(Enterprise.id).in_(ids))
        ).all()
    )
    documents = _documents(session, numbers)
    noticed = _noticed(session, numbers)
    holders = [
        Holder(listing.id, listing.enterprise_id, where.get(listing.enterprise_id), listing.directory_code, stored)
        for listing, stored, *_ in rows
        if listing.enterprise_id in firms
    ]
    findings = judge(session, holders, runs, as_of=as_of)
    for listing, _, owner, stage, *_ in rows:
        if listing.enterprise_id not in firms:
            continue
        code = where.get(listing.enterprise_id)
        yield RenewalRow(
            listing_id=listing.id,
            enterprise=firms[listing.enterprise_id],
            district=_district(code),
            directory_code=listing.directory_code,
            directory=directories.get(listing.directory_code, Text(listing.directory_code, listing.directory_code)),
            valid_from=listing.valid_from,
            valid_to=listing.valid_to,
            days_left=(listing.valid_to - as_of).days,
            in_notice=listing.id in noticed,
            case_stage=CaseStage.of(stage) if stage else None,
            officers=people.officers_of(owner, code, listing.directory_code),
            document_ref=documents.get(listing.id),
            finding=findings[listing.id],
        )


def _district(code: str | None) -> Text | None:
    found = region(code) if code else None
    return Text(found.name, found.name_en) if found and found.level == "county" else None


def _documents(session: Session, numbers: Sequence[int]) -> dict[int, Any]:
    query = (
        select(col(Listing.id).label("listing_id"), *DOCUMENT)
        .join(ImportRow, col(ImportRow.id) == col(Listing.import_row_id))
        .where(col(Listing.id).in_(numbers))
    )
    return {row["listing_id"]: document_ref(row) for row in session.execute(query).mappings()}


def _noticed(session: Session, numbers: Sequence[int]) -> set[int]:
    """Which of these titles have their next term in public notice."""
    later = aliased(Listing)
    query = select(col(Listing.id)).where(
        col(Listing.id).in_(numbers),
        exists(select(col(later.id)))
        .where(
            col(later.enterprise_id) == col(Listing.enterprise_id),
            col(later.directory_code) == col(Listing.directory_code),
            col(later.voided_at).is_(None),
            col(later.batch_id).in_(select(col(Batch.id)).where(col(Batch.state) == BatchState.PUBLIC_NOTICE)),
        )
        .correlate(Listing),
    )
    return set(session.scalars(query))
