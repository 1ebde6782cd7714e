"""The guard: a unit test that reaches for the network fails and is told so."""

import socket
from typing import Any, NoReturn

import pytest

REFUSED = "unit tests open no sockets; a test that needs one belongs to tests/db, tests/web, tests/api or tests/browser"


def forbid_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make connecting and listening fail. Socket pairs stay possible: event loops are built on them."""

    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise AssertionError(REFUSED)

    for act in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, act, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
