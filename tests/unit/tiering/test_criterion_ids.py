"""Ids of criteria however they are typed."""

import pytest

from registry.services.assessing.choosing import Reason, criterion_id, parse_reason
from registry.tiering.loader import load_all

IDS = sorted({criterion.id for standard in load_all() for criterion in standard.criteria})


@pytest.mark.parametrize("written", IDS)
def test_every_id_there_is_is_known_as_it_is_written_in_small_letters_and_in_capitals(written: str) -> None:
    assert criterion_id(written) == criterion_id(written.lower()) == criterion_id(written.upper()) == written


def test_a_filter_by_a_criterion_with_a_small_letter_asks_for_that_criterion() -> None:
    assert parse_reason("unmet:CH23-0a") == parse_reason(" unmet:ch23-0A ") == Reason("unmet", "CH23-0a")
