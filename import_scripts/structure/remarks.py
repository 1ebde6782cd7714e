"""What an official is told about how a table was found."""

from collections import Counter
from collections.abc import Sequence

from import_scripts.structure.layout import Layout
from import_scripts.structure.records import Walk
from registry.errors import Text, shorten
from registry.schemas.tables import StatedCount, Table

_SHOWN = 5


def empty_sheet(name: str) -> Text:
    """A sheet without a filled cell."""
    return Text(f"工作表“{name}”是空的。", f"Sheet “{name}” is empty.")


def only_text(name: str, said: Sequence[str]) -> Text:
    """A sheet that holds no table."""
    text = shorten(" ".join(said), 60)
    where = f"“{name}”" if name else ""
    return Text(f"{where}只有文字，没有表格：{text}", f"{where or 'The file'} holds text and no table: {text}")


def scrap(name: str, text: str) -> Text:
    """A small table without a header beside the ones with."""
    return Text(
        f"“{name}”是没有表头的小表格，未采用：{shorten(text, 40)}",
        f"“{name}” is a small table without a header and was not used: {shorten(text, 40)}",
    )


def side_notes(name: str) -> Text:
    """Cells beside the table."""
    where = f"“{name}”" if name else ""
    return Text(
        f"{where}表格旁边另有零散内容，不算作表格的列；与记录同一行的原样保留在行末。",
        f"{where + ': ' if where else ''}there are notes beside the table; they are no columns of it, and those in the "
        "row of a record are kept at its end.",
    )


def about(table: Table, layout: Layout, walk: Walk) -> list[Text]:
    """All notes on one table."""
    name = table.sheet.removeprefix("\0")
    where = f"“{name}”" if name else ""
    lead = f"{where}: " if where else ""
    notes = [*_duplicates(layout, where, lead), *_without_header(table, where, lead)]
    notes += [_other_count(one, where, lead) for one in table.stated if one.stated != one.read][:_SHOWN]
    if layout.told_once:
        columns = "、".join(layout.roles[i].column for i in layout.told_once)
        notes.append(
            Text(
                f"{where}“{columns}”列只在换地区时填写，空白处按上面的值补齐，请核对。",
                f"{lead}“{columns}” is filled only where the place changes; blanks were filled from above. "
                "Please check.",
            )
        )
    if walk.wider:
        notes.append(
            Text(
                f"{where}第 {walk.wider[0]} 行等 {len(walk.wider)} 行的格数多于表头的 {layout.width} 列，"
                "多出的内容原样保留，不参与识别。",
                f"{lead}{len(walk.wider)} of the first rows (such as row {walk.wider[0]}) have more cells than the "
                f"{layout.width} columns of the header; the extra cells are kept and not interpreted.",
            )
        )
    nameless = [each.row for each in walk.left_out if each.kind == "no_name"]
    if nameless:
        notes.append(
            Text(
                f"{where}第 {nameless[0]} 行等 {len(nameless)} 行没有企业名称（写作“无”），"
                "不算记录，内容保留在未计入的行中。",
                f"{lead}{len(nameless)} rows (such as row {nameless[0]}) name no enterprise (无, —); they are no "
                "records and are kept among the rows left out.",
            )
        )
    return notes


def _other_count(one: StatedCount, where: str, lead: str) -> Text:
    return Text(
        f"{where}“{one.group}”写明 {one.stated} 条，读到 {one.read} 条，请核对。",
        f"{lead}“{one.group}” states {one.stated} entries, {one.read} were read; please check.",
    )


def _duplicates(layout: Layout, where: str, lead: str) -> list[Text]:
    """Columns of one name: numbered; a look is asked for if the name feeds a field."""
    counted = Counter(name for name in layout.names if name)
    notes = []
    for name, count in counted.items():
        if count < 2:
            continue
        places = [i + 1 for i, each in enumerate(layout.names) if each == name]
        used = any(role.role and layout.names[role.position] == name for role in layout.roles)
        columns = "、".join(map(str, places))
        look_zh = f"采用的是第 {places[0]} 列，请核对。" if used else "各列都原样保留。"
        look_en = f"Column {places[0]} is used; please check." if used else "All are kept."
        notes.append(
            Text(
                f"{where}有 {count} 列都叫“{name}”（第 {columns} 列），已编号区分。{look_zh}",
                f"{lead}{count} columns are called “{name}” (columns {columns.replace('、', ', ')}); they were "
                f"numbered. {look_en}",
            )
        )
    return notes


def _without_header(table: Table, where: str, lead: str) -> list[Text]:
    if table.header_row:
        return []
    return [
        Text(
            f"{where}没有表头，各列按内容识别，请核对列的对应。",
            f"{lead}there is no header; the columns were recognised by what they hold. Please check them.",
        )
    ]
