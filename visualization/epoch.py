"""Which run a page was made for: a page that lays itself out by the scenario is made anew for another."""

from __future__ import annotations

from threading import Event
from typing import Any

import solara

from .desk import Desk

_EVERY = 0.5
ui: Any = solara


def use_epoch(desk: Desk) -> int:
    """Return the number of the run under way, and render the component again when another one opens."""
    epoch, note = ui.use_state(desk.run.epoch)

    def watch(ended: Event) -> None:
        while not ended.wait(_EVERY):
            note(desk.run.epoch)

    ui.use_thread(watch, dependencies=[], intrusive_cancel=False)
    return int(epoch)
