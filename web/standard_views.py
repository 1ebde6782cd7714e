"""The pages of the standards in the shapes their templates take: words generated from the rules."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from starlette.requests import Request

from registry.clock import today
from registry.errors import InvalidInput, Locale, NotFound, Text
from registry.tiering.describe import Described, describe, threshold_words, words_in
from registry.tiering.directory_words import TITLES, place_words, title_words
from registry.tiering.inside import within
from registry.tiering.language import BandedThreshold, Compare, NoTitle, Score, Title
from registry.tiering.outline import outline
from registry.tiering.score_tables import score_table
from registry.tiering.selection import PROCEDURES, choose
from registry.tiering.standard import Criterion, Document, Procedure, Standard, Window
from registry.tiering.wording import SIGNS, about, show
from web.confidence import CONFIDENCE, EXPLAINED, TONES
from web.navigation import path_of
from web.rendering import url_path

MARKS = ("V-G", "V-S2", "V-S", "R")
"""From the surest to the least sure."""


def tier_name(versions: tuple[Standard, ...], locale: Locale) -> str:
    """What a tier is called, without the year of a version."""
    newest = versions[0]
    if newest.tier in TITLES:
        name = TITLES[newest.tier].in_(locale)
        return name[:1].upper() + name[1:]
    title = words_in(newest.title, locale)
    return title.split(" (")[0] if locale == "en" else title.split("（")[0]


def version_row(request: Request, one: Standard, locale: Locale, current: Standard | None = None) -> dict[str, Any]:
    """One version: where it leads, whom it judges, when."""
    return {
        "id": one.id,
        "title": words_in(one.title, locale),
        "href": url_path(request, "standard", code=one.id),
        "current": current is not None and one.id == current.id,
        "criteria": len(one.criteria),
        "place": place_words((one.region,), locale) if one.region else None,
        "named_only": one.named_only,
        "windows": [_window(procedure, window, today()) for procedure, window in one.in_force.items()],
    }


def _window(procedure: Procedure, window: Window, day: date) -> dict[str, Any]:
    return {
        "procedure": Text(*PROCEDURES[procedure]),
        "since": window.since,
        "to": window.to,
        "in_force": window.covers(day),
    }


def applying(request: Request, versions: tuple[Standard, ...], day: date) -> list[dict[str, Any]]:
    """Which version judges whom on a day: a line for each procedure, and for each place with a version of its own."""
    places: list[str | None] = [None, *sorted({one.region for one in versions if one.region and not one.named_only})]
    lines: list[dict[str, Any]] = []
    for procedure in ("new", "review"):
        found = {place: _chosen(versions, procedure, day, place) for place in places}
        national = found[None]
        own = {place: one for place, one in found.items() if place and one is not None and one is not national}
        if national is not None:
            where = Text("全国其他地区", "everywhere else") if own else Text("全国", "the whole country")
            lines.append(_applies(request, procedure, where, national))
        for place, one in own.items():
            name = Text(place_words((place or "",), "zh"), place_words((place or "",), "en"))
            lines.append(_applies(request, procedure, name, one))
    return _joined(lines)


def _joined(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line where new applications and reviews of a place are judged by the same version over the same time."""
    found: list[dict[str, Any]] = []
    for line in lines:
        same = [one for one in found if all(one[key] == line[key] for key in ("where", "id", "since", "to"))]
        if same:
            both = (same[0]["procedure"], line["procedure"])
            same[0]["procedure"] = Text("、".join(one.zh for one in both), ", ".join(one.en for one in both))
        else:
            found.append(line)
    return found


def _chosen(versions: tuple[Standard, ...], procedure: str, day: date, place: str | None) -> Standard | None:
    wanted: Procedure = "new" if procedure == "new" else "review"
    region = place.ljust(6, "0") if place else None
    try:
        return choose(versions[0].tier, procedure=wanted, as_of=day, region_code=region, among=versions)
    except (InvalidInput, NotFound):  # no version for it on this day, or only versions with an id of their own
        return None


def _applies(request: Request, procedure: str, where: Text, one: Standard) -> dict[str, Any]:
    window = one.in_force["new" if procedure == "new" else "review"]
    href = url_path(request, "standard", code=one.id)
    words = Text(*PROCEDURES[procedure])
    return {"procedure": words, "where": where, "id": one.id, "href": href, "since": window.since, "to": window.to}


