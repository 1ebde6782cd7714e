"""Words of the account pages: what a browser is called, how the site is named in an authenticator."""

from starlette.requests import Request

from registry.errors import Text
from web.i18n import locale_of
from web.rendering import SITE_NAME

# The first that is found counts: Edge also says Chrome, Chrome also says Safari.
_BROWSERS = (
    ("MicroMessenger", "微信", "WeChat"),
    ("Edg", "Edge", "Edge"),
    ("QQBrowser", "QQ 浏览器", "QQ Browser"),
    ("Firefox", "Firefox", "Firefox"),
    ("Chrome", "Chrome", "Chrome"),
    ("Safari", "Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙", "HarmonyOS"),
    ("Android", "安卓", "Android"),
    ("iPhone", "iPhone", "iPhone"),
    ("iPad", "iPad", "iPad"),
    ("Windows", "Windows", "Windows"),
    ("Mac OS X", "macOS", "macOS"),
    ("Linux", "Linux", "Linux"),
)


def device_words(agent: str) -> Text:
    """What a browser calls itself, as people know it: “Chrome，Windows”.

    >>> device_words("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36").zh
    'Chrome，Windows'
    >>> device_words("").en
    'Unknown browser'
    """
    browser, system = _first(agent, _BROWSERS), _first(agent, _SYSTEMS)
    if browser is None and system is None:
        return Text("未知浏览器", "Unknown browser")
    known = [one for one in (browser, system) if one is not None]
    return Text("，".join(one.zh for one in known), ", ".join(one.en for one in known))


def name_of_site(request: Request) -> str:
    """What the authenticator lists the key under."""
    return SITE_NAME.in_(locale_of(request))


def _first(agent: str, known: tuple[tuple[str, str, str], ...]) -> Text | None:
    return next((Text(zh, en) for mark, zh, en in known if mark in agent), None)
