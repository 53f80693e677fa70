"""Progress: a bar on a terminal, lines elsewhere, and no cost to the ticks."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from catallaxy.commands import session
from catallaxy.commands.pace import Pace, parse_pace
from catallaxy.progress import Bar, Lines, Paced, Silence, progress

cold = session.cold  # itself: `conftest` puts a constant in its place


class Never:
    asked = False


class Always:
    asked = True


def test_a_terminal_gets_a_bar_and_a_pipe_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(progress(), Bar)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(progress(), Lines)
    assert isinstance(progress(quiet=True), Silence)


def test_lines_tell_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()

    lines.begin(7560)
    lines.show(1200, "312 ticks/s")

    assert capsys.readouterr().err == "1,200 of 7,560 ticks  312 ticks/s\n"


def test_a_bar_draws_on_standard_error_and_cleans_up(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()

    bar.note("compiling")
    bar.begin(10)
    bar.show(5, "3 ticks/s")
    bar.note("said meanwhile")
    bar.end()
    bar.end()

    caught = capsys.readouterr()
    assert caught.out == ""
    assert "compiling\n" in caught.err
    assert "said meanwhile" in caught.err


def test_what_is_shown_too_often_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines(interval=1000.0)
    lines.begin(100)
    paced = Paced(lines)

    for done in range(100):
        paced(done)

    assert capsys.readouterr().err == ""


def test_pace_keeps_to_multiples_and_lets_late_ticks_pass() -> None:
    pace = Pace(0.1)
    start = time.monotonic()

    pace.wait(Never())
    time.sleep(0.13)  # a tick that takes too long
    pace.wait(Never())
    passed = time.monotonic() - start

    assert 0.2 <= passed < 0.29


def test_a_request_to_stop_ends_the_waiting() -> None:
    pace = Pace(3600.0)
    start = time.monotonic()

    assert pace.wait(Never())
    assert not pace.wait(Always())
    assert time.monotonic() - start < 1.0


def test_no_pace_is_no_waiting() -> None:
    assert Pace().wait(Always())


@pytest.mark.parametrize(("text", "seconds"), [("0", 0.0), ("1s", 1.0), ("500ms", 0.5), (".5", 0.5), ("2 min", 120.0)])
def test_paces_are_written_as_people_write_them(text: str, seconds: float) -> None:
    assert parse_pace(text).seconds == seconds


@pytest.mark.compiled
def test_compiling_is_announced_when_no_machine_code_is_kept_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "cache_folder", lambda source: str(tmp_path))
    assert cold() == "compiling, once, about 10 s"

    (tmp_path / "kernel.nbi").touch()
    assert cold() == ""


@pytest.mark.compiled
def test_compiling_in_every_run_is_announced_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "cache_folder", lambda source: None)

    assert cold() == (
        "compiling, about 10 s, in every run: no folder can be written to keep it (set CATALLAXY_CACHE to one)"
    )
