"""Natural and artificial resources: counted stocks that deplete, renew, are found and are lost.

* **finite** (oil, lithium, rare earths): the stock falls by what is extracted and by nothing else; what is
  left costs more to extract, (R₀ / R)^θ.
* **renewable** (fresh water, arable land): the stock also regrows, g R (1 - R / R̄) a year.
* **artificial** (carbon credits, intellectual property): the stock is what has been issued and not yet taken
  up; each month issues a twelfth of a cap that falls once a year.

Discoveries add, catastrophes take away or block, both at annual hazards. Every unit is accounted for:
opening + discovered + renewed - extracted - lost = closing, exactly. Scarcity is a published index and moves no
price; it is felt through the cost of extraction and through what traders believe.

A month goes `hazards`, then any number of `extract`, then `renew`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import IdentityBroken, OutOfBounds, nearest
from ..core.randomness import USER, Draws
from ..core.units import FloatArray, IntArray
from .published_indices import scarcity_index
from .resource_kinds import ResourceSettings, default_resources
from .resource_rules import MONTHS, chance_of, cost_factor, permits_of_month, regrowth

__all__ = ["LARGEST", "ResourceEvent", "ResourceSettings", "Resources", "default_resources"]

_FINDS, _STRIKES, _BLOCKS, _SHARE, _LENGTH = range(5)  # numbers of the uniforms of a resource and month
_SIZE = USER + 1
LARGEST = 1000.0  # no discovery is greater, in multiples of the initial reserves
_COLUMNS = (
    "reserves", "carrying", "taken", "blocked_until", "opening", "discovered", "renewed", "extracted", "lost",
)  # fmt: skip


@dataclass(frozen=True)
class ResourceEvent:
    """Something was found, destroyed or blocked.

    ``units`` were found or destroyed, 0 for a blockade; ``share`` of the initial (discovery) or current
    reserves, or of the capacity (blockade), which ends before month ``until`` (0 when nothing is blocked).
    """

    month: int
    name: str
    kind: Literal["discovery", "catastrophe"]
    units: int
    share: float
    until: int = 0


class Resources:
    """The stocks of all resources, as arrays with a row for each; a part with a state.

    Parameters
    ----------
    settings : sequence of ResourceSettings
        One for each resource; a resource's draws are keyed by its name, so another one moves none of them.
    initial_use : array_like
        (resources,) units used in a month at the opening, integers above 0.
    seed : int
        Seed of the run.

    Attributes
    ----------
    reserves, base : (resources,) int64
        Units now, and at the opening.
    blocked_until : (resources,) int64
        First month in which the capacity is whole again.

    Examples
    --------
    >>> oil = Resources([ResourceSettings(name="oil", kind="finite", years=1)], [10], seed=7)
    >>> oil.extract([20])
    >>> oil.reserves.tolist(), oil.scarcity().round(3).tolist(), round(oil.extraction_cost(0), 3)
    ([100], [0.167], 1.095)
    """

    def __init__(self, settings: Sequence[ResourceSettings], initial_use: ArrayLike, seed: int) -> None:
        self.settings, self.names = tuple(settings), tuple(one.name for one in settings)
        if len(set(self.names)) != len(self.names):
            raise OutOfBounds("resources", list(self.names), "give each resource a name of its own")
        self.use = self._units(initial_use, "initial_use", least=1)
        self.base: IntArray = np.array(
            [max(1, round(one.years * MONTHS * int(use))) for one, use in zip(self.settings, self.use, strict=True)],
            np.int64,
        ).reshape(-1)
        self.month = self._renewed_in = 0
        self._seed = seed
        self.reserves, self.opening = self.base.copy(), self.base.copy()
        self.carrying: IntArray = np.array(
            [
                round(one.carrying_capacity * int(start)) if one.kind == "renewable" else 0
                for one, start in zip(self.settings, self.base, strict=True)
            ],
            np.int64,
        ).reshape(-1)
        empty = np.zeros(len(self.names), np.int64)
        self.taken, self.blocked_until = empty.copy(), empty.copy()
        self.discovered, self.renewed, self.extracted, self.lost = (empty.copy() for _ in range(4))
        self.blocked_share: FloatArray = np.zeros(len(self.names))
        self._carry: FloatArray = np.zeros(len(self.names))

    def row_of(self, name: str) -> int:
        """Return the row of the resource ``name``."""
        if name not in self.names:
            raise OutOfBounds("resource", name, f"give a known one{nearest(name, self.names)}")
        return self.names.index(name)

    def capacity(self, month: int) -> IntArray:
        """Return (resources,) units that can still be extracted in ``month``: what is left of the unblocked rate.

        The rate is ``capacity`` times initial use; an artificial resource has none. Never more than there is.
        """
        free = np.where(month < self.blocked_until, 1.0 - self.blocked_share, 1.0)
        taken = self.taken if month == self.month else np.zeros_like(self.taken)
        out = np.empty_like(self.reserves)
        for k, one in enumerate(self.settings):
            at_most = int(self.reserves[k] + taken[k])
            rate = at_most if one.kind == "artificial" else min(at_most, math.floor(one.capacity * int(self.use[k])))
            out[k] = min(max(math.floor(free[k] * rate) - int(taken[k]), 0), int(self.reserves[k]))
        return out

    def extraction_cost(self, k: int) -> float:
        """Return the factor by which extracting resource ``k`` costs more than at the opening, (R₀ / R)^θ."""
        if self.settings[k].kind == "artificial":
            return 1.0
        return float(cost_factor(self.reserves[k], self.base[k], self.settings[k].cost_exponent)[0])

    def scarcity(self) -> FloatArray:
        """Return (resources,) 1 - R / R₀ within [-1, 1], an index that moves no price."""
        return scarcity_index(self.reserves, self.base)

    def extract(self, quantities: ArrayLike) -> None:
        """Take (resources,) units out of the stocks, within this month's `capacity`; all of them or none."""
        wanted = self._units(quantities, "quantities", least=0)
        over = np.flatnonzero(wanted > self.capacity(self.month))
        if over.size:
            k = int(over[0])
            most = int(self.capacity(self.month)[k])
            raise OutOfBounds(f"extraction of {self.names[k]}", int(wanted[k]), f"month {self.month} allows {most}")
        self.reserves -= wanted
        self.extracted += wanted
        self.taken += wanted

    def renew(self, month: int) -> IntArray:
        """Renew and issue at the end of ``month``; return (resources,) units added, below 0 above carrying capacity.

        Logistic renewal is that of the stock before the month's extraction, R' = R + g R (1 - R / R̄) / 12 - q; it is
        rounded down to units and the fraction carried to the next month.
        """
        if month != self.month or month == self._renewed_in:
            raise OutOfBounds("month", month, f"month {self.month} is under way, renewed once, at its end")
        self._renewed_in = month
        added = self.permits(month)
        for k, one in enumerate(self.settings):
            if one.kind == "renewable":
                opening = int(self.reserves[k] + self.taken[k])
                growth = regrowth(opening, int(self.carrying[k]), one.regeneration) + float(self._carry[k])
                added[k] = max(math.floor(growth), -int(self.reserves[k]))
                self._carry[k] = growth - math.floor(growth)
        self.reserves += added
        self.renewed += added
        return added

    def permits(self, month: int) -> IntArray:
        """Return (resources,) permits issued in ``month`` (from 1), 0 for what is not artificial."""
        return np.array(
            [
                permits_of_month(MONTHS * int(use), one.cap_decline, month) if one.kind == "artificial" else 0
                for one, use in zip(self.settings, self.use, strict=True)
            ],
            np.int64,
        ).reshape(-1)

    def hazards(self, month: int) -> list[ResourceEvent]:
        """Begin ``month`` (1 is the first): draw and apply its discoveries and catastrophes, and return them."""
        if month <= self.month:
            raise OutOfBounds("month", month, f"month {self.month} has begun; each begins once, in order")
        self.month = month
        self.taken[:] = 0
        events = []
        for one in self.settings:
            draws = Draws.of(self._seed, f"resources.{one.name}", month)
            u = [float(draws.uniform([0], number=number)[0]) for number in range(5)]
            if u[_FINDS] < chance_of(one.discovery_hazard):
                sigma = one.discovery_sigma
                size = math.exp(sigma * float(draws.normal([0], _SIZE)[0]) - 0.5 * sigma * sigma)
                events.append(self.discover(one.name, min(one.discovery_mean * size, LARGEST)))
            if u[_STRIKES] < chance_of(one.catastrophe_hazard):
                blocks = u[_BLOCKS] < one.block_chance
                share = 2.0 * u[_SHARE] * (one.block_share if blocks else one.loss_share)
                months = 1 + int(u[_LENGTH] * (2 * one.block_months - 1)) if blocks else 0
                events.append(self.strike(one.name, share, months))
        return events

    def discover(self, name: str, share: float) -> ResourceEvent:
        """Add ``share`` of the initial reserves, at least a unit; a renewable stock may then grow as much higher."""
        if not 0.0 < share <= LARGEST:
            raise OutOfBounds("share", share, f"give a number above 0, at most {LARGEST:g}")
        k = self.row_of(name)
        units = max(1, round(share * int(self.base[k])))
        self.reserves[k] += units
        self.discovered[k] += units
        if self.settings[k].kind == "renewable":
            self.carrying[k] += units
        return ResourceEvent(self.month, name, "discovery", units, share)

    def strike(self, name: str, share: float, months: int = 0) -> ResourceEvent:
        """Destroy ``share`` of the reserves, or with ``months`` block that share of the capacity from this month on.

        Of two blockades the greater share and the later end hold.
        """
        if not 0.0 <= share <= 1.0:
            raise OutOfBounds("share", share, "give a share from 0 to 1")
        if months < 0:
            raise OutOfBounds("months", months, "give 0 for a loss, or the months of a blockade")
        k = self.row_of(name)
        if not months:
            units = round(share * int(self.reserves[k]))
            self.reserves[k] -= units
            self.lost[k] += units
            return ResourceEvent(self.month, name, "catastrophe", units, share)
        standing = float(self.blocked_share[k]) if self.month < self.blocked_until[k] else 0.0
        self.blocked_share[k] = max(standing, share)
        self.blocked_until[k] = max(int(self.blocked_until[k]), self.month + months)
        return ResourceEvent(self.month, name, "catastrophe", 0, share, int(self.blocked_until[k]))

    def check(self) -> None:
        """Raise `IdentityBroken` unless opening + discovered + renewed - extracted - lost = closing everywhere."""
        gap = self.opening + self.discovered + self.renewed - self.extracted - self.lost - self.reserves
        for k in np.flatnonzero(gap):
            raise IdentityBroken("resource accounts", self.names[k], int(gap[k]))

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and JSON values from which `restore` goes on."""
        arrays = {name: getattr(self, name).copy() for name in _COLUMNS}
        arrays |= {"blocked_share": self.blocked_share.copy(), "carry": self._carry.copy()}
        return arrays, {"month": self.month, "renewed_in": self._renewed_in}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Go on from what `state` returned; settings, initial use and seed must be the same."""
        for name in _COLUMNS:
            setattr(self, name, np.array(arrays[name], np.int64))
        self.blocked_share, self._carry = (np.array(arrays[name], np.float64) for name in ("blocked_share", "carry"))
        self.month, self._renewed_in = int(values["month"]), int(values["renewed_in"])

    def _units(self, values: ArrayLike, name: str, least: int) -> IntArray:
        array = np.asarray(values)
        if array.shape != (len(self.names),) or not (array.size == 0 or np.issubdtype(array.dtype, np.integer)):
            raise OutOfBounds(name, values, f"give one integer for each of {len(self.names)} resources")
        if (array < least).any():
            raise OutOfBounds(name, int(array.min()), f"give {least} or more")
        return array.astype(np.int64)
