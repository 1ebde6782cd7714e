"""The rule laboratory: drafts of standards, tried on everybody before they judge anybody.

``snapshot`` keeps the columns of all enterprises between trials, ``columns`` makes populations of them, ``comparing``
says who gains and who loses, ``backtesting`` holds a rule against lists that were recognised, ``trials`` runs and keeps
both, ``drafts`` has the life of a draft, ``publishing`` ends it with a version nobody can change. The text itself is
edited by ``registry.tiering.editing``.
"""
