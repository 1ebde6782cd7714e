"""Asking the application itself: what a test client answers, without reading the answer, in a third of its time.

For tests that knock at thousands of doors and look at the status only.
"""

from collections.abc import MutableMapping
from typing import Any

import anyio
from fastapi.testclient import TestClient

Message = MutableMapping[str, Any]


def knock(client: TestClient, method: str, path: str, *, cookie: str = "", **content: Any) -> tuple[int, str]:
    """Status and where it leads. ``content`` as for the client (``json``, ``data``, ``files``); ``cookie`` as sent."""
    request = client.build_request(method, path, **content)
    request.read()
    headers = [(name.lower(), value) for name, value in request.headers.raw if name.lower() != b"cookie"]
    scope: Message = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [*headers, (b"cookie", cookie.encode())] if cookie else headers,
        "server": (request.url.host, request.url.port or 80),
        "client": ("testclient", 50000),
        "state": {},
    }
    asked: list[Message] = [{"type": "http.request", "body": request.content, "more_body": False}]
    answered: list[Message] = []
    done = anyio.Event()

    async def receive() -> Message:
        if not asked:
            # Who streams listens meanwhile whether the other side went away.
            await done.wait()
            return {"type": "http.disconnect"}
        return asked.pop()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.append(message)
        elif not message.get("more_body"):
            done.set()

    assert client.portal is not None, "the client is not open"
    client.portal.call(client.app, scope, receive, send)
    (start,) = answered
    return start["status"], dict(start["headers"]).get(b"location", b"").decode()
