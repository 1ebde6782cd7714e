"""Notices about identity and titles (更名、迁移、注销、合并、取消资格): staged like a list.

``deciding`` says what becomes of each row, ``staging`` stores it, ``receiving`` leaves a long file to the worker,
``choosing`` takes a person's word on a doubtful row, ``effects`` says in words what a row would do, ``carrying_out``
writes all rows in one transaction, ``taking_back`` undoes them in one act.
"""
