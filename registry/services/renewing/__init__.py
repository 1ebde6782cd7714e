"""Renewals: titles that end soon or ended unrenewed, who answers for them, and what the holder would fail today.

``choosing`` says which titles and in which order, ``officers`` who answers for a firm, ``findings`` judges the rows of
a page, ``listing`` puts the page together, ``cohorts`` follows the batches of a year, ``calendar`` and ``exporting``
make files of it.
"""
