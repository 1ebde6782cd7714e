"""Numbers Word writes by itself: the 序号 of many tables is no text but an instruction to count."""

import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_PART = "word/numbering.xml"
_MOST = 10_000_000
_COUNTED = ("decimal", "decimalZero")


class Numbers:
    """Counts the numbered paragraphs of a document, each list by itself. Only the first level, only plain figures."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._patterns: dict[str, str] = {}
        self._next: dict[str, int] = {}
        if _PART in package.namelist() and package.getinfo(_PART).file_size <= _MOST:
            from lxml import etree

            with package.open(_PART) as part:
                parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
                self._learn(etree.fromstring(part.read(), parser))

    def _learn(self, numbering: "_Element") -> None:
        kinds: dict[str, tuple[str, int]] = {}
        for abstract in numbering.findall("{*}abstractNum"):
            level = abstract.find("{*}lvl")
            if level is None or _of(level.find("{*}numFmt")) not in _COUNTED:
                continue
            start = _of(level.find("{*}start")) or "1"
            pattern = _of(level.find("{*}lvlText")) or "%1"
            kinds[_attribute(abstract, "abstractNumId")] = pattern, int(start) if start.isdecimal() else 1
        for num in numbering.findall("{*}num"):
            found = kinds.get(_of(num.find("{*}abstractNumId")))
            if found:
                number = _attribute(num, "numId")
                self._patterns[number], self._next[number] = found

    def of(self, paragraph: "_Element") -> str:
        """The number printed before this paragraph (``3.``); empty if none is. Counts on."""
        settings = paragraph.find("{*}pPr/{*}numPr") if self._patterns else None
        if settings is None or _of(settings.find("{*}ilvl")) not in ("", "0"):
            return ""
        number = _of(settings.find("{*}numId"))
        if number not in self._patterns:
            return ""
        value = self._next[number]
        self._next[number] = value + 1
        return re.sub(r"%[1-9]", str(value), self._patterns[number])


def _of(element: "_Element | None") -> str:
    return _attribute(element, "val") if element is not None else ""


def _attribute(element: "_Element", name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")
