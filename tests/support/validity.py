"""What is wrong with the HTML of a page: what a strict parser says, and names that are doubled or lead nowhere.

The parser (justhtml) reports every parse error of the HTML standard. What it does not know is added here: rules of
content and attributes that have been broken before.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from justhtml import JustHTML

REFERENCES = ("for", "form", "list", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers")
PHRASING = ("span", "p", "b", "strong", "small", "h1", "h2", "h3", "label", "button", "summary", "dt")
"""Elements of ours that may hold words and inline elements only."""
BLOCKS = ("div", "p", "ul", "ol", "dl", "table", "section", "details", "form", "fieldset", "pre", "h1", "h2", "h3")
FLAGS = (
    "required",
    "disabled",
    "checked",
    "selected",
    "open",
    "readonly",
    "multiple",
    "hidden",
    "autofocus",
    "novalidate",
)
TYPED = ("text", "search", "url", "tel", "email", "password")


_INSIDE = {(outer, inner) for outer in PHRASING for inner in BLOCKS} - {
    ("summary", level) for level in ("h1", "h2", "h3")
}
_PRESSED = ("a", "button")
_INNER = ("a", "button", "input", "select", "label", "details")


def html_faults(text: str) -> list[str]:
    """Everything wrong with one page or fragment, a line each; empty for a valid one."""
    page = JustHTML(
        text, collect_errors=True, sanitize=False, fragment=not text.lstrip().lower().startswith("<!doctype")
    )
    faults = [f"{fault.code} in line {fault.line}" for fault in page.errors]
    ids: Counter[str] = Counter()
    wanted: list[tuple[str, str]] = []
    for node, above in _elements(page.root, ()):
        attributes = {name: value or "" for name, value in (node.attrs or {}).items()}
        if "id" in attributes:
            ids[attributes["id"]] += 1
        wanted += [(name, one) for name in REFERENCES for one in attributes.get(name, "").split()]
        if node.name == "a" and attributes.get("href", "").startswith("#"):
            wanted.append(("href", attributes["href"][1:]))
        faults += [*_misplaced(node.name, above), *_attributes(node, attributes)]
    faults += [f"id {name!r} is there {count} times" for name, count in ids.items() if count > 1]
    faults += [f"id {name!r} is no name" for name in ids if not name or re.search(r"\s", name)]
    return faults + [f"{how} leads to #{name}, which is not there" for how, name in wanted if name and name not in ids]


def _elements(node: Any, above: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Every element below a node with the names of those it stands in, the nearest last."""
    for child in node.children or ():
        if not child.name.startswith(("#", "!")):
            yield child, above
            yield from _elements(child, (*above, child.name))


def _misplaced(name: str, above: tuple[str, ...]) -> Iterator[str]:
    """Blocks inside elements that hold words only, and things to press inside others."""
    if above and (above[-1], name) in _INSIDE:
        yield f"{name} inside {above[-1]}"
    if name in _INNER:
        yield from (f"{name} inside {outer}" for outer in above if outer in _PRESSED)


def _attributes(node: Any, attributes: dict[str, str]) -> Iterator[str]:
    for flag in FLAGS:
        if attributes.get(flag, "") not in ("", flag):
            yield f'{flag}="{attributes[flag]}" on {node.name}'
    if node.name == "input" and "maxlength" in attributes and attributes.get("type", "text") not in TYPED:
        yield f"maxlength on {attributes['type']}"
    if node.name == "option" and "label" not in attributes and not node.to_text().strip():
        yield "an option without words"
    if node.name == "img" and "alt" not in attributes:
        yield f"img {attributes.get('src')} without alt"
    if node.name == "pre" and "aria-label" in attributes and "role" not in attributes:
        yield "a name on an element that may have none"
