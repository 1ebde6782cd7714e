"""Peers of the search bench, each run in a Python of its own."""
