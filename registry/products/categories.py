"""The tree of product categories (产品类别) and the words that lists use for them."""

from dataclasses import dataclass
from functools import cache, lru_cache

from registry.errors import Text
from registry.identity import fold_name
from registry.shipped import shipped_rows


@dataclass(frozen=True, slots=True)
class Category:
    """One node of the tree. ``words`` are folded; ``parent`` is None for the plan's own categories."""

    code: str
    parent: str | None
    name: Text
    source: str
    words: tuple[str, ...]


@cache
def tree() -> tuple[Category, ...]:
    """All categories in their order, each parent before its children."""
    return tuple(
        Category(
            code=row["code"],
            parent=row["parent"],
            name=Text(row["name_zh"], row["name_en"]),
            source=row["source"],
            words=tuple(dict.fromkeys(map(fold_name, (row["name_zh"], *row["words"])))),
        )
        for row in shipped_rows("product_categories")
    )


@cache
def by_code() -> dict[str, Category]:
    """The categories by code."""
    return {category.code: category for category in tree()}


@cache
def by_word() -> dict[str, Category]:
    """The categories by folded word, longest word first."""
    pairs = [(word, category) for category in tree() for word in category.words]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


@lru_cache(maxsize=4_096)
def category_of(printed: str) -> Category | None:
    """The category a printed word means: the word itself, or the longest one it ends with; None if it fits none.

    >>> category_of("操作系统（服务器操作系统）").code, category_of("国产数据库").code, category_of("示例设备")
    ('os_server', 'db', None)
    """
    folded = fold_name(printed)
    if found := by_word().get(folded):
        return found
    return next((by_word()[word] for word in by_word() if len(word) > 1 and folded.endswith(word)), None)


@cache
def within(code: str) -> frozenset[str]:
    """The codes of a category and of all below it."""
    below = {category.code for category in tree() if category.parent == code}
    return frozenset({code}.union(*(within(child) for child in below)))


def related(one: Category | None, other: Category | None) -> bool:
    """Whether something of one category may be meant by the other: the same, one above the other, or one unknown."""
    if one is None or other is None:
        return True
    return one.code in within(other.code) or other.code in within(one.code)
