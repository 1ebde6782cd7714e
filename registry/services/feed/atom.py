"""The newest events as an Atom feed (RFC 4287), for feed readers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from registry.errors import Locale, Text
from registry.feed_words import EventType
from registry.schemas.feed import Event

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_TAG_YEAR = "2026"


def atom(events: Sequence[Event], *, title: Text, base: str, path: str, page: str, locale: Locale = "zh") -> bytes:
    """A feed document. ``base``: address of the site without a slash at the end; ``path``, ``page``: of feed and page.

    Ids are those of the events and never change, so a reader shows nothing twice.
    """
    ElementTree.register_namespace("", NAMESPACE)
    authority = base.partition("://")[2].partition("/")[0].partition(":")[0]
    root = ElementTree.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": _LANGUAGES[locale]})
    _add(root, "id", f"tag:{authority},{_TAG_YEAR}:{path}")
    _add(root, "title", title.in_(locale))
    updated = events[0].at if events else datetime(2026, 1, 1, tzinfo=UTC)
    _add(root, "updated", updated.isoformat(timespec="seconds"))
    ElementTree.SubElement(root, _name("link"), {"rel": "self", "href": base + path})
    ElementTree.SubElement(root, _name("link"), {"rel": "alternate", "type": "text/html", "href": base + page})
    author = ElementTree.SubElement(root, _name("author"))
    _add(author, "name", Text("企业名录与梯度培育库", "Enterprise registry").in_(locale))
    for event in events:
        root.append(_entry(event, base, authority, locale))
    written: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written


_LANGUAGES = {"zh": "zh-CN", "en": "en"}


def _entry(event: Event, base: str, authority: str, locale: Locale) -> ElementTree.Element:
    entry = ElementTree.Element(_name("entry"))
    _add(entry, "id", f"tag:{authority},{_TAG_YEAR}:event/{event.seq}")
    _add(entry, "title", headline(event).in_(locale))
    _add(entry, "updated", event.at.isoformat(timespec="seconds"))
    ElementTree.SubElement(entry, _name("link"), {"rel": "alternate", "href": base + _page_of(event)})
    ElementTree.SubElement(entry, _name("category"), {"term": event.type.value, "label": event.type.label.in_(locale)})
    _add(entry, "summary", _summary(event).in_(locale))
    return entry


def headline(event: Event) -> Text:
    """One line about an event: what, and whose."""
    who = event.enterprise.name if event.enterprise else event.announcement.label if event.announcement else ""
    if event.title is not None and event.title.product is not None:
        product = event.title.product
        who = f"{product.name} {product.version}".strip() + (f"（{who}）" if who else "")
    return Text(f"{event.type.label.zh}：{who}", f"{event.type.label.en}: {who}")


def _summary(event: Event) -> Text:
    zh, en = [f"生效日 {event.on}"], [f"takes effect {event.on}"]
    title = event.title
    if title is not None:
        zh.append(f"{title.batch.label}，{title.valid_from} 至 {title.valid_to or '无终止日'}")
        en.append(f"{title.batch.label}, {title.valid_from} to {title.valid_to or 'no end'}")
        if title.batch.document_no:
            zh.append(title.batch.document_no)
            en.append(title.batch.document_no)
    if event.type is EventType.RENAMED and event.before and event.enterprise:
        zh.append(f"原名 {event.before.name}")
        en.append(f"formerly {event.before.name}")
    if event.into is not None:
        zh.append(f"并入 {event.into.name}")
        en.append(f"into {event.into.name}")
    return Text("；".join(zh), "; ".join(en))


def _page_of(event: Event) -> str:
    if event.enterprise is not None:
        return f"/e/{event.enterprise.key}"
    if event.title is not None:
        return f"/batches/{event.title.batch.id}"
    return f"/batches/{event.announcement.id}" if event.announcement else "/"


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    # Characters XML has no place for: names come verbatim from documents.
    ElementTree.SubElement(parent, _name(tag)).text = "".join(c for c in text if c.isprintable())
