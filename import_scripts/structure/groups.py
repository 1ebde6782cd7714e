"""Which group the next records belong to: levels by how group rows are printed, counts against what they state."""

from dataclasses import dataclass, field

from import_scripts.structure.cells import kind_of, squeeze
from import_scripts.structure.sentences import Group
from registry.identity import place_names, region
from registry.schemas.tables import StatedCount

DEEPEST = 3
_SEEN = 60
_RANK = {"part": 0, "han": 1, "round": 2, "digit": 3, "dot": 3, "ring": 4}
NAME = "分组"


@dataclass(slots=True)
class Groups:
    """The open groups, outermost first."""

    styles: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    counts: list[StatedCount] = field(default_factory=list)
    """Of the closed groups those that state how many entries they have."""
    seen: list[list[str]] = field(default_factory=list)
    """The first values of each level."""
    _stated: list[tuple[str, int | None]] = field(default_factory=list)
    _counted: list[int] = field(default_factory=list)

    def enter(self, group: Group, *, directly: bool) -> None:
        """A group row; ``directly`` below another group row it may open a level inside that."""
        style = _style(group)
        level = self._level(style, directly=directly)
        self._close(level)
        if level == len(self.styles):
            self.styles.append(style)
        self.seen += [[] for _ in range(level + 1 - len(self.seen))]
        if len(self.seen[level]) < _SEEN and group.value not in self.seen[level]:
            self.seen[level].append(group.value)
        self.values += [""] * (level - len(self.values)) + [group.value]
        self._stated += [("", None)] * (level - len(self._stated)) + [(group.value, group.count)]
        self._counted += [0] * (level + 1 - len(self._counted))

    def count(self) -> None:
        """One more record."""
        for level in range(len(self._counted)):
            self._counted[level] += 1

    def finish(self) -> None:
        """No more records."""
        self._close(0)

    def cells(self, depth: int) -> list[str]:
        """The values for the derived columns."""
        return (self.values + [""] * depth)[:depth]

    def _level(self, style: str, *, directly: bool) -> int:
        if style in self.styles:
            return self.styles.index(style)
        deeper = bool(self.styles) and _RANK.get(style, -1) > _RANK.get(self.styles[-1], 9)
        if not self.styles or ((directly or deeper) and len(self.styles) < DEEPEST):
            return len(self.styles)
        return max(0, len(self.values) - 1)

    def _close(self, level: int) -> None:
        for (value, stated), counted in zip(self._stated[level:], self._counted[level:], strict=True):
            if stated is not None:
                self.counts.append(StatedCount(value, stated, counted))
        del self._stated[level:], self._counted[level:], self.values[level:]


def derived_names(depth: int) -> tuple[str, ...]:
    """分组, 分组(2), …: outermost first."""
    return tuple(NAME if level == 0 else f"{NAME}({level + 1})" for level in range(depth))


def _style(group: Group) -> str:
    if group.style != "plain" or kind_of(group.value) != "place":
        return group.style
    codes = place_names().get(squeeze(group.value), ())
    found = region(codes[0]) if codes else None
    return f"place {found.level}" if found else "plain"
