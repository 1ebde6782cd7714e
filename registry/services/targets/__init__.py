"""Action plans and their targets: what was promised, what is counted, what officials entered.

``catalogue``  the plans and their indicators, as shipped; which firms lie in a plan's province
``rules``      how an indicator is counted, as data
``counting``   firms that count on a day, will count later, leave or join: one set for the number and for its rows
``figures``    sums and shares of yearly figures, and the figures behind them
``board``      one plan on one day: every indicator with targets, actual values, forecast
``matrix``     chain × city of one indicator, with where the plan wants each field
``rows``       exactly the firms behind a number, page by page or as a file
``exporting``  the board as a file
``values``     official values: entered with their document, corrected by a new version, taken back
``places``     where a plan wants a field and what an area is for, as entered
"""
