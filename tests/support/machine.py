"""What this machine has: published files, a browser, a Meilisearch server. Each answer is a value or a reason."""

import os
import shutil
from pathlib import Path

NO_DATA = "Published files: set REGISTRY_TEST_DATA to the folder that holds them"
NO_CHROMIUM = "Chromium: no chromium on PATH (Debian packages chromium fonts-noto-cjk)"
NO_MEILISEARCH = "Meilisearch: REGISTRY_TEST_MEILI_URL does not name a running server"

NO_MEILISEARCH_BINARY = "Meilisearch: REGISTRY_TEST_MEILI_BINARY does not name the server's program"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def published_files() -> Path | None:
    """The folder of published files the reading tests use, outside the repository."""
    given = os.environ.get("REGISTRY_TEST_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "../shared/data"
    return folder.resolve() if folder.is_dir() else None


def chromium_path() -> str | None:
    """The browser to drive, if one is installed."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def meilisearch_url() -> str | None:
    """The Meilisearch server given for tests."""
    return os.environ.get("REGISTRY_TEST_MEILI_URL") or None


def meilisearch_binary() -> Path | None:
    """The program of the Meilisearch server, for tests that start and kill one of their own."""
    given = os.environ.get("REGISTRY_TEST_MEILI_BINARY")
    return Path(given) if given and os.access(given, os.X_OK) else None


def meilisearch_key() -> str:
    """The key for that server with all rights; empty if it wants none."""
    return os.environ.get("REGISTRY_TEST_MEILI_KEY", "")
