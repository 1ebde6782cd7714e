"""What every answer of every address carries, and that no other site can make a browser act."""

import pytest
from httpx2 import Response

from api.reconcile import ADDRESS as FOR_ANYONE
from tests.web.rights import LET_IN
from tests.web.world import ROUTES, World
from web.guards import CONTENT_SECURITY_POLICY

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
FRAMED = {"api_reconcile_preview"}
"""The one page that other sites may show in a frame; it holds nothing but what is public, and no form."""
OPEN = {name for name, route in ROUTES.items() if route.path.startswith(FOR_ANYONE)}
"""Other sites' scripts may read these answers."""


def faults(name: str, answer: Response) -> list[str]:
    """What is missing in the headers of one answer."""
    found = [key for key, value in HEADERS.items() if answer.headers.get(key) != value]
    policy = answer.headers.get("content-security-policy", "")
    if name not in FRAMED and policy != CONTENT_SECURITY_POLICY:
        found.append("content-security-policy")
    if "unsafe" in policy or "default-src 'none'" not in policy:
        found.append("content-security-policy is weak")
    if name not in OPEN and answer.headers.get("cross-origin-resource-policy") != "same-origin":
        found.append("cross-origin-resource-policy")
    if name not in OPEN and "access-control-allow-origin" in answer.headers:
        found.append("access-control-allow-origin")
    return [*found, *("server" for key in ("server", "x-powered-by") if key in answer.headers)]


@pytest.mark.parametrize("role", ["public", "administrator"])
def test_every_address_answers_with_safe_headers(world: World, role: str) -> None:
    wrong = {}
    for name in _in_order(role):
        answer = world.ask(role, name)
        bad = faults(name, answer)
        if role != "public" and answer.headers.get("cache-control") != "private, no-store":
            bad.append("cache-control")
        if bad:
            wrong[name] = bad
    assert wrong == {}


def test_a_fault_answers_with_the_same_headers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("示例故障")

    monkeypatch.setattr("web.home.render", fail)
    monkeypatch.setattr(world.client, "_transport", world.client._transport)
    monkeypatch.setattr(world.client._transport, "raise_server_exceptions", False)
    answer = world.open("public", "GET", "/")
    assert answer.status_code == 500
    assert faults("home", answer) == []
    assert "示例故障" not in answer.text


def test_no_other_site_makes_a_browser_act(world: World) -> None:
    """The least request that would be understood, sent along with the cookie by another site's page."""
    before = world.content()
    let_through = []
    for name, route in ROUTES.items():
        if route.methods == {"GET"} or route.path == FOR_ANYONE:
            continue
        role = next((role for role in ("administrator", "owner", "park", "person") if role in LET_IN[name]), "public")
        for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
            if world.ask(role, name, headers=headers).status_code != 403:
                let_through.append(name)
    assert let_through == []
    assert world.content() == before


def test_https_is_asked_for_only_where_it_is_spoken(world: World) -> None:
    assert "strict-transport-security" not in world.open("public", "GET", "/login").headers
    over_https = world.open("public", "GET", "https://127.0.0.1:8000/login")
    assert over_https.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("role", ["public", "administrator"])
def test_every_cookie_is_kept_from_scripts_and_other_sites(world: World, role: str) -> None:
    set_ = []
    for name in ("sign_in_submit", "preferences", "sign_out"):
        answer = world.ask(role, name, **({"data": {"locale": "en"}} if name == "preferences" else {}))
        set_ += answer.headers.get_list("set-cookie")
    assert set_
    for cookie in set_:
        low = cookie.lower()
        assert "httponly" in low, cookie
        assert "samesite=lax" in low, cookie
        assert "domain" not in low, cookie


def _in_order(role: str) -> list[str]:
    """All addresses, those that end the session last."""
    last = {"sign_out", "session_end", "password_change", "second_factor_act", "firm_member_end"}
    return sorted(ROUTES, key=lambda name: name in last)
