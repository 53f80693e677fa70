"""Options that several commands share, and the examples at the end of their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Shock = Annotated[
    list[Path] | None,
    typer.Option("--shock", metavar="FILE.json", help="A shock, or a list of them, to inject; repeatable."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, such as traders.number=500; repeatable."),
]


def examples(*lines: str) -> str:
    """Return example command lines as a help text's end."""
    return "Examples:\n\n\b\n" + "\n".join(f"$ catallaxy {line}" for line in lines)


def whole(text: str | int) -> int:
    """Return a whole number; the command line puts the option's name before the message."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"is {text!r}; give a whole number") from None
