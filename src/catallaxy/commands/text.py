"""How results look: aligned tables for people, JSON for programs, paths as short as they can be."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any


def aligned(rows: Sequence[Sequence[Any]], header: Sequence[str] = ()) -> str:
    """Return rows as columns of text, numbers to the right.

    Examples
    --------
    >>> print(aligned([["AAPL", 12], ["IBM", 1234.5]], ["symbol", "price"]))
    symbol    price
    AAPL         12
    IBM     1,234.5
    """
    cells = [[cell(value) for value in row] for row in rows]
    numeric = [all(_is_number(value) or value is None for value in column) for column in zip(*rows, strict=True)]
    lines = [list(header), *cells] if header else cells
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))] if lines else []
    numeric = numeric or [False] * len(widths)
    return "\n".join(
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def cell(value: Any) -> str:
    """Return a value as people read it: thousands marked, six digits of a fraction, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.1f}"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def as_json(value: Any) -> str:
    """Return a value as JSON; what JSON lacks (nan, infinity) is null.

    Examples
    --------
    >>> print(as_json({"sum": Decimal(3), "mean": float("nan")}))
    {
      "sum": 3,
      "mean": null
    }
    """
    return json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False)


def shown(path: Path | str) -> str:
    """Return a path as the shortest that works from here: relative when it lies below the current folder."""
    absolute = Path(os.path.abspath(path))
    try:
        return str(absolute.relative_to(Path.cwd()))
    except ValueError:
        return str(absolute)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return _plain(value.tolist())
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
