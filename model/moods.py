"""Moods in an economy: who has them, what a day says to them, and the day's row of table sentiment.

The stage "feel" comes at day end, before banks and regulator look at the day, so that fear moves depositors the same
evening and traders the next morning. Moods reach orders through `MarketArrays` and no price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.mood_inputs import market_inputs, taker_sides
from ..agents.psychology import Psychology
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray, IntArray
from ..markets.tape import DAYS, Tape

if TYPE_CHECKING:
    from .economy import Economy


def open_psychology(economy: Economy) -> Psychology | None:
    """Return the moods of a new economy, in which every column trader has one of its own; None where they are off."""
    settings = economy.settings.psychology
    if not settings.enabled:
        return None
    agents = sum(economy.settings.traders.groups().values())
    return Psychology(settings, economy.symbols, agents=agents, seed=economy.seed)


def note_takers(economy: Economy, fills: IntArray) -> None:
    """Add a round's ``fills`` (9, m) to what takers bought and sold today; auctions have no taker and are left out."""
    if economy.psychology is not None and fills.shape[1]:
        economy.taken += taker_sides(fills.T, len(economy.symbols))


def feel(economy: Economy) -> None:
    """Let moods take in the day, and begin the counts of the next."""
    assert economy.psychology is not None
    closes = day_closes(economy.tape, economy.exchange.last)
    economy.psychology.note_day(*market_inputs(closes, economy.taken, economy.margin_share))
    economy.taken[:] = 0
    economy.recorder.note_moods(economy.psychology)


def day_closes(tape: Tape, today: IntArray) -> FloatArray:
    """Return (days, books) closes up to ``today``'s, at most those of a year and a day; the first may be the opening.

    Examples
    --------
    >>> tape = Tape(np.array([100]), ticks_per_day=1, opening_volatility=0.01)
    >>> tape.note_day(np.array([110.0]))
    >>> day_closes(tape, np.array([121])).tolist()
    [[100.0], [110.0], [121.0]]
    """
    back = min(tape.days, TRADING_DAYS_PER_YEAR - 1)
    rows = [(tape.days - lag) % DAYS for lag in range(back, -1, -1)]
    return np.vstack([tape.closes[rows], today.astype(np.float64)])
