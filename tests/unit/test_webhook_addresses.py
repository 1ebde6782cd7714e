"""Where webhooks may lead, and what their signature is made of."""

import hashlib
import hmac

import pytest

from registry.errors import InvalidInput
from registry.services.webhooks.addresses import AddressRefused, Target, networks_of, parse_url, reachable
from registry.services.webhooks.signing import new_secret, signature

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com/", "https://", "https:///x", "https://a:b@example.com/",
        "https://user@example.com/", "https://example.com/#x", "https://example.com:99999/", "https://示例.cn/",
        "https://example.com/a b", "https://example.com/\r\nHost: x", "https://example.com/" + "x" * 500,
        "file:///etc/passwd", "https://[::1", "gopher://example.com/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_url(url)


def test_an_address_is_taken_apart() -> None:
    assert parse_url("https://hook.example.com/a?b=1") == Target("https", "hook.example.com", 443, "/a?b=1")
    assert parse_url("http://10.0.0.5:8080") == Target("http", "10.0.0.5", 8080, "/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_the_network_this_server_stands_in_is_out_of_reach(address: str) -> None:
    target = parse_url("https://hook.example.com/")
    with pytest.raises(AddressRefused):
        reachable(target, (), resolve=lambda _host, _port: [address])
    # One good address among them does not help: which of them is used would be a matter of luck.
    with pytest.raises(AddressRefused):
        reachable(target, (), resolve=lambda _host, _port: [PUBLIC, address])


def test_a_public_address_needs_https_and_an_allowed_network_does_not() -> None:
    assert reachable(parse_url("https://x.example.com/"), (), resolve=lambda _h, _p: [PUBLIC]) == [PUBLIC]
    with pytest.raises(AddressRefused):
        reachable(parse_url("http://x.example.com/"), (), resolve=lambda _h, _p: [PUBLIC])
    allowed = networks_of("10.1.0.0/16, fd00::/8")
    assert reachable(parse_url("http://x.example.com/"), allowed, resolve=lambda _h, _p: ["10.1.2.3"]) == ["10.1.2.3"]
    with pytest.raises(AddressRefused):
        reachable(parse_url("http://x.example.com/"), allowed, resolve=lambda _h, _p: ["10.2.0.1"])
    with pytest.raises(AddressRefused):
        reachable(parse_url("https://x.example.com/"), allowed, resolve=lambda _h, _p: [])


def test_networks_that_cannot_be_read_are_named() -> None:
    assert networks_of("") == ()
    with pytest.raises(InvalidInput, match="REGISTRY_WEBHOOK_NETWORKS"):
        networks_of("10.0.0.0/8, office")


def test_a_signature_covers_the_body_and_the_moment() -> None:
    secret = new_secret()
    assert secret != new_secret()
    by_hand = hmac.new(secret.encode(), b'1767225600.{"a":1}', hashlib.sha256).hexdigest()
    assert signature(secret, b'{"a":1}', moment=1767225600) == f"t=1767225600,v1={by_hand}"
    assert signature(secret, b'{"a":2}', moment=1767225600) != f"t=1767225600,v1={by_hand}"
