"""Sheets into tables: by structure, not by template. ``find_tables`` is all the rest of the program needs."""

from import_scripts.structure.finding import find_tables

__all__ = ["find_tables"]
