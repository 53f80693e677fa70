"""Figure specifications: what is drawn, as plain data that knows no drawing library.

A `Figure` is one panel with marks in data coordinates; colours are *tones*, names that a page gives
light and dark values. `catallaxy.batch.drawing` draws them with matplotlib, a dashboard may draw them
with anything else.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..core.units import FloatArray

# Light and dark value of each tone. Groups follow Okabe and Ito (2008), darkened or lightened for contrast, so
# that they differ for every kind of colour vision; no chart relies on colour alone.
TONES: dict[str, tuple[str, str]] = {
    "ink": ("#1c2430", "#e5e7eb"),
    "muted": ("#5b6675", "#94a3b8"),
    "line": ("#d9d5cb", "#263241"),
    "ground": ("#fffdf8", "#111823"),
    "accent": ("#1f5fa8", "#60a5fa"),
    "second": ("#b3590a", "#f2a65a"),
    "up": ("#0b7d72", "#2dd4bf"),
    "down": ("#c2334d", "#fb7185"),
    "group1": ("#0072b2", "#56b4e9"),
    "group2": ("#b35a00", "#e69f00"),
    "group3": ("#00785a", "#2fc99b"),
    "group4": ("#a8447f", "#e59ac6"),
    "group5": ("#6a4fa3", "#b8a2ee"),
    "group6": ("#7a6a00", "#f0e442"),
    "group7": ("#8c3b2e", "#f28e7c"),
    "group8": ("#4a5a6a", "#b7c3cf"),
}
GROUPS: tuple[str, ...] = tuple(name for name in TONES if name.startswith("group"))


@dataclass(frozen=True)
class Line:
    """A line through points; with ``ends`` its label is written where it ends."""

    x: FloatArray
    y: FloatArray
    label: str = ""
    tone: str = "accent"
    width: float = 1.5
    dash: tuple[float, ...] = ()
    ends: bool = False
    steps: bool = False


@dataclass(frozen=True)
class Dots:
    """Points."""

    x: FloatArray
    y: FloatArray
    label: str = ""
    tone: str = "accent"
    size: float = 9.0
    hollow: bool = False


@dataclass(frozen=True)
class Stems:
    """Vertical strokes from zero, as autocorrelations are drawn."""

    x: FloatArray
    y: FloatArray
    label: str = ""
    tone: str = "accent"


@dataclass(frozen=True)
class Band:
    """A horizontal band, such as a confidence band around zero."""

    low: float
    high: float
    label: str = ""
    tone: str = "muted"


@dataclass(frozen=True)
class Area:
    """The area between two curves, such as a band around an estimate."""

    x: FloatArray
    low: FloatArray
    high: FloatArray
    label: str = ""
    tone: str = "accent"


@dataclass(frozen=True)
class Rule:
    """A vertical line that marks a moment."""

    at: float
    label: str = ""
    tone: str = "second"


@dataclass(frozen=True)
class Bars:
    """Horizontal bars, the first on top; ``names`` are written beside them and ``notes`` at their ends."""

    names: tuple[str, ...]
    lengths: FloatArray
    label: str = ""
    tone: str = "accent"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blocks:
    """A piece of every horizontal bar, from ``starts`` on by ``lengths``, which may be below zero."""

    names: tuple[str, ...]
    starts: FloatArray
    lengths: FloatArray
    label: str = ""
    tone: str = "accent"


@dataclass(frozen=True)
class Candles:
    """Open, high, low, close and volume of bars; rising ones are hollow, falling ones filled."""

    x: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


Mark: TypeAlias = Line | Dots | Stems | Band | Area | Rule | Bars | Blocks | Candles


@dataclass(frozen=True)
class Figure:
    """A chart: a title that says what, axes with their units, and marks.

    Parameters
    ----------
    name : str
        Identifies it within a page.
    title, note : str
        What is shown, and what to keep in mind when reading it.
    x_label, y_label : str
        The quantity with its unit.
    marks : tuple of Mark
        Drawn in order.
    log_x, log_y : bool
        Logarithmic axes.
    wide : bool
        Takes the whole width of a page.
    alt : str
        The chart in a sentence, for those who cannot see it.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    marks: tuple[Mark, ...]
    note: str = ""
    log_x: bool = False
    log_y: bool = False
    wide: bool = False
    alt: str = ""


def labels(figure: Figure) -> Iterator[tuple[str, str, str]]:
    """Yield (label, tone, kind of mark) for a legend: of every mark that is not labelled where it ends.

    Examples
    --------
    >>> line = Line(np.arange(2.0), np.arange(2.0), "index")
    >>> list(labels(Figure("index", "The index", "day", "points", (line,))))
    [('index', 'accent', 'line')]
    """
    for mark in figure.marks:
        if isinstance(mark, Candles):
            yield "closed higher", "up", "hollow"
            yield "closed lower", "down", "bars"
        elif mark.label and not (isinstance(mark, Line) and mark.ends) and not isinstance(mark, Rule):
            yield mark.label, mark.tone, _kind(mark)


def _kind(mark: Mark) -> str:
    if isinstance(mark, Line) and mark.dash:
        return "dashed"
    if isinstance(mark, Dots) and not mark.hollow:
        return "dots full"
    if isinstance(mark, Blocks):
        return "bars"
    return type(mark).__name__.lower()


def thinned(x: FloatArray, y: FloatArray, most: int = 1_200) -> tuple[FloatArray, FloatArray]:
    """Return at most about ``most`` points that keep every bucket's lowest, highest and the last value.

    Examples
    --------
    >>> x, y = thinned(np.arange(10_000.0), np.sin(np.arange(10_000.0) / 50.0))
    >>> len(x) <= 1_201, float(y.max()) == float(np.sin(np.arange(10_000.0) / 50.0).max())
    (True, True)
    """
    if x.size <= most:
        return x, y
    edges = np.linspace(0, x.size, most // 2 + 1).astype(np.int64)
    kept = {x.size - 1}
    for start, stop in itertools.pairwise(edges.tolist()):
        kept |= {start + int(np.argmin(y[start:stop])), start + int(np.argmax(y[start:stop]))}
    rows = np.array(sorted(kept), np.int64)
    return x[rows], y[rows]
