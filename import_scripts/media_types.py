"""The kinds of file that are recognised, and what to do about those this version does not read."""

from typing import Final

from registry.errors import Text

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS: Final = "application/vnd.ms-excel"
CSV: Final = "text/csv"
GZIP: Final = "application/gzip"
UNKNOWN: Final = "application/octet-stream"

_ONLY = Text("这一版只接受电子表格（xlsx、xls）和 CSV", "This version takes spreadsheets (xlsx, xls) and CSV only")


def _advice(zh: str, en: str) -> Text:
    return Text(f"{zh}{_ONLY.zh}。", f"{en} {_ONLY.en}.")


_TABLE_ZH = "请把其中的表复制到电子表格后再导入；"
_TABLE_EN = "Copy its table into a spreadsheet and import that."

REFUSED: Final[dict[str, Text]] = {
    "application/vnd.microsoft.portable-executable": _advice(
        "文件是 Windows 程序，不是表格，没有打开；", "The file is a Windows program, not a table; it was not opened."
    ),
    "application/x-executable": _advice(
        "文件是 Linux 程序，不是表格，没有打开；", "The file is a Linux program, not a table; it was not opened."
    ),
    "application/pdf": _advice(f"文件是 PDF。{_TABLE_ZH}", f"The file is a PDF. {_TABLE_EN}"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _advice(
        f"文件是 Word 文档。{_TABLE_ZH}", f"The file is a Word document. {_TABLE_EN}"
    ),
    "application/msword": _advice(
        f"文件是旧版 Word 或 WPS 文字文档。{_TABLE_ZH}", f"The file is an old Word or WPS document. {_TABLE_EN}"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _advice(
        f"文件是演示文稿。{_TABLE_ZH}", f"The file is a presentation. {_TABLE_EN}"
    ),
    "application/x-ole-storage": _advice(
        "文件是旧版 Office 复合文档，但不是 Excel 工作簿。请另存为 xlsx；",
        "The file is an old Office document but no Excel workbook. Save it as xlsx.",
    ),
    "application/x-encrypted-office": _advice(
        "文件有打开密码。请去掉密码后另存为 xlsx；",
        "The file needs a password. Remove the password and save it as xlsx.",
    ),
    "application/vnd.oasis.opendocument.spreadsheet": _advice(
        "文件是 OpenDocument 表格。请另存为 xlsx；", "The file is an OpenDocument spreadsheet. Save it as xlsx."
    ),
    "application/vnd.ms-excel.sheet.binary.macroEnabled.12": _advice(
        "文件是二进制工作簿（xlsb）。请另存为 xlsx；", "The file is a binary workbook (xlsb). Save it as xlsx."
    ),
    "application/ofd": _advice(f"文件是 OFD 版式文件。{_TABLE_ZH}", f"The file is an OFD document. {_TABLE_EN}"),
    "application/zip": _advice(
        "文件是压缩包。请先解压，再逐个导入其中的表格；",
        "The file is an archive. Unpack it and import the spreadsheets inside one by one.",
    ),
    "application/x-archive": _advice(
        "文件是压缩包（RAR、7z 等）。请先解压，再逐个导入其中的表格；",
        "The file is an archive (RAR, 7z …). Unpack it and import the spreadsheets inside one by one.",
    ),
    "text/html": _advice(
        "文件是网页（有些系统导出的 .xls 其实是网页）。请用 Excel 或 WPS 打开后另存为 xlsx；",
        "The file is a web page (some systems export one under the name .xls). Open it in Excel or WPS and save it as "
        "xlsx.",
    ),
    "text/xml": _advice(
        "文件是 XML。请用 Excel 或 WPS 打开后另存为 xlsx；",
        "The file is XML. Open it in Excel or WPS and save it as xlsx.",
    ),
    "application/rtf": _advice(f"文件是 RTF 文档。{_TABLE_ZH}", f"The file is an RTF document. {_TABLE_EN}"),
    "image": _advice("文件是图片，不含可读的文字；", "The file is an image without readable text."),
    UNKNOWN: _advice("认不出文件的格式；", "The format of the file was not recognised."),
}
