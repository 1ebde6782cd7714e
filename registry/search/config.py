"""The files of ``search_config`` as typed values. What is wrong in one is named with its file, line and entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from registry.errors import RegistryError, Text, shorten

WORD_MAX = 40
"""Longer entries are sentences; nobody types them as one word."""

Word = Annotated[str, Field(min_length=1, max_length=WORD_MAX)]
Words = tuple[Word, ...]
Character = Annotated[str, Field(min_length=1, max_length=1)]
Pair = Annotated[str, Field(min_length=2, max_length=2)]


class ConfigFault(RegistryError):
    """A file of ``search_config`` cannot be used."""

    code, title, status = "search-config", Text("搜索设置有误", "Search settings are wrong"), 500


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class WordsFile(_File):
    """``search.yaml``: what people call directories, chains, levels, states and categories; words that say nothing."""

    directory_words: dict[str, Words]
    chain_words: dict[str, Words]
    level_words: dict[str, Words]
    status_words: dict[str, Words]
    category_words: tuple[Words, ...]
    product_words: Words
    generic_words: Words
    stop_pairs: tuple[Pair, ...]


class ReadingsFile(_File):
    """``readings.yaml``: readings of characters, and of words as one text of syllables or several."""

    characters: dict[Character, Words]
    words: dict[Word, Word | Words]


class ConfusablesFile(_File):
    """``confusables.yaml``: groups of characters taken for one another by eye."""

    groups: tuple[Annotated[tuple[Character, ...], Field(min_length=2)], ...]


class PlacesFile(_File):
    """``places.yaml``: other words for cities, by code, and groups of names of parks."""

    initials: dict[str, Words]
    cities: dict[str, Words]
    parks: tuple[Annotated[Words, Field(min_length=1)], ...]


class SynonymsFile(_File):
    """``synonyms.yaml``: main word to its equals."""

    synonyms: dict[Word, Annotated[Words, Field(min_length=1)]]


class SpecialWord(_File):
    """A word in which a protected character is an ordinary traditional one."""

    word: Word
    means: Word


class VariantsFile(_File):
    """``variants.yaml``: how single characters are folded."""

    protected: tuple[Character, ...]
    words: tuple[SpecialWord, ...]
    variants: dict[Character, Character]


class SuffixesFile(_File):
    """``suffixes.yaml``: ends of names."""

    legal: Words
    generic: Words
    trade: Words
    organisation: Words


class TradesFile(_File):
    """``trades.yaml``: words of trades between brand and legal form, in lines that have no meaning of their own."""

    trades: tuple[Annotated[Words, Field(min_length=1)], ...]


WAYS = frozenset(
    "full brand alias short infix english traditional full_width brackets pinyin initials mixed skip homophone wrong "
    "swapped code code_lower code_spaced code_wide code_slip organisation_code".split()
)
"""Ways of typing a name that questions can be made in: those of registry.search.known_items."""


def _way(name: str) -> str:
    if name not in WAYS:
        raise ValueError(f"must be one of {', '.join(sorted(WAYS))}")
    return name


class GatesFile(_File):
    """``gates.yaml``: how many questions a new index is asked, and the share of each way that must be answered."""

    questions: Annotated[int, Field(ge=1)]
    enterprises: Annotated[int, Field(ge=1)]
    ways: dict[Annotated[str, AfterValidator(_way)], Annotated[float, Field(gt=0, le=1)]]


class ServerIndex(_File):
    """Settings of an index on a Meilisearch server, under the server’s own names. The order of entries is fixed."""

    model_config = ConfigDict(alias_generator=to_camel)

    ranking_rules: tuple[Literal["sort"]]
    searchable_attributes: Words
    typo_tolerance: dict[str, Any]
    prefix_search: str
    facet_search: bool
    proximity_precision: str
    faceting: dict[str, Any]
    pagination: dict[str, Any]
    search_cutoff_ms: Annotated[int, Field(ge=1)]


class ServerFile(_File):
    """``meilisearch.yaml``: how an index on a Meilisearch server is set up, and in what portions it is sent."""

    index: ServerIndex
    portion_bytes: Annotated[int, Field(ge=100_000, le=90_000_000)]


FILES: Mapping[str, type[_File]] = {
    "search.yaml": WordsFile,
    "readings.yaml": ReadingsFile,
    "confusables.yaml": ConfusablesFile,
    "places.yaml": PlacesFile,
    "synonyms.yaml": SynonymsFile,
    "variants.yaml": VariantsFile,
    "suffixes.yaml": SuffixesFile,
    "trades.yaml": TradesFile,
    "gates.yaml": GatesFile,
    "meilisearch.yaml": ServerFile,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, at which entry, and what."""

    file: str
    line: int
    entry: str
    what: Text

    @property
    def text(self) -> Text:
        """One line for people."""
        where, entry = f"search_config/{self.file}:{self.line}", shorten(self.entry, 40)
        return Text(f"{where} “{entry}”：{self.what.zh}", f"{where} “{entry}”: {self.what.en}")


Kind = TypeVar("Kind", bound=_File)


@cache
def load_config(kind: type[Kind]) -> Kind:
    """The shipped file of this shape. Raises ConfigFault naming file, line and entry of what is wrong."""
    name = next(name for name, known in FILES.items() if known is kind)
    value, faults = parse(name, read(name))
    if value is None:
        fault = faults[0].text
        raise ConfigFault(fault.zh, fault.en)
    return kind.model_validate(value)


def read(name: str) -> str:
    """The text of a shipped file. Read as a resource: the settings stay plain data."""
    return files("search_config").joinpath(name).read_text(encoding="utf-8")


def parse(name: str, text: str) -> tuple[_File | None, list[Fault]]:
    """The text as the value its file name asks for, or what keeps it from being one."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        given = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        entry = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
        what = " ".join((error.problem or "YAML").split())
        return None, [Fault(name, line, entry, Text(f"写法有误（{what}）。", f"{what}."))]
    except YAMLError as error:
        return None, [Fault(name, 1, "", Text("不是可读的 YAML。", f"not readable YAML ({type(error).__name__})."))]
    try:
        return FILES[name].model_validate(_tuples(given)), []
    except ValidationError as error:
        lines = line_finder(text)
        return None, [_fault(name, detail, lines) for detail in error.errors()]


def _tuples(value: Any) -> Any:
    """Lists as tuples: the values are frozen."""
    if isinstance(value, dict):
        return {key: _tuples(each) for key, each in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _fault(name: str, detail: Any, lines: "LineFinder") -> Fault:
    path = [part for part in detail["loc"] if part != "[key]" and not str(part).startswith(("tuple[", "constrained"))]
    shown = detail["input"] if isinstance(detail["input"], str | int | float) else ".".join(map(str, path))
    message = str(detail["msg"])
    return Fault(name, lines.line(path), str(shown), Text(f"不符合格式（{message}）。", f"{message}."))


class LineFinder:
    """Where an entry stands, by its path of keys and places in lists."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def line(self, path: list[Any]) -> int:
        """The line of the entry, or of the deepest part of the path there is; from 1."""
        node, line = self.tree, 1
        for part in path:
            marks = getattr(node, "lc", None)
            places = getattr(marks, "data", None) or {}
            if marks is None or part not in places:
                break
            line = places[part][0] + 1
            node = node[part]
        return line


def line_finder(text: str) -> LineFinder:
    """A finder for a text that is readable YAML."""
    from ruamel.yaml import YAML

    return LineFinder(YAML(typ="rt").load(text))
