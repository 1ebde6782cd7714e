"""The settings files are right, and whatever is wrong in one is named with its file, line and entry."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import commands
from registry.search import config
from registry.search.config import FILES, WAYS, ConfigFault, WordsFile, load_config, parse, read
from registry.search.config_check import Known, check_config
from registry.search.known_items import KINDS
from registry.services import search_config
from registry.services.search_config import check_search_config

KNOWN = Known(directories={"little_giant"}, chains={"five_g"})


def changed(name: str, old: str, new: str) -> list[tuple[str, int, str]]:
    """The faults after one change of a shipped file."""
    text = read(name)
    assert old in text
    everything = Known(
        directories=set(load_config(WordsFile).directory_words), chains=set(load_config(WordsFile).chain_words)
    )
    checked = check_config(everything, lambda each: text.replace(old, new, 1) if each == name else read(each))
    return [(fault.file, fault.line, fault.entry) for fault in checked.faults]


def line_of(name: str, piece: str) -> int:
    return next(n for n, line in enumerate(read(name).splitlines(), 1) if piece in line)


def test_the_shipped_files_are_right() -> None:
    checked = check_search_config()
    assert checked.faults == ()
    assert set(checked.counts) == set(FILES)
    assert checked.counts["readings.yaml"]["words"] > 50
    assert checked.counts["gates.yaml"] == {"questions": 1, "enterprises": 1, "ways": 9}
    assert checked.counts["meilisearch.yaml"] == {"index": 9, "portion_bytes": 1}


def test_gates_can_ask_in_every_way_that_questions_are_made_in() -> None:
    assert set(KINDS) == WAYS


@pytest.mark.parametrize(
    ("name", "old", "new", "entry"),
    [
        ("search.yaml", "  hte: [", "  no_such_list: [新词]\n  hte: [", "no_such_list"),
        ("search.yaml", "  unicorn: [独角兽,", "  unicorn: [独角兽, 瞪羚,", "瞪羚"),
        ("search.yaml", "  gazelle: [瞪羚,", "  gazelle: [瞪羚, 瞪羚,", "瞪羚"),
        ("search.yaml", "  national: [国家级]", "  galactic: [银河级]\n  national: [国家级]", "galactic"),
        ("search.yaml", "  - 名单\n", "  - ！！\n", "！！"),
        ("search.yaml", "  - 名单\n", "  - " + "长" * 41 + "\n", "长" * 41),
        ("readings.yaml", "  会稽: kuai ji", "  会稽: kuai jiq", "会稽 kuai jiq"),
        ("readings.yaml", "  会稽: kuai ji", "  会稽: kuai", "会稽 kuai"),
        ("readings.yaml", "  长: [chang, zhang]", "  长: [chang, zhnag]", "长 zhnag"),
        ("readings.yaml", "  长: [chang, zhang]", "  長: [chang, zhang]", "長"),
        ("confusables.yaml", "  - [未, 末]", "  - [未来, 末]", "未来"),
        ("confusables.yaml", "  - [未, 末]", "  - [未, 末]\n  - [末, 未]", "末 未"),
        ("confusables.yaml", "  - [未, 末]", "  - [未]", ""),
        ("variants.yaml", "  彊: 疆", "  彊: 疆\n  疆: 强", "彊"),
        ("variants.yaml", "  彊: 疆", "  彊: 彊", "彊"),
        ("variants.yaml", "{word: 乾燥, means: 干燥}", "{word: 乾燥, means: 干躁}", "乾燥"),
        ("synonyms.yaml", "  中央处理器: [cpu]", "  中央处理器: [cpu, 无人机]", "无人机"),
        ("places.yaml", '  "500000": [cq]', '  "999999": [cq]', "999999"),
        ("suffixes.yaml", "  - 酒店\n", "  - 酒店\n  - 酒店\n", "酒店"),
        ("gates.yaml", "questions: 10", "questions: 0", "0"),
        ("gates.yaml", "enterprises: 600", "enterprises: many", "many"),
        ("gates.yaml", "  full: 0.9", "  full: 2.0", "2.0"),
        ("gates.yaml", "  full: 0.9", "  shouted: 0.9", "shouted"),
        ("gates.yaml", "questions: 10", "question: 10", "question"),
        ("meilisearch.yaml", "  rankingRules: [sort]", "  rankingRules: [words]", "words"),
        ("meilisearch.yaml", "  rankingRules: [sort]", "  rankingRules: [sort, words]", "index.rankingRules"),
        ("meilisearch.yaml", "  facetSearch: false", "  facetSearch: maybe", "maybe"),
        ("meilisearch.yaml", "  facetSearch: false", "  stopWords: []", "index.stopWords"),
        ("meilisearch.yaml", "  searchCutoffMs: 60000", "  searchCutoffMs: true", "True"),
        ("meilisearch.yaml", "portion_bytes: 16000000", "portion_bytes: 10", "10"),
    ],
)
def test_a_fault_is_named_with_file_line_and_entry(name: str, old: str, new: str, entry: str) -> None:
    found = changed(name, old, new)
    assert found
    assert {file for file, _, _ in found} == {name}
    assert any(entry in said for _, _, said in found)
    assert min(abs(line - line_of(name, old.strip().splitlines()[0])) for _, line, _ in found) <= 12


@pytest.mark.parametrize("old", ["  彊: 疆"])
def test_a_variant_mapped_twice_is_a_fault_of_its_line(old: str) -> None:
    ((name, line, _),) = changed("variants.yaml", old, f"{old}\n  彊: 强")
    assert (name, line) == ("variants.yaml", line_of("variants.yaml", old) + 1)


@pytest.mark.parametrize("text", ["[", "a: [b", "directory_words: 1", "\t", "- x", "x: !!python/name:a {}", "null"])
def test_unreadable_files_are_faults_and_no_crash(text: str) -> None:
    value, faults = parse("search.yaml", text)
    assert value is None
    assert faults
    assert all(fault.text.zh.startswith("search_config/search.yaml:") for fault in faults)


@given(st.text(max_size=200), st.sampled_from(sorted(FILES)))
def test_any_text_is_a_value_or_faults(text: str, name: str) -> None:
    value, faults = parse(name, text)
    assert (value is None) == bool(faults)


def test_loading_a_wrong_file_refuses_with_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = read("search.yaml").replace("  national: [国家级]", "  national: 国家级")
    monkeypatch.setattr(config, "read", lambda _: wrong)
    with pytest.raises(ConfigFault, match=r"search_config/search\.yaml:[0-9]+ “国家级”"):
        load_config.__wrapped__(WordsFile)


def test_the_command_prints_counts_or_one_line_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert commands.main(["search-config", "check"]) == 0
    assert "readings.yaml" in capsys.readouterr().out
    monkeypatch.setattr(search_config, "check_config", lambda _: check_config(KNOWN))
    assert commands.main(["search-config", "check"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said
    assert all(line.startswith(("错误：search_config/", "Error: search_config/")) for line in said)
    assert commands.main(["search-config", "check", "--json"]) == 2
    given = json.loads(capsys.readouterr().out)
    assert not given["ok"]
    assert given["faults"][0]["file"] == "search.yaml"
