"""``run`` and ``step``: make ticks, write them to a folder, stop with care."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..core.errors import MissingExtra, OutOfBounds, RunError, RunFolderBusy, RunFolderExists, ScenarioError
from .options import Json, Quiet, Set, Shock, examples, whole
from .text import aligned, as_json, shown

if TYPE_CHECKING:
    from ..model.economy import Economy
    from ..progress import Progress
    from .inputs import Trigger
    from .session import Outcome

DEFAULT = "economy"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(
        epilog=examples(
            "run",
            "run --days 20 --seed 7 --set traders.number=2000 --out runs/small",
            "run scenarios/mine.toml --shock crash.json",
            "run --resume runs/small --days 20",
            "run --days 1 --pace 500ms",
        )
    )(run)
    app.command(
        epilog=examples(
            "step --resume runs/small",
            "step --resume runs/small --ticks 30 --shock crash.json --json",
            "step --resume runs/small --input tick_trigger.json",
        )
    )(step)


def run(
    scenario: Annotated[
        str | None,
        typer.Argument(help=f"A scenario's name or TOML file; {DEFAULT} when left out.", show_default=False),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            parser=whole,
            metavar="N",
            help="Seed; the same seed gives the same bytes. Drawn if left out.",
        ),
    ] = None,
    ticks: Annotated[int | None, typer.Option(parser=whole, metavar="N", help="Ticks to make.")] = None,
    days: Annotated[
        int | None,
        typer.Option(parser=whole, metavar="N", help="Trading days to make; to the scenario's end if left out."),
    ] = None,
    changes: Set = None,
    shock: Shock = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write, new or empty; runs/SCENARIO-SEED-N if left out.")
    ] = None,
    resume: Annotated[Path | None, typer.Option(metavar="DIR", help="Go on with a stored run instead.")] = None,
    pace: Annotated[str, typer.Option(help="Time between ticks, such as 500ms, 1s or 1h; 0 is no waiting.")] = "0",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a scenario; write everything to a folder.

    Without an argument: the closed economy, ten thousand households, firms and banks, one trading year. Ctrl-C
    ends after the tick in progress and says how to go on.
    """
    from ..progress import progress
    from . import session
    from .inputs import chosen
    from .pace import parse_pace

    _one_length(ticks, days)
    waits, watch = parse_pace(pace), progress(quiet)
    with session.stoppable() as stop:
        session.log_to_stderr(quiet)
        if resume is None:
            settings, number = chosen(scenario or DEFAULT, changes, seed)
            left = length(settings.clock.days, settings.clock.ticks_per_day, ticks, days)
            shocks = _shocks(shock, settings, 1)
            session.say_if_cold(watch)
            economy, folder = _founded(settings, number, out)
        else:
            _alone({"SCENARIO": scenario, "--seed": seed, "--set": changes, "--out": out})
            length(*_clock_of(resume), ticks, days)
            session.say_if_cold(watch)
            economy, folder = _resumed(resume), resume
            with session.closed_on_error(economy):
                shocks = _shocks(shock, economy.settings, economy.tick + 1)
            left = length(economy.settings.clock.days, economy.clock.ticks_per_day, ticks, days, economy.tick)
            if not left:
                watch.note(f"{shown(folder)} is at its end, tick {economy.tick:,}; give --ticks or --days to go on")
        for values in shocks:
            economy.inject(values, source="cli")
        outcome = session.Outcome(first=economy.tick, due=economy.tick + left)
        session.drive(economy, left, watch, waits, stop, outcome)
    _finish(economy, outcome, folder, json, watch)


