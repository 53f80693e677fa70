"""Logs through the standard library: a line for people, or one JSON object a line for programs.

Levels keep one meaning throughout:

========= ==================================================
error     a critical failure: a stage halted, a store is lost
warn      degraded performance, unusual patterns (alerts)
info      normal events and milestones
debug     detail of the processing
========= ==================================================

Importing the package installs no handler and sets no level; a program that embeds it keeps its own
logging. The command line calls `configure` once. Fields ride on the record: ``log.info("sealed",
extra={"tick": 12})``.
"""

from __future__ import annotations

import json as codec
import logging
import math
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import numpy as np

from .errors import OutOfBounds

SERVICE = "catallaxy"
LEVELS: Mapping[str, int] = {
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
}
_WIRE_NAMES = {"owner": "agentId"}
_OWN = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"))


def get_logger(name: str = "") -> logging.Logger:
    """Return the logger of a module (``__name__``) or of a part named within the package.

    Examples
    --------
    >>> get_logger("model.alerts").name, get_logger("catallaxy.model.alerts").name
    ('catallaxy.model.alerts', 'catallaxy.model.alerts')
    """
    inside = name == SERVICE or name.startswith(f"{SERVICE}.")
    return logging.getLogger(name if inside else f"{SERVICE}.{name}".rstrip("."))


def configure(level: str | None = None, *, json: bool | None = None, stream: TextIO | None = None) -> logging.Logger:
    """Send the package's logs to ``stream``; calling it again replaces what it set up before.

    Parameters
    ----------
    level : str, optional
        error, warn, info or debug, in any case; else the environment's ``LOG_LEVEL``, else info.
    json : bool, optional
        One JSON object a line; else whether the environment's ``LOG_FORMAT`` is ``json``.
    stream : TextIO, optional
        Where to write; standard error when not given, so that results on standard output stay clean.

    Examples
    --------
    >>> import sys
    >>> log = configure("warn", stream=sys.stdout)
    >>> log.info("not shown")
    >>> log.isEnabledFor(logging.ERROR)
    True
    >>> release()
    """
    threshold = _level(level) if level is not None else _level(os.environ.get("LOG_LEVEL") or "info", "LOG_LEVEL")
    if json is None:
        json = os.environ.get("LOG_FORMAT", "").strip().lower() == "json"
    release()
    handler = _Handler(stream)
    handler.setFormatter(JsonFormatter() if json else LineFormatter())
    log = get_logger()
    log.addHandler(handler)
    log.setLevel(threshold)
    log.propagate = False
    return log


def release() -> None:
    """Undo `configure`: take its handler away and hand records to the parent loggers again."""
    log = get_logger()
    for handler in [h for h in log.handlers if isinstance(h, _Handler)]:
        log.removeHandler(handler)
    log.setLevel(logging.NOTSET)
    log.propagate = True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, service, environment, logger, message, then the fields.

    The environment is ``CATALLAXY_ENV``, else ``development``. A field ``owner`` is written as
    ``agentId``. Numbers that JSON lacks (nan, inf) become null; what is no JSON value, its text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.environment = os.environ.get("CATALLAXY_ENV") or "development"

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        facts: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": label(record.levelno),
            "service": SERVICE,
            "environment": self.environment,
            "logger": record.name,
            "message": record.getMessage(),
        }
        facts |= {_WIRE_NAMES.get(key, key): _plain(value) for key, value in fields(record).items()}
        if record.exc_info:
            facts["error"] = self.formatException(record.exc_info)
        return codec.dumps(facts, ensure_ascii=False, allow_nan=False)


class LineFormatter(logging.Formatter):
    """``12:00:01 warn  message  tick=3 symbol=AAPL``, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, a traceback after it."""
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        facts = "".join(f" {key}={value}" for key, value in fields(record).items())
        line = f"{clock} {label(record.levelno):<5} {record.getMessage()}{' ' if facts else ''}{facts}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class _Handler(logging.StreamHandler[TextIO]):
    """The handler that `configure` installs, so that it knows its own again."""


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller gave as ``extra``, in that order."""
    return {key: value for key, value in vars(record).items() if key not in _OWN}


def label(number: int) -> str:
    """Return the name of the level a number reaches.

    Examples
    --------
    >>> label(logging.WARNING), label(logging.CRITICAL), label(5)
    ('warn', 'error', 'debug')
    """
    return next((name for name, least in LEVELS.items() if number >= least), "debug")


def _level(name: str, key: str = "level") -> int:
    word = name.strip().lower()
    try:
        return LEVELS["warn" if word == "warning" else word]
    except KeyError:
        raise OutOfBounds(key, name, "give error, warn, info or debug") from None


def _plain(value: Any) -> Any:
    """Return ``value`` as what JSON can hold; a log line never fails for what it reports."""
    if isinstance(value, np.generic | np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
