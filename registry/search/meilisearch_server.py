"""Talking to a Meilisearch server through its official client: kept connections, time limits, tasks, clear failures."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError, MeilisearchTimeoutError
from meilisearch.index import Index
from meilisearch.models.task import Task, TaskInfo
from pydantic import SecretStr, ValidationError
from urllib3.exceptions import ProtocolError

from registry.search.engine import EngineAway, EngineUnavailable
from registry.settings import address_of

SEARCH_SECONDS = 2
WRITE_SECONDS = 60
DOWN_SECONDS = 1.0
"""After a search without an answer, no other waits for the server for so long."""
SILENCE_SECONDS = 20.0
"""While a task is waited for, the server may be away for so long."""
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
        # The server sends a compressed answer in pieces, and the last waits 40 ms for the first to be acknowledged.
        self.headers["Accept-Encoding"] = "identity"

    def send_request(self, http_method: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return super().send_request(getattr(self._session, http_method.__name__), *given, **named)


class Server:
    """One server, for all threads of a process. Whatever goes wrong is an EngineAway that says what.

    Only an index that is not there is a :class:`MissingIndex`: building one mends that.
    """

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
        return address_of(self._url)

    def search(self, queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of several queries in one round trip."""
        until, reason = self._down
        if time.monotonic() < until:
            raise EngineAway(reason)
        results: list[dict[str, Any]] = self._call("search", lambda client: client.multi_search(queries)["results"])
        return results

    def indexes(self) -> list[str]:
        """The names of all indexes of the server."""
        found: list[dict[str, Any]] = self.do(lambda client: client.http.get("indexes?limit=1000")["results"])
        return [str(index["uid"]) for index in found]

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

    def wait(self, tasks: Iterable[TaskInfo]) -> float:
        """Return when all the tasks have succeeded; the words of the server if one has not.

        Returns the seconds that the server worked on them, without those they stood in its queue.
        """
        seconds = 0.0
        for info in tasks:
            task = self._outcome(info.task_uid)
            if task.status != "succeeded":
                reason = (task.error or {}).get("message", task.status)
                raise EngineAway(f"the search server did not do task {task.uid}: {reason}")
            if task.started_at and task.finished_at:
                seconds += (task.finished_at - task.started_at).total_seconds()
        return seconds

    def _outcome(self, number: int) -> Task:
        """The finished task. A server that is started again goes on with its tasks, so a while of silence is borne."""
        deadline, pause = time.monotonic() + TASK_SECONDS, _FIRST_PAUSE
        silent_until = time.monotonic() + SILENCE_SECONDS
        while (now := time.monotonic()) < deadline:
            try:
                task = self.do(lambda client: client.get_task(number))
            except EngineAway:
                if now > silent_until:
                    raise
            else:
                if task.status not in ("enqueued", "processing"):
                    return task
                silent_until = now + SILENCE_SECONDS
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        raise EngineAway(f"the search server has not finished task {number}")

    def _call(self, role: _Role, call: Callable[[Client], _T]) -> _T:
        client = self._client(role)
        try:
            return _twice(call, client)
        except MeilisearchApiError as error:
            raise _refused(error) from error
        except (KeyError, TypeError, requests.JSONDecodeError, ValidationError) as error:
            raise EngineAway(f"what answers at {self.address} is no Meilisearch server") from error
        except (MeilisearchTimeoutError, MeilisearchCommunicationError, requests.RequestException) as error:
            late = isinstance(error, MeilisearchTimeoutError)
            reason = f"the search server at {self.address} " + ("answers too slowly" if late else "does not answer")
            self._down = (time.monotonic() + DOWN_SECONDS, reason)
            raise EngineAway(reason) from error

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
        return EngineAway(f"the search server refuses the key: {error.message}")
    # A mistake of ours is no reason to wait, but a rebuild would not mend what the server cannot do.
    return EngineAway(f"the search server refuses: {error.message}")
