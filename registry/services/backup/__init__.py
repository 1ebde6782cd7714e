"""Backups: one file with the database, the archived documents and the key of links, checked when made and when used.

``taking`` writes one, ``opening`` reads and checks one, ``restoring`` puts one into an empty place.
``contents`` says what is in it; ``sqlite_copy`` and ``postgres_copy`` are the two databases' own ways.
"""
