"""What the commands print: a file as understood, an import, a list of imports. Plain text, fit for a pipe."""

import itertools
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from registry.errors import Locale, Text, shorten
from registry.schemas.import_words import IDENTIFIED_BY, LEFT_OUT, ROLES, USED_BY, word
from registry.schemas.imports import GuardResult, ImportDetail, ImportSummary, UndoReport
from registry.schemas.tables import LeftOut, ReadFile
from registry.vocabulary import DirectoryKind, ImportState, RowOutcome

READ_ROWS_SHOWN = 10


def read_as_json(read_file: ReadFile, locale: Locale) -> dict[str, Any]:
    """What ``registry read --json`` prints.

    ``rows`` are cells in the order of ``columns``, then those of ``derived``; ``row_numbers`` stand beside. ``roles``
    are under the name of their column, numbered where a name occurs twice. ``left_out`` are the rows that are no
    records of their own.
    """
    tables = []
    for table in read_file.tables:
        rows = list(table.rows)
        tables.append(
            {
                "sheet": table.sheet,
                "title": table.title,
                "header_row": table.header_row,
                "columns": list(table.columns),
                "derived": list(table.derived),
                "roles": {
                    r.column: {"role": r.role, "confidence": r.confidence, "position": r.position}
                    for r in table.roles
                    if r.role
                },
                "records": len(rows),
                "left_out": [{"row": each.row, "kind": each.kind, "text": each.text} for each in table.left_out],
                "uncertain": table.uncertain,
                "rows": [cells for _, cells in rows],
                "row_numbers": [number for number, _ in rows],
            }
        )
    return {
        "file": read_file.filename,
        "media_type": read_file.media_type,
        "size": read_file.size,
        "sha256": read_file.sha256,
        "tables": tables,
        "notes": [note.in_(locale) for note in read_file.notes],
    }


def print_read(read_file: ReadFile, locale: Locale) -> None:
    """A file as understood, the first rows of each table."""
    zh = locale == "zh"
    _line(f"{read_file.filename}  {read_file.media_type}  SHA-256 {read_file.sha256[:12]}…")
    for table in read_file.tables:
        count = sum(1 for _ in table.rows)
        _line("")
        header_zh = f"表头第 {table.header_row} 行" if table.header_row else "没有表头"
        header_en = f"header in row {table.header_row}" if table.header_row else "no header"
        _line(
            f"工作表“{table.sheet}”  {header_zh}  记录 {count} 行"
            if zh
            else f"Sheet “{table.sheet}”  {header_en}  {count} records"
        )
        if table.title:
            _line(shorten(table.title, 100))
        _table(
            [(r.column, r.role or "—", f"{r.confidence:.0%}" if r.role else "", *r.examples[:1]) for r in table.roles]
        )
        for number, cells in itertools.islice(table.rows, READ_ROWS_SHOWN):
            _line(f"{number}: " + " | ".join(shorten(cell, 24) for cell in cells))
        _print_left_out(table.left_out, locale)
    for note in read_file.notes:
        _line(("注：" if zh else "Note: ") + note.in_(locale))


def _print_left_out(left_out: Sequence[LeftOut], locale: Locale) -> None:
    """The rows that are no records: how many of each kind, and the first of them."""
    if not left_out:
        return
    zh = locale == "zh"
    counted = Counter(each.kind for each in left_out)
    kinds = "，".join(f"{word(LEFT_OUT, kind).in_(locale)} {count}" for kind, count in counted.items())
    _line(f"未计入的行 {len(left_out)}：{kinds}" if zh else f"Rows left out {len(left_out)}: {kinds}")
    for each in itertools.islice(left_out, READ_ROWS_SHOWN):
        _line(f"  {each.row}: {word(LEFT_OUT, each.kind).in_(locale)}  {shorten(each.text, 60)}")


