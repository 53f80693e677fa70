"""Where things change hands: order books and the exchange."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .order_book import OrderBook, parse_book

__all__ = ["OrderBook", "parse_book"]

_HOME = {"OrderBook": "order_book", "parse_book": "order_book"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that importing a neighbour compiles nothing."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
