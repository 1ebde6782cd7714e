"""How a rule or a fact about a directory was confirmed, in words."""

from registry.errors import Text

CONFIDENCE = {
    "V-G": Text("官方文本", "Official text"),
    "V-S2": Text("两个二手来源", "Two secondary sources"),
    "V-S": Text("二手来源", "Secondary source"),
    "R": Text("待核", "To be confirmed"),
}
"""Marks of the rule files and of the shipped directories."""
TONES = {"V-G": "jade", "V-S2": "none", "V-S": "none", "R": "amb"}
