"""Drawing figure specifications with matplotlib: to a matplotlib figure, or to SVG that a page can theme.

In the SVG every colour is a CSS variable (``var(--tone-accent)``), text stays text in the page's own
font, and ids are the figure's own, so that many figures share one page and follow its light or dark.
"""

from __future__ import annotations

import functools
import io
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from ..core.errors import MissingExtra
from ..core.units import FloatArray
from .figures import TONES, Area, Band, Bars, Blocks, Candles, Dots, Figure, Line, Rule, Stems, labels

INCH = 72.0  # a pixel of the page is a point of the drawing
_LEFT, _LABEL = 68, 15  # pixels left of the axes, and to the end of the word beside them
_STAND_INS = {tone: f"#0a{number:02x}f{number % 16:x}" for number, tone in enumerate(TONES, 1)}
_RC: Any = {
    "svg.fonttype": "none",
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.linewidth": 1.0,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.unicode_minus": True,
    "grid.linewidth": 0.7,
    "xtick.major.size": 3.5,
    "xtick.minor.size": 3.5,
    "ytick.major.size": 0.0,
    "ytick.minor.size": 0.0,
    "path.simplify": True,
    "path.simplify_threshold": 0.2,
}
_SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def need_matplotlib(purpose: str) -> None:
    """Raise `MissingExtra` with the remedy where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise MissingExtra(purpose, "matplotlib", "data")


def draw(figure: Figure, *, width: int = 720, height: int = 360, dark: bool = False) -> Any:
    """Return a matplotlib figure with title and legend, for notebooks and papers.

    Examples
    --------
    >>> from catallaxy.batch.figures import Line
    >>> spec = Figure("index", "The index", "day", "points", (Line(np.arange(3.0), np.arange(3.0), "index"),))
    >>> draw(spec).axes[0].get_xlabel()
    'day'
    """
    colours = {tone: values[dark] for tone, values in TONES.items()}
    drawing = _drawn(figure, width, height, colours, top=34)
    _title(drawing.axes[0], figure, colours)
    return drawing


def draw_all(
    figures: Sequence[Figure], *, title: str = "", columns: int = 2, width: int = 480, height: int = 260,
    dark: bool = False,
) -> Any:  # fmt: skip
    """Return one matplotlib figure with a panel of ``width`` by ``height`` for each of ``figures``, row by row.

    Examples
    --------
    >>> from catallaxy.batch.figures import Line
    >>> spec = Figure("index", "The index", "day", "points", (Line(np.arange(3.0), np.arange(3.0), "index"),))
    >>> [axes.get_title(loc="left") for axes in draw_all([spec, spec]).axes]
    ['The index', 'The index']
    """
    need_matplotlib("drawing a figure")
    import matplotlib

    colours = {tone: values[dark] for tone, values in TONES.items()}
    columns = max(1, min(columns, len(figures)))
    head, rows = (30 if title else 0), -(-len(figures) // columns)
    whole = (columns * width, rows * height + head)
    with matplotlib.rc_context(dict(_RC)):
        drawing = _canvas()(figsize=(whole[0] / INCH, whole[1] / INCH), dpi=INCH, facecolor=colours["ground"])
        if title:
            drawing.text(16 / whole[0], 1.0 - 20 / whole[1], title, color=colours["ink"], fontsize=12.5)
        for number, figure in enumerate(figures):
            corner = (number % columns * width, (rows - 1 - number // columns) * height)
            _title(_panel(drawing, figure, (*corner, width, height), whole, colours, 34), figure, colours)
    return drawing


@functools.cache
def _canvas() -> Any:
    """Return a matplotlib figure that a notebook shows as it is, whichever backend it has."""
    from matplotlib.figure import Figure as Canvas

    class Drawing(Canvas):
        """A drawing of figure specifications."""

        def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
            return picture(self, "png"), {"width": round(self.get_figwidth() * INCH)}

    return Drawing


def picture(drawing: Any, form: str) -> bytes:
    """Return a drawing as the bytes of an SVG or PNG file, the same for the same drawing."""
    import matplotlib

    buffer = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    with matplotlib.rc_context({**_RC, "svg.hashsalt": "catallaxy"}):
        drawing.savefig(buffer, format=form, dpi=2 * INCH, facecolor=drawing.get_facecolor(), metadata=metadata)
    return buffer.getvalue()


def _title(axes: Any, figure: Figure, colours: Mapping[str, str]) -> None:
    """Write the title of a panel, and its legend where marks are labelled."""
    axes.set_title(figure.title, loc="left", color=colours["ink"], fontsize=12)
    if any(True for _ in labels(figure)):
        handles, names = axes.get_legend_handles_labels()
        if handles:
            axes.legend(handles, names, frameon=False, labelcolor=colours["ink"], fontsize=10)


def svg(figure: Figure, *, width: int, height: int) -> str:
    """Return the figure as an ``<svg>`` element whose colours and font are the page's."""
    drawing = _drawn(figure, width, height, _STAND_INS, top=8)
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({**_RC, "svg.hashsalt": f"{figure.name} {width}"}):
        drawing.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _themed(buffer.getvalue(), f"{figure.name}-{width}", figure.alt or figure.title)


