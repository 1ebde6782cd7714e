"""Steps to a title in words and real units: 研发费用（2025 年）增加 180 万元，至 1,200 万元."""

from registry.errors import Locale, Text
from registry.tiering.directory_words import title_words
from registry.tiering.figures import annual_names, fact_names, stated_name
from registry.tiering.path import Way
from registry.tiering.report_shapes import StepReport, WayReport
from registry.tiering.steps import Step
from registry.tiering.wording import Unit, defined, show, show_gap


def way_report(way: Way) -> WayReport:
    """A way as the report carries it."""
    return WayReport(
        steps=tuple(_step_report(one) for one in way.steps),
        blocked=way.blocked,
        text=_sentence(way, "zh"),
        text_en=_sentence(way, "en"),
    )


def step_words(step: Step, locale: Locale) -> str:
    """One change, as somebody is told to make it."""
    english, name = locale == "en", step.need.words(locale)
    match step.kind:
        case "title":
            held = title_words(step.among, locale)
            return f"first obtain the title {held}" if english else f"先取得{held}称号"
        case "wait":
            years = show_gap("years", Text("年", "years"), step.by, locale)
            return f"{name}: {years} more" if english else f"{name}再满 {years}"
        case "state":
            label = fact_names()[stated_name(step.need.name)].label.in_(locale)
            if step.among:
                return (
                    f"{label}: one of {', '.join(step.among)}"
                    if english
                    else f"{label}达到 {'、'.join(step.among)} 之一"
                )
            if step.to:
                return f"bring about: {label}" if english else f"具备“{label}”"
            return f"no longer: {label}" if english else f"消除“{label}”"
        case _:
            return _amount_words(step, name, locale)


def _amount_words(step: Step, name: str, locale: Locale) -> str:
    english, (unit, counter) = locale == "en", _unit(step)
    to = show(unit, counter, step.to, locale)
    if step.need.name.startswith("market_rank"):
        return f"{name}: into the top {step.to:g}" if english else f"{name}进入前 {step.to:g}"
    by = show_gap(unit, counter, step.by, locale)
    if step.kind == "raise":
        return f"{name}: {by} more, to {to}" if english else f"{name}增加 {by}，至 {to}"
    return f"{name}: {by} less, to {to}" if english else f"{name}减少 {by}，至 {to}"


def _unit(step: Step) -> tuple[Unit, Text]:
    about = annual_names()[step.need.name] if step.need.year is not None else fact_names()[stated_name(step.need.name)]
    if about.kind == "valuation":
        return ("yuan" if step.need.name.endswith("@CNY") else "dollars"), Text("", "")
    return defined(about)


def _step_report(step: Step) -> StepReport:
    counted = step.kind in ("raise", "lower")
    unit, counter = _unit(step) if counted else ("number", Text("", ""))
    return StepReport(
        place=step.need.path,
        kind=step.kind,
        now=step.now if counted else None,
        to=step.to if counted else None,
        by=step.by if counted else None,
        unit=unit if unit != "number" else counter.en,
        titles=step.among if step.kind == "title" else (),
        text=step_words(step, "zh"),
        text_en=step_words(step, "en"),
    )


def _sentence(way: Way, locale: Locale) -> str:
    english = locale == "en"
    if way.blocked:
        codes = ", ".join(way.blocked) if english else "、".join(way.blocked)
        return f"Nothing the firm can change mends {codes}" if english else f"{codes} 无法通过改善指标满足"
    steps = [step_words(one, locale) for one in way.steps]
    return "; ".join(steps) if english else "；".join(steps)
