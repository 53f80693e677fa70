"""A tiny run that passes through every kernel once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ..core.errors import OrderRefused
from ..core.units import Side
from ..markets.order_book import OrderBook
from ..model.economy import Economy
from ..model.runs import resume


def compile_everything() -> None:
    """Run a small economy for two days, stop and resume it, and use the order book by hand."""
    with tempfile.TemporaryDirectory(prefix="catallaxy-") as folder:
        run = Path(folder) / "run"
        with Economy(rng=1, out=run, traders__number=200, stocks__number=2, anchor__source="walk") as economy:
            economy.run(days=2)
        with resume(run) as economy:
            economy.step()
    book = OrderBook()
    order = book.limit(Side.BUY, price=99, quantity=5, owner=1)
    book.limit(Side.SELL, price=101, quantity=5, owner=2)
    book.replace(order, quantity=3)
    book.market(Side.SELL, quantity=1, owner=3)
    book.depth(5)
    book.cancel(order)
    try:
        book.cancel(order)
    except OrderRefused:
        return
