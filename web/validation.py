"""What FastAPI found wrong with the arguments of a request, as a refusal that names the argument in both languages."""

from typing import Any

from fastapi.exceptions import RequestValidationError

from registry.errors import InvalidInput, Text, shorten

_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("不能缺少", "is missing"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "float_parsing": ("应为数字", "must be a number"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "string_too_long": ("最多 {max_length} 个字符", "has at most {max_length} characters"),
    "string_too_short": ("至少 {min_length} 个字符", "has at least {min_length} characters"),
    "too_long": ("最多 {max_length} 个", "has at most {max_length} values"),
    "string_pattern_mismatch": ("的写法不对", "is not written as it should be"),
    "json_invalid": ("不是可读的 JSON（{error}）", "is not readable JSON ({error})"),
    "model_attributes_type": ("应为 JSON 对象", "must be a JSON object"),
    "dict_type": ("应为 JSON 对象", "must be a JSON object"),
    "extra_forbidden": ("不是这里的参数", "is not a parameter here"),
}
_DATE = ("应为真实存在的日期，例如 2026-05-31", "must be a date that exists, such as 2026-05-31")
_OTHER = ("的值不能使用", "cannot be used")


def refusal_of(error: RequestValidationError) -> InvalidInput:
    """The first thing that is wrong, with the parameter, the value as received and the legal values if few."""
    first: dict[str, Any] = dict(error.errors()[0])
    name = _parameter(first)
    kind, context = str(first.get("type", "")), dict(first.get("ctx") or {})
    value = None if kind in ("missing", "json_invalid") else first.get("input")
    choices = _choices(kind, context)
    words = _words(kind, context)
    shown = f"“{shorten(str(value), 40)}”" if isinstance(value, str | int | float) and kind != "extra_forbidden" else ""
    said = Text(
        f"参数 {name} {words[0]}{f'，收到的是{shown}' if shown else ''}。",
        f"The parameter {name} {words[1]}{f'; {shown} was given' if shown else ''}.",
    )
    simple = value if isinstance(value, str | int | float) else None
    return InvalidInput(said.zh, said.en, field=name, value=simple, choices=choices)


def _parameter(found: dict[str, Any]) -> str:
    """``limit`` of (query, limit); ``annual.2025.revenue`` of (body, annual, 2025, revenue); ``body`` for all of it."""
    location = [str(part) for part in found.get("loc", ())]
    if found.get("type") == "json_invalid":
        return "body"
    if location[:1] in (["query"], ["path"], ["header"]):
        return location[1]  # what follows names a member of a union, not a part of the value
    return ".".join(location[1:]) or (location[0] if location else "body")


def _words(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    if kind.startswith("date"):
        return _DATE
    if kind in ("enum", "literal_error"):
        return f"应为 {context.get('expected', '')} 之一", f"must be one of {context.get('expected', '')}"
    zh, en = _WORDS.get(kind, _OTHER)
    return zh.format_map(context), en.format_map(context)


def _choices(kind: str, context: dict[str, Any]) -> tuple[str, ...]:
    if kind not in ("enum", "literal_error"):
        return ()
    return tuple(part.strip().strip("'") for part in str(context.get("expected", "")).replace(" or ", ", ").split(", "))
