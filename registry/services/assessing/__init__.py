"""Assessments: a population by one standard, stored pinned, flagged for officials, explained again word for word.

``gathering`` reads the columns, ``running`` judges and stores, ``pinning`` keeps and restores the inputs of one firm,
``explaining`` tells one firm, ``candidates`` and ``ladder`` answer the officials' pages.
"""
