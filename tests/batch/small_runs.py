"""Small runs that the tests of reports and exports share, each made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catallaxy.model.economy import Economy

SMALL: dict[str, Any] = {
    "traders__number": 60,
    "stocks__number": 2,
    "anchor__source": "walk",
    "clock__ticks_per_day": 10,
}


def made(folder: Path, ticks: int, *shocks: dict[str, Any], **settings: Any) -> Path:
    """Run an economy of few traders into ``folder`` and close it."""
    with Economy("markets", rng=7, out=folder, **{**SMALL, **settings}) as economy:
        for shock in shocks:
            economy.inject(shock)
        if ticks:
            economy.run(ticks=ticks)
    return folder
