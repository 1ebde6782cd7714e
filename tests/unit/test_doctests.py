"""The examples in the docstrings of the pure modules run and are right."""

import doctest
import importlib
import pkgutil

import pytest

import registry.identity
import search_config

MODULES = [
    *(f"registry.identity.{module.name}" for module in pkgutil.iter_modules(registry.identity.__path__)),
    search_config.__name__,
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
