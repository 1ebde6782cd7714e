"""Ends of titles as a calendar file (RFC 5545): one whole-day entry for each list and day, the firms inside."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import BinaryIO

from sqlmodel import Session, col

from registry import clock
from registry.errors import Locale, Text
from registry.models import Enterprise, Listing
from registry.services.directories import list_all
from registry.services.renewing.choosing import RenewalQuery, ending, failing, from_titles, narrowed, within
from registry.services.renewing.findings import review_runs
from registry.services.renewing.officers import posts

MEDIA_TYPE = "text/calendar; charset=utf-8"
NAMED = 40
"""So many firms are named in an entry; of more, their number is given."""
_LINE = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


def write_calendar(
    session: Session, stream: BinaryIO, query: RenewalQuery, *, as_of: date, locale: Locale = "zh"
) -> int:
    """Write the titles of ``query`` as a calendar to ``stream``, left open; returns how many entries."""
    days = _days(session, query, as_of)
    names = {one.code: one.short for one in list_all(session, as_of=as_of)}
    made = clock.now()
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//enterprise registry//renewals//ZH", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(Text('复核到期', 'Renewals').in_(locale))}")
    for (day, directory), firms in sorted(days.items()):
        name = names[directory].in_(locale) if directory in names else directory
        lines += _entry(day, directory, name, firms, made, locale)
    lines.append("END:VCALENDAR")
    for line in lines:
        stream.write(b"\r\n ".join(_folded(line)) + b"\r\n")
    return len(days)


def _days(session: Session, query: RenewalQuery, as_of: date) -> dict[tuple[date, str], list[str]]:
    runs = review_runs(session)
    mine = None if query.officer is None else posts(session).served_by(query.officer)
    asked = [*ending(as_of), *narrowed(query, mine), within(query.window, as_of), failing(query.reason, runs)]
    columns = [col(Listing.valid_to), col(Listing.directory_code), col(Enterprise.name_zh)]
    found: dict[tuple[date, str], list[str]] = {}
    rows = from_titles(columns, runs).where(*asked).order_by(col(Enterprise.name_zh), col(Listing.id))
    for day, directory, firm in session.execute(rows):
        found.setdefault((day, directory), []).append(firm)
    return found


def _entry(day: date, directory: str, name: str, firms: list[str], made: datetime, locale: Locale) -> Iterator[str]:
    summary = Text(f"{name}到期：{len(firms)} 家", f"{name} ends: {len(firms)}").in_(locale)
    named = "\n".join(firms[:NAMED])
    if len(firms) > NAMED:
        named += Text(f"\n等 {len(firms)} 家", f"\nand {len(firms) - NAMED} more").in_(locale)
    yield "BEGIN:VEVENT"
    yield f"UID:{directory}-{day:%Y%m%d}@renewals"
    yield f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(summary)}"
    yield f"DESCRIPTION:{_text(named)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(text: str) -> str:
    return text.translate(_ESCAPED)


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 bytes with the blank that begins each further one; characters stay whole."""
    piece, room = b"", _LINE
    for character in line:
        one = character.encode()
        if len(piece) + len(one) > room:
            yield piece
            piece, room = b"", _LINE - 1
        piece += one
    yield piece
