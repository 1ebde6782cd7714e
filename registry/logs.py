"""Logs: one JSON object a line on standard error, with the number of the request it belongs to."""

import json
import logging
import sys
from typing import Any

import structlog


def configure_logs() -> None:
    """Send structlog and the standard library's warnings through one JSON renderer. Safe to call again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_dump),
        ],
        logger_factory=_logger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, JsonHandler) for handler in root.handlers):
        root.addHandler(JsonHandler())
    root.setLevel(logging.WARNING)
    # Faults are logged once, with their number, where they are mapped; the server would print the trace again.
    logging.getLogger("uvicorn.error").addFilter(_not_a_mapped_fault)


class JsonHandler(logging.Handler):
    """Hands records of the standard library to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        logger = structlog.get_logger(record.name)
        logger.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _not_a_mapped_fault(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Exception in ASGI application")


def _logger(*_names: str) -> structlog.PrintLogger:
    # Made anew for each line: standard error may have been redirected since.
    return structlog.PrintLogger(sys.stderr)


def _dump(value: Any, **_options: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
