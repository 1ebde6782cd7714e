"""The two keys of the search server: known beforehand, made once, good for what they are for and nothing else."""

from collections.abc import Iterator

import pytest
import requests
from meilisearch import Client
from pydantic import SecretStr

from commands import main
from registry.errors import Conflict, InvalidInput, StorageUnavailable
from registry.search.meilisearch_keys import KEYS, ensure_keys, value_of
from tests.support import machine

SEARCHING, WRITING = KEYS


@pytest.fixture
def master(meili_url: str) -> Iterator[SecretStr]:
    """The master key of the server, which has none of ours at the beginning and at the end."""
    found = SecretStr(machine.meilisearch_key())
    client = Client(meili_url, found.get_secret_value())
    forget(client)
    yield found
    forget(client)


def forget(client: Client) -> None:
    for key in KEYS:
        requests.delete(f"{client.config.url}/keys/{key.uid}", headers=client.http.headers, timeout=10)


def status(url: str, key: str, method: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return requests.request(method, f"{url}{path}", headers=headers, json={}, timeout=10).status_code


def test_the_server_makes_the_keys_that_were_foretold_once(meili_url: str, master: SecretStr) -> None:
    assert ensure_keys(meili_url, master) == list(KEYS)
    assert ensure_keys(meili_url, master) == []
    client = Client(meili_url, master.get_secret_value())
    assert [client.get_key(key.uid).key for key in KEYS] == [value_of(key, master) for key in KEYS]


def test_each_does_what_it_is_for_and_no_more(meili_url: str, master: SecretStr) -> None:
    ensure_keys(meili_url, master)
    search, write = (value_of(key, master) for key in KEYS)
    missing, refused = (404, 202, 200), (401, 403)
    assert status(meili_url, search, "POST", "/indexes/registry-none/search") in missing
    assert status(meili_url, search, "POST", "/indexes/other/search") in refused
    assert status(meili_url, search, "GET", "/indexes") in refused
    assert status(meili_url, write, "GET", "/indexes") == 200
    assert status(meili_url, write, "GET", "/indexes/other") in refused
    for key in (search, write):
        assert status(meili_url, key, "GET", "/keys") in refused
        assert status(meili_url, key, "POST", "/dumps") in refused


def test_a_key_of_the_same_number_that_may_do_more_is_told(meili_url: str, master: SecretStr) -> None:
    client = Client(meili_url, master.get_secret_value())
    client.create_key({"uid": SEARCHING.uid, "actions": ["*"], "indexes": ["*"], "expiresAt": None})
    with pytest.raises(Conflict, match=SEARCHING.uid):
        ensure_keys(meili_url, master)


def test_another_key_than_the_master_key_is_told(meili_url: str, master: SecretStr) -> None:
    ensure_keys(meili_url, master)
    with pytest.raises(InvalidInput, match="MEILI_MASTER_KEY"):
        ensure_keys(meili_url, SecretStr(value_of(WRITING, master)))


def test_nobody_there_is_told() -> None:
    with pytest.raises(StorageUnavailable, match="没有应答"):
        ensure_keys("http://127.0.0.1:1", SecretStr("x" * 16))


def test_the_server_makes_keys_as_its_manual_says() -> None:
    """A key made by a server of version 1.50 with this master key."""
    assert value_of(SEARCHING, SecretStr("a" * 24)) == (
        "e0c64e6922d5ea0540b46a9457625d83848ae93777c48087460c3faabe42983d"
    )


@pytest.mark.parametrize(
    ("environment", "word"),
    [({}, "MEILI_MASTER_KEY"), ({"MEILI_MASTER_KEY": "x" * 16}, "REGISTRY_SEARCH_URL")],
)
def test_the_command_says_what_is_missing(
    environment: dict[str, str], word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MEILI_MASTER_KEY", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["index", "keys"]) == 2
    assert word in capsys.readouterr().err


def test_the_command_tells_the_keys_without_a_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEILI_MASTER_KEY", "a" * 24)
    assert main(["index", "keys", "--offline"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{key.setting}={value_of(key, SecretStr('a' * 24))}" for key in KEYS]
