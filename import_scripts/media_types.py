"""The kinds of file that are recognised, and what to do about those this version does not read."""

from typing import Final

from registry.errors import Text

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS: Final = "application/vnd.ms-excel"
XLSB: Final = "application/vnd.ms-excel.sheet.binary.macroEnabled.12"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
SPREADSHEETML: Final = "application/x-spreadsheetml"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF: Final = "application/pdf"
HTML: Final = "text/html"
CSV: Final = "text/csv"
GZIP: Final = "application/gzip"
ZIP: Final = "application/zip"
MHT: Final = "multipart/related"
OLD_XLS: Final = "application/x-excel-before-97"
UNKNOWN: Final = "application/octet-stream"

_TAKEN = Text(
    "可以导入的有：电子表格（xlsx、xls、xlsb、ods）、CSV 等文本、网页（html）、Word（docx）、带文字的 PDF，"
    "以及它们的 zip 包。",
    "What can be imported: spreadsheets (xlsx, xls, xlsb, ods), CSV and other text, web pages (html), Word (docx), PDF "
    "with a text layer, and a zip of these.",
)


def _advice(zh: str, en: str) -> Text:
    return Text(f"{zh}{_TAKEN.zh}", f"{en} {_TAKEN.en}")


_COPY_ZH = "请把其中的表复制到电子表格后再导入。"
_COPY_EN = "Copy its table into a spreadsheet and import that."

REFUSED: Final[dict[str, Text]] = {
    "application/vnd.microsoft.portable-executable": _advice(
        "文件是 Windows 程序，不是表格，没有打开。", "The file is a Windows program, not a table; it was not opened."
    ),
    "application/x-executable": _advice(
        "文件是程序或脚本，不是表格，没有打开。", "The file is a program or script, not a table; it was not opened."
    ),
    "application/msword": _advice(
        "文件是旧版 Word（doc）或 WPS 文字（wps）文档。请用 Word 或 WPS 打开后另存为 docx。",
        "The file is an old Word (doc) or WPS Writer (wps) document. Open it in Word or WPS and save it as docx.",
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _advice(
        f"文件是演示文稿。{_COPY_ZH}", f"The file is a presentation. {_COPY_EN}"
    ),
    "application/x-ole-storage": _advice(
        "文件是旧版 Office 或 WPS 复合文档，但里面没有 Excel 工作簿。请用 WPS 或 Office 打开后另存为 xlsx 或 docx。",
        "The file is an old Office or WPS document without an Excel workbook. Open it in WPS or Office and save it as "
        "xlsx or docx.",
    ),
    OLD_XLS: _advice(
        "文件是 Excel 97 以前的工作簿。请用 Excel 或 WPS 打开后另存为 xlsx。",
        "The file is a workbook of before Excel 97. Open it in Excel or WPS and save it as xlsx.",
    ),
    "application/x-encrypted-office": _advice(
        "文件有打开密码。请去掉密码后另存一份。",
        "The file needs a password. Remove the password and save it again.",
    ),
    "application/vnd.oasis.opendocument": _advice(
        "文件是 OpenDocument 或 iWork 文档。请另存为 xlsx 或 docx。",
        "The file is an OpenDocument or iWork document. Save it as xlsx or docx.",
    ),
    "application/ofd": _advice(
        "文件是 OFD 版式文件。请用 OFD 阅读器打开，把其中的表复制到电子表格，或转换为带文字的 PDF。",
        "The file is an OFD document. Open it in an OFD reader and copy its table into a spreadsheet, or convert it to "
        "a PDF with text.",
    ),
    "application/x-archive": _advice(
        "文件是压缩包（RAR、7z、tar 等）。请先解压，再导入其中的文件，或改用 zip。",
        "The file is an archive (RAR, 7z, tar …). Unpack it and import the files inside, or use zip.",
    ),
    MHT: _advice(
        "文件是单个文件网页（mht）。请用浏览器、Excel 或 WPS 打开后另存为 xlsx 或 html。",
        "The file is a web archive (mht). Open it in a browser, Excel or WPS and save it as xlsx or html.",
    ),
    "text/xml": _advice(
        "文件是 XML，但不是 Excel 的 XML 表格。请用 Excel 或 WPS 打开后另存为 xlsx。",
        "The file is XML but no XML spreadsheet of Excel. Open it in Excel or WPS and save it as xlsx.",
    ),
    "application/rtf": _advice(
        "文件是 RTF 文档。请用 Word 或 WPS 打开后另存为 docx。",
        "The file is an RTF document. Open it in Word or WPS and save it as docx.",
    ),
    "image": _advice(
        "文件是图片，没有可读的文字。请先做文字识别（OCR）并核对，另存为 xlsx 后导入。",
        "The file is an image without readable text. Run text recognition (OCR), check the result and save it as xlsx.",
    ),
    UNKNOWN: _advice("认不出文件的格式。", "The format of the file was not recognised."),
}
