"""Languages of the pages: Chinese is written in the source, English is looked up in ``web/locale/en*.po``.

``python -m web.i18n`` prints what is missing, so that whoever adds a text sees at once what to translate.
"""

import gettext
import sys
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import get_args

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from starlette.requests import Request

from registry.errors import Locale

WEB = Path(__file__).parent
LOCALE_FOLDER = WEB / "locale"
LOCALE_COOKIE = "locale"
LOCALES: tuple[Locale, ...] = get_args(Locale)

MessageId = str | tuple[str, ...]


def locale_of(request: Request) -> Locale:
    """The language of one request: what the person chose, else what the browser asks for, else Chinese."""
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    for locale in LOCALES:
        if chosen == locale:
            return locale
    return accepted_locale(request.headers.get("accept-language", ""))


def accepted_locale(header: str) -> Locale:
    """The better of our languages in an ``Accept-Language`` header. Every Chinese (zh-TW, zh-Hant-HK) is zh."""
    best: tuple[float, Locale] = (0.0, "zh")
    for part in header.split(","):
        tag, _, parameter = part.strip().partition(";")
        locale = _locale_for(tag)
        weight = _weight(parameter)
        if locale is not None and weight > best[0]:
            best = (weight, locale)
    return best[1]


def _locale_for(tag: str) -> Locale | None:
    primary = tag.strip().lower().partition("-")[0]
    return "zh" if primary in ("zh", "*") else "en" if primary == "en" else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


@cache
def translations(locale: Locale) -> gettext.NullTranslations:
    """The texts of one language. For Chinese that is the source itself."""
    if locale == "zh":
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, english_catalog())
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def english_catalog() -> Catalog:
    """All English texts: ``en.po`` and, if an area keeps its own, ``en.<area>.po``, joined."""
    joined = Catalog(locale="en")
    for path in sorted(LOCALE_FOLDER.glob("en*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    joined.add(message.id, message.string, context=message.context, flags=message.flags)
    return joined


def messages_in_source() -> Iterator[tuple[str, int, MessageId, str | None]]:
    """Every text marked for translation below ``web/``: file, line, text (or singular and plural), context."""
    mapping = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
    options = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
    for file, line, message, _, context in extract_from_dir(WEB, mapping, options):
        yield file, line, message, context


def faults() -> list[str]:
    """One line for each text that has no English, and for each English text that nothing uses any more."""
    catalog = english_catalog()
    found: set[tuple[str, str | None]] = set()
    lines = []
    for file, line, message, context in messages_in_source():
        first = message if isinstance(message, str) else message[0]
        if (first, context) in found:
            continue
        found.add((first, context))
        entry = catalog.get(message, context)
        translated = () if entry is None else (entry.string,) if isinstance(entry.string, str) else entry.string
        if not translated or not all(translated) or entry is None or entry.fuzzy:
            lines.append(f"{file}:{line}: no English for “{first}”")
    for entry in catalog:
        first = entry.id if isinstance(entry.id, str) else entry.id[0]
        if first and (first, entry.context) not in found:
            lines.append(f"locale: nothing uses “{first}” any more")
    return lines


def untranslated() -> Catalog:
    """A catalogue of the texts without English, ready to be pasted into a ``.po`` file."""
    known, missing = english_catalog(), Catalog(locale="en", header_comment="")
    for _, _, message, context in messages_in_source():
        if known.get(message, context) is None:
            missing.add(message, context=context)
    return missing


def main() -> int:
    """Print the faults, then the missing entries in ``.po`` form; 1 if there is any fault."""
    lines = faults()
    out = sys.stdout
    out.writelines(f"{line}\n" for line in lines)
    if lines:
        buffer = BytesIO()
        write_po(buffer, untranslated(), omit_header=True, width=110)
        out.write(buffer.getvalue().decode())
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
