"""Signed links: what is forged, altered, of another key or outdated opens nothing; keys change without a gap."""

import stat
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from registry import clock
from registry.errors import Gone, InvalidInput, StorageUnavailable
from registry.services.accounts.signing import LASTS, LinkSigner, signer_of
from registry.settings import Settings
from registry.vocabulary import LinkPurpose

NOWHERE = Path("no-such-folder") / "link.key"
OLD, NEW = "an-old-fictional-key-of-the-tests", "a-new-fictional-key-of-the-tests"
TOKEN = "A" * 43


def signer(*keys: str) -> LinkSigner:
    return LinkSigner(SecretStr(",".join(keys)), NOWHERE)


def kept_in(folder: Path) -> LinkSigner:
    return LinkSigner(SecretStr(""), folder / "data" / "link.key")


def sign_in(folder: Path) -> str:
    """What another process does."""
    return kept_in(folder).signed(TOKEN, LinkPurpose.RESET)


def refused(one: LinkSigner, signed: str) -> None:
    with pytest.raises(Gone):
        one.opened(signed)


@given(token=st.text("abcXYZ019-_", min_size=1, max_size=60), purpose=st.sampled_from(LinkPurpose))
def test_what_was_signed_is_read(token: str, purpose: LinkPurpose) -> None:
    assert signer(NEW).opened(signer(NEW).signed(token, purpose)) == token


@given(st.data())
def test_an_altered_link_opens_nothing(data: st.DataObject) -> None:
    signed = signer(NEW).signed(TOKEN, LinkPurpose.INVITE)
    # Two bits of the last letter are not part of the signature.
    place = data.draw(st.integers(0, len(signed) - 2))
    letter = data.draw(st.sampled_from("aZ7_.").filter(lambda one: one != signed[place]))
    refused(signer(NEW), signed[:place] + letter + signed[place + 1 :])


@given(st.text(max_size=150))
def test_a_made_up_link_opens_nothing(text: str) -> None:
    refused(signer(NEW), text)


def test_a_purpose_cannot_be_changed_for_one_that_lasts_longer() -> None:
    signed = signer(NEW).signed(TOKEN, LinkPurpose.RESET)
    refused(signer(NEW), signed.replace("reset", "invite", 1))


def test_a_key_can_be_changed_while_links_are_open() -> None:
    before = signer(OLD).signed(TOKEN, LinkPurpose.RESET)
    both = signer(NEW, OLD)
    assert both.opened(before) == TOKEN
    assert signer(NEW).opened(both.signed(TOKEN, LinkPurpose.RESET)) == TOKEN, "the newest signs"
    refused(signer(NEW), before)


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_is_outdated_when_its_time_is_over(purpose: LinkPurpose) -> None:
    signed = signer(NEW).signed(TOKEN, purpose)
    with time_machine.travel(clock.now() + LASTS[purpose] - timedelta(minutes=1)):
        assert signer(NEW).opened(signed) == TOKEN
    with time_machine.travel(clock.now() + LASTS[purpose] + timedelta(minutes=1)):
        refused(signer(NEW), signed)


def test_the_key_is_made_with_the_first_link_and_is_for_its_owner_only(tmp_path: Path) -> None:
    mine = kept_in(tmp_path)
    refused(mine, signer(NEW).signed(TOKEN, LinkPurpose.RESET))
    assert not mine.key_file.exists(), "looking makes nothing"
    signed = mine.signed(TOKEN, LinkPurpose.RESET)
    assert stat.S_IMODE(mine.key_file.stat().st_mode) == 0o600
    assert [one.name for one in mine.key_file.parent.iterdir()] == ["link.key"]
    assert kept_in(tmp_path).opened(signed) == TOKEN
    kept = mine.key_file.read_text()
    mine.key_file.write_text(f"{NEW}\n{kept}")
    assert mine.opened(signed) == TOKEN
    assert signer(NEW).opened(mine.signed(TOKEN, LinkPurpose.RESET)) == TOKEN


def test_processes_that_make_the_key_at_once_agree(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        signed = list(pool.map(sign_in, [tmp_path] * 8))
    assert {kept_in(tmp_path).opened(one) for one in signed} == {TOKEN}
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["link.key"]


def test_a_key_file_that_is_no_use_is_told_by_name_without_what_stands_in_it(tmp_path: Path) -> None:
    mine = kept_in(tmp_path)
    mine.key_file.parent.mkdir()
    mine.key_file.write_text("secret")
    with pytest.raises(InvalidInput) as short:
        mine.signed(TOKEN, LinkPurpose.RESET)
    assert "link.key" in short.value.text.en
    assert "secret" not in repr(short.value) + str(short.value)
    mine.key_file.write_bytes(b"\xff" * 50)
    with pytest.raises(StorageUnavailable):
        mine.opened("x")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with pytest.raises(StorageUnavailable, match=r"REGISTRY_LINK_KEYS"):
        sign_in(tmp_path)


def test_short_keys_are_refused_at_the_start_and_no_key_is_ever_shown(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as wrong:
        signer_of(Settings(data_dir=tmp_path, link_keys=SecretStr(f"{NEW},short")))
    assert "REGISTRY_LINK_KEYS" in wrong.value.text.zh
    assert "short" not in str(wrong.value)
    made = signer_of(Settings(data_dir=tmp_path, link_keys=SecretStr(NEW)))
    assert NEW not in repr(made)
    assert list(tmp_path.iterdir()) == []