def _drawn(figure: Figure, width: int, height: int, colours: Mapping[str, str], top: int) -> Any:
    need_matplotlib("drawing a figure")
    import matplotlib

    with matplotlib.rc_context(dict(_RC)):
        drawing = _canvas()(figsize=(width / INCH, height / INCH), dpi=INCH, facecolor=colours["ground"])
        _panel(drawing, figure, (0, 0, width, height), (width, height), colours, top)
    return drawing


def _panel(
    drawing: Any, figure: Figure, box: tuple[int, int, int, int], whole: tuple[int, int], colours: Mapping[str, str],
    top: int,
) -> Any:  # fmt: skip
    """Draw a figure into a box (left, bottom, width, height) of a drawing, in pixels, and return its axes."""
    x, y, width, height = box
    left, right = _margins(figure, width)
    place = ((x + left) / whole[0], (y + 40) / whole[1], (width - left - right) / whole[0])
    axes = drawing.add_axes((*place, (height - 40 - top) / whole[1]), facecolor="none")
    _frame(axes, figure, colours)
    for mark in figure.marks:
        _MARKS[type(mark)](axes, mark, colours)
    _name_rules(axes, figure, colours)
    _name_ends(axes, figure, height - 40 - top, colours)
    _limits(axes, figure)
    axes.yaxis.set_label_coords((_LABEL - left) / (width - left - right), 0.5)
    return axes


def _margins(figure: Figure, width: int) -> tuple[int, int]:
    """Return the pixels left and right of the axes: room for names and for labels at line ends."""
    names = [name for mark in figure.marks if isinstance(mark, Bars | Blocks) for name in mark.names]
    ends = [mark.label for mark in figure.marks if isinstance(mark, Line) and mark.ends]
    left = 18 + round(6.3 * max(map(len, names))) if names else _LEFT
    right = 12 + round(6.3 * max(map(len, ends))) if ends else 14
    if any(isinstance(mark, Bars) and mark.notes for mark in figure.marks):
        right = 44
    return min(left, width // 3), min(right, width // 3)


def _frame(axes: Any, figure: Figure, colours: Mapping[str, str]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    if figure.log_x:
        axes.set_xscale("log", subs=[2, 5])
    if figure.log_y:
        axes.set_yscale("log")
    axes.set_xlabel(figure.x_label, color=colours["muted"], fontsize=11)
    axes.set_ylabel(figure.y_label, color=colours["muted"], fontsize=11)
    axes.tick_params(colors=colours["muted"], labelsize=11, which="both")
    axes.spines["bottom"].set_color(colours["line"])
    across = any(isinstance(mark, Bars | Blocks) for mark in figure.marks)
    axes.grid(True, axis="x" if across else "y", color=colours["line"])
    axes.grid(False, axis="y" if across else "x", which="both")
    if not figure.log_x:
        axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 2.5, 5, 10]))
    if not figure.log_y and not across:
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(_tick))
    if figure.log_x:
        axes.xaxis.set_minor_formatter(FuncFormatter(_tick))


def _tick(value: float, _place: int) -> str:
    """Return the text of a tick: thousands thinly spaced, a true minus, no exponents nearby."""
    text = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"
    return text.replace(",", "\u2009").replace("-", "\u2212")


