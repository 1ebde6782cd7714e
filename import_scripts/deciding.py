"""Doubtful rows at the command line: one row beside what it may mean, and what a person decides about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from import_scripts.steps import ImportKey, JsonOption, import_number
from registry.cli.speech import locale_of, say, say_json
from registry.errors import InvalidInput, Text

if TYPE_CHECKING:
    from registry.schemas.matching import DecisionRead, RowComparison

CHOICES = {
    "firm": Text("候选的序号或代码，new（都不是）", "number or key of a candidate, new (none of them)"),
    "target": Text("候选的序号或代码", "number or key of a candidate"),
    "act": Text("do（照通知办理）", "do (as the notice says)"),
    "entry": Text("keep（以已有的为准），take（以本行为准）", "keep (the one there is), take (this row)"),
}
OF_NOTICE = Text("skip（不办理）", "skip (leave it out)")
ALWAYS = Text("unsure（不确定），again（撤回决定）", "unsure, again (take a decision back)")
Row = Annotated[str, typer.Argument(metavar="ROW", help="文件的行号，如 7；多表时 表!7 / Row of the file, or Sheet!7")]
Choice = Annotated[
    str,
    typer.Argument(
        metavar="CHOICE", help="候选序号或代码、new、unsure、do、skip、keep、take、again；不写则只查看 / Or look"
    ),
]


def decide_command(key: ImportKey, row: Row, choice: Choice = "", as_json: JsonOption = False) -> None:
    """查看一行待定的并排对照，或作出决定；名单和通知相同。 / Look at a doubtful row, or decide it."""
    from registry.cli.setting_up import open_engine, read_settings
    from registry.db import reading, transaction
    from registry.policies import Actor
    from registry.services.imports.comparing import compare
    from registry.services.imports.deciding import decide, take_back
    from registry.services.imports.product_choosing import AGAIN
    from registry.services.imports.settling import find_row

    number, engine = import_number(key), open_engine(read_settings())
    sheet, _, place = row.rpartition("!")
    with reading(engine) as session:
        row_id = find_row(session, import_id=number, row_number=_row_number(place, row), sheet=sheet or None)
        before = compare(session, import_id=number, row_id=row_id)
    if not choice:
        _say_row(before, as_json=as_json)
        return
    actor = Actor.command_line()
    with transaction(engine) as session:
        if choice == AGAIN:
            done = take_back(session, import_id=number, row_id=row_id, actor=actor)
        else:
            done = decide(session, import_id=number, row_id=row_id, choice=_chosen(before, choice), actor=actor)
        after = compare(session, import_id=number, row_id=row_id)
        following = compare(session, import_id=number, row_id=after.next_row_id) if after.next_row_id else None
    _say_done(done, after, following, as_json=as_json)


def _row_number(place: str, given: str) -> int:
    if place.isascii() and place.isdigit() and 0 < int(place) < 2**31:
        return int(place)
    raise InvalidInput(
        f"行号应如 7 或 Sheet1!7，收到“{given[:40]}”。",
        f"A row is written 7 or Sheet1!7, not “{given[:40]}”.",
        field="ROW",
        value=given[:40],
    )


def _chosen(row: "RowComparison", choice: str) -> str:
    """The key of a candidate for its number as printed; anything else as it is."""
    if row.question not in ("firm", "target") or not (choice.isascii() and choice.isdigit() and len(choice) < 3):
        return choice
    if 1 <= int(choice) <= len(row.candidates):
        return row.candidates[int(choice) - 1].key
    raise InvalidInput(
        f"这一行有 {len(row.candidates)} 家候选，没有第 {choice} 家。",
        f"The row has {len(row.candidates)} candidates, none is number {choice}.",
        field="CHOICE",
        value=choice,
    )


def _say_row(row: "RowComparison", *, as_json: bool) -> None:
    if as_json:
        say_json(row.model_dump(mode="json"))
        return
    locale = locale_of()
    say(_headline(row))
    if row.reason_zh:
        say(Text(row.reason_zh, row.reason_en or row.reason_zh))
    for place, one in enumerate(row.candidates, 1):
        differs = [Text(each.zh, each.en).in_(locale) for each in one.differences]
        score = f" {one.score}" if one.score is not None else ""
        said = ("，" if locale == "zh" else "; ").join(differs)
        say(Text(*[f"  {place}. {one.key} {one.name}{score} {said}".rstrip()] * 2))
    if row.standing:
        say(Text(f"  {row.standing.where_zh}", f"  {row.standing.where_en}"))
    of_notice = row.may_skip
    offered = [CHOICES[row.question]] if row.may_act else []
    offered += [OF_NOTICE, ALWAYS] if of_notice else [ALWAYS]
    zh, en = "；".join(each.zh for each in offered), "; ".join(each.en for each in offered)
    say(Text(f"可选：{zh}。", f"Choices: {en}."))


def _headline(row: "RowComparison") -> Text:
    outcome = row.outcome.label
    where = f"{row.sheet}!" if row.sheet else ""
    return Text(
        f"第 {where}{row.row_number} 行 “{row.name}”：{outcome.zh}，还有 {row.undecided} 行待定。",
        f"Row {where}{row.row_number} “{row.name}”: {outcome.en.lower()}; {row.undecided} still to decide.",
    )


def _say_done(
    done: "DecisionRead", after: "RowComparison", following: "RowComparison | None", *, as_json: bool
) -> None:
    if as_json:
        say_json(done.model_dump(mode="json") | {"next_row": following.row_number if following else None})
        return
    say(_headline(after))
    if following is not None:
        where = f"{following.sheet}!" if following.sheet else ""
        zh, en = f"下一行待定：{where}{following.row_number}。", f"Next to decide: {where}{following.row_number}."
        say(Text(zh, en))
