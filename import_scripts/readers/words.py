"""What the child process said, in words for people: why a file is refused, what to note about one that was read."""

from collections.abc import Callable
from typing import Any

from import_scripts.limits import size_text
from registry.errors import Text, shorten

Said = dict[str, Any]


def refusal_text(answer: Said) -> Text:
    """Why the child refused the file, or how it died, and what to do."""
    words = _REFUSALS.get(answer["refused"])
    if words is not None:
        return words(answer)
    reason = shorten(str(answer.get("reason", "")), 80)
    return Text(
        f"文件已损坏，无法读取（{reason}）。请用 Excel、WPS 等打开后另存一份。",
        f"The file is damaged and cannot be read ({reason}). Open it in Excel, WPS or the like and save it again.",
    )


def note_text(said: Said) -> Text:
    """What a person should know about a file that was read."""
    return _NOTES[said["note"]](said)


def _extent(said: Said) -> Text:
    return Text(
        f"工作表里有内容的单元格一直延伸到 {said['cell']}，范围超过 {said['limit']:,} 格。"
        "请删除表外的多余单元格后另存一份。",
        f"The filled cells of a sheet reach as far as {said['cell']}, a range of more than {said['limit']:,} cells. "
        "Delete the stray cells and save it again.",
    )


def _unpacked(said: Said) -> Text:
    return Text(
        f"文件解压后有 {size_text(said['found'])}，超过 {size_text(said['limit'])}，不像名单，没有打开。",
        f"The file unpacks to {size_text(said['found'])}, more than {size_text(said['limit'])}; this is no list and "
        "was not opened.",
    )


def _parts(said: Said) -> Text:
    return Text(
        f"文件有 {said['found']:,} 个工作表或部件，超过 {said['limit']:,} 个，没有打开。",
        f"The file has {said['found']:,} sheets or parts, more than {said['limit']:,}; it was not opened.",
    )


def _cells(said: Said) -> Text:
    return Text(
        f"文件里的表格超过 {said['limit']:,} 格，没有读完。请拆成几个文件，或改用 xlsx、CSV。",
        f"The tables of the file have more than {said['limit']:,} cells. Split it, or use xlsx or CSV.",
    )


def _pages(said: Said) -> Text:
    return Text(
        f"PDF 超过 {said['limit']:,} 页，没有打开。请只保留名单所在的页。",
        f"The PDF has more than {said['limit']:,} pages and was not opened. Keep only the pages with the list.",
    )


def _markup(said: Said) -> Text:
    return Text(
        f"文件的正文有 {size_text(said['found'])}，超过 {size_text(said['limit'])}。请拆成几个文件，或改用 xlsx、CSV。",
        f"The text of the file is {size_text(said['found'])}, more than {size_text(said['limit'])}. Split it, or use "
        "xlsx or CSV.",
    )


def _output(said: Said) -> Text:
    return Text(
        f"文件里的文字展开后超过 {size_text(said['limit'])}，不像名单，已停止读取。",
        f"The text of the file spreads to more than {size_text(said['limit'])}; this is no list and reading stopped.",
    )


_TIME = Text(
    "读取文件用时过长，已停止。请只保留名单所在的工作表或页后另存一份。",
    "Reading the file took too long and was stopped. Keep only the sheet or pages with the list and save it again.",
)
_MEMORY = Text(
    "读取文件时内存超限或读取程序崩溃，已停止。请只保留名单所在的工作表或页后另存一份。",
    "Reading the file ran out of memory or crashed its reader. Keep only the sheet or pages with the list and save it "
    "again.",
)
_ENCRYPTED = Text(
    "文件有打开密码或受加密保护。请去掉密码后另存一份。",
    "The file is protected by a password. Remove the password and save it again.",
)
_ENTITIES = Text(
    "文件里定义了 XML 实体，正常的办公文件没有，没有打开。请用 Excel 或 WPS 打开后另存一份。",
    "The file defines XML entities, which no ordinary office file does; it was not opened. Open it in Excel or WPS and "
    "save it again.",
)
_NESTING = Text(
    "文件里的内容层层嵌套过深，不像名单，没有打开。请把其中的表复制到电子表格后再导入。",
    "The content of the file is nested too deeply; this is no list. Copy its table into a spreadsheet and import that.",
)
_SCANNED = Text(
    "PDF 是扫描件或图片，没有可读的文字层。请向发布单位索取电子表格，或先做文字识别（OCR）并核对，另存为 xlsx 后导入。",
    "The PDF is a scan without a text layer. Ask the publisher for the spreadsheet, or run text recognition (OCR), "
    "check the result, save it as xlsx and import that.",
)
_GARBLED = Text(
    "PDF 的文字层没有字符对照，读出来是乱码。请向发布单位索取电子表格，或打印成图片后做文字识别（OCR）并核对。",
    "The text layer of the PDF maps to no characters and reads as gibberish. Ask the publisher for the spreadsheet, or "
    "run text recognition (OCR) and check the result.",
)

