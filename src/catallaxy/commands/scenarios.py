"""``scenarios``: what can be run, and every setting of it."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Json, Set, examples
from .text import aligned, as_json
from .toml import as_toml

_app = typer.Typer(rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    _app.callback(invoke_without_command=True, epilog=examples("scenarios"))(scenarios)
    _app.command(epilog=examples("scenarios show markets > mine.toml", "scenarios show markets --set clock.days=20"))(
        show
    )
    app.add_typer(_app, name="scenarios")


def scenarios(context: typer.Context, json: Json = False) -> None:
    """List the scenarios, or show one."""
    from ..model.scenario import load_scenario, scenario_names

    if context.invoked_subcommand is not None:
        return
    rows = [(name, load_scenario(name).description) for name in scenario_names()]
    if json:
        print(as_json([{"name": name, "description": description} for name, description in rows]))
    else:
        print(aligned(rows))


def show(
    name: Annotated[str, typer.Argument(help="A scenario's name or TOML file.", show_default=False)],
    changes: Set = None,
    json: Json = False,
) -> None:
    """Print every setting of a scenario as TOML.

    Saved to a file, it gives the same run.
    """
    from ..model.scenario import load_scenario, parse_set

    values = load_scenario(name, parse_set(changes or [])).effective()
    print(as_json(values) if json else as_toml(values))
