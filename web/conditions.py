"""Whether whoever asks has the answer already."""


def matches(asked: str, tag: str) -> bool:
    """Whether ``If-None-Match`` names this tag; compared weakly, as RFC 9110 has it for reading.

    >>> matches('"a", W/"b"', 'W/"b"'), matches("", 'W/"b"')
    (True, False)
    """
    tags = {part.strip().removeprefix("W/") for part in asked.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
