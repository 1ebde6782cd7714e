"""The key of an enterprise that has no code yet."""


def provisional_key(enterprise_id: int) -> str:
    """The address of an enterprise that has no code yet. Ten characters: no code of any kind has this shape.

    >>> provisional_key(4711)
    'P000004711'
    """
    return f"P{enterprise_id:09d}"
