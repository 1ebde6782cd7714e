"""The tests of the registry."""
