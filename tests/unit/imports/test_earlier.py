"""A long file is decided like a short one: where firms are put away changes nothing but memory."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.services.imports.earlier import Earlier, FirmsSoFar
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import Firm, Knowledge, NamedFirm
from registry.services.imports.matching import Decision, Matcher
from registry.vocabulary import IdentityState, NameKind, OperatingStatus

CODES = ("91350100M000100Y43", "91350900587527783P", "91440300MA5EXAMPL1")
NUMBERS = ("370181600061089", "110108000000016")
NAMES = ("示例甲公司", "示例乙公司", "示例（丙）公司")


def known_firm(number: int, name: str, code: str | None) -> Firm:
    """A firm of the registry that states little."""
    nothing: dict[str, Any] = dict.fromkeys(Firm.__dataclass_fields__)
    identity = IdentityState.IDENTIFIED if code else IdentityState.PROVISIONAL
    said = {"id": number, "identity": identity, "uscc": code, "name_zh": name}
    return Firm(**nothing | said | {"operating_status": OperatingStatus.UNKNOWN, "founded_on": date(2019, 7, 1)})


def knowledge(firms: Sequence[Firm]) -> Knowledge:
    """What looking these firms up would give."""
    known = Knowledge()
    for firm in firms:
        if firm.uscc is not None:
            known.by_code[firm.uscc] = firm
        folded = firm.name_zh.replace("（", "").replace("）", "")
        known.by_folded[folded].append(NamedFirm(firm, firm.name_zh, NameKind.CURRENT))
    return known


@st.composite
def rows(draw: st.DrawFn) -> Facts:
    """A row with a name that others have too, and perhaps a code, an old number or a place abroad."""
    name = draw(st.sampled_from((*NAMES, "示例丙公司")))
    facts: Facts = {"name": name, "folded": name.replace("（", "").replace("）", "")}
    facts |= draw(st.fixed_dictionaries({}, optional={"uscc": st.sampled_from(CODES)}))
    facts |= draw(st.fixed_dictionaries({}, optional={"registration_no": st.sampled_from(NUMBERS)}))
    return facts | draw(st.fixed_dictionaries({}, optional={"place": st.sampled_from(("Leeds", "Austin"))}))


registries = st.lists(
    st.builds(known_firm, st.integers(1, 4), st.sampled_from(NAMES), st.none() | st.sampled_from(CODES)),
    max_size=3,
    unique_by=lambda firm: firm.id,
)


def decided(file: Sequence[Facts], known: Knowledge, *, held: int, chunk: int) -> list[Decision]:
    """The decisions for a file taken so many rows at a time, so many firms kept in memory."""
    decisions: list[Decision] = []
    with FirmsSoFar(held) as so_far:
        matcher = Matcher(so_far)
        for start in range(0, len(file), chunk):
            part = file[start : start + chunk]
            matcher.expect(part, known)
            decisions += [matcher.decide(dict(facts), ("", start + n), known) for n, facts in enumerate(part)]
    return decisions


@given(st.lists(rows(), max_size=25), registries, st.integers(1, 8), st.integers(1, 8))
def test_chunks_of_any_size_and_any_memory_give_the_same_decisions(
    file: list[Facts], firms: list[Firm], held: int, chunk: int
) -> None:
    known = knowledge(firms)

    assert decided(file, known, held=held, chunk=chunk) == decided(file, known, held=10**6, chunk=10**6)


def test_a_firm_put_away_is_found_by_each_of_its_keys_and_the_first_row_counts() -> None:
    first = Earlier(("甲", 3), "示例甲公司", "示例甲公司", "", CODES[0], NUMBERS[0], 7)
    again = Earlier(("乙", 4), "示例甲公司", "示例甲公司", "Leeds", None, NUMBERS[0], 7)
    asked: list[Facts] = [{"uscc": CODES[0], "folded": "示例甲公司"}, {"registration_no": NUMBERS[0]}]
    with FirmsSoFar(held=1) as so_far:
        for firm in (first, again):
            so_far.expect(asked, [7])
            so_far.add(firm)
        so_far.expect(asked, [7])

        assert so_far.with_code(CODES[0]) == so_far.with_code(NUMBERS[0]) == so_far.in_registry(7) == ("甲", 3)
        assert so_far.named("示例甲公司") == [first, again]
        assert so_far.with_code(CODES[1]) is None
        assert so_far.in_registry(8) is None
