"""What tests of the command line share: calls in this process, calls in one of their own, a small stored run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.logs import release
from tests.cli.command_line import TINY, Command, Said, command_of, in_process


def a_page_without_figures(folder: Path) -> Path:
    """Stand in for the report: drawing takes longer than all the rest of a small run."""
    return folder / "report.html"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in ("CATALLAXY_DEBUG", "LOG_LEVEL", "LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    # Alerts on how busy this machine is, and whether machine code is there yet, differ from run to run.
    monkeypatch.setenv("LOG_LEVEL", "error")
    monkeypatch.setattr("catallaxy.commands.session.cold", lambda: "")
    monkeypatch.setattr("catallaxy.batch.report.write_report", a_page_without_figures)
    yield
    release()


@pytest.fixture
def catallaxy() -> Command:
    return in_process


@pytest.fixture
def outside() -> Command:
    """Call the command line in a process of its own."""

    def call(*words: object) -> Said:
        done = subprocess.run(command_of(*words), capture_output=True, text=True, check=False, env=os.environ)
        return Said(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A run of 60 ticks that ended, and what it printed."""
    folder = tmp_path_factory.mktemp("stored") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catallaxy.batch.report.write_report", a_page_without_figures)
        said = in_process("run", "markets", *TINY, "--seed", 7, "--ticks", 60, "--out", folder, "--json", "--quiet")
    release()
    return folder, said.json


@pytest.fixture
def ended(stored: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A copy of the stored run that a test may change."""
    return Path(shutil.copytree(stored[0], tmp_path / "ended"))
