"""What browsers are sent instead of the style sheets' source: the same rules in fewer characters.

The source stays readable (whole names, comments, a rule a line). Serving drops what only people need, gives custom
properties names of one or two letters, writes widths as ranges, and writes rules that follow each other and begin alike
inside the first of them. Nothing is reordered and no value changes, so what a page looks like cannot either.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_letters

CSS_ROOT = Path(__file__).parent / "static" / "css"
NAMES = frozenset(path.name for path in CSS_ROOT.glob("*.css"))
"""The style sheets there are."""
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PROPERTY = re.compile(r"--[\w-]+")
_STRING = re.compile(r'"[^"\n]*"')
_COMMAS = re.compile(r",(?![^(]*\))")


@dataclass(slots=True)
class Rule:
    """A selector or at-rule and what stands in its braces: declarations as text, rules as rules."""

    prelude: str
    body: "list[str | Rule]" = field(default_factory=list)


@cache
def served(name: str) -> bytes:
    """The style sheet ``web/static/css/<name>`` as it is sent; written once a process."""
    return minified((CSS_ROOT / name).read_text(encoding="utf-8"), short_names(), constants()).encode()


@cache
def short_names() -> dict[str, str]:
    """A short name for each custom property of all style sheets together, the most used first."""
    used = _PROPERTY.findall(_all_sheets())
    by_use = sorted(dict.fromkeys(used), key=lambda name: (-used.count(name), name))
    letters = [*ascii_letters, *("".join(pair) for pair in product(ascii_letters, repeat=2))]
    return {name: f"--{short}" for name, short in zip(by_use, letters, strict=False)}


@cache
def constants() -> dict[str, str]:
    """Custom properties that are set once and no longer than a reference to them: the value stands there instead."""
    text = _all_sheets()
    set_once = re.findall(r"(--[\w-]+):([^;{}]+)[;}]", text)
    names = [name for name, _ in set_once]
    return {name: value for name, value in set_once if names.count(name) == 1 and re.fullmatch(r"[\d.]+rem", value)}


def _all_sheets() -> str:
    return _COMMENT.sub("", "".join(path.read_text(encoding="utf-8") for path in sorted(CSS_ROOT.glob("*.css"))))


def minified(source: str, names: dict[str, str], values: dict[str, str] | None = None) -> str:
    """One style sheet in fewer characters. ``names``: what custom properties are called instead; ``values``: of those
    that are constant, written where they are used.

    Strings are left as they are; they must not contain braces, semicolons or comment marks.
    """
    text = _COMMENT.sub("", source)
    for name, value in (values or {}).items():
        text = text.replace(f"{name}:{value};", "").replace(f"var({name})", value)
    text = _PROPERTY.sub(lambda found: names.get(found[0], found[0]), text)
    text = re.sub(r"\(max-width:(\d+)px\)", lambda found: f"(width<{int(found[1]) + 1}px)", text)
    text = re.sub(r"\(min-width:(\d+)px\)", r"(width>=\1px)", text)
    text = re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()
    rules, _ = _parsed(text, 0)
    return _written(_nested(rules))


def _parsed(text: str, at: int) -> tuple[list[str | Rule], int]:
    """What stands between here and the closing brace, and where that is behind us."""
    found: list[str | Rule] = []
    start = at
    while at < len(text):
        mark = text[at]
        if mark == "{":
            body, end = _parsed(text, at + 1)
            found.append(Rule(text[start:at], body))
            at = start = end
            continue
        if mark in ";}":
            if text[start:at]:
                found.append(text[start:at])
            start = at + 1
        at += 1
        if mark == "}":
            return found, at
    return found, at


def _nested(rules: Iterable[str | Rule]) -> list[str | Rule]:
    """The same rules; one that begins with the selector of the one before it goes inside."""
    found: list[str | Rule] = []
    for rule in rules:
        if isinstance(rule, str):
            found.append(rule)
            continue
        rule.body = _nested(rule.body)
        before = found[-1] if found else None
        inside = _inside(rule, before) if isinstance(before, Rule) else None
        if inside is None:
            found.append(rule)
        elif isinstance(before, Rule):
            before.body.append(inside)
    return found


def _inside(rule: Rule, before: Rule) -> Rule | None:
    """The rule as it is written inside the one before it, or None where that would not say the same."""
    outer = before.prelude
    if rule.prelude.startswith("@") or outer.startswith("@") or "," in outer or "::" in outer:
        return None
    parts = []
    for selector in _COMMAS.split(rule.prelude):
        rest = selector.removeprefix(outer)
        if rest == selector or not rest or rest[0] not in " >+~:.[":
            return None
        parts.append(f"&{rest}" if rest[0] in ":.[" else rest.lstrip())
    return Rule(",".join(parts), rule.body)


def _written(rules: list[str | Rule]) -> str:
    """Text of rules; a semicolon only between declarations and after one that a rule follows."""
    text = ""
    for rule in rules:
        text += f"{rule};" if isinstance(rule, str) else f"{rule.prelude}{{{_written(rule.body).rstrip(';')}}}"
    return text