def _line(axes: Any, mark: Line, colours: Mapping[str, str]) -> None:
    style: Any = (0, mark.dash) if mark.dash else "-"
    axes.plot(
        mark.x, mark.y, color=colours[mark.tone], linewidth=mark.width, linestyle=style, label=mark.label or None,
        drawstyle="steps-post" if mark.steps else "default", solid_joinstyle="round",
    )  # fmt: skip


def _dots(axes: Any, mark: Dots, colours: Mapping[str, str]) -> None:
    colour = colours[mark.tone]
    axes.plot(
        mark.x, mark.y, linestyle="none", marker="o", markersize=mark.size**0.5, label=mark.label or None,
        markerfacecolor="none" if mark.hollow else colour, markeredgecolor=colour, markeredgewidth=0.9,
    )  # fmt: skip


def _stems(axes: Any, mark: Stems, colours: Mapping[str, str]) -> None:
    axes.vlines(mark.x, 0.0, mark.y, color=colours[mark.tone], linewidth=2.4, label=mark.label or None)
    axes.axhline(0.0, color=colours["muted"], linewidth=0.8)


def _band(axes: Any, mark: Band, colours: Mapping[str, str]) -> None:
    axes.axhspan(mark.low, mark.high, color=colours[mark.tone], alpha=0.16, linewidth=0, label=mark.label or None)


def _area(axes: Any, mark: Area, colours: Mapping[str, str]) -> None:
    axes.fill_between(
        mark.x, mark.low, mark.high, color=colours[mark.tone], alpha=0.2, linewidth=0, label=mark.label or None
    )


def _rule(axes: Any, mark: Rule, colours: Mapping[str, str]) -> None:
    axes.axvline(mark.at, color=colours[mark.tone], linewidth=1.0, dashes=(3, 3))


def _bars(axes: Any, mark: Bars, colours: Mapping[str, str]) -> None:
    rows = np.arange(len(mark.names))
    axes.barh(rows, mark.lengths, height=0.62, color=colours[mark.tone], label=mark.label or None)
    axes.set_yticks(rows, mark.names)
    axes.set_ylim(max(len(mark.names), 6) - 0.4, -0.6)  # few bars stay as thin as many
    for row, (length, note) in enumerate(zip(mark.lengths.tolist(), mark.notes, strict=False)):
        axes.annotate(
            note, (length, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=10,
            color=colours["ink"],
        )  # fmt: skip


def _blocks(axes: Any, mark: Blocks, colours: Mapping[str, str]) -> None:
    rows = np.arange(len(mark.names))
    axes.barh(
        rows, mark.lengths, left=mark.starts, height=0.62, color=colours[mark.tone], edgecolor=colours["ground"],
        linewidth=0.6, label=mark.label or None,
    )  # fmt: skip
    axes.axvline(0.0, color=colours["muted"], linewidth=0.8)
    axes.set_yticks(rows, mark.names)
    axes.set_ylim(len(mark.names) - 0.4, -0.6)
    axes.use_sticky_edges = False


def _candles(axes: Any, mark: Candles, colours: Mapping[str, str]) -> None:
    from matplotlib.collections import PolyCollection

    half = 0.36 * (float(np.diff(mark.x).min()) if mark.x.size > 1 else 1.0)
    rose = mark.close >= mark.open
    for chosen, tone in ((rose, "up"), (~rose, "down")):
        x, low, high = mark.x[chosen], mark.low[chosen], mark.high[chosen]
        foot, head = np.minimum(mark.open, mark.close)[chosen], np.maximum(mark.open, mark.close)[chosen]
        axes.vlines(np.concatenate([x, x]), np.concatenate([low, head]), np.concatenate([foot, high]),
                    color=colours[tone], linewidth=0.8)  # fmt: skip
        face = "none" if tone == "up" else colours[tone]
        bodies = PolyCollection(_boxes(x, foot, head, half), facecolors=face, edgecolors=colours[tone], linewidths=0.8)
        axes.add_collection(bodies)
    least, most = float(mark.low.min()), float(mark.high.max())
    span = (most - least) or max(1.0, 0.01 * most)
    floor = least - 0.32 * span
    if mark.volume.max() > 0:
        lots = floor + 0.22 * span * mark.volume / mark.volume.max()
        columns = _boxes(mark.x, np.full(mark.x.size, floor), lots, half)
        axes.add_collection(PolyCollection(columns, facecolors=colours["muted"], alpha=0.45, linewidths=0))
    axes.set_xlim(mark.x[0] - 3 * half, mark.x[-1] + 3 * half)
    axes.set_ylim(floor, most + 0.06 * span)


def _boxes(x: FloatArray, foot: FloatArray, head: FloatArray, half: float) -> Any:
    corners = [(x - half, foot), (x - half, head), (x + half, head), (x + half, foot)]
    return np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)


