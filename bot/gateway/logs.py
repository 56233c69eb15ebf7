"""One line for each event, as JSON or for a terminal, that never tells what somebody said or who it was.

What is written: our own events with the values that their place in the code names. Of other libraries' events only the template,
without its values; of an exception its kind and place, and its words only where they cannot hold a value.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import sqlite3
import sys
import traceback
from typing import IO, Any

import structlog
from structlog.contextvars import bound_contextvars, clear_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

OURS = "huimin"
Event = dict[str, Any]
_ADD_VALUES = ExtraAdder()


def configure(level: str = "INFO", form: str | None = None, stream: IO[str] | None = None) -> None:
    """Write what is at least ``level`` to ``stream`` (standard error). ``form``: json, text, None for what suits it."""
    stream = stream or sys.stderr
    form = form or ("text" if stream.isatty() else "json")
    last = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json"
        else structlog.dev.ConsoleRenderer(colors=stream.isatty())
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[
                _values_of_ours, merge_contextvars, add_log_level, add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True), _exception_without_values,
            ],
            processors=[ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)


def in_request(request_id: str):
    """A context in which every event carries the request's id."""
    return bound_contextvars(request_id=request_id)


def outside_requests() -> None:
    """The task that calls this works for no request any more, though one began it."""
    clear_contextvars()


def hashed(message: str) -> str:
    """What stands for a message's id in the log: enough to find its lines, not to find it in the store."""
    return hashlib.sha256(f"message:{message}".encode()).hexdigest()[:12]


def network_of(address: str | None) -> str:
    """The network of an address, /24 or /48; empty where it is none."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    kind, prefix = (ipaddress.IPv4Network, 24) if known.version == 4 else (ipaddress.IPv6Network, 48)
    return str(kind((int(known), prefix), strict=False))


def _values_of_ours(logger: Any, method: str, event: Event) -> Event:
    record = event["_record"]
    if record.name == OURS or record.name.startswith(f"{OURS}."):
        return _ADD_VALUES(logger, method, event)
    event["event"] = (str(record.msg).splitlines() or [""])[0]
    return event


def _exception_without_values(logger: Any, method: str, event: Event) -> Event:
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_told(error))
    return event


def _told(error: BaseException) -> list[str]:
    """Kind, words where they are safe, and place of an exception, then of what caused it."""
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        words = _safe_words(cause)
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}" + (f": {words}" if words else ""))
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


def _safe_words(error: BaseException) -> str:
    if isinstance(error, sqlite3.OperationalError):
        return str(error)
    return error.strerror or "" if isinstance(error, OSError) else ""
