"""Performance per mu (亩均论英雄): a scored comparison of firms within a place and an industry.

``ratios`` are the indicators, ``scheme`` the settings of a place and a year (``schemes/*.yaml``), ``columns`` what is
read of every firm, ``grading`` scores, ranks and grades a whole run. There is no national table: weights, benchmarks,
caps and cuts are always those of a scheme. Nothing here reads a database, the clock or a setting.
"""
