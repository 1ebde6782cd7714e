"""No criterion of the published standards is forgotten without a reason."""

from registry.tiering.loader import load_all
from tests.unit.tiering.ids import ENCODED, OUR_OWN, REASONS


def test_every_published_id_is_encoded_in_its_version() -> None:
    assert {one.id: sorted(set(one.ids()) - OUR_OWN) for one in load_all()} == {
        version: sorted(ids) for version, ids in ENCODED.items()
    }


def test_an_id_left_out_for_a_reason_is_not_encoded() -> None:
    encoded = {one for standard in load_all() for one in standard.ids()}
    assert encoded.isdisjoint(REASONS)


def test_every_criterion_has_words_and_a_source_in_both_languages() -> None:
    for standard in load_all():
        for criterion in standard.criteria:
            assert criterion.name.zh != criterion.name.en, criterion.id
            assert standard.documents[criterion.document].number, criterion.id
