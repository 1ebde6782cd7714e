"""Keys of a Meilisearch server that may do what they are for and no more: one searches, one writes.

The server makes a key from its master key and the key's own number (HMAC-SHA256), so whoever knows the master key knows
both before they exist: they can stand in settings before the server has started, and making them again changes nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass

import requests
from meilisearch import Client
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError, MeilisearchTimeoutError
from pydantic import SecretStr

from registry.errors import Conflict, InvalidInput, StorageUnavailable
from registry.settings import address_of

INDEXES = ("registry-*",)
SECONDS = 10


@dataclass(frozen=True, slots=True)
class ScopedKey:
    """A key the registry uses: the setting it belongs into, its number, what it may do."""

    setting: str
    uid: str
    actions: tuple[str, ...]
    description: str


KEYS = (
    ScopedKey(
        "REGISTRY_SEARCH_KEY",
        "3f0d8c1e-6a52-4c0b-9b1e-2f7d5c1a8e01",
        ("search",),
        "registry web: search only",
    ),
    ScopedKey(
        "REGISTRY_SEARCH_ADMIN_KEY",
        "3f0d8c1e-6a52-4c0b-9b1e-2f7d5c1a8e02",
        ("search", "documents.*", "indexes.*", "settings.*", "tasks.*"),
        "registry worker: builds and keeps the index",
    ),
)


def value_of(key: ScopedKey, master: SecretStr) -> str:
    """The key itself, as the server with this master key will know it: 64 hexadecimal digits."""
    return hmac.new(master.get_secret_value().encode(), key.uid.encode(), hashlib.sha256).hexdigest()


def ensure_keys(url: str, master: SecretStr) -> list[ScopedKey]:
    """Make on the server those of the keys it does not have yet, and say which. Harmless to repeat.

    Raises StorageUnavailable (nobody answers), InvalidInput (not its master key; it runs without one), Conflict (a key
    of this number may do something else).
    """
    client = Client(url, master.get_secret_value(), timeout=SECONDS)
    try:
        return [key for key in KEYS if _ensure(client, key)]
    except MeilisearchApiError as error:
        if error.code in ("missing_master_key", "invalid_api_key", "missing_authorization_header"):
            raise InvalidInput(
                f"搜索服务器（{address_of(url)}）不认这个主密钥，或者启动时没有设主密钥。请核对 MEILI_MASTER_KEY。",
                f"The search server at {address_of(url)} does not know this master key, or runs without one. "
                "Check MEILI_MASTER_KEY.",
                field="MEILI_MASTER_KEY",
            ) from error
        raise StorageUnavailable(
            f"搜索服务器（{address_of(url)}）拒绝了请求：{error.message}",
            f"The search server at {address_of(url)} refuses: {error.message}",
        ) from error
    except (MeilisearchCommunicationError, MeilisearchTimeoutError, requests.RequestException, KeyError) as error:
        raise StorageUnavailable(
            f"搜索服务器（{address_of(url)}）没有应答。请确认它已启动，并核对 REGISTRY_SEARCH_URL。",
            f"The search server at {address_of(url)} does not answer. See that it runs and check REGISTRY_SEARCH_URL.",
        ) from error


def _ensure(client: Client, key: ScopedKey) -> bool:
    try:
        found = client.get_key(key.uid)
    except MeilisearchApiError as error:
        if error.code != "api_key_not_found":
            raise
        client.create_key(
            {
                "uid": key.uid,
                "name": key.setting,
                "description": key.description,
                "actions": list(key.actions),
                "indexes": list(INDEXES),
                "expiresAt": None,
            }
        )
        return True
    if set(found.actions) != set(key.actions) or tuple(found.indexes) != INDEXES or found.expires_at is not None:
        raise Conflict(
            f"搜索服务器上编号为 {key.uid} 的密钥权限不同。请用主密钥删去它（DELETE /keys/{key.uid}），再运行一次。",
            f"The key {key.uid} of the search server has other rights. Delete it with the master key "
            f"(DELETE /keys/{key.uid}) and run this again.",
        )
    return False
