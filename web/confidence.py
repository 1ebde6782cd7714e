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
EXPLAINED = {
    "V-G": Text("读自政府网站或逐字转载的原文", "read on a government site or in a reprint word for word"),
    "V-S2": Text("未见原文，两个独立来源一致，须核对", "text not seen, two independent sources agree; to be checked"),
    "V-S": Text("未见原文，据一个二手来源，须核对", "text not seen, one secondary source; to be checked"),
    "R": Text(
        "未见原文，须核对；核对前不由数据判断，一律人工处理",
        "text not seen; until it is checked a person decides, not the data",
    ),
}
"""What a mark means for whoever relies on the rule."""
