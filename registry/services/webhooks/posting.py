"""One message to one address: connected to by number, no redirect followed, little read of what comes back."""

import http.client
import socket
import ssl
from collections.abc import Mapping, Sequence

from registry.services.webhooks.addresses import Network, Resolver, Target, reachable

SECONDS = 10
READ_BYTES = 4_096


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allowed: Sequence[Network] = (),
    resolve: Resolver | None = None,
) -> int:
    """Send ``body`` and return the status of the answer. Raises OSError, AddressRefused, HTTPException."""
    addresses = reachable(target, allowed, resolve=resolve)
    connection = _connection(target, addresses)
    try:
        connection.request("POST", target.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(READ_BYTES)
        return answer.status
    finally:
        connection.close()


def _connection(target: Target, addresses: Sequence[str]) -> http.client.HTTPConnection:
    # The connection keeps the name, for the certificate and the Host header; its socket is made by number.
    if target.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(target.host, target.port, timeout=SECONDS)
        sock: socket.socket = ssl.create_default_context().wrap_socket(
            _connected(addresses, target.port), server_hostname=target.host
        )
    else:
        connection = http.client.HTTPConnection(target.host, target.port, timeout=SECONDS)
        sock = _connected(addresses, target.port)
    connection.sock = sock
    return connection


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=SECONDS)
        except OSError as error:
            failure = error
    raise failure or OSError("no address")
