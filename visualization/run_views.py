"""What the page of runs shows of one folder: its figures, key facts and tables, or what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..batch.drawing import draw, picture
from ..batch.figures import Bars, Blocks, Figure
from ..batch.run_data import RunData
from ..batch.run_figures import figures_of_experiment, figures_of_run
from ..core.errors import CatallaxyError
from ..ledger.manifest import MANIFEST
from .desk import Desk
from .listing import Row
from .live import Feed, Message
from .shelf import EXPERIMENT, Shelf, experiment_facts, missing_tables, table_rows

STATES = {
    "closed": "complete", "halted": "halted: a stage failed, and the run ends with the last tick that was sealed",
    "open": "not closed: it goes on, or was killed; this is what its tables hold so far",
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A folder as it was found: its figures and tables, or in ``wrong`` why there are none."""

    name: str
    folder: Path | None
    words: str
    tiles: tuple[dict[str, Any], ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Row, ...] = ()
    wrong: str = ""
    remedy: str = ""
    lacks: str = ""
    """Which tables are gone, and how to find out more; empty where none is."""


def opened(shelf: Shelf, name: str) -> Opened:
    """Return what there is to see of a folder on the shelf; whatever is wrong is told, never raised."""
    try:
        folder = shelf.find(name)
    except CatallaxyError as error:
        return Opened(name, None, "", wrong=str(error), remedy="Choose a folder from the list.")
    try:
        if (folder / EXPERIMENT).is_file() and not (folder / MANIFEST).is_file():
            return _experiment(name, folder)
        return _run(name, folder)
    except CatallaxyError as error:
        return Opened(name, folder, "", wrong=str(error), remedy=_remedy(folder))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Opened(name, folder, "", wrong=f"{type(error).__name__}: {error}", remedy=_remedy(folder))


def _remedy(folder: Path) -> str:
    if (folder / EXPERIMENT).is_file() and not (folder / MANIFEST).is_file():
        return "It is not as `catallaxy experiment` wrote it; to have it anew, run the experiment again."
    if not (folder / MANIFEST).is_file():
        return "A run has a manifest.json, an experiment an experiment.json; this folder has neither."
    return f"To find out how far it can be trusted, run: catallaxy verify {folder}"


def _run(name: str, folder: Path) -> Opened:
    run = RunData(folder)
    manifest, counts, world = run.manifest, run.counts, run.world
    ticks = run.last_tick
    index = float(world["index"][-1]) if world["index"].size else None
    facts = (
        ("status", "status", run.status, "text"), ("seed", "seed", str(manifest.seed), "text"),
        ("ticks", "ticks", ticks, "count"), ("days", "trading days", ticks // run.ticks_per_day, "count"),
        ("traders", "traders", counts["traders"], "count"), ("trades", "trades", counts["trades"], "count"),
        ("index", "index", index, "points"), ("head", "chain head", run.chain_head[:12] or None, "text"),
    )  # fmt: skip
    tiles = tuple(
        {"key": key, "label": label, "value": value, "form": form, "wide": key == "head"}
        for key, label, value, form in facts
    )
    of = str(manifest.scenario.get("name", "unnamed"))
    lacks = _lacking(folder, missing_tables(run))
    state = "" if lacks and run.status == "closed" else f", {STATES.get(run.status, run.status)}"
    words = f"{of}{state}."
    return Opened(name, folder, words, tiles, tuple(figures_of_run(run)), tuple(table_rows(run)), lacks=lacks)


def _lacking(folder: Path, tables: list[str]) -> str:
    """Return a sentence that names the tables that are missing; empty where none is."""
    if not tables:
        return ""
    which = f"table {tables[0]} is" if len(tables) == 1 else f"tables {', '.join(tables)} are"
    return f"{which} missing; catallaxy verify {folder} tells more"


def _experiment(name: str, folder: Path) -> Opened:
    facts = experiment_facts(folder)
    seeds = facts.get("seeds") or []
    told = (
        ("status", "status", facts.get("status"), "text"), ("seeds", "seeds", len(seeds) or None, "count"),
        ("burn_in", "burn-in", facts.get("burn_in"), "count"), ("horizon", "horizon", facts.get("horizon"), "count"),
        ("period", "period", facts.get("period"), "text"),
    )  # fmt: skip
    tiles = tuple({"key": key, "label": label, "value": value, "form": form} for key, label, value, form in told)
    words = facts.get("verdict") or facts.get("question") or facts["name"]
    return Opened(name, folder, words, tiles, tuple(figures_of_experiment(folder)))


def png(figure: Figure) -> bytes:
    """Return a figure as a PNG for a paper: on a light ground, at twice its size in pixels."""
    return picture(draw(figure, width=820 if figure.wide else 640, height=380), "png")


def height_of(figure: Figure) -> int:
    """Return pixels enough for every bar to be named."""
    bars = max((len(mark.names) for mark in figure.marks if isinstance(mark, Bars | Blocks)), default=0)
    return max(280 if figure.wide else 240, 60 + 16 * bars)


def told_once(message: Message) -> Feed:
    """Return the feed of a panel that does not change."""

    def feed(_desk: Desk, seen: bool | None) -> tuple[Message | None, bool]:
        return (None, True) if seen else (message, True)

    return feed
