"""What the trials of a draft showed, in the shapes the laboratory's templates take."""

from datetime import date
from typing import Any

from sqlmodel import Session
from starlette.requests import Request

from registry.errors import Locale, Text
from registry.policies import Actor
from registry.services.lab.backtesting import recognised_lists
from registry.services.lab.drafts import Draft
from registry.services.lab.firms import disagreed_firms, moved_firms
from registry.services.lab.shapes import BatchScore, Group, Score
from registry.services.lab.trials import Trial
from registry.services.places import place
from registry.services.reference import shipped
from registry.tiering.sizes import CLASS_WORDS
from web.i18n import locale_of
from web.rendering import url_path

CITIES = 8
"""Cities shown one by one; the others are added up."""


def results_context(
    request: Request,
    session: Session,
    actor: Actor,
    draft: Draft,
    what_if: Trial | None,
    backtest: Trial | None,
    today: date,
) -> dict[str, Any]:
    """Counts, movers and lists of the last trials; ``current``: made of exactly the present text."""
    locale = locale_of(request)
    context: dict[str, Any] = {
        "what_if": what_if,
        "what_if_current": what_if is not None and what_if.text_hash == draft.text_hash,
        "backtest": backtest,
        "backtest_current": backtest is not None and backtest.text_hash == draft.text_hash,
        "lists": recognised_lists(session, tier=draft.tier),
    }
    if what_if is not None and what_if.what_if is not None:
        context |= _groups(what_if, locale)
        found = moved_firms(session, draft_id=draft.id, actor=actor, as_of=today)
        context["movers"] = [_firm(request, one, locale) for one in found]
    if backtest is not None and backtest.backtest is not None:
        labels = {one.batch_id: one.label for one in backtest.backtest.batches}
        found_wrong = disagreed_firms(session, draft_id=draft.id, actor=actor, as_of=today)
        context["batches"] = [_batch(one) for one in backtest.backtest.batches]
        context["wrong"] = [_firm(request, one, locale) | {"label": labels[one.batch_id]} for one in found_wrong]
        context["share"] = _judged_share(backtest.backtest.batches)
    return context


def _groups(trial: Trial, locale: Locale) -> dict[str, Any]:
    shown = trial.what_if
    if shown is None:
        return {}
    chains = {row["code"]: Text(row["name_zh"], row["name_en"]) for row in shipped("chains")}
    sizes = {str(code): words for code, words in CLASS_WORDS.items()}
    cities = [*shown.cities[:CITIES], *_rest(shown.cities[CITIES:])]
    rest = Text(f"其余 {len(shown.cities) - CITIES} 地", f"{len(shown.cities) - CITIES} other places")
    return {
        "cities": _bars(cities, lambda code: rest if code == REST else place(code) or UNKNOWN, locale),
        "chains": _bars(list(shown.chains), lambda code: chains.get(code, UNKNOWN), locale),
        "sizes": _bars(list(shown.sizes), lambda code: sizes.get(code, UNKNOWN), locale),
        "moving_criteria": [one for one in shown.criteria if one.let_in or one.kept_out or _differs(one.unmet)],
        "all_criteria": shown.criteria,
    }


REST = "rest"
UNKNOWN = Text("未登记", "not recorded")


def _differs(pair: tuple[int | None, int | None]) -> bool:
    return pair[0] != pair[1]


def _rest(groups: tuple[Group, ...]) -> list[Group]:
    if not groups:
        return []
    sums = {name: sum(getattr(one, name) for one in groups) for name in ("before", "after", "gains", "losses")}
    return [Group(code=REST, **sums)]


def _bars(groups: list[Group], named: Any, locale: Locale) -> list[dict[str, Any]]:
    """Rows with bars on a shared centre line: shares of the longest, in percent of half the width."""
    longest = max([1, *(max(one.gains, one.losses) for one in groups)])
    return [
        {
            "name": named(one.code).in_(locale),
            "group": one,
            "net": one.gains - one.losses,
            "gain": round(48 * one.gains / longest, 2),
            "loss": round(48 * one.losses / longest, 2),
        }
        for one in groups
    ]


def _firm(request: Request, one: Any, locale: Locale) -> dict[str, Any]:
    firm = one.enterprise
    city = Text(firm.city_name or "", firm.city_name_en or firm.city_name or "")
    reason = getattr(one, "reason", None)
    return {
        "one": one,
        "name": firm.name,
        "href": url_path(request, "enterprise", key=firm.key),
        "city": city.in_(locale),
        "reason": None if reason is None else Text(reason.zh, reason.en).in_(locale),
    }


def _batch(one: BatchScore) -> dict[str, Any]:
    return {
        "batch": one,
        "precision": (one.base.precision, one.draft.precision),
        "recall": (one.base.recall, one.draft.recall),
    }


def _judged_share(batches: tuple[BatchScore, ...]) -> float | None:
    """Of the recognised, the share the draft could judge."""
    listed = sum(one.listed for one in batches)
    return sum(_decided(one.draft) for one in batches) / listed if listed else None


def _decided(score: Score) -> int:
    return score.hits + score.missed