_BROKEN = Text(
    "文件已损坏或不完整，打不开。请重新扫描或另存一份。",
    "The file is damaged or cut short and cannot be opened. Scan or save it again.",
)
_ACTIVE = Text(
    "文件里有脚本、附件或可执行的动作，没有保存。请打印成不带脚本的 PDF 再上传。",
    "The file holds scripts, attachments or actions and was not kept. Print it to a plain PDF and upload that.",
)
_PIXELS = Text("图片过大，没有保存。请缩小后再上传。", "The picture is too large and was not kept. Make it smaller.")

_REFUSALS: dict[str, Callable[[Said], Text]] = {
    "extent": _extent,
    "unpacked": _unpacked,
    "ratio": _unpacked,
    "sheets": _parts,
    "members": _parts,
    "cells": _cells,
    "pages": _pages,
    "markup": _markup,
    "output": _output,
    "time": lambda _: _TIME,
    "memory": lambda _: _MEMORY,
    "encrypted": lambda _: _ENCRYPTED,
    "entities": lambda _: _ENTITIES,
    "nesting": lambda _: _NESTING,
    "scanned": lambda _: _SCANNED,
    "garbled": lambda _: _GARBLED,
    "broken": lambda _: _BROKEN,
    "active": lambda _: _ACTIVE,
    "pixels": lambda _: _PIXELS,
}


def _formulas(said: Said) -> Text:
    return Text(
        f"有 {said['count']:,} 个公式单元格没有保存计算结果，按空白读取（公式从不执行）。"
        "如需其值，请用 Excel 打开并保存一次。",
        f"{said['count']:,} formula cells carry no stored result and read as blank (formulas are never run). For their "
        "values open the file in Excel and save it once.",
    )


def _hidden(said: Said) -> Text:
    name = shorten(said["sheet"])
    return Text(f"工作表“{name}”是隐藏的，照样读取。", f"Sheet “{name}” is hidden; it was read all the same.")


def _undecodable(said: Said) -> Text:
    return Text(
        f"有 {said['count']:,} 处字符无法解码，以 � 代替，请核对。",
        f"{said['count']:,} characters could not be decoded and stand as �; please check.",
    )


def _pictures(said: Said) -> Text:
    pages = "、".join(map(str, said["pages"][:20]))
    return Text(
        f"第 {pages} 页等共 {len(said['pages'])} 页没有文字（图片或空白），没有读取。",
        f"{len(said['pages'])} pages (such as {pages.replace('、', ', ')}) have no text (pictures or blank) and were "
        "not read.",
    )


_MACROS = Text("文件带有宏，宏被忽略，从不执行。", "The file has macros; they are ignored and never run.")
_REVISIONS = Text(
    "文档带有修订记录：插入的文字按已接受读取，删除的文字不读取。",
    "The document has tracked changes: inserted text was read as accepted, deleted text left out.",
)
_ELSEWHERE = Text(
    "文档嵌入了其他文件的内容，这部分没有读取。",
    "The document embeds the content of other files; that part was not read.",
)
_OCR = Text(
    "内容由图片识别（OCR）得来，每一格都需要核对。",
    "The content was recognised from pictures (OCR); every cell needs a look.",
)

_NOTES: dict[str, Callable[[Said], Text]] = {
    "macros": lambda _: _MACROS,
    "formulas": _formulas,
    "hidden": _hidden,
    "undecodable": _undecodable,
    "pictures": _pictures,
    "revisions": lambda _: _REVISIONS,
    "elsewhere": lambda _: _ELSEWHERE,
    "ocr": lambda _: _OCR,
}
