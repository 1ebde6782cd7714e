"""What browsers are sent says the same as the source, in fewer characters; and every class in it is used somewhere."""

import re
from collections import Counter
from functools import cache

import pytest

from web.rendering import TEMPLATES
from web.stylesheets import CSS_ROOT, NAMES, constants, minified, served, short_names

_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRINGS = re.compile(r'"[^"]*"')
_CLASSES = re.compile(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"')
_BODY_CLASS = re.compile(r"block body_class %}([^{]*)")
_EXPRESSIONS = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_QUOTED = re.compile(r"[\"'`]([^\"'`\n]*)[\"'`]")
_WORDS = re.compile(r"[\w{}.: -]+")


@pytest.mark.parametrize(
    ("source", "sent"),
    [
        ("/* why */\n.a {\n  x:1;\n}\n", ".a{x:1}"),
        (".a{x:1}\n.a b{y:2}", ".a{x:1;b{y:2}}"),
        (".a{x:1}\n.a>b,.a .c{y:2}", ".a{x:1;>b,.c{y:2}}"),
        (".a{x:1}\n.a:hover{y:2}", ".a{x:1;&:hover{y:2}}"),
        (".a{x:1}\n.a.b{y:2}", ".a{x:1;&.b{y:2}}"),
        (".a{x:1}\n.ab{y:2}", ".a{x:1}.ab{y:2}"),
        (".a{x:1}\n.b .a{y:2}\n.a c{z:3}", ".a{x:1}.b .a{y:2}.a c{z:3}"),
        (".a,.b{x:1}\n.a i{y:2}", ".a,.b{x:1}.a i{y:2}"),
        (".a::before{x:1}\n.a::before b{y:2}", ".a::before{x:1}.a::before b{y:2}"),
        (".a{x:1}\n.a b,.c b{y:2}", ".a{x:1}.a b,.c b{y:2}"),
        ("@media (max-width:719px){.a{x:1}}", "@media (width<720px){.a{x:1}}"),
        ("@media (min-width:720px){.a{x:1}}", "@media (width>=720px){.a{x:1}}"),
        (".a{--long:1;x:var(--long)}", ".a{--q:1;x:var(--q)}"),
        (':is(.a,.b) c{content:"›"}', ':is(.a,.b) c{content:"›"}'),
    ],
)
def test_a_style_sheet_is_sent_in_fewer_characters(source: str, sent: str) -> None:
    assert minified(source, {"--long": "--q"}) == sent


def test_a_constant_stands_where_it_is_used() -> None:
    assert (
        minified(".a{--f:1rem;--g:2rem;x:var(--f) var(--g)}", {"--g": "--q"}, {"--f": "1rem"})
        == ".a{--q:2rem;x:1rem var(--q)}"
    )


def test_what_is_set_again_anywhere_is_no_constant() -> None:
    assert "--f14" in constants()
    assert not {"--gap", "--row", "--wide"} & constants().keys()


def test_no_two_custom_properties_get_the_same_short_name() -> None:
    assert len(set(short_names().values())) == len(short_names())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_what_is_sent_keeps_every_rule_and_every_declaration(name: str) -> None:
    source, sent = _COMMENTS.sub("", (CSS_ROOT / name).read_text()), served(name).decode()
    assert sent.count("{") == sent.count("}") == source.count("{")
    assert _declared(sent) == _declared(source)


def _declared(text: str) -> Counter[str]:
    """How often each property is declared."""
    return Counter(re.findall(r"(?<=[;{])([a-z][a-z-]*):(?![^;{}]*\{)", re.sub(r"\s*([{};])\s*", r"\1", text)))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_no_class_is_dead(name: str) -> None:
    styled = re.findall(r"\.([a-z][\w-]*)", _STRINGS.sub("", _COMMENTS.sub("", (CSS_ROOT / name).read_text())))
    words, begun = _written_classes()
    dead = {one for one in styled if one not in words and not any(re.fullmatch(f"{begin}\\w+", one) for begin in begun)}
    assert dead == set()


@cache
def _written_classes() -> tuple[frozenset[str], frozenset[str]]:
    """Words of class attributes in templates, Python and scripts, and beginnings of those that are put together."""
    web = TEMPLATES.parent
    marked = []
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        marked += [*_CLASSES.findall(text), *_BODY_CLASS.findall(text)]
        marked += [string for part in _EXPRESSIONS.findall(text) for string in _QUOTED.findall(part)]
    for path in (*web.rglob("*.py"), *web.glob("static/js/*.js")):
        text = path.read_text()
        marked += [string for string in _QUOTED.findall(text) if _WORDS.fullmatch(string)] + _CLASSES.findall(text)
    joined = " ".join(marked)
    return frozenset(re.findall(r"[a-z][\w-]*", joined)), frozenset(re.findall(r"(?<![\w-])([a-z][a-z-]*)\{", joined))
