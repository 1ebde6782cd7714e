"""Which entry of a catalogue a line of a shopping list means, whether it is in force, and what else there is.

Version-exact: a line is in force only by an entry of exactly its version. What is not certain is said to be so.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from registry.errors import Text
from registry.grades import grade_name
from registry.products.categories import Category, by_code, related, within
from registry.products.entries import Entry, Known, known, strength
from registry.products.lines import Asked
from registry.products.versions import is_later, same_version
from registry.vocabulary import LabelledEnum, TitleStatus

CANDIDATES = 5


class Verdict(LabelledEnum):
    """What the catalogue says about one line."""

    VALID = "valid", "有效", "In force"
    DUE = "due", "即将到期", "Due soon"
    GRADE_LOW = "grade_low", "等级不够", "Grade too low"
    EXPIRED = "expired", "已过期", "Expired"
    NOT_YET = "not_yet", "尚未生效", "Not yet in force"
    OTHER_VERSION = "other_version", "其他版本", "Another version"
    UNCLEAR = "unclear", "须指明", "To be specified"
    NOT_LISTED = "not_listed", "未列入", "Not listed"


GOOD = (Verdict.VALID, Verdict.DUE)
_BY_STATUS = {
    TitleStatus.VALID: Verdict.VALID,
    TitleStatus.DUE: Verdict.DUE,
    TitleStatus.EXPIRED: Verdict.EXPIRED,
    TitleStatus.WITHDRAWN: Verdict.EXPIRED,
    TitleStatus.PUBLIC_NOTICE: Verdict.NOT_YET,
    TitleStatus.FUTURE: Verdict.NOT_YET,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one line. ``entry`` is what it means, or the nearest of it."""

    asked: Asked
    verdict: Verdict
    entry: Entry | None
    note: Text | None
    category: Category | None
    later: tuple[Entry, ...] = ()
    """Later versions of the same product, in force."""
    others: tuple[Entry, ...] = ()
    """Others of the same category in force, of no lower grade, those of the province first."""
    others_total: int = 0
    candidates: tuple[Entry, ...] = field(default=())
    """What an unclear line may mean."""


