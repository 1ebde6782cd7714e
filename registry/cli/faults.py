"""What the command line says when a command was called wrongly or broke."""

import os
import re
import sys
import traceback
from types import TracebackType

import typer

from registry.cli.speech import complain
from registry.errors import Text
from registry.incidents import incident_number

_REASONS = (
    (r"valid integer", "应为整数"),
    (r"valid number|valid float", "应为数字"),
    (r"less than or equal to (\S+)", "不能大于 "),
    (r"greater than or equal to (\S+)", "不能小于 "),
    (r"(?:not one of|Input should be) (['\"].+)", "可选 "),
    (r"does not exist", "文件不存在"),
    (r"match the formats|valid date", "应为日期，例如 2026-05-31"),
)
"""What the command parser says in English, and the same in Chinese."""


def usage_fault(error: typer.TyperException) -> Text:
    """One sentence about a wrong call: an unknown command or option, a missing or unreadable argument."""
    said = error.format_message().replace("\n", " ").rstrip(".")
    kind = type(error).__name__
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else "registry"
    en = f"{said}. Try {command} --help."
    hint = f"用法见 {command} --help。"
    if kind == "NoSuchOption":
        return Text(f"没有选项 {getattr(error, 'option_name', '')}。{hint}", en)
    if kind == "MissingParameter":
        return Text(f"缺少参数 {_parameter(error)}。{hint}", en)
    if isinstance(error, typer.BadParameter):
        return Text(f"参数 {_parameter(error)} 的值不能使用{_in_chinese(error.message)}。{hint}", en)
    if said.startswith("No such command"):
        name = said.split()[3].strip("'.")
        return Text(f"没有命令 {name}。{hint}", en)
    if said.startswith("Got unexpected extra argument"):
        return Text(f"参数太多：{said.rpartition('(')[2].rstrip(')')}。{hint}", en)
    return Text(f"命令写法有误（{said}）。{hint}", en)


def _in_chinese(message: str) -> str:
    for pattern, zh in _REASONS:
        found = re.search(pattern, message)
        if found:
            return "：" + zh + " ".join(found.groups())
    return ""


def _parameter(error: typer.TyperException) -> str:
    param = getattr(error, "param", None)
    if param is None:
        return str(getattr(error, "param_hint", None) or "")
    options = [name for name in param.opts if name.startswith("-")]
    return " / ".join(options) or (param.name or "").upper()


def system_fault(error: OSError) -> Text:
    """One sentence about a file or device that could not be used."""
    name = error.filename if isinstance(error.filename, str) else ""
    reason = error.strerror or type(error).__name__
    return Text(f"不能访问 {name}：{reason}。" if name else f"系统拒绝：{reason}。", f"Cannot use {name}: {reason}.")


def debugging() -> bool:
    """Whether full tracebacks are wanted (``--debug`` or REGISTRY_DEBUG=1)."""
    return os.environ.get("REGISTRY_DEBUG", "") not in ("", "0")


def report_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The ``sys.excepthook`` of the command line: one numbered line; the traceback only when debugging."""
    if debugging():
        traceback.print_exception(kind, error, trace, file=sys.stderr)
    number = incident_number(error)
    complain(
        Text(
            f"程序内部错误 {number}（{kind.__name__}）。加 --debug 再运行一次可看到详细信息，请把它交给维护人员。",
            f"Internal fault {number} ({kind.__name__}). Run again with --debug for the details and pass them on.",
        )
    )
