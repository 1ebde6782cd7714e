"""Which firm a written name means: pure functions over names, no database.

``parts``      a name taken apart: place, brand, trade, legal form, branch
``scoring``    two names compared: 0–100 with reasons and with the differences in words
``slips``      one wrong character: where, and whether what it makes could be a name
``certainty``  whether the best of several candidates is certain; in doubt it is not
``index``      candidates among very many names without going through them
"""
