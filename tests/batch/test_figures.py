"""Figure specifications are data; drawings of them keep to the page's colours."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.batch.figures import TONES, Band, Bars, Candles, Dots, Figure, Line, Rule, Stems, labels, thinned

pytest.importorskip("matplotlib", reason="drawings need matplotlib")

from catallaxy.batch.drawing import apart, draw, svg

X = np.arange(5.0)


def every_mark() -> Figure:
    candles = Candles(X, X + 10, X + 12, X + 9, X + 11, X)
    marks = (
        candles, Line(X, X, "a"), Line(X, X, "b", "second", dash=(2.0, 2.0)), Line(X, X, "c", ends=True),
        Dots(X, X, "d"), Stems(X, X, "e"), Band(-1.0, 1.0, "f"), Rule(2.0, "g"),
    )  # fmt: skip
    return Figure("all", "All marks", "x, unit", "y, unit", marks, alt='Said & "done"')


def test_a_legend_names_what_is_not_labelled_in_the_chart() -> None:
    assert list(labels(every_mark())) == [
        ("closed higher", "up", "hollow"), ("closed lower", "down", "bars"), ("a", "accent", "line"),
        ("b", "second", "dashed"), ("d", "accent", "dots full"), ("e", "accent", "stems"), ("f", "muted", "band"),
    ]  # fmt: skip


def test_an_svg_has_the_pages_colours_and_font_and_ids_of_its_own() -> None:
    text = svg(every_mark(), width=400, height=300)

    assert text.startswith('<svg viewBox="0 0 400 300"')
    assert 'aria-label="Said &amp; &quot;done&quot;"' in text
    assert "var(--tone-accent)" in text
    assert "#" not in text.replace('href="#all-400-', "").replace("url(#all-400-", "")
    assert "font-family" not in text
    assert "<style" not in text


def test_the_same_figure_is_the_same_svg() -> None:
    assert svg(every_mark(), width=400, height=300) == svg(every_mark(), width=400, height=300)


def test_bars_are_named_and_noted_in_order() -> None:
    figure = Figure("bars", "Bars", "ms", "", (Bars(("trade", "seal"), np.array([2.0, 1.0]), notes=("2.0", "1.0")),))

    texts = [text for text in svg(figure, width=400, height=200).split("<text") if ">trade<" in text or ">2.0<" in text]

    assert len(texts) == 2


@pytest.mark.parametrize("dark", [False, True])
def test_a_drawing_for_a_notebook_has_title_legend_and_real_colours(dark: bool) -> None:
    drawing = draw(Figure("a", "Title", "x", "y", (Line(X, X, "line"),)), dark=dark)
    axes = drawing.axes[0]

    assert axes.get_title(loc="left") == "Title"
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["line"]
    assert axes.lines[0].get_color() == TONES["accent"][dark]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [0, 1])
@pytest.mark.parametrize("tone", [tone for tone in TONES if tone not in ("line", "ground")])
def test_every_tone_stands_out_from_the_ground(tone: str, dark: int) -> None:
    """At least 4.5 : 1, what the Web Content Accessibility Guidelines ask of text."""
    light, dim = sorted((luminance(TONES[tone][dark]), luminance(TONES["ground"][dark])), reverse=True)

    assert (light + 0.05) / (dim + 0.05) >= 4.5


def test_thinning_keeps_peaks_troughs_and_the_end() -> None:
    x = np.arange(100_000.0)
    y = np.sin(x / 900.0)
    y[54_321], y[12_345] = 9.0, -9.0

    few_x, few_y = thinned(x, y, most=500)

    assert few_x.size <= 501
    assert (few_y.max(), few_y.min(), few_x[-1]) == (9.0, -9.0, 99_999.0)
    assert (np.diff(few_x) > 0).all()


def test_labels_that_would_overlap_move_apart_and_stay_inside() -> None:
    moved = apart([0.97, 0.98, 0.99, 0.1], 0.05)

    assert moved[3] == 0.1
    assert np.diff(sorted(moved[:3])) == pytest.approx([0.05, 0.05])
    assert max(moved) <= 1.0
