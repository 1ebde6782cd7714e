"""Optional extras: what takes a package that an installation may do without, and what to say where it is missing."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from registry.errors import NotInstalled, Text


@dataclass(frozen=True, slots=True)
class Extra:
    """An extra of ``pyproject.toml``: its name, a module that only it brings, and what it is for."""

    name: str
    module: str
    purpose: Text

    def installed(self) -> bool:
        """Whether it was there when first asked. Does not load it."""
        return _is_there(self.module)

    def require(self) -> None:
        """Raises NotInstalled, which says what to install, where it is missing."""
        if not self.installed():
            raise NotInstalled(self.missing.zh, self.missing.en)

    @property
    def missing(self) -> Text:
        """That it is missing, and how to get it."""
        return Text(
            f"{self.purpose.zh}需要附加组件 {self.name}：请管理员用 pip install '.[{self.name}]' 安装后重新启动。",
            f"{self.purpose.en} needs the extra {self.name}: whoever runs this site installs it with "
            f"pip install '.[{self.name}]' and starts it again.",
        )


@cache
def _is_there(module: str) -> bool:
    # Kept: every page of an enterprise asks, and looking through the folders takes as long as a query.
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it would be part of
        return False


PARQUET = Extra("parquet", "pyarrow", Text("Parquet 文件", "A Parquet file"))
PDF = Extra("pdf", "typst", Text("PDF 企业资料页", "The fact sheet as PDF"))
TRACES = Extra("otel", "opentelemetry.exporter.otlp.proto.http", Text("导出追踪", "Exporting traces"))
