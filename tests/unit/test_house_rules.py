"""House rules a reader would otherwise have to check by eye. Each failure names file and line."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from registry.settings import Settings

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES = 400, 40
GENERATED = ("requirements/", "tests/browser/vendor/", "web/static/vendor/")
"""Written by other people or programs: not ours to measure."""
MACHINE_PATHS = re.compile(r"(?<![\w.\-}])/(?:work|root|home)/")
REGISTRY_HOSTS = re.compile(r"--(?:extra-)?index-url[ =]+\w|--find-links[ =]+\w|https?://[^\s\"']*/simple\b", re.I)
"""Where packages come from is the business of the machine that installs them."""
INLINE = re.compile(r"<style[\s>]|<script(?![^>]*\bsrc=)[^>]*>|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.I)
NOT_MARKUP = re.compile(r"\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.S)


@cache
def tracked(suffix: str = "") -> list[Path]:
    """Files under version control, or what would be (new files that are not ignored)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("git: this is not a checkout, so there is no list of our files")
    found = [ROOT / name for name in listed.stdout.splitlines() if name.endswith(suffix)]
    return [path for path in found if path.is_file() and not _name(path).startswith(GENERATED)]


def our_code() -> list[Path]:
    """Python that people read; a migration is a list of statements, written once."""
    return [path for path in tracked(".py") if "migrations/versions/" not in _name(path)]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_no_source_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = {_name(path): len(_text(path).splitlines()) for path in our_code()}
    assert {name: lines for name, lines in long.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Its statements; the signature and the docstring state the contract and may take the room they need."""
    long = {}
    for path in our_code():
        for node in _statements(ast.parse(_text(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
                lines = (node.end_lineno or node.lineno) - body[0].lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{_name(path)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements below a node; what they say in expressions is not walked, which is most of a tree."""
    for name in ("body", "orelse", "finalbody", "handlers", "cases"):
        below = getattr(node, name, None)
        for statement in below if isinstance(below, list) else ():
            yield statement
            yield from _statements(statement)


@pytest.mark.parametrize(
    ("what", "pattern"), [("a path of one machine", MACHINE_PATHS), ("a registry", REGISTRY_HOSTS)]
)
def test_no_file_names_the_machine_it_was_written_on(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{_name(path)}:{number} names {what}"
        for path in tracked()
        if path != Path(__file__) and not _is_binary(path)
        for number, line in enumerate(_text(path).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_every_setting_is_documented() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    said = "\n".join(_text(page) for page in pages if page.is_file())
    names = [f"REGISTRY_{field.upper()}" for field in Settings.model_fields]
    assert [name for name in names if name not in said] == []


def test_models_keep_their_annotations_as_values() -> None:
    """SQLModel reads them when the class is made; as text, relations and types are lost."""
    late = [_name(path) for path in tracked(".py") if "from __future__ import annotations" in _imports(path)]
    assert [name for name in late if name.startswith("registry/models/")] == []


def test_no_template_has_inline_style_or_script() -> None:
    """The content security policy would drop it in silence."""
    found = []
    for path in tracked(".html"):
        if not _name(path).startswith("web/templates/"):
            continue
        markup = NOT_MARKUP.sub(lambda match: "\n" * match.group().count("\n"), _text(path))
        found += [
            f"{_name(path)}:{markup.count(chr(10), 0, m.start()) + 1} {m.group().strip()}"
            for m in INLINE.finditer(markup)
        ]
    assert found == []


def test_every_skip_says_why() -> None:
    silent = []
    for path in tracked(".py"):
        if not _name(path).startswith("tests/"):
            continue
        for node in ast.walk(ast.parse(_text(path))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.skip", "pytest.mark.skip"):
                reasons = [*node.args, *(k.value for k in node.keywords if k.arg == "reason")]
                if not reasons:
                    silent.append(f"{_name(path)}:{node.lineno}")
            elif isinstance(node, ast.Attribute) and ast.unparse(node) == "pytest.mark.skip":
                silent += [] if _is_called(node, path) else [f"{_name(path)}:{node.lineno}"]
    assert silent == []


def test_every_module_says_what_it_is() -> None:
    nameless = [
        _name(path)
        for path in tracked(".py")
        if _text(path).strip() and ast.get_docstring(ast.parse(_text(path))) is None
    ]
    assert nameless == []


def _imports(path: Path) -> str:
    return "\n".join(line for line in _text(path).splitlines() if line.startswith("from __future__"))


def _is_binary(path: Path) -> bool:
    return b"\0" in path.read_bytes()[:8_000]


def _is_called(node: ast.Attribute, path: Path) -> bool:
    return any(isinstance(other, ast.Call) and other.func is node for other in ast.walk(ast.parse(_text(path))))


def test_pinned_files_are_installed_as_they_are_never_resolved_anew() -> None:
    """Older pips resolve ``name[extra]`` past its pin, and fail on the day a newer release is published."""
    lines = [
        line
        for name in ("Makefile", "Dockerfile", "docs/install.md")
        for line in _text(ROOT / name).splitlines()
        if "-r requirements/" in line
    ]
    assert len(lines) >= 8
    assert [line for line in lines if "--no-deps --require-hashes" not in line] == []
