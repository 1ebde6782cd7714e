"""A figures file written as the answers of a form, as a person would type them."""

from decimal import Decimal
from typing import Any

from registry.tiering.figures_file import FiguresFile
from registry.tiering.questions import Question


def answers_of(file: FiguresFile, asked: tuple[Question, ...]) -> dict[str, str]:
    """The fields of the form by name; what the file does not state is left out."""
    fields: dict[str, str] = {}
    for question in asked:
        if question.kind == "titles":
            fields |= _titles(file, question)
            continue
        value = _value(file, question)
        if value is not None:
            fields |= _written(question, value)
    return fields


def _value(file: FiguresFile, question: Question) -> Any:
    scope, *way = question.path.split(".")
    if scope == "annual":
        return file.annual.get(int(way[0]), {}).get(way[1])
    return file.facts.get(way[0]) if scope == "facts" else getattr(file.enterprise, way[0])


def _written(question: Question, value: Any) -> dict[str, str]:
    path = question.path
    match question.kind:
        case "money":
            return {path: str(value), f"{path}.unit": "one"}
        case "percent":
            return {path: f"{Decimal(str(value)) * 100:f}"}
        case "yes_no" | "choice" if isinstance(value, bool) or (question.kind == "yes_no"):
            return {path: (question.choices[0][0] if question.choices else "yes") if value else "no"}
        case "valuation":
            return {path: str(value["amount"]), f"{path}.unit": "one", f"{path}.currency": value["currency"]}
        case "market":
            return {path: value or "未上市"}
        case _:
            return {path: str(value)}


def _titles(file: FiguresFile, question: Question) -> dict[str, str]:
    """Of several terms of one title the one that holds on the day, as a person would write it."""
    if file.enterprise.titles is None:
        return {}
    fields = {question.path: "none"}
    for title in file.enterprise.titles:
        held = (title.valid_from is None or file.as_of is None or title.valid_from <= file.as_of) and (
            title.valid_to is None or file.as_of is None or title.valid_to >= file.as_of
        )
        if title.directory in question.directories and (held or f"{question.path}.{title.directory}" not in fields):
            fields |= {question.path: "some", f"{question.path}.{title.directory}": "yes"}
            fields[f"{question.path}.{title.directory}.from"] = str(title.valid_from or "")
            fields[f"{question.path}.{title.directory}.to"] = str(title.valid_to or "")
    return fields
