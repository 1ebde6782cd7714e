"""From a template and its values to a response: whole page or fragment. The only module that names HX-* headers."""

from collections.abc import Callable, Mapping, MutableMapping
from functools import cache, lru_cache, partial
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from jinja2_fragments import render_block
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import NoMatchFound

from registry.clock import today
from registry.errors import Locale, Text
from web import formats, navigation
from web.assets import asset_url
from web.i18n import LOCALES, translations
from web.preferences import preferences_of
from web.qr import qr_svg
from web.timeline import place, place_of_day

BADGE = ("level", "name", "status", "valid_from", "valid_to", "days_left")
TEMPLATES = Path(__file__).parent / "templates"
VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request, Cookie, Accept-Language"
SITE_NAME = Text("企业名录与梯度培育库", "Enterprise directory and cultivation registry")
SECTOR = Text("广东省电子信息产业", "Electronics and information industry of Guangdong")


class _Environment(Environment):
    """An environment whose templates have no globals of their own: they share its one plain dictionary.

    The chain of maps that templates get otherwise is searched through at every import of a macro, a tenth of a page.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._compiling = RLock()

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        # Twenty requests right after a start wait for one compilation; each doing its own takes seconds.
        with self._compiling:
            return super()._load_template(name, globals)


@cache
def make_templates(locale: Locale = "zh") -> Environment:
    """The Jinja environment of one language, made at first use.

    One environment a language, because macros are imported without the page's context: their texts and filters must
    know the language by themselves.
    """
    environment = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        # Templates do not change while the process lives: otherwise each import asks the disk, 150 times a page.
        auto_reload=False,
    )
    environment.policies["ext.i18n.trimmed"] = True
    texts = translations(locale)
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        texts.gettext, texts.ngettext, newstyle=True, pgettext=texts.pgettext, npgettext=texts.npgettext
    )
    environment.globals["gettext"] = environment.globals["_"] = _marked(texts.gettext)
    environment.filters.update(formats.filters(locale))
    environment.globals.update(
        locale=locale,
        asset=asset_url,
        missing=partial(formats.missing, locale=locale),
        period=partial(formats.period, locale=locale),
        months=formats.months,
        place=place,
        place_of_day=place_of_day,
        url_with=url_with,
        site_name=SITE_NAME.in_(locale),
        sector=SECTOR.in_(locale),
        kept_badge=_badges(environment),
        qr_svg=qr_svg,
    )
    return environment


def _badges(environment: Environment) -> Callable[[Any], Markup]:
    """What stands in a title's badge, kept: sixty of them are nearly half of a page of hits, and mostly the same."""

    @lru_cache(maxsize=4_096)
    def inside(*values: Any) -> Markup:
        macro = environment.get_template("components/badge.html").module.badge_inside  # type: ignore[attr-defined]
        return Markup(macro(dict(zip(BADGE, values, strict=True))))  # noqa: S704 - escaped by the macro

    def badge(title: Any) -> Markup:
        told = title.get if isinstance(title, Mapping) else partial(getattr, title)
        return inside(*(told(name, None) for name in BADGE))

    return badge


def _marked(look_up: Callable[[str], str]) -> Callable[..., Markup]:
    """What ``_`` does in templates, as Jinja’s own with autoescaping. A page says a hundred words, mostly the same."""
    known: dict[str, Markup] = {}
    whole: dict[str, Markup] = {}

    def gettext(text: str, /, **variables: Any) -> Markup:
        found = whole.get(text) if not variables else None
        if found is not None:
            return found
        pattern = known.get(text)
        if pattern is None:
            pattern = known[text] = Markup(look_up(text))  # noqa: S704 - a text of ours; its variables are escaped
        filled = pattern % variables
        if not variables:
            whole[text] = filled
        return filled

    return gettext


def environments() -> dict[Locale, Environment]:
    """Both environments, for tests and for warming up at start."""
    return {locale: make_templates(locale) for locale in LOCALES}


def wants_fragment(request: Request) -> bool:
    """A boosted link or a restored history entry replaces the page, so it needs all of it."""
    headers = ("request", "boosted", "history-restore-request")
    return [h for h in headers if request.headers.get(f"HX-{h}") == "true"] == ["request"]


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    block: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page, or only ``block`` of it if htmx asks for a part. Same address, two bodies: hence ``Vary``.

    Every template also sees what ``common_context`` gives; a page's own values win.
    """
    environment = make_templates(preferences_of(request).locale)
    values = common_context(request) | dict(context)
    if block is not None and wants_fragment(request):
        body = render_block(environment, template, block, **values)
    else:
        body = environment.get_template(template).render(**values)
    return HTMLResponse(body, status_code=status, headers={"Vary": VARY} | dict(headers or {}))


def common_context(request: Request) -> dict[str, Any]:
    """What every page knows: preferences, where it is, who is there, today's legal date, the header's links.

    ``request.state.user`` is the signed-in account or absent; ``request.app.state.settings`` the settings or absent.
    """
    chosen = preferences_of(request)
    return {
        "request": request,
        "locale": chosen.locale,
        "theme": chosen.theme,
        "size": chosen.size,
        "here": here(request),
        "user": getattr(request.state, "user", None),
        "demo": getattr(getattr(request.app.state, "settings", None), "demo", False),
        "today": today(),
        "nav_public": navigation.links(request, navigation.PUBLIC),
        "nav_work": navigation.links(request, navigation.WORK),
        "desk_url": desk_of(request),
        "home_url": navigation.path_of(request, "home") or "/",
        "sign_in_url": navigation.path_of(request, "sign_in"),
        "sign_out_url": navigation.path_of(request, "sign_out"),
        "preferences_url": navigation.path_of(request, "preferences"),
        "url_for": partial(url_path, request),
    }


def desk_of(request: Request) -> str | None:
    """Where whoever is signed in works: officials in the office, everybody else with their firms."""
    actor = getattr(request.state, "actor", None)
    if actor is not None and not actor.is_official:
        return navigation.path_of(request, "firm_list")
    links = navigation.links(request, navigation.WORK)
    return links[0].href if links else None


def here(request: Request) -> str:
    """The path and query of the page being looked at; the front page if it is the answer to a form."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def url_path(request: Request, name: str, /, **params: Any) -> str:
    """The path of a named route, without a host, so that it is right behind any proxy. Raises NoMatchFound."""
    path = navigation.path_of(request, name, **params)
    if path is None:
        raise NoMatchFound(name, params)
    return path


def url_with(url: str, **changes: Any) -> str:
    """The address with some query parameters changed: a list gives several, None or an empty list removes."""
    parts = urlsplit(url)
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in changes]
    for key, value in changes.items():
        values = value if isinstance(value, list | tuple | set) else [] if value is None else [value]
        pairs += [(key, str(item)) for item in values]
    return parts.path + (f"?{urlencode(pairs)}" if pairs else "")


def see_other(request: Request, name: str, /, **params: Any) -> Response:
    """Go and look at a page after a form did its work: 303, or for htmx a redirect of the whole page."""
    target = url_path(request, name, **params)
    if wants_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": target, "Vary": VARY})
    return RedirectResponse(target, status_code=303, headers={"Vary": VARY})