class Catalogue:
    """The entries of a catalogue on one day, ready for many lines."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_core: dict[str, list[Known]] = defaultdict(list)
        self._held: list[Known] = []
        for entry in entries:
            each = known(entry)
            self._by_core[each.printed.core].append(each)
            if entry.held:
                self._held.append(each)
        self._held.sort(key=lambda each: strength(each.entry))
        self._codes = {each.category.code for group in self._by_core.values() for each in group if each.category}

    def check(self, asked: Asked) -> Answer:
        """The answer to one line."""
        if not asked.names_a_product:
            return self._with_others(asked, Verdict.UNCLEAR, None, _no_product(asked), asked.category)
        found, certain = self._meant(asked)
        if not found:
            return self._with_others(asked, Verdict.NOT_LISTED, None, self._no_category(asked), asked.category)
        if not certain:
            nearest = min((each.entry for each in found), key=strength)
            return self._unclear(asked, found, _PERHAPS, nearest)
        return self._by_version(asked, found)

    def _meant(self, asked: Asked) -> tuple[list[Known], bool]:
        """The entries the line’s name means, and whether it is certain: the name, a short form, else a longer one."""
        core, chunks = asked.printed.core, asked.printed.chunks
        fitting = (
            [each for each in self._by_core.get(core, []) if related(asked.category, each.category)] if core else []
        )
        if fitting:
            return fitting, True
        if len(core) < 2:
            return [], True
        short = [
            each
            for name, group in self._by_core.items()
            if any(chunk in name for chunk in chunks)
            for each in group
            if _is_short(chunks, each) and related(asked.category, each.category)
        ]
        if short:
            return short, True
        longer = [
            each
            for name, group in self._by_core.items()
            if len(name) > 1 and name in core
            for each in group
            if related(asked.category, each.category) and same_version(asked.printed.version, each.printed.version)
        ]
        return longer, False

    def _by_version(self, asked: Asked, found: Sequence[Known]) -> Answer:
        version, kernel = asked.printed.version, asked.printed.kernel
        same = [each for each in found if same_version(version, each.printed.version)]
        exact = [each for each in same if same_version(kernel, each.printed.kernel)]
        note: Text | None = None
        if not exact and not kernel:
            exact, note = same, _KERNEL_NOT_SAID
        if not exact:
            return self._other_version(asked, found)
        if len({(each.entry.maker, each.printed.core, each.category) for each in exact}) > 1 or (
            len(exact) > 1 and not all(each.entry.held for each in exact)
        ):
            return self._unclear(asked, exact, _SEVERAL, min((each.entry for each in exact), key=strength))
        # Of several kernels, all in force, the one that ends first: whatever is delivered holds at least as long.
        chosen = min(exact, key=lambda each: (each.entry.valid_to is None, each.entry.valid_to, each.entry.product_id))
        if note is None and chosen.printed.core != asked.printed.core:
            note = _SHORT_FORM
        return self._judge(asked, chosen, note)

    def _judge(self, asked: Asked, chosen: Known, note: Text | None) -> Answer:
        entry = chosen.entry
        verdict = _BY_STATUS[entry.status]
        if verdict in GOOD and asked.grade is not None and (entry.grade or 0) < asked.grade:
            wanted = grade_name(asked.grade)
            verdict, note = Verdict.GRADE_LOW, Text(f"清单要求{wanted.zh}。", f"The list asks for {wanted.en}.")
        return self._with_others(asked, verdict, entry, note, chosen.category, chosen)

    def _other_version(self, asked: Asked, found: Sequence[Known]) -> Answer:
        nearest = min(found, key=lambda each: strength(each.entry))
        if asked.printed.version:
            note = Text("版本不同，不视为列入。", "Another version is not this one.")
        else:
            note = Text("清单没有写版本。", "The list names no version.")
        return self._with_others(asked, Verdict.OTHER_VERSION, nearest.entry, note, nearest.category, nearest)

    def _unclear(self, asked: Asked, found: Sequence[Known], note: Text, nearest: Entry) -> Answer:
        candidates = sorted((each.entry for each in found), key=strength)[:CANDIDATES]
        category = asked.category or known(nearest).category
        return Answer(asked, Verdict.UNCLEAR, None, note, category, candidates=tuple(candidates))

    def _with_others(
        self,
        asked: Asked,
        verdict: Verdict,
        entry: Entry | None,
        note: Text | None,
        category: Category | None,
        chosen: Known | None = None,
    ) -> Answer:
        """The answer with what could be bought instead: nothing where the line is in force."""
        if verdict is Verdict.VALID:
            return Answer(asked, verdict, entry, note, category)
        later = self._later(asked, chosen) if chosen else ()
        if verdict is Verdict.DUE:
            return Answer(asked, verdict, entry, note, category, later=later)
        known_ids = {each.product_id for each in later} | ({entry.product_id} if entry else set())
        least = max(asked.grade or 0, (entry.grade or 0) if entry else 0)
        others = self._others(category, least, known_ids)
        return Answer(asked, verdict, entry, note, category, later, tuple(others[:CANDIDATES]), len(others))

    def _later(self, asked: Asked, chosen: Known) -> tuple[Entry, ...]:
        family = self._by_core[chosen.printed.core]
        found = [
            each.entry for each in family if supersedes(each, chosen) and (each.entry.grade or 0) >= (asked.grade or 0)
        ]
        return tuple(sorted(found, key=strength)[:CANDIDATES])

    def _others(self, category: Category | None, least: int, but: set[int]) -> list[Entry]:
        if category is None:
            return []
        codes = within(category.code)
        return [
            each.entry
            for each in self._held
            if each.category is not None
            and each.category.code in codes
            and (each.entry.grade or 0) >= least
            and each.entry.product_id not in but
        ]

    def _no_category(self, asked: Asked) -> Text | None:
        """A word for lines whose category the catalogue does not have at all."""
        category = asked.category
        if category is None or self._codes & within(category.code) or category.parent in self._codes:
            return None
        name = by_code()[category.code].name
        return Text(f"目录中没有{name.zh}这一类别。", f"The catalogue has no such category ({name.en}).")


def supersedes(one: Known, other: Known) -> bool:
    """Whether one is a later version of the other that is in force and was announced no earlier (后续版本)."""
    if one.printed.core != other.printed.core or one.entry.maker != other.entry.maker or not one.entry.held:
        return False
    if one.entry.valid_from < other.entry.valid_from or not related(one.category, other.category):
        return False
    if same_version(one.printed.version, other.printed.version):
        return is_later(one.printed.kernel, other.printed.kernel)
    return is_later(one.printed.version, other.printed.version)


def _is_short(chunks: Sequence[str], each: Known) -> bool:
    """Whether every word of the line is part of the product’s name or of its maker’s, and one at least of its name."""
    core, maker = each.printed.core, each.entry.maker.casefold()
    return any(len(chunk) > 1 and chunk in core for chunk in chunks) and all(
        chunk in core or chunk in maker for chunk in chunks
    )


def _no_product(asked: Asked) -> Text:
    if asked.category is None:
        return Text("没有读出产品名称。", "No product could be read.")
    return Text("只写了类别或等级，没有写产品。", "It names a category or grade, and no product.")


_PERHAPS = Text("名称与目录不一致，可能是下列产品。", "The name differs from the catalogue; it may be one of these.")
_SEVERAL = Text("有多个产品符合，请写明是哪一个。", "Several products fit; say which one.")
_KERNEL_NOT_SAID = Text("清单没有写内核版本，请核对。", "The list does not say the kernel; check it.")
_SHORT_FORM = Text("按简称匹配，请核对全称。", "Matched by a short form; check the full name.")
