"""What befalls resources in a month: the hazards of nature, and shocks of a scenario or from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..markets.resources import ResourceEvent
from .clock import DAYS_PER_MONTH
from .closed_economy import ClosedEconomy
from .economy_shocks import ResourceDiscovery, ResourceStrike

if TYPE_CHECKING:
    from .economy import Economy


def befall(economy: Economy, c: ClosedEconomy) -> None:
    """Begin the month of resources: draw its hazards, let shocks since the last month end strike, and write events."""
    for event in [*c.resources.hazards(c.memory.month), *struck(economy, c)]:
        economy.recorder.note_event(
            f"resource:{event.kind}", resource=event.name, units=event.units, share=event.share, until=event.until
        )


def struck(economy: Economy, c: ClosedEconomy) -> list[ResourceEvent]:
    """Let the shocks to resources since the last month end take effect, in their order; return what happened."""
    events, last = [], economy.tick - DAYS_PER_MONTH * economy.clock.ticks_per_day
    for shock in economy.shocks:
        if not last < shock.at <= economy.tick:
            continue
        if isinstance(shock, ResourceStrike):
            events.append(c.resources.strike(shock.resource, shock.share, shock.months))
        elif isinstance(shock, ResourceDiscovery):
            events.append(c.resources.discover(shock.resource, shock.share))
    return events
