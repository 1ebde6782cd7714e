"""The code lists (代码表) anybody can take: divisions, industries, directories and every closed word list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import NotFound, Text
from registry.feed_words import EventType
from registry.identity.divisions import region, table
from registry.identity.industries import industries
from registry.models import Chain, Directory
from registry.schemas.code_lists import CodeEntry, CodeList, CodeListSummary
from registry.vocabulary import BatchState, LabelledEnum, Level, OperatingStatus, TitleStatus, Trust

_OURS = Text("本系统", "this registry")


@dataclass(frozen=True, slots=True)
class _List:
    """A code list and where its codes come from."""

    title: Text
    source: Text
    entries: Callable[[Session], Iterator[CodeEntry]]


def code_lists(session: Session) -> list[CodeListSummary]:
    """Every code list with the number of its codes."""
    return [
        CodeListSummary(name=name, title=one.title, source=one.source, count=sum(1 for _ in one.entries(session)))
        for name, one in _LISTS.items()
    ]


def code_list(session: Session, name: str) -> CodeList:
    """The code list of this name. Raises NotFound that names those there are."""
    found = _LISTS.get(name)
    if found is None:
        raise NotFound(
            f"没有名为“{name[:40]}”的代码表。",
            f"There is no code list “{name[:40]}”.",
            field="list",
            value=name[:40],
            choices=tuple(_LISTS),
        )
    return CodeList(name=name, title=found.title, source=found.source, entries=list(found.entries(session)))


def _entry(
    code: str, name: Text, *, parent: str | None = None, level: str | None = None, current: bool = True
) -> CodeEntry:
    return CodeEntry(code=code, name=name, parent=parent, level=level, current=current, successors=[])


def _regions(_session: Session) -> Iterator[CodeEntry]:
    for code in table():
        found = region(code)
        if found is not None:
            yield CodeEntry(
                code=code,
                name=Text(found.name, found.name_en),
                parent=found.parent_code,
                level=found.level,
                current=found.current,
                successors=list(found.successors),
            )


def _industries(_session: Session) -> Iterator[CodeEntry]:
    for entry in industries():
        yield _entry(entry.code, Text(entry.name, entry.name), parent=entry.parent_code, level=entry.level)


def _directories(session: Session) -> Iterator[CodeEntry]:
    for row in session.scalars(select(Directory).order_by(col(Directory.position), col(Directory.code))):
        name = Text(row.name_zh, row.name_en)
        yield _entry(row.code, name, level=row.level.value, current=row.retired_on is None)


def _chains(session: Session) -> Iterator[CodeEntry]:
    for row in session.scalars(select(Chain).order_by(col(Chain.position))):
        yield _entry(row.code, Text(row.name_zh, row.name_en))


def _words(of: type[LabelledEnum]) -> Callable[[Session], Iterator[CodeEntry]]:
    def entries(_session: Session) -> Iterator[CodeEntry]:
        return (_entry(member.value, member.label) for member in of)

    return entries


_LISTS: dict[str, _List] = {
    "regions": _List(
        Text("行政区划", "Administrative divisions"),
        Text("GB/T 2260 及历年变更", "GB/T 2260 and its changes"),
        _regions,
    ),
    "industries": _List(Text("国民经济行业", "Industries"), Text("GB/T 4754-2017", "GB/T 4754-2017"), _industries),
    "directories": _List(Text("名录", "Directories"), _OURS, _directories),
    "chains": _List(Text("产业链", "Industry chains"), _OURS, _chains),
    "levels": _List(Text("级别", "Levels"), _OURS, _words(Level)),
    "title_states": _List(Text("认定状态", "States of a title"), _OURS, _words(TitleStatus)),
    "batch_states": _List(Text("公告状态", "States of an announcement"), _OURS, _words(BatchState)),
    "operating_states": _List(Text("登记状态", "Operating states"), _OURS, _words(OperatingStatus)),
    "trust": _List(Text("数据可信度", "Trust of figures"), _OURS, _words(Trust)),
    "event_types": _List(Text("变更事件", "Events of the change feed"), _OURS, _words(EventType)),
}
