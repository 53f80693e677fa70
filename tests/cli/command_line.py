"""A little language for tests of the command line: call it, here or in a process of its own, and see what it said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from catallaxy.cli import app

TINY = ("--set", "traders.number=50", "--set", "stocks.number=2", "--set", "anchor.source=walk")


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def mistake(self) -> str:
        """The one line of a mistake; fails when the command did anything else."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.out == ""
        first, *rest = self.err.splitlines()
        assert all(line.startswith("see: ") for line in rest), self.err
        return first


Command = Callable[..., Said]


def in_process(*words: object) -> Said:
    """Call the command line in this process."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def command_of(*words: object) -> list[str]:
    """Return the words that call the command line in a process of its own."""
    return [sys.executable, "-P", "-m", "catallaxy", *map(str, words)]