def print_import(detail: ImportDetail, locale: Locale) -> None:
    """An import: what it is, rows by outcome, what needs a look."""
    zh, summary = locale == "zh", detail.summary
    _line(f"{summary.key}  {summary.filename}  {summary.state.label.in_(locale)}  SHA-256 {summary.sha256[:12]}…")
    if summary.directory_code:
        parts = (summary.directory_code, summary.batch_label, summary.announced_on, summary.document_no)
        _line("  ".join(str(part) for part in parts if part))
    _print_work(detail, locale)
    for table in detail.tables:
        mapped = "，".join(f"{c.column}→{word(ROLES, c.role).in_(locale)}" for c in table.columns if c.role)
        where = f"“{table.sheet}”" if table.sheet else ""
        header_zh = f"表头第 {table.header_row} 行" if table.header_row else "没有表头"
        header_en = f"header in row {table.header_row}" if table.header_row else "no header"
        _line(f"{where}{header_zh if zh else header_en}：{mapped}")
        left_out = "，".join(f"{word(LEFT_OUT, k).in_(locale)} {n}" for k, n in table.left_out_counts.items())
        if left_out:
            _line(f"{where}{'未计入的行' if zh else 'rows left out'}：{left_out}")
    rows = [(RowOutcome._value2member_map_[key], count) for key, count in summary.counts.items()]
    _table([(outcome.label.in_(locale), f"{count:,}") for outcome, count in rows if isinstance(outcome, RowOutcome)])
    if summary.lists is DirectoryKind.PRODUCT:
        _line("一行是一个生产单位的一个产品版本。" if zh else "One row is one product version of one maker.")
    named = [f"{word(IDENTIFIED_BY, key).in_(locale)} {count:,}" for key, count in summary.identified_by.items()]
    if named:
        _line(("行中所用标识：" if zh else "Rows name their firm by: ") + ("，" if zh else ", ").join(named))
    _print_problems(detail, locale)
    _print_warnings(detail, locale)
    for note in detail.notes_zh if zh else detail.notes_en:
        _line(("注：" if zh else "Note: ") + note)


def _print_work(detail: ImportDetail, locale: Locale) -> None:
    """How far the worker is, or why it gave up."""
    zh, job = locale == "zh", detail.job
    if job is not None and job.state in ("queued", "running"):
        done = f"{job.done:,} / {job.total:,}" if job.total else f"{job.done:,}"
        said = job.state.label.in_(locale)
        _line(f"后台处理{said}：{done} 行" if zh else f"Work in the background, {said.lower()}: {done} rows")
    if detail.refusal_zh and detail.refusal_en and detail.summary.state is ImportState.FAILED:
        _line(detail.refusal_zh if zh else detail.refusal_en)


def _print_problems(detail: ImportDetail, locale: Locale) -> None:
    zh = locale == "zh"
    total = sum(detail.summary.counts.get(o.value, 0) for o in (RowOutcome.REJECTED, RowOutcome.AMBIGUOUS))
    if not detail.problems:
        return
    _line("")
    _line(f"不写入的行（共 {total}）：" if zh else f"Rows not written ({total}):")
    for each in detail.problems:
        where = f"{each.sheet} " if each.sheet else ""
        place = f"{where}第 {each.row_number} 行" if zh else f"{where}row {each.row_number}"
        offered = "、".join(f"{c.key} {c.name or ''}".strip() for c in each.candidates[:3])
        hint = (f" 可能是：{offered}" if zh else f" Perhaps: {offered}") if offered else ""
        reason = each.reason_zh if zh else each.reason_en
        _line(f"  {place}  {each.column} “{shorten(each.value, 30)}”  {each.outcome.label.in_(locale)}：{reason}{hint}")
    if total > len(detail.problems):
        rest = total - len(detail.problems)
        _line(f"  … 另有 {rest} 行" if zh else f"  … and {rest} more")


def _print_warnings(detail: ImportDetail, locale: Locale) -> None:
    zh, total = locale == "zh", detail.summary.warning_count
    if not total:
        return
    _line("")
    _line(
        f"未采用的单元格（共 {total}，所在行照常写入）："
        if zh
        else f"Cells not used ({total}; their rows are written):"
    )
    for each in detail.warnings:
        where = f"{each.sheet} " if each.sheet else ""
        place = f"{where}第 {each.row_number} 行" if zh else f"{where}row {each.row_number}"
        _line(f"  {place}  {each.column} “{shorten(each.value, 30)}”  {each.reason_zh if zh else each.reason_en}")
    if total > len(detail.warnings):
        _line(f"  … 另有 {total - len(detail.warnings)} 处" if zh else f"  … and {total - len(detail.warnings)} more")


def print_imports(found: Sequence[ImportSummary], locale: Locale) -> None:
    """One line for each import."""
    if not found:
        _line("还没有导入记录。" if locale == "zh" else "No imports yet.")
    _table(
        [
            (
                each.key,
                each.staged_at.strftime("%Y-%m-%d %H:%M"),
                each.state.label.in_(locale),
                each.directory_code or "—",
                each.batch_label or "—",
                f"{each.rows:,}",
                shorten(each.filename, 50),
            )
            for each in found
        ]
    )


