"""Recognition standards as dated, cited rules, and the one evaluator of them.

``selection.choose`` picks the version, ``population`` holds the columns, ``evaluation.evaluate`` judges every row,
``report.explain`` tells one row in words, ``describe.describe`` tells the rule itself, ``flags.flags`` what a
verdict means for the pool. The rule files are under ``standards/``, one folder a tier and one file a version;
``measures``, ``language`` and ``standard`` are their language. Nothing here reads a database, the clock or a
setting.
"""
