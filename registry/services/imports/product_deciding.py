"""What becomes of each row of a product list: the maker as in any list, then the product version of that maker.

A row is new when its maker has no such version, matched when it has, unchanged when that version already stands in
the batch. The maker is certain and unique or the row waits for a person.
"""

from collections.abc import Iterable, Sequence

from registry.errors import Text, shorten
from registry.services.imports.earlier import Place
from registry.services.imports.filling import fills, new_names
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import Firm, Lookup
from registry.services.imports.matching import NAME_MAX, Decision, Matcher
from registry.services.imports.product_interpreting import VERSION_MAX, Identity
from registry.services.imports.product_lookups import KnownProduct, grades_in_batch, known_products, stated_identity
from registry.vocabulary import RowOutcome

FILE_MAKER = "file_maker"
GRADES_DIFFER = "grades_differ"
ENTRY, KEPT, TAKEN = "entry", "keep", "take"
"""What a person said of a row that states another grade: the entry there was stands, or this row takes its place."""
REGRADE = "regrade"
"""Fact of a row whose grade replaces that of the entry the batch has."""
_NOT_PRODUCTS = frozenset({"合计", "总计", "小计", "共计", "以下空白", "以下无正文"})

Maker = int | Place
"""A known enterprise by its number; a new one by the row of this file that names it first."""


class ProductDecider:
    """Decides chunk after chunk and remembers the makers and products of this file (a catalogue fits in memory)."""

    def __init__(self, lookup: Lookup, matcher: Matcher, batch_id: int | None) -> None:
        self.session, self.batch_id = lookup.session, batch_id
        self.lookup, self.matcher = lookup, matcher
        self._makers: dict[Place, Firm | None] = {}
        self._seen: dict[tuple[Maker, Identity], tuple[Place, int | None]] = {}

    def decide(self, chunk: Sequence[Facts], places: Sequence[Place]) -> list[Decision]:
        """One decision a row. Adds ``same_maker`` to the facts of a row whose maker an earlier row names."""
        about = self.lookup.about(chunk)
        self.matcher.expect(chunk, about)
        decisions: list[Decision] = []
        makers: list[Maker | None] = []
        for facts, at in zip(chunk, places, strict=True):
            decision = _unreadable(facts) or self.matcher.decide(facts, at, about)
            decisions.append(decision)
            makers.append(self._maker(decision, facts, at))
        self._settle(chunk, places, decisions, makers)
        return decisions

    def _maker(self, decision: Decision, facts: Facts, at: Place) -> Maker | None:
        """Who made the product; None where the row is not written for want of a certain maker."""
        if decision.outcome in (RowOutcome.NEW, RowOutcome.MATCHED):
            self._makers[at] = decision.firm
            return decision.firm.id if decision.firm else at
        first = decision.same_as
        if first is None:
            return None
        facts["same_maker"] = first
        decision.firm = decision.firm or self._makers[first]
        decision.matched_by, decision.same_as = FILE_MAKER, None
        decision.reason_code = decision.reason = None
        return decision.firm.id if decision.firm else first

    def _settle(
        self, chunk: Sequence[Facts], places: Sequence[Place], decisions: list[Decision], makers: list[Maker | None]
    ) -> None:
        """From what became of the makers to what becomes of the products."""
        numbers = {maker for maker in makers if isinstance(maker, int)}
        folded = {facts["product_folded"] for facts in chunk if facts.get("product_folded")}
        known = known_products(self.session, numbers, folded)
        listed = self._listed(known.values())
        names = self.lookup.names_of(numbers)
        for facts, at, decision, maker in zip(chunk, places, decisions, makers, strict=True):
            if maker is None:
                continue
            identity = stated_identity(facts)
            if self._repeats(decision, (maker, identity), facts, at):
                continue
            product = known.get((maker, identity)) if isinstance(maker, int) else None
            if product is None or product.voided_at is not None:
                decision.outcome = RowOutcome.NEW
            elif product.id not in listed:
                decision.outcome = RowOutcome.MATCHED
            else:
                self._settle_listed(decision, facts, listed[product.id], names)

    def _listed(self, known: Iterable[KnownProduct]) -> dict[int, int | None]:
        if self.batch_id is None:
            return {}
        return grades_in_batch(self.session, self.batch_id, [each.id for each in known])

    def _repeats(self, decision: Decision, made: tuple[Maker, Identity], facts: Facts, at: Place) -> bool:
        """Whether an earlier row of this file is about the same version; with another grade a person must look."""
        first = self._seen.get(made)
        if first is None:
            self._seen[made] = at, facts.get("grade")
            return False
        place, grade = first
        kept = facts.get(ENTRY) == KEPT
        if kept or grade == facts.get("grade"):
            decision.outcome, decision.matched_by, decision.same_as = RowOutcome.UNCHANGED, "file", place
            decision.reason_code, decision.reason = ("decided", _other_stands(place)) if kept else _repeats(place)
        else:
            decision.outcome, decision.reason_code, decision.same_as = RowOutcome.AMBIGUOUS, GRADES_DIFFER, place
            decision.reason = Text(
                f"与本文件第 {place[1]} 行是同一产品版本而等级不同，须人工确认。",
                f"The same product version as row {place[1]} of this file with another grade; to be confirmed.",
            )
        return True

    def _settle_listed(self, decision: Decision, facts: Facts, grade: int | None, names: dict[int, set[str]]) -> None:
        """A version that already stands in the batch: nothing new, unless its maker gets something or grades differ."""
        firm = decision.firm
        differs = "grade" in facts and facts["grade"] != grade
        if differs and facts.get(ENTRY) == TAKEN:
            facts[REGRADE] = True
            decision.outcome, decision.reason_code = RowOutcome.MATCHED, "decided"
            decision.reason = Text(
                f"由人工选定：等级以文件为准（登记的是 {grade or '空'}）。",
                f"Chosen by a person: the grade of the file counts (it was {grade or 'none'}).",
            )
        elif differs and facts.get(ENTRY) == KEPT:
            decision.outcome, decision.reason_code = RowOutcome.UNCHANGED, "decided"
            decision.reason = Text(
                f"由人工选定：等级以登记的 {grade or '空'} 为准。",
                f"Chosen by a person: the grade in the registry, {grade or 'none'}, counts.",
            )
        elif differs:
            decision.outcome, decision.reason_code = RowOutcome.AMBIGUOUS, GRADES_DIFFER
            decision.reason = Text(
                f"本批次已有这一产品版本，登记的等级是 {grade or '空'}，文件为 {facts['grade']}，须人工确认。",
                f"This product version already stands in the batch with grade {grade or 'none'}, not "
                f"{facts['grade']}; to be confirmed.",
            )
        elif firm and "same_maker" not in facts and (fills(firm, facts) or new_names(facts, names.get(firm.id, set()))):
            decision.outcome = RowOutcome.MATCHED
        else:
            decision.outcome = RowOutcome.UNCHANGED
            if decision.reason_code is None:
                decision.reason_code = "known"
                decision.reason = Text("登记库已有，没有新内容。", "Already in the registry; nothing new.")


