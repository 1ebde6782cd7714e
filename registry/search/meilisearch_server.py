"""Talking to a Meilisearch server through its official client: kept connections, time limits, tasks, clear failures."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError, MeilisearchTimeoutError
from meilisearch.index import Index
from meilisearch.models.task import Task, TaskInfo
from pydantic import SecretStr
from urllib3.exceptions import ProtocolError

from registry.search.engine import EngineUnavailable

SEARCH_SECONDS = 2
WRITE_SECONDS = 60
DOWN_SECONDS = 1.0
"""After a failure to connect, nobody waits for the server again for so long."""
TASK_SECONDS = 6 * 3600.0
"""A task that is not done after so long never will be; building a very large index takes less."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.002, 0.25
_Role = Literal["search", "admin"]
_T = TypeVar("_T")


class MissingIndex(EngineUnavailable):
    """The server answers, but has no such index."""


class _KeptConnections(HttpRequests):
    """The client’s requests over one session: the client itself opens a connection for each."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.config)
        self._session = requests.Session()
        # Proxies and passwords from the environment are not meant for a server of our own.
        self._session.trust_env = False

    def send_request(self, http_method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return super().send_request(getattr(self._session, http_method.__name__), *given, **named)


class Server:
    """One server, for all threads of a process. Whatever goes wrong is an EngineUnavailable that says what."""

    def __init__(self, url: str, *, search_key: SecretStr, admin_key: SecretStr) -> None:
        self._url = url.rstrip("/")
        self._keys: dict[_Role, SecretStr] = {"search": search_key, "admin": admin_key}
        self._threads = threading.local()
        self._down: tuple[float, str] = (0.0, "")

    def __repr__(self) -> str:
        return f"Server({self.address})"

    @property
    def address(self) -> str:
        """Host and port, for people: without what else an address may hold."""
        return urlsplit(self._url).netloc.rpartition("@")[2] or self._url

    def search(self, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of several queries in one round trip."""
        answer = self._call("search", lambda client: client.multi_search(queries))
        results: list[dict[str, Any]] = answer["results"]
        return results

    def indexes(self) -> list[str]:
        """The names of all indexes of the server."""
        answer: dict[str, Any] = self._call("admin", lambda client: client.http.get("indexes?limit=1000"))
        return [str(index["uid"]) for index in answer["results"]]

    def index(self, uid: str, call: Callable[[Index], _T]) -> _T:
        """Do something with an index, with the right to write."""
        return self._call("admin", lambda client: call(_index(client, uid)))

    def delete_documents(self, uid: str, keys: list[str]) -> TaskInfo:
        """Delete by keys; the client’s own way of doing so is deprecated."""
        answer: dict[str, Any] = self.do(lambda c: c.http.post(f"indexes/{uid}/documents/delete-batch", keys))
        return TaskInfo(**answer)

    def do(self, call: Callable[[Client], _T]) -> _T:
        """Do something with the client, with the right to write."""
        return self._call("admin", call)

    def wait(self, tasks: Iterable[TaskInfo]) -> None:
        """Return when all the tasks have succeeded; the words of the server if one has not."""
        for info in tasks:
            task = self._outcome(info.task_uid)
            if task.status != "succeeded":
                reason = (task.error or {}).get("message", task.status)
                raise EngineUnavailable(f"the search server did not do task {task.uid}: {reason}")

    def _outcome(self, number: int) -> Task:
        deadline, pause = time.monotonic() + TASK_SECONDS, _FIRST_PAUSE
        while time.monotonic() < deadline:
            task = self.do(lambda client: client.get_task(number))
            if task.status not in ("enqueued", "processing"):
                return task
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        raise EngineUnavailable(f"the search server has not finished task {number}")

    def _call(self, role: _Role, call: Callable[[Client], _T]) -> _T:
        until, reason = self._down
        if time.monotonic() < until:
            raise EngineUnavailable(reason)
        client = self._client(role)
        try:
            return _twice(call, client)
        except MeilisearchApiError as error:
            raise _refused(error) from error
        except (MeilisearchTimeoutError, MeilisearchCommunicationError, requests.RequestException) as error:
            late = isinstance(error, MeilisearchTimeoutError)
            reason = f"the search server at {self.address} " + ("answers too slowly" if late else "does not answer")
            self._down = (time.monotonic() + DOWN_SECONDS, reason)
            raise EngineUnavailable(reason) from error
        except (KeyError, TypeError, ValueError) as error:
            raise EngineUnavailable(f"what answers at {self.address} is no Meilisearch server") from error

    def _client(self, role: _Role) -> Client:
        # The client changes its headers with each request: threads must not share one.
        found: Client | None = getattr(self._threads, role, None)
        if found is None:
            seconds = SEARCH_SECONDS if role == "search" else WRITE_SECONDS
            found = Client(self._url, self._keys[role].get_secret_value() or None, timeout=seconds)
            found.http = found.task_handler.http = _KeptConnections(found)
            setattr(self._threads, role, found)
        return found


def _index(client: Client, uid: str) -> Index:
    index = client.index(uid)
    index.http = client.http
    return index


def _twice(call: Callable[[Client], _T], client: Client) -> _T:
    """Again if a kept connection turns out to have been closed by the server; everything we send may be repeated."""
    try:
        return call(client)
    except MeilisearchCommunicationError as error:
        cause = error.__cause__
        if cause is None or not any(isinstance(part, ProtocolError) for part in cause.args):
            raise
        return call(client)


def _refused(error: MeilisearchApiError) -> EngineUnavailable:
    if error.code == "index_not_found":
        return MissingIndex(error.message)
    if error.status_code in (401, 403):
        return EngineUnavailable(f"the search server refuses the key: {error.message}")
    return EngineUnavailable(f"the search server refuses: {error.message}")
