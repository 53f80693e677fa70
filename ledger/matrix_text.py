"""Matrices as text and HTML, laid out as in Godley and Lavoie: sectors in columns, signs shown, sums at the rims."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.units import SECTORS, IntArray

SUM = "Σ"


@dataclass(frozen=True)
class Row:
    """A line of a matrix: a label, (sectors,) amounts, and amounts that only moved inside a sector, shown as ±."""

    label: str
    amounts: IntArray
    within: IntArray | None = None

    @property
    def shown(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.amounts.any() or (self.within is not None and self.within.any()))

    def cells(self, columns: Sequence[int]) -> list[str]:
        """Return the text of each cell and of the row's sum."""
        inside = np.zeros_like(self.amounts) if self.within is None else self.within
        nothing = "0" if self.label == SUM else ""
        texts = [_cell(int(self.amounts[code]), int(inside[code])) or nothing for code in columns]
        return [*texts, _cell(int(self.amounts.sum()), 0) or "0"]


def _cell(amount: int, within: int) -> str:
    if amount:
        return f"{amount:+,}"
    return f"±{within:,}" if within else ""


def layout(rows: Sequence[Row], last: Row) -> tuple[list[str], list[list[str]]]:
    """Return the heads of the columns and the texts of all lines, labels first; empty rows and sectors are left out."""
    kept = [row for row in rows if row.shown]
    used = [
        code for code in range(len(SECTORS)) if any(row.amounts[code] or _inside(row, code) for row in (*kept, last))
    ]
    heads = [*(str(SECTORS[code]) for code in used), SUM]
    return heads, [[row.label, *row.cells(used)] for row in (*kept, last)]


def _inside(row: Row, code: int) -> bool:
    return row.within is not None and bool(row.within[code])


def as_text(title: str, rows: Sequence[Row], last: Row) -> str:
    """Return a table for a terminal; ``last`` stands under a line."""
    heads, lines = layout(rows, last)
    wide = max(len(line[0]) for line in lines)
    widths = [max(len(text) for text in column) for column in zip(heads, *(line[1:] for line in lines), strict=True)]
    out = [title, "  ".join([" " * wide, *(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))])]
    for line in lines:
        cells = (f"{text:>{width}}" for text, width in zip(line[1:], widths, strict=True))
        out.append("  ".join([f"{line[0]:<{wide}}", *cells]).rstrip())
    out.insert(-1, "-" * max(len(text) for text in out[1:]))
    return "\n".join(out)


def as_html(title: str, rows: Sequence[Row], last: Row) -> str:
    """Return a table for a notebook."""
    heads, lines = layout(rows, last)
    head = "".join(f"<th>{text}</th>" for text in ("", *heads))
    body = "".join(
        f"<tr><th>{html.escape(line[0])}</th>{''.join(f'<td>{text}</td>' for text in line[1:])}</tr>" for line in lines
    )
    caption = f"<caption>{html.escape(title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
