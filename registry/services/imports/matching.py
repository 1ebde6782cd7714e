"""Which enterprise a row means. Certain and unique, or it is left to a person; nothing is ever guessed in silence.

Order: code, registration number, exact current name, former name, folded name; what nothing exact was found for, or too
much, goes by what a person decided about the same row before, then by score. A code in the file wins over a name.
Inside one file the first row of a firm counts; later rows of the same firm point to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry.errors import Text, shorten
from registry.identity import explain_code, nearest_uscc
from registry.services.imports.earlier import Earlier, FirmsSoFar, Place
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import (
    Firm,
    Knowledge,
    NamedFirm,
    NearHits,
    Remembered,
    decided_about,
    decision_key,
    near_key,
)
from registry.services.keys import provisional_key
from registry.vocabulary import DecisionVerdict, NameKind, RowOutcome

NAME_MAX = 300
_NOT_FIRMS = frozenset({"合计", "总计", "小计", "共计", "以下空白", "以下无正文"})
_CANDIDATES = 8
_NEW, _MATCHED = RowOutcome.NEW, RowOutcome.MATCHED
"""Looked up once: a member of a word list is slow to reach, and rows are many."""


@dataclass(slots=True)
class Decision:
    """The fate of one row. ``same_as`` is the earlier row of this file about the same firm."""

    outcome: RowOutcome
    reason_code: str | None = None
    reason: Text | None = None
    matched_by: str | None = None
    firm: Firm | None = None
    same_as: Place | None = None
    candidates: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Matcher:
    """Decides row after row and remembers the firms of this file."""

    so_far: FirmsSoFar = field(default_factory=FirmsSoFar)

    def expect(self, chunk: Sequence[Facts], known: Knowledge) -> None:
        """Get ready to decide these rows; without it a very long file is remembered in memory. Close ``so_far``."""
        self.so_far.expect(chunk, known.numbers())

    def decide(self, facts: Facts, at: Place, known: Knowledge) -> Decision:
        """The decision for one row, with the facts it states and what the registry knows about its chunk."""
        decision = _unreadable(facts) or self._faulty_code(facts, known) or self._decide(facts, known)
        if decision.outcome in (_NEW, _MATCHED):
            return self._first_or_repeated(decision, facts, at)
        return decision

    def _decide(self, facts: Facts, known: Knowledge) -> Decision:
        decision = self._exactly(facts, known)
        if decision.outcome is _NEW or decision.outcome is RowOutcome.AMBIGUOUS:
            if (earlier := _decided_before(facts, known)) is not None:
                return self._once(_remembered(decision, earlier, known, facts), facts)
            if known.near and decision.outcome is _NEW and (near := known.near.get(near_key(facts))) is not None:
                return _near(near)
        return decision

    def _once(self, decision: Decision, facts: Facts) -> Decision:
        """A firm decided to be one of its own is new once; a later row of the file that says the same repeats it."""
        if decision.outcome is _NEW:
            for earlier in self.so_far.named(facts["folded"]):
                if earlier.enterprise_id is None and earlier.place == facts.get("place", ""):
                    return _repeated(earlier.at)
        return decision

    def _exactly(self, facts: Facts, known: Knowledge) -> Decision:
        if "uscc" in facts:
            return self._by_code(facts, known)
        if "registration_no" in facts:
            return self._by_registration(facts, known)
        return self._by_name(facts, known)

    def _by_code(self, facts: Facts, known: Knowledge) -> Decision:
        code = facts["uscc"]
        before = self.so_far.with_code(code)
        if before is not None:
            return _repeated(before)
        firm = known.by_code.get(code)
        if firm is not None:
            return _matched_by_code(firm, facts)
        for earlier in self.so_far.named(facts["folded"]):
            if earlier.uscc is None:
                return _ambiguous_in_file(earlier)
        named = _exact(facts, known)
        nameless = _unique([n.firm for n in named if n.firm.uscc is None]) if named else []
        if len(nameless) == 1 and not _numbers_differ(nameless[0], facts):
            return Decision(_MATCHED, matched_by="name", firm=nameless[0])
        if nameless:
            return _ambiguous([NamedFirm(firm, firm.name_zh, NameKind.CURRENT) for firm in nameless])
        return Decision(_NEW)

    def _by_registration(self, facts: Facts, known: Knowledge) -> Decision:
        number = facts["registration_no"]
        before = self.so_far.with_code(number)
        if before is not None:
            return _repeated(before)
        firms = known.by_registration.get(number, [])
        if len(firms) == 1:
            return _matched_by_code(firms[0], facts, by="registration_no")
        if firms:
            return _ambiguous([NamedFirm(firm, firm.name_zh, NameKind.CURRENT) for firm in firms])
        for earlier in self.so_far.named(facts["folded"]):
            if earlier.name == facts["name"] and earlier.registration_no is None:
                return _repeated(earlier.at)
        named = _exact(facts, known)
        same = _unique([n.firm for n in named if not _numbers_differ(n.firm, facts)])
        if len(same) == 1 and len(named) == 1:
            return Decision(_MATCHED, matched_by="name", firm=same[0])
        return _ambiguous(named) if same else Decision(_NEW)

    def _by_name(self, facts: Facts, known: Knowledge) -> Decision:
        place = facts.get("place", "")
        found = known.by_folded.get(facts["folded"], [])
        for matched_by, hits in (("name", _exact(facts, known)), *_weaker(facts, found)):
            firms = _unique([hit.firm for hit in hits])
            if place:
                firms = [firm for firm in firms if firm.address == place] or firms
            if len(firms) == 1 and not (place and firms[0].address and firms[0].address != place):
                return Decision(_MATCHED, matched_by=matched_by, firm=firms[0])
            if firms and not self._told_apart(facts, place):
                return _ambiguous(hits)
        for earlier in self.so_far.named(facts["folded"]):
            if earlier.place == place:
                return _repeated(earlier.at)
        if found and not self._told_apart(facts, place):
            return _ambiguous(found)
        return Decision(_NEW)

    def _told_apart(self, facts: Facts, place: str) -> bool:
        """This very file lists the same name at another place abroad: two firms of one name, not one firm twice."""
        return bool(place) and any(earlier.place not in ("", place) for earlier in self.so_far.named(facts["folded"]))

    def _faulty_code(self, facts: Facts, known: Knowledge) -> Decision | None:
        """A damaged code matches nothing by itself: what a person said before counts, else names are offered."""
        fault = facts.get("code_fault")
        if fault is None or "uscc" in facts:
            return None
        given = facts["code_as_given"]
        explained = explain_code(given).message
        reason_code = {"scientific": "scientific_code", "malformed": "malformed_code"}.get(fault, fault)
        offered = _named_alike(facts, known)
        decision = Decision(RowOutcome.REJECTED, reason_code, explained)
        if offered:
            decision.outcome, decision.reason = RowOutcome.AMBIGUOUS, _damaged(given, explained, len(offered))
        if (earlier := _decided_before(facts, known)) is not None:
            return self._once(_remembered(replace(decision, candidates=offered), earlier, known, facts), facts)
        codes = nearest_uscc(given, 5) if fault == "wrong_check_digit" else ()
        proposed: list[dict[str, Any]] = [{"key": code, "name": None, "why": "nearest_code"} for code in codes]
        decision.candidates = [*offered, *proposed] or None
        return decision

    def _first_or_repeated(self, decision: Decision, facts: Facts, at: Place) -> Decision:
        """Remember a firm the file has not had before; a second row about a known firm repeats the first."""
        number = decision.firm.id if decision.firm else None
        if number is not None and (before := self.so_far.in_registry(number)) is not None:
            return _repeated(before, decision.firm)
        get = facts.get
        self.so_far.add(
            Earlier(at, facts["name"], facts["folded"], get("place", ""), get("uscc"), get("registration_no"), number)
        )
        return decision


def decided_text(*, known: bool) -> Text:
    """Why a row is as it is once a person has said which firm it means: one that is known, or none yet."""
    if known:
        return Text("由人工选定。", "Chosen by a person.")
    return Text("人工确认：登记库中没有这家企业。", "Confirmed by a person: not in the registry yet.")


def _decided_before(facts: Facts, known: Knowledge) -> list[Remembered] | None:
    return known.remembered.get(decision_key(*decided_about(facts))) if known.remembered else None


def _named_alike(facts: Facts, known: Knowledge) -> list[dict[str, Any]]:
    """Firms of this name, else those whose names come near, for a row whose code says nothing."""
    same = known.by_folded.get(facts["folded"], []) if known.by_folded else []
    if same:
        return list({each["key"]: each for each in map(_candidate, same)}.values())[:_CANDIDATES]
    near = known.near.get(near_key(facts))
    if near is None:
        return []
    return near.candidates or ([near.certain] if near.certain is not None else [])


def _damaged(given: str, explained: Text, count: int) -> Text:
    zh, en = explained.zh.rstrip("。"), explained.en.rstrip(".")
    return Text(
        f"代码已损坏，按名称相近找到 {count} 家，须人工选定。{zh}。",
        f"The code is damaged; by name {count} {'firm comes' if count == 1 else 'firms come'} near; choose one. {en}.",
    )


def _unreadable(facts: Facts) -> Decision | None:
    name = facts.get("name", "")
    if not name or not facts.get("folded"):
        return Decision(RowOutcome.REJECTED, "empty_name", Text("企业名称为空。", "The enterprise name is empty."))
    if name in _NOT_FIRMS:
        text = Text(f"“{name}”不是企业，未作记录。", f"“{name}” is no enterprise; not a record.")
        return Decision(RowOutcome.REJECTED, "not_a_record", text)
    if len(name) > NAME_MAX or len(facts["folded"]) > NAME_MAX:
        text = Text(f"企业名称超过 {NAME_MAX} 字。", f"The enterprise name is longer than {NAME_MAX} characters.")
        return Decision(RowOutcome.REJECTED, "name_too_long", text)
    return None


def _matched_by_code(firm: Firm, facts: Facts, *, by: str = "code") -> Decision:
    if firm.name_zh == facts["name"]:
        return Decision(_MATCHED, matched_by=by, firm=firm)
    reason = Text(
        f"代码相同而名称不同：登记库为“{shorten(firm.name_zh)}”，文件为“{shorten(facts['name'])}”，可能已更名。",
        f"Same code, other name: “{shorten(firm.name_zh)}” in the registry, “{shorten(facts['name'])}” in the file; "
        "perhaps renamed.",
    )
    return Decision(_MATCHED, "name_differs", reason, matched_by=by, firm=firm)


def _repeated(at: Place, firm: Firm | None = None) -> Decision:
    sheet, row = at
    where = f"工作表“{sheet}”第 {row} 行" if sheet else f"第 {row} 行"
    where_en = f"row {row} of sheet “{sheet}”" if sheet else f"row {row}"
    reason = Text(f"与本文件{where}是同一家企业。", f"The same enterprise as {where_en} of this file.")
    return Decision(RowOutcome.UNCHANGED, "repeated", reason, matched_by="file", firm=firm, same_as=at)


def _ambiguous(found: list[NamedFirm]) -> Decision:
    firms = _unique([n.firm for n in found])
    if len(firms) > 1:
        reason = Text(f"有 {len(firms)} 家企业符合此名称，须人工选定。", f"{len(firms)} enterprises fit; choose one.")
        code = "several_fit"
    else:
        reason = Text(
            "名称或号码只是部分相符，须人工确认是否同一企业。",
            "Name or number fit only in part; confirm whether it is the same.",
        )
        code = "unsure"
    return Decision(RowOutcome.AMBIGUOUS, code, reason, candidates=[_candidate(n) for n in found][:_CANDIDATES])


def _remembered(decision: Decision, earlier: list[Remembered], known: Knowledge, facts: Facts) -> Decision:
    """What a person decided about the same row of another list, the latest word first."""
    for one in earlier:
        if one.verdict is DecisionVerdict.SAME and one.firm is not None:
            if "uscc" in facts and one.firm.uscc is not None and one.firm.uscc != facts["uscc"]:
                continue
            reason = Text("按以前的人工决定对应。", "Matched as decided by a person before.")
            return Decision(_MATCHED, "decided_before", reason, matched_by="remembered", firm=one.firm)
        if one.verdict is DecisionVerdict.NEW:
            reason = Text("按以前的人工决定，是另一家企业。", "A firm of its own, as decided by a person before.")
            return Decision(_NEW, "decided_before", reason)
    near = known.near.get(near_key(facts)) if decision.outcome is _NEW else None
    offered = decision.candidates if near is None else near.candidates
    ruled_out = {one.firm.uscc or provisional_key(one.firm.id) for one in earlier if one.firm is not None}
    left = [each for each in offered or [] if each["key"] not in ruled_out]
    if near is not None and near.certain is not None and near.certain["key"] not in ruled_out:
        return _near(near)
    if "code_fault" in facts and "uscc" not in facts:
        return replace(decision, candidates=left)
    return _ask(left) if left else Decision(_NEW)


def _near(near: NearHits) -> Decision:
    """Scored: certain, to be asked about, or nothing near."""
    if near.accepted is None or near.certain is None:
        return _ask(near.candidates) if near.candidates else Decision(_NEW)
    differs = near.certain["differences"]
    zh = "，".join(each["zh"] for each in differs)
    en = "; ".join(each["en"] for each in differs)
    score = near.certain["score"]
    name = shorten(near.certain["name"])
    reason = Text(f"与“{name}”相符，把握 {score}：{zh}。", f"Fits “{name}”, score {score}: {en}.")
    return Decision(_MATCHED, "scored", reason, matched_by="scored", firm=near.accepted, candidates=[near.certain])


def _ask(candidates: list[dict[str, Any]]) -> Decision:
    count = len(candidates)
    reason = Text(
        f"没有完全相符的名称，有 {count} 家相近，须人工选定。",
        f"No name fits exactly, {count} {'comes' if count == 1 else 'come'} near; choose one.",
    )
    return Decision(RowOutcome.AMBIGUOUS, "near_names", reason, candidates=candidates)


def _ambiguous_in_file(earlier: Earlier) -> Decision:
    row = earlier.at[1]
    reason = Text(
        f"本文件第 {row} 行有同名企业而没有统一社会信用代码，须人工确认是否同一企业。",
        f"Row {row} of this file has the same name without a code; confirm whether it is the same enterprise.",
    )
    return Decision(RowOutcome.AMBIGUOUS, "same_name_in_file", reason)


def _exact(facts: Facts, known: Knowledge) -> list[NamedFirm]:
    if not known.by_folded:
        return []
    return [
        hit
        for hit in known.by_folded.get(facts.get("folded", ""), ())
        if hit.kind is NameKind.CURRENT and hit.name == facts["name"]
    ]


def _weaker(facts: Facts, found: list[NamedFirm]) -> tuple[tuple[str, list[NamedFirm]], ...]:
    former = [hit for hit in found if hit.kind is NameKind.FORMER and hit.name == facts["name"]]
    folded = [hit for hit in found if hit.kind is NameKind.CURRENT]
    return ("former_name", former), ("folded_name", folded)


def _numbers_differ(firm: Firm, facts: Facts) -> bool:
    number = facts.get("registration_no")
    return number is not None and firm.registration_no is not None and firm.registration_no != number


def _unique(firms: list[Firm]) -> list[Firm]:
    return list({firm.id: firm for firm in firms}.values())


def _candidate(hit: NamedFirm) -> dict[str, Any]:
    why = {NameKind.CURRENT: "current_name", NameKind.FORMER: "former_name"}.get(hit.kind, "other_name")
    return {"key": hit.firm.uscc or provisional_key(hit.firm.id), "name": hit.firm.name_zh, "why": why}
