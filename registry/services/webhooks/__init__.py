"""Webhooks (推送): the change feed brought to whoever asked for it, signed, in order, tried again until it arrives.

``addresses`` says where may be sent to, ``posting`` sends one message, ``signing`` signs it, ``keeping`` is what the
operator does with them, ``delivering`` is the worker's part.
"""
