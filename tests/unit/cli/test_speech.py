"""The command line speaks one clear line in the language of the person."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import commands
from registry.cli.speech import locale_of
from registry.errors import Locale

ROOT = Path(__file__).parents[3]
HEAVY = {"pandas", "numpy", "sqlalchemy", "pydantic", "fastapi", "tantivy", "lxml", "rich"}


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "REGISTRY_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_that_of_the_terminal_unless_chosen(environment: dict[str, str], locale: Locale) -> None:
    assert locale_of(environment) == locale


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (["serv"], "没有命令 serv。", "No such command"),
        (["serve", "--prot", "1"], "没有选项 --prot。", "--prot"),
        (["serve", "--port", "abc"], "参数 --port 的值不能使用：应为整数。", "--port"),
        (["serve", "--port", "70000"], "参数 --port 的值不能使用：不能大于 65535。", "65535"),
        (["user", "add"], "缺少参数 LOGIN。", "Missing argument"),
        (["doctor", "now"], "参数太多：now。", "unexpected extra argument"),
        (["user", "add", "li", "--role", "king"], "没有角色“king”。可选：administrator", "no role “king”"),
    ],
)
def test_a_wrong_call_is_one_line_in_each_language_and_exit_2(
    arguments: list[str],
    zh: str,
    en: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for language, words in (("zh", "错误：" + zh), ("en", en)):
        monkeypatch.setenv("REGISTRY_LANG", language)
        assert commands.main(arguments) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
        assert words in said.err
        assert said.err.startswith("Error: ") is (language == "en")


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("REGISTRY_DATABASE_URL", "no address", "REGISTRY_DATABASE_URL"),
        ("REGISTRY_DATABASE_URL", "mysql://user:secret@host/name", "REGISTRY_DATABASE_URL"),
        ("REGISTRY_SECURE_COOKIES", "perhaps", "REGISTRY_SECURE_COOKIES"),
        ("REGISTRY_DATA_DIR", "/dev/null/data", "/dev/null/data"),
    ],
)
def test_a_wrong_setting_is_named_and_a_password_not_repeated(
    name: str, value: str, part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert commands.main(["migrate"]) == 2
    said = capsys.readouterr().err
    assert part in said
    assert "secret" not in said
    assert len(said.splitlines()) == 1


def test_a_missing_figures_file_is_refused_before_anything_heavy(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["check", "--standard", "LG26", "no-such-file.json"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys, json, commands; from typer.main import get_command; from registry.cli.root import make_app; "
        "get_command(make_app(server=None)); print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(json.loads(done.stdout))


def test_a_fault_is_one_numbered_line_and_the_trace_only_on_request() -> None:
    program = (
        "import sys, commands, registry.cli.serving as s; "
        "s.serve_until_stopped = lambda *a, **k: 1/0; sys.exit(commands.main(sys.argv[1:]))"
    )
    runs = [
        subprocess.run([sys.executable, "-c", program, *options, "serve"], cwd=ROOT, capture_output=True, text=True)
        for options in ([], ["--debug"])
    ]
    assert [run.returncode for run in runs] == [1, 1]
    assert len(runs[0].stderr.splitlines()) == 1
    assert "E-" in runs[0].stderr
    assert "Traceback" in runs[1].stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    writing = subprocess.Popen(
        [sys.executable, "commands.py", "standards", "show", "LG26", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert writing.stdout
    assert writing.stderr
    writing.stdout.close()
    assert writing.stderr.read() == b""
    writing.stderr.close()
    writing.wait(timeout=30)