def _other_stands(at: Place) -> Text:
    return Text(f"由人工选定：以第 {at[1]} 行为准。", f"Chosen by a person: row {at[1]} counts.")


def _repeats(at: Place) -> tuple[str, Text]:
    sheet, row = at
    where = f"工作表“{sheet}”第 {row} 行" if sheet else f"第 {row} 行"
    where_en = f"row {row} of sheet “{sheet}”" if sheet else f"row {row}"
    return "repeated", Text(f"与本文件{where}是同一产品版本。", f"The same product version as {where_en} of this file.")


def _unreadable(facts: Facts) -> Decision | None:
    name = facts.get("product", "")
    if name in _NOT_PRODUCTS or facts.get("name") in _NOT_PRODUCTS:
        said = name or facts["name"]
        return _rejected("not_a_record", f"“{said}”不是产品，未作记录。", f"“{said}” is no product; not a record.")
    if not facts.get("product_folded"):
        return _rejected("empty_product", "产品名称为空。", "The product name is empty.")
    if max(len(name), len(facts["product_folded"])) > NAME_MAX:
        return _rejected(
            "product_too_long",
            f"产品名称“{shorten(name)}”超过 {NAME_MAX} 字。",
            f"The product name “{shorten(name)}” is longer than {NAME_MAX} characters.",
        )
    if len(facts.get("version", "")) > VERSION_MAX:
        return _rejected(
            "version_too_long",
            f"版本超过 {VERSION_MAX} 字，无法确定是哪个版本。",
            f"The version is longer than {VERSION_MAX} characters; which one it is cannot be told.",
        )
    if "name" not in facts:
        return _rejected("empty_name", "生产单位为空。", "The maker is empty.")
    return None


def _rejected(code: str, zh: str, en: str) -> Decision:
    return Decision(RowOutcome.REJECTED, code, Text(zh, en))