def guard_text(guard: GuardResult) -> Text:
    """One check with its numbers."""
    return Text(
        f"检查{'通过' if guard.passed else '未过'}：{guard.title_zh}（{guard.detail_zh}）",
        f"Check {'passed' if guard.passed else 'failed'}: {guard.title_en} ({guard.detail_en})",
    )


def already_text(detail: ImportDetail) -> Text:
    """Why a file changed nothing."""
    key = detail.summary.key
    return Text(
        f"这份文件已按同样的设置写入（{key}），没有变化。",
        f"This file was already written with the same options ({key}); nothing changed.",
    )


def staged_text(detail: ImportDetail) -> Text:
    """What became of an import that is not written yet."""
    key = detail.summary.key
    return Text(f"已暂存为 {key}，没有写入登记库。", f"Staged as {key}; nothing was written.")


def preview_text() -> Text:
    """The last line of a trial."""
    return Text("仅为预览，没有保存任何内容。", "A preview only; nothing was stored.")


def written_text(detail: ImportDetail) -> Text:
    """The last line of an import that was written."""
    key, counts = detail.summary.key, detail.summary.counts
    new, matched = counts.get("new", 0), counts.get("matched", 0)
    left = counts.get("rejected", 0) + counts.get("ambiguous", 0)
    if detail.summary.lists is DirectoryKind.PRODUCT:
        return Text(
            f"已写入 {key}：新产品版本 {new:,} 个，已登记的产品版本 {matched:,} 个，未写入 {left:,} 行。"
            f"撤回：registry imports undo {key}",
            f"Written as {key}: {new:,} new product versions, {matched:,} known ones, {left:,} rows not written. "
            f"To undo: registry imports undo {key}",
        )
    return Text(
        f"已写入 {key}：新企业 {new:,} 家，已匹配 {matched:,} 行，未写入 {left:,} 行。"
        f"撤回：registry imports undo {key}",
        f"Written as {key}: {new:,} new enterprises, {matched:,} rows matched, {left:,} not written. "
        f"To undo: registry imports undo {key}",
    )


def undo_text(report: UndoReport) -> list[Text]:
    """What an undo did, and what it had to leave."""
    key = f"IM-{report.import_id}"
    if report.state is ImportState.ABANDONED:
        return [
            Text(
                f"{key} 只是暂存，已放弃；登记库没有变化。", f"{key} was only staged and is given up; nothing changed."
            )
        ]
    voided = report.products_voided
    products = Text(f"产品 {voided:,} 个，", f"{voided:,} products, ") if voided else Text("", "")
    texts = [
        Text(
            f"已撤回 {key}：认定记录 {report.listings_voided:,} 条，{products.zh}"
            f"企业 {report.enterprises_voided:,} 家，名称 {report.names_removed:,} 个，"
            f"补填的值 {report.values_cleared:,} 处。",
            f"Undone {key}: {report.listings_voided:,} titles, {products.en}{report.enterprises_voided:,} enterprises, "
            f"{report.names_removed:,} names, {report.values_cleared:,} filled values.",
        )
    ]
    if report.values_kept:
        texts.append(
            Text(
                f"有 {report.values_kept} 处值后来被改过，保留。",
                f"{report.values_kept} values were changed since and stay.",
            )
        )
    texts += [
        Text(
            f"保留 {each.key} {each.name}：后来有了{word(USED_BY, each.because).zh}。",
            f"Kept {each.key} {each.name}: it has since got {word(USED_BY, each.because).en}.",
        )
        for each in report.enterprises_kept[:20]
    ]
    if len(report.enterprises_kept) > 20:
        rest = len(report.enterprises_kept) - 20
        texts.append(Text(f"另保留 {rest} 家。", f"{rest} more kept."))
    return texts


def _table(rows: Sequence[Sequence[str]]) -> None:
    """Columns padded by what they take on a terminal: a Han character takes two places."""
    widths: dict[int, int] = {}
    shown = [[shorten(cell, 40) for cell in row] for row in rows]
    for row in shown:
        for place, cell in enumerate(row):
            widths[place] = max(widths.get(place, 0), _width(cell))
    for row in shown:
        _line("  " + "  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
