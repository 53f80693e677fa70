"""Help: what the pages show, keys and colours, how a world repeats, and a first agent."""

from __future__ import annotations

from typing import Any

from .. import help_text as says
from ..desk import Desk
from ..epoch import use_epoch
from ..frame import Page, Panel, component, the_desk, ui
from ..live import Message, live
from ..widgets import Tiles

_SHOWN = 16


def repeat(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell what names the run under way: scenario, seed, tick and the head of its chain."""
    run = desk.run
    figures = (run.scenario.name, str(run.seed), run.snapshot.tick, run.snapshot.chain_head[:_SHOWN])
    if figures == seen:
        return None, seen
    labels = ("scenario", "text"), ("seed", "text"), ("tick", "count"), ("chain head", "text")
    told = [
        {"key": label.replace(" ", "-"), "label": label, "value": value, "form": form}
        for (label, form), value in zip(labels, figures, strict=True)
    ]
    told[-1]["title"] = run.snapshot.chain_head
    told[-1]["wide"] = True
    return {"fresh": seen is None, "tiles": told}, figures


def commands(desk: Desk) -> tuple[tuple[str, str], ...]:
    """Return the commands that check and repeat the run under way, as they are typed."""
    run = desk.run
    folder = "FOLDER" if run.folder is None else run.folder
    named = {"folder": folder, "scenario": run.given or "FILE.toml", "seed": run.seed}
    return tuple((command.format(**named), sentence) for command, sentence in says.COMMANDS)


@component
def Help() -> None:
    """Show short texts, and what names the run under way."""
    desk = the_desk()
    use_epoch(desk)
    with Page():
        with Panel("What the pages show", 6):
            _prose(says.listed(tuple(says.PAGES_SHOW.items())))
        with Panel("Keys and colours", 6):
            _prose(says.listed(says.KEYS, "kbd") + says.paragraphs(says.READING))
        with Panel("How this world repeats", 12):
            live(Tiles, repeat, every=1.0)
            _prose(says.paragraphs(says.REPEATING) + says.listed(commands(desk), "code"))
        with Panel("A strategy of your own", 6, "decides for all its traders at once; Python"):
            _prose(says.code(says.STRATEGY))
        with Panel("An order from Python", 6, "taken before the next tick, and journalled"):
            _prose(says.code(says.ORDER))
        with Panel("To read on", 12, "files of the project"):
            _prose(says.listed(says.DOCUMENTS, "code"))


def _prose(html: str) -> None:
    ui.HTML(tag="div", classes=["cx-prose"], unsafe_innerHTML=html)
