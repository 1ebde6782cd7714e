"""A row of a list of compatibility read: which parts were tested together, with what result. No database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.errors import RegistryError
from registry.product_words import CompatibilityAxis, CompatibilityStatus
from registry.products.versions import normalised
from registry.schemas.inputs import parse_day

NAME_MAX = 300
_A = CompatibilityAxis
_AXES: dict[CompatibilityAxis, frozenset[str]] = {
    _A.CHIP: frozenset({"芯片", "cpu", "处理器", "中央处理器", "chip", "processor"}),
    _A.OS: frozenset({"操作系统", "操作系统版本", "os", "osversion", "os_version"}),
    _A.DATABASE: frozenset({"数据库", "数据库版本", "database"}),
    _A.MIDDLEWARE: frozenset({"中间件", "middleware"}),
    _A.MACHINE: frozenset({"整机型号", "型号", "服务器型号", "hardwaremodel", "machine"}),
    _A.BOARD: frozenset({"boardmodel", "板卡型号", "板卡", "board"}),
    _A.PERIPHERAL: frozenset({"外设型号", "外设", "peripheral"}),
    _A.ARCHITECTURE: frozenset({"架构", "architecture", "arch"}),
}
_MAKERS: dict[CompatibilityAxis, frozenset[str]] = {
    _A.MACHINE: frozenset({"厂商", "品牌", "整机厂商", "hardwarefactory"}),
    _A.BOARD: frozenset({"chipvendor", "板卡厂商"}),
    _A.PERIPHERAL: frozenset({"品牌", "厂商"}),
}
_INSTEAD: dict[CompatibilityAxis, frozenset[str]] = {_A.BOARD: frozenset({"chipmodel"})}
"""Columns that name a part whose own column is blank: a board by the chip on it."""
_KIND = frozenset({"type", "机型", "整机类型二", "外设类型二", "板卡类型"})
_STATUS = frozenset({"当前适配状态", "适配状态", "兼容状态", "兼容性", "状态", "status", "result", "total_result"})
_TESTED = frozenset({"date", "认证日期", "适配完成时间", "测试日期", "日期", "tested_on"})
_WORDS = {
    CompatibilityStatus.NOT_COMPATIBLE: ("不兼容", "未通过", "未适配", "fail", "incompatible"),
    CompatibilityStatus.IN_WORK: ("适配中", "待验证", "测试中", "适配暂停", "inwork"),
    CompatibilityStatus.COMPATIBLE: ("兼容", "已适配", "通过", "pass", "certified", "compatible"),
}
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Combination:
    """Parts tested together; ``parts`` holds each axis once. ``printed`` is the row by its own column names."""

    sheet: str
    row: int
    parts: tuple[tuple[CompatibilityAxis, str], ...]
    status: CompatibilityStatus
    kind: str = ""
    tested_on: date | None = None
    printed: Mapping[str, str] = field(default_factory=dict)


class CombinationReader:
    """Reads the rows of one table by the names of its columns. ``given`` are parts the list is about as a whole."""

    def __init__(self, columns: Sequence[str], given: Mapping[CompatibilityAxis, str] | None = None) -> None:
        self.columns = tuple(columns)
        self.given = dict(given or {})
        heads = ["".join(normalised(column).split()) for column in columns]
        self._axes = {axis: at for axis, names in _AXES.items() if (at := _first(heads, names)) is not None}
        self._makers = {
            axis: at
            for axis, names in _MAKERS.items()
            if axis in self._axes and (at := _first(heads, names)) is not None
        }
        self._instead = {axis: at for axis, names in _INSTEAD.items() if (at := _first(heads, names)) is not None}
        self._kind, self._status, self._tested = (_first(heads, names) for names in (_KIND, _STATUS, _TESTED))

    @property
    def is_one(self) -> bool:
        """Whether the table names two different parts at least, one of which need not be a column."""
        own = set(self._axes) | set(self.given)
        return bool(self._axes) and len(own - {_A.ARCHITECTURE}) >= 1 and len(own) >= 2

    def read(self, sheet: str, row: int, cells: Sequence[str]) -> Combination | None:
        """The combination of one row; None where it names fewer than two parts."""
        parts = dict(self.given)
        for axis, at in self._axes.items():
            name = _cell(cells, at) or _cell(cells, self._instead.get(axis))
            if name:
                parts[axis] = self._with_maker(axis, name, cells)
        machine = parts.get(_A.MACHINE, "")
        # A list of machines may print model and processor in one cell: 型号@CPU.
        if "@" in machine and _A.CHIP not in parts:
            model, _, chip = machine.partition("@")
            if model.strip() and chip.strip():
                parts[_A.MACHINE], parts[_A.CHIP] = model.strip(), chip.strip()
        if len(parts) < 2:
            return None
        return Combination(
            sheet=sheet,
            row=row,
            parts=tuple((axis, parts[axis][:NAME_MAX]) for axis in CompatibilityAxis if axis in parts),
            status=read_status(_cell(cells, self._status)),
            kind=_cell(cells, self._kind)[:60],
            tested_on=_day(_cell(cells, self._tested)),
            printed={column: said for at, column in enumerate(self.columns) if column and (said := _cell(cells, at))},
        )

    def _with_maker(self, axis: CompatibilityAxis, name: str, cells: Sequence[str]) -> str:
        at = self._makers.get(axis)
        maker = _cell(cells, at) if at is not None else ""
        return name if not maker or normalised(maker) in normalised(name) else f"{maker} {name}"


def read_status(printed: str) -> CompatibilityStatus:
    """The result as printed; a list that prints none lists what is compatible.

    >>> read_status("适配中").value, read_status("不兼容").value, read_status("").value
    ('in_work', 'not_compatible', 'compatible')
    """
    said = "".join(normalised(printed).split())
    return next((one for one, words in _WORDS.items() if any(word in said for word in words)), _DEFAULT)


_DEFAULT = CompatibilityStatus.COMPATIBLE


def fold_part(name: str) -> str:
    """What two spellings of a part have in common: width, letter case and blanks aside; dots stay."""
    return "".join(normalised(name).split())


def _first(heads: Sequence[str], names: frozenset[str]) -> int | None:
    return next((at for at, head in enumerate(heads) if head in names), None)


def _cell(cells: Sequence[str], at: int | None) -> str:
    return _SPACES.sub(" ", cells[at]).strip() if at is not None and at < len(cells) else ""


def _day(printed: str) -> date | None:
    try:
        return parse_day(printed.split(" ")[0], field="tested_on") if printed else None
    except RegistryError:
        return None