_MARKS: Mapping[type, Callable[[Any, Any, Mapping[str, str]], None]] = {
    Line: _line, Dots: _dots, Stems: _stems, Band: _band, Area: _area, Rule: _rule, Bars: _bars, Blocks: _blocks,
    Candles: _candles,
}  # fmt: skip


def _name_rules(axes: Any, figure: Figure, colours: Mapping[str, str]) -> None:
    """Write labels beside vertical lines, on four heights in turn so that near ones do not overlap."""
    rules = [mark for mark in figure.marks if isinstance(mark, Rule) and mark.label]
    for number, rule in enumerate(sorted(rules, key=lambda rule: rule.at)):
        axes.annotate(
            rule.label, (rule.at, 1.0), xycoords=("data", "axes fraction"), xytext=(4, -2 - 13 * (number % 4)),
            textcoords="offset points", va="top", fontsize=10, color=colours[rule.tone],
        )  # fmt: skip


def _name_ends(axes: Any, figure: Figure, pixels: int, colours: Mapping[str, str]) -> None:
    """Write labels beside the ends of lines, pushed apart where they would overlap."""
    lines = [mark for mark in figure.marks if isinstance(mark, Line) and mark.ends and mark.y.size]
    if not lines:
        return
    low, high = axes.get_ylim()
    ends = [(float(line.y[-1]) - low) / ((high - low) or 1.0) for line in lines]
    for line, place in zip(lines, apart(ends, 14.0 / pixels), strict=True):
        axes.annotate(
            line.label, (1.0, place), xycoords="axes fraction", xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=11, color=colours[line.tone], annotation_clip=False,
        )  # fmt: skip


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Return places moved as little as needed to be ``gap`` apart, within [0, 1] where there is room.

    Examples
    --------
    >>> [round(place, 2) for place in apart([0.5, 0.5, 0.9], 0.1)]
    [0.5, 0.6, 0.9]
    """
    order = np.argsort(np.array(places), kind="stable").tolist()
    moved = list(places)
    for below, above in itertools.pairwise(order):
        moved[above] = max(moved[above], moved[below] + gap)
    ceiling = 1.0
    for row in reversed(order):
        moved[row] = min(moved[row], ceiling)
        ceiling = moved[row] - gap
    return moved


def _limits(axes: Any, figure: Figure) -> None:
    """Let lines begin and end at the edges of the axes."""
    xs = [mark.x for mark in figure.marks if isinstance(mark, Line) and mark.x.size]
    if xs and not figure.log_x and all(isinstance(mark, Line | Rule | Band | Area) for mark in figure.marks):
        low, high = min(float(x.min()) for x in xs), max(float(x.max()) for x in xs)
        if high > low:
            axes.set_xlim(low, high)


def _themed(text: str, name: str, alt: str) -> str:
    """Return matplotlib's SVG as an element of a page: named ids, the page's colours and font, a label."""
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    for tone, stand_in in _STAND_INS.items():
        text = text.replace(stand_in, f"var(--tone-{tone})")
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, flags=re.DOTALL)  # it would style the whole page
    text = re.sub(r"font-family: [^;\"]+;? ?", "", text)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\1{name}-", text)
    view = re.search(r'viewBox="([^"]+)"', text)
    box = view.group(1) if view else ""
    label = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    opening = f'<svg viewBox="{box}" {_SPACES} role="img" aria-label="{label}">'
    return re.sub(r"\n\s*", "\n", re.sub(r"^<svg[^>]*>", opening, text)).strip()
