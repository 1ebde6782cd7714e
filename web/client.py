"""Who a request comes from, as far as limits and the list of devices need it; and where our own addresses begin."""

from starlette.requests import Request

from registry.errors import InvalidTransition
from registry.services.accounts.signing import LinkSigner
from registry.services.accounts.throttling import network_of
from web.rendering import url_path, url_with


def network(request: Request) -> str:
    """The network a request comes from. Behind a proxy the server has put the real address in place."""
    return network_of(request.client.host) if request.client is not None else "?"


def agent(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")[:200]


def mailed_page(request: Request) -> str:
    """The address of the page where links from mails are used.

    From the settings only: what a request says of its host could be anybody's. In a demo it is the demo's own.
    """
    settings = request.app.state.settings
    base = settings.public_url or (str(request.base_url) if settings.demo else "")
    return base.rstrip("/") + url_path(request, "link_form")


def printed_address(request: Request, name: str, **query: str) -> str:
    """The whole address of one of our pages, for a print or a QR code; as the request has it if none is set."""
    base = request.app.state.settings.public_url or str(request.base_url)
    return base.rstrip("/") + url_with(url_path(request, name), **query)


def link_signer(request: Request) -> LinkSigner:
    """What signs the links in mails and reads them."""
    signer: LinkSigner = request.app.state.link_signer
    return signer


def require_mail(request: Request) -> None:
    """Refuse where no mail is sent. Raises InvalidTransition."""
    if not request.app.state.settings.sends_mail:
        raise InvalidTransition(
            "这里没有设置发信，不能自助办理。请联系管理员。",
            "No mail is sent from here, so this cannot be done by yourself. Ask an administrator.",
        )
