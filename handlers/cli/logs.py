"""The log: on standard error, as JSON where that is not a terminal, and without anybody's address in it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ADDRESS = re.compile(r"[^\s<>\"'(),:;@\[\]]+@[^\s<>\"'(),:;@\[\]]+")
"""Whatever looks like an email address; the log is read by more people than may know who sent what."""

Event = MutableMapping[str, Any]


def without_addresses(logger: object, method: str, event: Event) -> Event:
    """Put «…@…» for every address in what is logged, also inside of errors."""
    del logger, method
    return {key: ADDRESS.sub("…@…", value) if isinstance(value, str) else value for key, value in event.items()}


def configure(*, least: str = "info") -> None:
    """Send what is logged, by us and by the libraries, to standard error from this level on."""
    terminal = sys.stderr.isatty()
    look = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if terminal
        else structlog.processors.JSONRenderer()
    )
    both: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_addresses,
    ]
    level = logging.getLevelNamesMapping()[least.upper()]
    structlog.configure(
        processors=[*both, look],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, look], foreign_pre_chain=both
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries], force=True)