def criterion_rows(
    request: Request, standard: Standard, known: Iterable[Standard], locale: Locale
) -> list[dict[str, Any]]:
    """Every criterion: its lines, its bands and points, the titles it asks for, its source and how sure it is."""
    tiers = {one.tier for one in known}
    described = describe(standard, locale)
    return [
        _criterion(request, rule, one, tiers, locale) for rule, one in zip(standard.criteria, described, strict=True)
    ]


def _criterion(request: Request, rule: Criterion, one: Described, tiers: set[str], locale: Locale) -> dict[str, Any]:
    only = one.procedures[0] if len(one.procedures) == 1 else None
    scores = list(within(rule.rule, Score))
    return {
        "described": one,
        "lines": outline(rule.rule),
        "only": Text(f"只用于{PROCEDURES[only][0]}", f"{PROCEDURES[only][1]} only") if only else None,
        "confidence": CONFIDENCE[one.source.confidence],
        "explained": EXPLAINED[one.source.confidence],
        "tone": TONES[one.source.confidence],
        "blocking": rule.blocking,
        "veto": rule.veto,
        "advisory": rule.advisory,
        "href": one.source.url if is_address(one.source.url) else None,
        "titles": [title_links(request, code, tiers, locale) for code in _titles(rule)],
        "bands": [_bands(compare, locale) for compare in within(rule.rule, Compare) if _is_banded(compare)],
        "score": score_table(scores[0]) if scores else (),
        "score_needs": _needs(scores[0]) if scores else None,
    }


def _titles(rule: Criterion) -> list[str]:
    asked = [code for one in within(rule.rule, Title) for code in one.title]
    excluded = [code for one in within(rule.rule, NoTitle) for code in one.no_title]
    return list(dict.fromkeys([*asked, *excluded]))


def title_links(request: Request, code: str, tiers: set[str], locale: Locale) -> dict[str, Any]:
    """A title by name, with the way to its own standard and to whoever holds it."""
    name = title_words((code,), locale)
    return {
        "name": name[:1].upper() + name[1:],
        "standard": url_path(request, "standard", code=code) if code in tiers else None,
        "holders": path_of(request, "directory", code=code) if code in TITLES else None,
    }


def _is_banded(rule: Compare) -> bool:
    return isinstance(rule.threshold, BandedThreshold)


def _bands(rule: Compare, locale: Locale) -> dict[str, Any]:
    """A threshold that depends on another value, as rows."""
    threshold = rule.threshold
    if not isinstance(threshold, BandedThreshold):
        raise TypeError(threshold_words(rule, locale))
    unit, counter = about(rule.value)
    by_unit, by_counter = about(threshold.by)
    rows, below = [], None
    for band in threshold.bands:
        edges = [f"> {show(by_unit, by_counter, below, locale)}"] if below is not None else []
        edges += [f"≤ {show(by_unit, by_counter, band.up_to, locale)}"] if band.up_to is not None else []
        rows.append(
            (
                Text("，".join(edges), ", ".join(edges)),
                f"{SIGNS[rule.operator]} {show(unit, counter, band.use, locale)}",
            )
        )
        below = band.up_to
    return {"by": words_in(threshold.label, locale), "rows": rows}


def _needs(score: Score) -> Text:
    total = sum(part.max for part in score.score)
    if score.more_than is not None:
        return Text(
            f"满分 {total} 分，须超过 {score.more_than} 分（{score.more_than} 分不够）",
            f"{total} points in all; more than {score.more_than} are needed ({score.more_than} is not enough)",
        )
    return Text(
        f"满分 {total} 分，须 {score.at_least} 分以上（含）",
        f"{total} points in all; at least {score.at_least} are needed",
    )


def document_rows(standard: Standard) -> list[dict[str, Any]]:
    """Every document of a version with how many criteria rest on it and how sure the least sure of them is."""
    cited = {key: [one for one in standard.criteria if one.document == key] for key in standard.documents}
    return [_document(document, cited[key]) for key, document in standard.documents.items()]


def _document(document: Document, criteria: list[Criterion]) -> dict[str, Any]:
    worst = max((MARKS.index(one.confidence) for one in criteria), default=None)
    return {
        "document": document,
        "href": document.url if is_address(document.url) else None,
        "criteria": len(criteria),
        "confidence": None if worst is None else CONFIDENCE[MARKS[worst]],
        "tone": "" if worst is None else TONES[MARKS[worst]],
    }


def is_address(url: str | None) -> bool:
    """Whether a document's address can be opened."""
    return url is not None and url.startswith(("https://", "http://"))
