"""A demo for tests that walk it: built once a test run, whichever process asks first, and copied for everybody."""

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from registry.demo.building import SMALLEST, ensure_demo
from registry.settings import Settings

SMALL = 240
"""Firms of a demo in which every list, story and stage is found."""
TINY = SMALLEST
"""Firms of a demo that only needs its people and one matter of each kind."""


def a_demo(factory: pytest.TempPathFactory, size: int) -> Path:
    """A data folder of its own with a finished demo of this size; change it as you like."""
    folder = factory.mktemp("demo") / "data"
    shutil.copytree(_built(factory, size), folder)
    return folder


def _built(factory: pytest.TempPathFactory, size: int) -> Path:
    """The demo that is copied: made by the first process that takes the lock, found by the others."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = shared / f"demo-{size}"
    with (shared / f"demo-{size}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_demo(Settings(data_dir=folder, demo=True), size=size)
    return folder
