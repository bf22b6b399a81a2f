"""Structured logs without personal data: JSON lines in the data folder, short lines on the terminal.

What may stand in a line: the time, the level, the logger, our own message, the request's id, the view's name,
the status, and of an error its class, its SQLSTATE, the constraint's name and the places in the code. Never a
query string, a form's value, or the text of an exception: a database error quotes the row that it refused.
"""

import json
import logging
import os
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from logging.handlers import WatchedFileHandler
from pathlib import Path
from traceback import walk_tb
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from darwin.deadlines import clock
from darwin.ledger.ids import new_id

LIMIT_BYTES = 20_000_000
KEPT_FILES = 5
EXTRAS = ("view", "status", "method", "took_ms")

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_PLACEHOLDER = re.compile(r"%[-#0-9. ]*(\(\w+\))?[sdrfxi]")


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            "process": record.process,
        }
        if request_id := _request_id.get():
            line["request"] = request_id
        line |= {name: getattr(record, name) for name in EXTRAS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe_error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    """A short line for the person at the terminal; the log file has the rest."""

    def format(self, record: logging.LogRecord) -> str:
        at = clock.now().astimezone(clock.LONDON)
        words = f"{at:%H:%M:%S} {record.levelname.lower()}: {message_of(record)}"
        if record.exc_info and record.exc_info[1] is not None:
            words += f" ({type(record.exc_info[1]).__name__})"
        return words


class LogFile(WatchedFileHandler):
    """Appends to a file for its owner only, begins a new one at 20 MB, never ends the work it logs."""

    def _open(self) -> Any:
        def opener(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, self.mode, encoding="utf-8", opener=opener)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
            if self.stream is not None and self.stream.tell() > LIMIT_BYTES:
                rotate(Path(self.baseFilename))
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk or a missing folder must not end the work that is being logged."""


def rotate(path: Path) -> None:
    """Move `path` to path.1, path.1 to path.2 and so on; the oldest goes."""
    for number in range(KEPT_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    path.replace(path.with_name(f"{path.name}.1"))


def tells_of_an_error(record: logging.LogRecord) -> bool:
    """Django's own line on a request matters only for its error: every request has a line of ours."""
    return record.exc_info is not None


def message_of(record: logging.LogRecord) -> str:
    """Our own messages whole; of others' only the template, since their values may be anybody's."""
    if record.name == "darwin" or record.name.startswith("darwin."):
        return record.getMessage()
    if record.name == "django.request" and isinstance(record.args, tuple) and len(record.args) == 2:
        return str(record.args[0])  # the status in words; the second is the address
    if record.args and isinstance(record.msg, str):
        return _PLACEHOLDER.sub("…", record.msg)
    return f"a message of {record.name}"


def describe_error(error: BaseException) -> dict[str, Any]:
    """An exception without its text: classes down to the cause, places in the code, SQLSTATE."""
    found: dict[str, Any] = {"classes": [], "places": []}
    link: BaseException | None = error
    while link is not None and len(found["classes"]) < 10:
        found["classes"].append(f"{type(link).__module__}.{type(link).__qualname__}")
        if sqlstate := getattr(link, "sqlstate", None):
            found["sqlstate"] = sqlstate
            found["constraint"] = link.diag.constraint_name  # type: ignore[attr-defined]  # psycopg.Error has it
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    for frame, line in walk_tb(error.__traceback__):
        code = frame.f_code
        found["places"].append(f"{_short(code.co_filename)}:{line} {code.co_qualname}")
    return found


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-3:])


def configuration(data_dir: Path, part: str) -> dict[str, Any]:
    """Django's LOGGING: everything to `data_dir`/log/`part`.jsonl, warnings to standard error too."""
    file = {"class": "darwin.config.logs.LogFile", "filename": str(data_dir / "log" / f"{part}.jsonl")}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "darwin.config.logs.JsonLines"},
            "plain": {"()": "darwin.config.logs.PlainLines"},
        },
        "filters": {
            "errors": {
                "()": "django.utils.log.CallbackFilter",
                "callback": tells_of_an_error,
            },
        },
        "handlers": {
            "file": {**file, "formatter": "json", "delay": True},
            "terminal": {"class": "logging.StreamHandler", "formatter": "plain", "level": "WARNING"},
        },
        "root": {"handlers": ["file", "terminal"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.request": {"filters": ["errors"], "handlers": [], "level": "ERROR", "propagate": True},
        },
    }


class RequestLog:
    """Middleware: gives every request an id, and writes one line for it when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.logger = logging.getLogger("darwin.requests")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _request_id.set(str(new_id()))
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            match = request.resolver_match
            facts = {
                "view": match.view_name if match else "",
                "status": response.status_code,
                "method": request.method,
                "took_ms": round((time.perf_counter() - begun) * 1000, 1),
            }
            self.logger.info("request", extra=facts)
            response.headers["X-Request-ID"] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)
