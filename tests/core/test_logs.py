"""Logs are the standard library's, quiet until asked, and one JSON object a line on request."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from catallaxy.core import logs
from catallaxy.core.errors import OutOfBounds


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("LOG_LEVEL", "LOG_FORMAT", "CATALLAXY_ENV"):
        monkeypatch.delenv(name, raising=False)
    yield
    logs.release()


def written(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_importing_the_package_installs_no_handler_and_sets_no_level() -> None:
    code = (
        "import logging, catallaxy.core.logs as logs; log = logging.getLogger('catallaxy');"
        "assert not log.handlers and not logging.getLogger().handlers and log.level == 0 and log.propagate"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_json_line_holds_level_service_environment_message_time_and_the_fields() -> None:
    stream = io.StringIO()
    logs.configure(json=True, stream=stream)

    logs.get_logger("model.economy").warning(
        "order refused", extra={"tick": 12, "owner": 7, "action": "SHORT", "symbol": "AAPL", "stage": "check"}
    )

    (line,) = written(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warn",
        "service": "catallaxy",
        "environment": "development",
        "logger": "catallaxy.model.economy",
        "message": "order refused",
        "tick": 12,
        "agentId": 7,
        "action": "SHORT",
        "symbol": "AAPL",
        "stage": "check",
    }


def test_the_level_is_info_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    def heard() -> list[str]:
        log = logs.get_logger()
        return [name for name, number in logs.LEVELS.items() if log.isEnabledFor(number)]

    logs.configure()
    assert heard() == ["error", "warn", "info"]
    monkeypatch.setenv("LOG_LEVEL", "WARNING")
    logs.configure()
    assert heard() == ["error", "warn"]
    logs.configure("Debug")
    assert heard() == ["error", "warn", "info", "debug"]


def test_an_unknown_level_names_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutOfBounds) as told:
        logs.configure("loud")
    monkeypatch.setenv("LOG_LEVEL", "chatty")
    with pytest.raises(OutOfBounds) as found:
        logs.configure()

    assert str(told.value) == "level is 'loud'; give error, warn, info or debug"
    assert str(found.value) == "LOG_LEVEL is 'chatty'; give error, warn, info or debug"


def test_the_environment_chooses_json_and_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "JSON")
    monkeypatch.setenv("CATALLAXY_ENV", "production")
    stream = io.StringIO()
    logs.configure(stream=stream)

    logs.get_logger().info("ready")

    assert written(stream)[0]["environment"] == "production"


def test_configuring_twice_writes_each_record_once() -> None:
    first, second = io.StringIO(), io.StringIO()
    logs.configure(json=True, stream=first)
    logs.configure(json=True, stream=second)

    logs.get_logger("batch").info("once")

    assert first.getvalue() == ""
    assert [line["message"] for line in written(second)] == ["once"]


def test_releasing_gives_records_back_to_the_host_program() -> None:
    logs.configure()
    logs.release()
    log = logs.get_logger()
    assert (log.handlers, log.level, log.propagate) == ([], logging.NOTSET, True)


def test_a_line_for_people_shows_the_fields_after_the_message() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)

    logs.get_logger().error("book %s is empty", "AAPL", extra={"tick": 3, "symbol": "AAPL"})
    logs.get_logger().info("bare")

    first, second = (line.split(" ", 1)[1] for line in stream.getvalue().splitlines())
    assert first == "error book AAPL is empty  tick=3 symbol=AAPL"
    assert second == "info  bare"


def test_fields_that_json_lacks_are_written_without_failing() -> None:
    stream = io.StringIO()
    logs.configure(json=True, stream=stream)
    odd = {"count": np.int64(5), "share": float("nan"), "row": np.array([1.5, np.inf]), "who": {1: {"a"}}, "kind": int}

    logs.get_logger().info("odd", extra=odd)

    line = written(stream)[0]
    assert {key: line[key] for key in odd} == {
        "count": 5,
        "share": None,
        "row": [1.5, None],
        "who": {"1": "{'a'}"},
        "kind": "<class 'int'>",
    }


def test_an_exception_keeps_its_traceback() -> None:
    as_json, as_line = io.StringIO(), io.StringIO()
    for stream, json_lines in ((as_json, True), (as_line, False)):
        logs.configure(json=json_lines, stream=stream)
        try:
            raise ValueError("broken")
        except ValueError:
            logs.get_logger().exception("stage failed", extra={"stage": "post"})

    assert written(as_json)[0]["error"].endswith("ValueError: broken")
    assert "ValueError: broken" in as_line.getvalue()