def step(
    resume: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run to go on with.", show_default=False)],
    ticks: Annotated[
        int | None,
        typer.Option(
            parser=whole, metavar="N", help="Ticks to make; 1, or what --input says, if left out.", show_default=False
        ),
    ] = None,
    shock: Shock = None,
    trigger: Annotated[
        Path | None,
        typer.Option(
            "--input",
            metavar="FILE.json",
            help='Message {"ticks": 1, "shocks": [...], "actions": [{"agent": 5, "action": {"type": "BUY", ...}}]}.',
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Advance a stored run by hand: one tick unless told otherwise."""
    from ..progress import progress
    from . import session
    from .inputs import Trigger, read_trigger
    from .pace import Pace

    _one_length(ticks, None)
    if ticks is not None and ticks < 1:
        raise OutOfBounds("--ticks", ticks, "give a whole number of ticks, 1 or more")
    watch = progress(quiet=True)
    with session.stoppable() as stop:
        session.log_to_stderr(quiet=False)
        economy = _resumed(resume)
        with session.closed_on_error(economy):
            first, scenario = economy.tick + 1, economy.settings
            message = Trigger() if trigger is None else read_trigger(trigger, scenario, first)
            shocks = (*_shocks(shock, scenario, first), *message.shocks)
        for values in shocks:
            economy.inject(values, source="cli")
        numbers = [economy.submit(item.agent, item.action, source="cli") for item in message.actions]
        left = ticks or message.ticks
        outcome = session.Outcome(first=economy.tick, due=economy.tick + left)
        session.drive(economy, left, watch, Pace(), stop, outcome)
    _tell_step(economy, outcome, resume, message, numbers, json)


# -- beginning ------------------------------------------------------------------------------------


def length(whole: int, ticks_per_day: int, ticks: int | None, days: int | None, done: int = 0) -> int:
    """Return the ticks to make: those asked for, else those to the scenario's end after ``whole`` days."""
    for option, value, itself in (("ticks", ticks, whole * ticks_per_day), ("days", days, whole)):
        if value is not None and value < 1:
            due = f"give a whole number of {option}, 1 or more (the scenario itself says {itself})"
            raise OutOfBounds(f"--{option}", value, due)
    if days is not None:
        return days * ticks_per_day
    return max(0, whole * ticks_per_day - done) if ticks is None else ticks


def _one_length(ticks: int | None, days: int | None) -> None:
    if ticks is not None and days is not None:
        raise ScenarioError("give --ticks or --days, not both")


def _alone(others: dict[str, Any]) -> None:
    """Refuse what would contradict the stored run."""
    given = [name for name, value in others.items() if value not in (None, [])]
    if given:
        raise ScenarioError(f"--resume goes on with a stored run, which has its own; leave out {', '.join(given)}")


def _clock_of(folder: Path) -> tuple[int, int]:
    from ..ledger.manifest import Manifest

    clock = Manifest.read(folder).scenario["clock"]
    return int(clock["days"]), int(clock["ticks_per_day"])


def _shocks(files: list[Path] | None, scenario: Any, first: int) -> list[dict[str, Any]]:
    from .inputs import read_shocks

    return read_shocks(files, scenario, first)


def _founded(settings: Any, seed: int, out: Path | None) -> tuple[Economy, Path]:
    """Return a new economy and its folder: ``out``, or the first free name under ``runs``."""
    from ..model.economy import Economy
    from .session import new_folder

    if out is not None:
        return Economy(settings, rng=seed, out=out), out
    for number in count(1):
        folder = new_folder(settings.name, seed, number)
        try:
            return Economy(settings, rng=seed, out=folder), folder
        except (RunFolderExists, RunFolderBusy):  # another process took the name in the meantime
            continue
    raise AssertionError("numbers do not end")


def _resumed(folder: Path) -> Economy:
    from ..model.runs import resume

    return resume(folder)


# -- the end --------------------------------------------------------------------------------------


def _finish(economy: Economy, outcome: Outcome, folder: Path, json: bool, watch: Progress) -> None:
    from .results import results_of, table

    report = None
    try:
        if outcome.status == "finished":
            report = _report(folder, watch)
    finally:  # whatever becomes of the report, nobody runs a year again for the results
        results = results_of(economy, outcome, folder, report)
        print(as_json(results) if json else table(results))
    _tell_end(economy, outcome, folder)
    raise typer.Exit(outcome.code)


def _report(folder: Path, watch: Progress) -> Path | None:
    """Write the report of a run that finished; None, with the remedy told, where what draws it is not installed."""
    from ..batch.report import write_report

    try:
        return write_report(folder)
    except MissingExtra as error:
        watch.note(f"no report: {error}")
        return None


def _tell_end(economy: Economy, outcome: Outcome, folder: Path) -> None:
    """Say on standard error why the run ended early, what was kept, and how to go on."""
    if outcome.halted is not None:
        typer.echo(f"error: {outcome.halted}", err=True)
        typer.echo(f"kept: everything up to tick {economy.tick:,}, in {shown(folder)}", err=True)
    elif outcome.stopped is not None:
        left = outcome.due - economy.tick
        at_end = outcome.due == economy.settings.clock.days * economy.clock.ticks_per_day
        again = f"catallaxy run --resume {shown(folder)}{f' --ticks {left}' if left and not at_end else ''}"
        typer.echo(f"stopped after tick {economy.tick:,}; to go on: {again}", err=True)


def _tell_step(
    economy: Economy, outcome: Outcome, folder: Path, message: Trigger, numbers: list[int], json: bool
) -> None:
    taken = [
        {"agent": item.agent, "type": str(item.action.get("type", "")), **_result(economy, number)}
        for item, number in zip(message.actions, numbers, strict=True)
    ]
    facts = {
        "run_dir": shown(folder),
        "tick": economy.tick,
        "day": economy.day,
        "ticks": outcome.ticks,
        "messages": economy.messages_sent,
        "trades": economy.trades_made,
        "index": economy.index,
        "anchor": economy.anchor_index,
        "chain_head": economy.chain_head,
        "state_hash": economy.state_hash() if outcome.halted is None else None,
        "status": outcome.status,
        "results": taken,
    }
    if json:
        print(as_json(facts))
    else:
        print(aligned([(name.replace("_", " "), value) for name, value in facts.items() if name != "results"]))
        if taken:
            header = ("agent", "type", "success", "reason", "filled", "message")
            print("\n" + aligned([[row.get(name) for name in header] for row in taken], header))
    _tell_end(economy, outcome, folder)
    raise typer.Exit(outcome.code)


def _result(economy: Economy, number: int) -> dict[str, Any]:
    result = economy.results.get(number)
    if result is None:
        raise RunError(f"action {number} got no result, for its tick was not made")
    return {name: value for name, value in vars(result).items() if name != "sequence"}
