"""The log: on standard error, as JSON where that is not a terminal, and nothing of anybody in it.

It is read by more people than may know who sent what. What we log ourselves is an event in fixed words with numbers, kinds
and codes (docs/operations.md, «Logs»). An error is told by its kind and by where it happened, never by its words, which
may be a name, a subject or what a server said; of a library nothing is told but that it complains, and where.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot import faults

ADDRESS = re.compile(r"[^\s<>\"'(),:;@\[\]]+@[^\s<>\"'(),:;@\[\]]+")
"""Whatever looks like an email address: the last line of defence."""

Event = MutableMapping[str, Any]


def without_addresses(logger: object, method: str, event: Event) -> Event:
    """Put «…@…» for every address in what is logged."""
    del logger, method
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = ADDRESS.sub("…@…", value)
    return event


def without_words(logger: object, method: str, event: Event) -> Event:
    """Tell an error by its kind and its places."""
    del logger, method
    told = event.pop("exc_info", None)
    fault = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(fault, BaseException):
        event["error"], event["where"] = faults.of(fault), faults.places(fault.__traceback__)
    return event


def of_library(logger: object, method: str, event: Event) -> Event:
    """Of what a library says only where it says it: its words may quote anything."""
    del logger, method
    record: logging.LogRecord = event["_record"]
    event["event"] = "a library complains"
    event["library"], event["at"] = record.name, f"{record.module}:{record.lineno} {record.funcName}"
    return event


def configure(*, least: str = "info") -> None:
    """Send what is logged, by us and by the libraries, to standard error from this level on."""
    terminal = sys.stderr.isatty()
    look = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(ensure_ascii=False)
    both: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_words,
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
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, look],
            foreign_pre_chain=[of_library, *both],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[libraries], force=True)
    logging.raiseExceptions = False  # else what could not be written would be printed with all its words
