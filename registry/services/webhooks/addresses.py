"""Where a webhook may lead: never into the network this server stands in, unless its operator allows it.

The name is resolved once and every address of it judged; what is connected to afterwards is such an address and no
name, so that a name that changes its meaning in between leads nowhere else.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from registry.errors import InvalidInput

URL_MAX = 500
_PORTS = {"https": 443, "http": 80}
_TRANSLATED = ip_network("64:ff9b::/96")
"""Addresses in which a gateway finds an IPv4 address, which could be any."""

Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], list[str]]


class AddressRefused(OSError):
    """The address is not one to send to from here."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address in its parts. ``path`` holds the query too."""

    scheme: str
    host: str
    port: int
    path: str


def parse_url(url: str) -> Target:
    """The parts of an address somebody wants events at. Raises InvalidInput."""
    try:
        parts, port = _split(url)
    except ValueError as error:
        raise _unreadable(url) from error
    host = parts.hostname
    if parts.scheme not in _PORTS or not host or parts.username or parts.password or parts.fragment:
        raise _unreadable(url)
    path = parts.path or "/"
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], f"{path}?{parts.query}" if parts.query else path)


def networks_of(setting: str) -> tuple[Network, ...]:
    """Networks of a setting, commas between. Raises InvalidInput."""
    wanted = [one.strip() for one in setting.split(",") if one.strip()]
    try:
        return tuple(ip_network(one) for one in wanted)
    except ValueError as error:
        raise InvalidInput(
            f"REGISTRY_WEBHOOK_NETWORKS 中有不能识别的网段：{error}。应如 10.1.0.0/16，多个用逗号分隔。",
            f"REGISTRY_WEBHOOK_NETWORKS has an unreadable network: {error}. Write 10.1.0.0/16, commas between.",
            field="REGISTRY_WEBHOOK_NETWORKS",
            value=setting,
        ) from error


def reachable(target: Target, allowed: Sequence[Network], *, resolve: Resolver | None = None) -> list[str]:
    """The numeric addresses of a target, all of them fit to be sent to.

    Public addresses by https; those of an ``allowed`` network also by http. Raises AddressRefused if one is neither,
    OSError if the name is not known.
    """
    found = (resolve or _resolve)(target.host, target.port)
    if not found:
        raise AddressRefused(f"{target.host}: no address")
    for text in found:
        address = ip_address(text.split("%", 1)[0])
        inside = any(address.version == network.version and address in network for network in allowed)
        if not inside and (target.scheme != "https" or not _is_public(address)):
            raise AddressRefused(f"{target.host} ({address}) is not a public https address")
    return found


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if address.sixtofour is not None or address.teredo is not None or address in _TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > URL_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(url)
    parts = urlsplit(url)
    return parts, parts.port


def _unreadable(url: str) -> InvalidInput:
    return InvalidInput(
        f"推送地址应为 https:// 开头的完整网址，不超过 {URL_MAX} 个字符，不含用户名、空格和中文。",
        f"The address is a whole one that begins with https://, of at most {URL_MAX} ASCII characters, without a user.",
        field="url",
        value=url[:100],
    )
