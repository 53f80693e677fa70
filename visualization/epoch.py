"""Which run a page was made for; a page laid out by its scenario gets new panels where the layout is another."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

from .desk import Desk
from .frame import component, the_desk, ui

_EVERY = 0.5


def use_epoch(desk: Desk) -> int:
    """Return the number of the run under way, and render the component again when another one opens."""
    epoch, note = ui.use_state(desk.run.epoch)

    def watch(ended: Event) -> None:
        while not ended.wait(_EVERY):
            note(desk.run.epoch)

    ui.use_thread(watch, dependencies=[], intrusive_cancel=False)
    return int(epoch)


def laid_out_by(layout: Callable[[Desk], Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator of pages whose panels depend on ``layout``: another one gets panels of its own.

    Panels that stay are told everything anew, which is quicker than to make them again.
    """

    def decorate(page: Callable[..., Any]) -> Callable[..., Any]:
        @component
        def Laid() -> None:
            desk = the_desk()
            use_epoch(desk)
            page().key(str(layout(desk)))

        return Laid

    return decorate
