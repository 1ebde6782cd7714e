"""No criterion of the published standards is forgotten without a reason."""

from registry.tiering.loader import load_all
from registry.tiering.standard import Standard
from tests.unit.tiering.ids import ENCODED, OUR_OWN, REASONS


def told(standard: Standard) -> set[str]:
    """Every id a version tells: criteria, parts, rows of a score, duties, outcomes of a review."""
    return {*standard.ids(), *(one.id for one in standard.duties), *(one.id for one in standard.outcomes)}


def test_every_published_id_is_encoded_in_its_version() -> None:
    assert {one.id: sorted(told(one) - OUR_OWN) for one in load_all()} == {
        version: sorted(ids) for version, ids in ENCODED.items()
    }


def test_an_id_left_out_for_a_reason_is_not_encoded() -> None:
    encoded = {one for standard in load_all() for one in told(standard)}
    assert encoded.isdisjoint(REASONS)


def test_every_criterion_has_words_and_a_source_in_both_languages() -> None:
    for standard in load_all():
        for criterion in standard.criteria:
            assert criterion.name.zh != criterion.name.en, criterion.id
            assert standard.documents[criterion.document].number, criterion.id
