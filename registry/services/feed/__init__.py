"""The change feed (变更流): what happened to titles and to who holds them, numbered without a gap.

The feed keeps what it has told about every enterprise and title (``FeedFirm``, ``FeedTitle``). ``telling.tell``
compares that with what is public now and appends an event for each difference, in the transaction of the act; so an
undo leaves events that take back what was told, whatever act it undoes, and nothing that is not public is ever told.
"""
