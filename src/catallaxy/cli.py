"""The command line: ``catallaxy run`` and its sisters.

Each command imports what it needs when it is called, so that help and mistakes are answered at once.
A mistake is one line on standard error and exit code 2; ``--debug`` shows where it was raised.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from .commands import check, dashboard, experiment, facts, machine, run, scenarios, tables, validate
from .commands.options import examples
from .core.errors import BadQuery, CatallaxyError

DEBUG = "CATALLAXY_DEBUG"
MISTAKE = 2
_USAGE: Any = typer.BadParameter.__bases__[0]  # typer's own, or click's, UsageError


class FrontDoor(TyperGroup):
    """The group of all commands; tells mistakes in one line."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Run the command that ``args`` name, and leave with its exit code."""
        extra["standalone_mode"] = False
        try:
            code = super().main(args, prog_name or "catallaxy", *rest, **extra)
        except CatallaxyError as error:
            _tell(error)
        except _USAGE as error:
            _tell(error)
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Any) -> NoReturn:
    """Print what went wrong on one line and leave; with ``--debug`` let the error through."""
    if os.environ.get(DEBUG, "0") not in ("", "0"):
        raise error
    print(f"error: {_sentence(error)}", file=sys.stderr)
    context = getattr(error, "ctx", None)
    if context is not None and not isinstance(error, typer.BadParameter):
        print(f"see: {context.command_path} --help", file=sys.stderr)
    sys.exit(MISTAKE)


def _sentence(error: Any) -> str:
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    if isinstance(error, BadQuery):
        text = text.partition("\n\nLINE ")[0]
    if isinstance(error, typer.BadParameter) and error.param is not None:
        name = next((word for word in error.param.opts if word.startswith("--")), (error.param.name or "").upper())
        text = f"{name}{' ' if error.message.startswith('is ') else ': '}{error.message}"
    return " ".join(text.split())


app = typer.Typer(
    name="catallaxy", cls=FrontDoor, no_args_is_help=True, add_completion=False, rich_markup_mode=None,
    pretty_exceptions_enable=False,
)  # fmt: skip


def _version(asked: bool) -> None:
    if asked:
        from .ledger.manifest import package_version

        print(f"catallaxy {package_version()}")
        raise typer.Exit


def _debug(asked: bool) -> None:
    if asked:
        os.environ[DEBUG] = "1"


@app.callback(epilog=examples("run", "run --days 20 --seed 7 --set traders.number=2000", "scenarios", "run --help"))
def catallaxy(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", callback=_debug, help=f"Show where an error was raised (also {DEBUG}=1).")
    ] = False,
) -> None:
    """Closed financial economies of many agents: order books, exact accounts, runs that repeat to the byte."""


for room in (run, dashboard, scenarios, check, tables, facts, experiment, validate, machine):
    room.register(app)


def main() -> None:
    """Enter by the front door: the console script."""
    app()


if __name__ == "__main__":
    main()
