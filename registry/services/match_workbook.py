"""A workbook with what the registry knows about each firm of its lists added at the right; doubtful rows can be chosen.

Formats, other sheets and formulas of an xlsx stay as they are; other kinds of file become a new xlsx. What is added is
text, never a formula. Uploaded again with choices made, those are remembered and the columns filled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from registry.errors import FileRefused, InvalidInput
from registry.identity import fold_name
from registry.policies import Actor, require
from registry.schemas.matching import MatchCandidate, MatchedRow, NameMatch, WorkbookMatched
from registry.schemas.tables import ReadFile, Table
from registry.schemas.titles import TitleBadge
from registry.services.imports.deciding import NEW, remember
from registry.services.imports.interpreting import Facts, Interpreter
from registry.services.listing_rows import find_directory
from registry.services.matching_names import CHUNK, match_rows
from registry.titles import HELD
from registry.vocabulary import Role

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_MAX = 20_000
"""Longer lists are brought in as an import; a workbook of this size is the most a person looks through."""
MARK = "（匹配）"
COLUMNS = tuple(
    f"{name}{MARK}" for name in ("统一社会信用代码", "登记名称", "持有称号", "有效期", "把握", "依据", "选定")
)
PICK = COLUMNS[-1]
NONE_OF_THEM = "都不是（新企业）"
CHOICES = "匹配候选"
"""Hidden sheet with the candidates of doubtful rows, a row for each."""
_CHOICES_SHOWN = 8
SHOWN = 50
"""So many rows are told with the result, to be looked at before the workbook is opened."""


@dataclass(slots=True)
class _Work:
    """One table on its way: its sheet, where the added columns begin, and its rows."""

    sheet: "Worksheet"
    table: Table
    first: int
    numbers: list[int]
    facts: list[Facts]


def match_workbook(
    session: Session,
    *,
    read_file: ReadFile,
    target: Path,
    actor: Actor,
    directory: str | None = None,
    apply: bool = False,
    applied: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> WorkbookMatched:
    """Write the file with the added columns to ``target``. ``directory`` shows titles of one directory only.

    ``apply`` remembers the choices made in the column 选定 before matching; whoever did that before says how many were
    ``applied``, and a session that only reads is enough. Raises FileRefused (no name column, too many rows), NotFound
    for a directory there is none of, NotAllowed, InvalidInput for a choice that is none.
    """
    require(actor, Role.CURATOR)
    if directory is not None:
        find_directory(session, directory)
    if apply:
        applied = apply_choices(session, read_file=read_file, actor=actor)
    book, converted = _open(read_file)
    works = [_work(book, table) for table in _tables(read_file)]
    total, done = sum(len(work.numbers) for work in works), 0
    _check_size(works, total)
    choices = _choices_sheet(book)
    counts = {"matched": 0, "doubtful": 0, "unknown": 0}
    first: list[MatchedRow] = []
    for work in works:
        _write_headers(work)
        for start in range(0, len(work.numbers), CHUNK):
            some = slice(start, start + CHUNK)
            answers = match_rows(session, rows=work.facts[some])
            for number, answer in zip(work.numbers[some], answers, strict=True):
                counts["matched" if answer.key else "doubtful" if answer.candidates else "unknown"] += 1
                _write_row(work, number, answer, directory)
                if answer.candidates:
                    _offer(work, number, answer.candidates, choices)
            first += [_shown(answer, directory) for answer in answers[: SHOWN - len(first)]]
            done += len(answers)
            if progress is not None:
                progress(done, total)
    if choices.max_row <= 1 and choices["A1"].value is None:
        book.remove(choices)
    book.save(target)
    return WorkbookMatched(rows=total, applied=applied, converted=converted, first=first, **counts)


def apply_choices(session: Session, *, read_file: ReadFile, actor: Actor) -> int:
    """Remember the choices made in the column 选定 of a workbook that was matched before. How many.

    Raises NotAllowed, NotFound, InvalidInput for a choice that is none, Conflict for another credit code.
    """
    return sum(_apply(session, _picked(table), actor) for table in _tables(read_file))


def _tables(read_file: ReadFile) -> list[Table]:
    """The lists of firms of a file; the sheet of candidates is ours, and looks like one."""
    found = [table for table in read_file.tables if table.sheet != CHOICES]
    return [table for table in found if table.position_of("name") is not None]


def _check_size(works: Sequence[_Work], rows: int) -> None:
    if not works:
        raise FileRefused("没有企业名称列，不能匹配。", "There is no column of enterprise names to match.")
    if rows > ROWS_MAX:
        raise FileRefused(
            f"有 {rows:,} 行，超过 {ROWS_MAX:,} 行。请拆开，或用导入。",
            f"There are {rows:,} rows, more than {ROWS_MAX:,}. Split the file, or import it.",
        )


def _shown(answer: NameMatch, directory: str | None) -> MatchedRow:
    return MatchedRow(
        name=answer.name,
        key=answer.key,
        matched_name=answer.matched_name,
        score=answer.score,
        reason_zh=answer.reason_zh,
        reason_en=answer.reason_en,
        titles=[_title_name(title) for title in _held(answer, directory)],
        candidates=len(answer.candidates),
    )


def _held(answer: NameMatch, directory: str | None) -> list[TitleBadge]:
    return [title for title in answer.titles if title.status in HELD and directory in (None, title.directory_code)]


def _title_name(title: TitleBadge) -> str:
    return title.directory_name_zh


def _open(read_file: ReadFile) -> "tuple[Workbook, bool]":
    """The workbook itself, or a new one with the tables of a file of another kind."""
    from openpyxl import Workbook, load_workbook

    if read_file.media_type == XLSX:
        return load_workbook(read_file.path), False
    book = Workbook()
    for old in list(book.worksheets):
        book.remove(old)
    for place, table in enumerate(read_file.tables, 1):
        sheet = book.create_sheet((table.sheet or f"表{place}")[:31])
        for at, column in enumerate(table.columns, 1):
            _text(sheet, table.header_row, at, column)
        for number, cells in table.rows:
            for at, cell in enumerate(cells, 1):
                _text(sheet, number, at, cell)
    return book, True


def _work(book: "Workbook", table: Table) -> _Work:
    sheet = book[table.sheet] if table.sheet in book.sheetnames else book.worksheets[0]
    added = _added(table)
    first = min(added.values()) + 1 if COLUMNS[0] in added else sheet.max_column + 1
    picked = _picked(table)
    return _Work(sheet, table, first, picked.numbers, picked.facts)


@dataclass(slots=True)
class _Picked:
    """The rows of a table that name a firm, with what was chosen for each; empty where nothing was."""

    numbers: list[int]
    facts: list[Facts]
    picks: list[str]


def _added(table: Table) -> dict[str, int]:
    return {column: position for position, column in enumerate(table.columns) if column in COLUMNS}


def _picked(table: Table) -> _Picked:
    added = _added(table)
    own = replace(table, roles=tuple(r for r in table.roles if r.position not in added.values()))
    if own.position_of("name") is None:
        raise FileRefused("没有企业名称列，不能匹配。", "There is no column of enterprise names to match.")
    interpreter = Interpreter(own)
    found = _Picked([], [], [])
    for number, cells in table.rows:
        stated = interpreter.interpret(cells)
        if stated.get("name"):
            found.numbers.append(number)
            found.facts.append(stated)
            found.picks.append(cells[added[PICK]].strip() if PICK in added and added[PICK] < len(cells) else "")
    return found


def _apply(session: Session, work: _Picked, actor: Actor) -> int:
    """Remember the choices of one table."""
    count = 0
    for number, facts, pick in zip(work.numbers, work.facts, work.picks, strict=True):
        if not pick:
            continue
        choice = NEW if pick == NONE_OF_THEM else pick.split()[0]
        if choice != NEW and not choice.isalnum():
            raise InvalidInput(
                f"第 {number} 行“选定”列的“{pick[:40]}”不是候选。请从下拉列表里选，或清空。",
                f"Row {number}: “{pick[:40]}” in the column 选定 is no candidate. Choose from the list or clear it.",
                field=PICK,
                value=pick[:60],
            )
        facts["folded"] = fold_name(facts["name"])
        remember(session, facts=facts, choice=choice, actor=actor)
        count += 1
    return count


def _write_headers(work: _Work) -> None:
    from copy import copy

    row = work.table.header_row
    if row < 1:
        return
    model = work.sheet.cell(row, max(1, work.first - 1))
    for at, column in enumerate(COLUMNS, work.first):
        cell = _text(work.sheet, row, at, column)
        if model.has_style:
            cell.font, cell.fill, cell.border = copy(model.font), copy(model.fill), copy(model.border)
            cell.alignment = copy(model.alignment)


def _write_row(work: _Work, number: int, answer: NameMatch, directory: str | None) -> None:
    titles = _held(answer, directory)
    values = (
        answer.key or "",
        answer.matched_name or "",
        "；".join(map(_title_name, titles)),
        "；".join(map(_validity, titles)),
        answer.score,
        answer.reason_zh,
    )
    for at, value in enumerate(values, work.first):
        if isinstance(value, int):
            work.sheet.cell(number, at).value = value
        else:
            _text(work.sheet, number, at, str(value))
    _text(work.sheet, number, work.first + len(values), "")


def _offer(work: _Work, number: int, candidates: Sequence[MatchCandidate], choices: "Worksheet") -> None:
    """A list to choose from beside a doubtful row."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    shown = [f"{each.key} {each.name}" for each in candidates[:_CHOICES_SHOWN]] + [NONE_OF_THEM]
    line = choices.max_row + 1 if choices["A1"].value is not None else 1
    for at, text in enumerate(shown, 1):
        _text(choices, line, at, text)
    last = get_column_letter(len(shown))
    listed = DataValidation(type="list", formula1=f"'{CHOICES}'!$A${line}:${last}${line}", allow_blank=True)
    listed.add(work.sheet.cell(number, work.first + len(COLUMNS) - 1))
    work.sheet.add_data_validation(listed)


def _choices_sheet(book: "Workbook") -> "Worksheet":
    """A new hidden sheet; one of an earlier round goes, and the lists that pointed to it."""
    if CHOICES in book.sheetnames:
        book.remove(book[CHOICES])
        for other in book.worksheets:
            rules = other.data_validations
            rules.dataValidation = [rule for rule in rules.dataValidation if CHOICES not in (rule.formula1 or "")]
    sheet: Worksheet = book.create_sheet(CHOICES)
    sheet.sheet_state = "hidden"
    return sheet


def _text(sheet: "Worksheet", row: int, column: int, value: str) -> Any:
    """A cell that is text whatever it begins with."""
    cell = sheet.cell(row, column)
    cell.value = value or None
    if value:
        cell.data_type = "s"
    return cell


def _validity(title: TitleBadge) -> str:
    end = title.valid_to.isoformat() if title.valid_to else "长期"
    return f"{title.valid_from.isoformat()} 至 {end}"
