"""The page of a report: its frame, its style, and small pieces of HTML. It asks nothing of any network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .figures import TONES, Figure, labels

THIN = "\u2009"
NONE = "\u2013"


def page(title: str, header: str, sections: Iterable[tuple[str, str, str]], footer: str) -> str:
    """Return the document: ``sections`` are (anchor, heading, body), those without a body are left out."""
    found = [section for section in sections if section[2]]
    links = "".join(f'<a href="#{anchor}">{escape(heading)}</a>' for anchor, heading, _ in found)
    bodies = "".join(
        f'<section id="{anchor}"><h2>{escape(heading)}</h2>{body}</section>' for anchor, heading, body in found
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{_tones()}{STYLE}</style></head>\n<body><main>{header}"
        f'<nav aria-label="Sections">{links}</nav>{bodies}<footer>{footer}</footer></main></body></html>\n'
    )


def _tones() -> str:
    """Return the tones as CSS variables, light and dark."""
    light, dark = ("".join(f"--tone-{tone}:{values[mode]};" for tone, values in TONES.items()) for mode in (0, 1))
    return f":root{{{light}--page:#f6f3ec}}@media(prefers-color-scheme:dark){{:root{{{dark}--page:#0b0f14}}}}"


def tile(label: str, value: str, note: str = "", tone: str = "") -> str:
    """Return a headline figure."""
    colour = f' style="color:var(--tone-{tone})"' if tone else ""
    return (
        f'<div class="tile"><dt>{escape(label)}</dt><dd>{escape(value)}</dd>'
        f'<dd class="note"{colour}>{escape(note) or "&nbsp;"}</dd></div>'
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1, name: str = "") -> str:
    """Return a table; the first ``left`` columns are text, the others numbers. Cells are HTML."""
    kinds = ["t" if i < left else "n" for i in range(len(head))]
    top = "".join(f'<th class="{kind}" scope="col">{cell}</th>' for kind, cell in zip(kinds, head, strict=True))
    body = "".join(
        "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    label = f' aria-label="{escape(name)}"' if name else ""
    return f'<div class="scroll"><table{label}><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def figure_of(figure: Figure, drawings: Sequence[str]) -> str:
    """Return a figure with title, legend and note around its drawings: one, or a wide and a narrow one."""
    keys = "".join(
        f'<li><i class="key {kind}" style="--key:var(--tone-{tone})"></i>{escape(label)}</li>'
        for label, tone, kind in labels(figure)
    )
    legend = f'<ul class="legend">{keys}</ul>' if keys else ""
    classes = ("wide", "narrow") if len(drawings) == 2 else ("",)
    pictures = "".join(
        f'<div class="plot {kind}">{drawing}</div>' for kind, drawing in zip(classes, drawings, strict=True)
    )
    note = f"<p>{escape(figure.note)}</p>" if figure.note else ""
    heading = f"<figcaption><h3>{escape(figure.title)}</h3>{legend}</figcaption>"
    return f'<figure class="{"whole" if figure.wide else "half"}">{heading}{pictures}{note}</figure>'


def grid(*figures: str) -> str:
    """Return figures side by side where there is room."""
    shown = [figure for figure in figures if figure]
    return f'<div class="grid">{"".join(shown)}</div>' if shown else ""


def code(text: str) -> str:
    """Return a line or lines to type."""
    return f"<pre><code>{escape(text)}</code></pre>"


def aside(text: str) -> str:
    """Return a remark in place of what cannot be shown."""
    return f'<p class="aside">{escape(text)}</p>'


def count(value: int | None) -> str:
    """Return a whole number with thinly spaced thousands, or a dash.

    Examples
    --------
    >>> count(1234567).replace(THIN, " "), count(None) == NONE
    ('1 234 567', True)
    """
    return NONE if value is None else f"{value:,}".replace(",", THIN).replace("-", "\u2212")


def signed(value: float, digits: int = 2, unit: str = "") -> str:
    """Return a number with arrow and sign, as colour alone tells too few.

    Examples
    --------
    >>> signed(1.237, 2, " %"), signed(-0.5, 1)
    ('▲ +1.24 %', '▼ −0.5')
    """
    text = f"{value:+.{digits}f}{unit}".replace("-", "\u2212")
    if round(value, digits) == 0:
        return f"{0:.{digits}f}{unit}"
    return f"{'▲' if value > 0 else '▼'} {text}"


def number(value: float | None) -> str:
    """Return a measured number in three or so digits, or a dash.

    Examples
    --------
    >>> number(0.41121), number(1.3e-244), number(None) == NONE
    ('0.411', '1.3e−244', True)
    """
    if value is None:
        return NONE
    if abs(value) >= 10_000:
        return count(round(value))
    return f"{value:.3g}".replace("-", "\u2212")


def money(minor: float) -> str:
    """Return minor units as money in thousands, millions or billions.

    Examples
    --------
    >>> money(1_234_567_00), money(99_00)
    ('1.23M', '99.00')
    """
    amount = minor / 100.0
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.2f}{letter}".replace("-", "\u2212")
    return f"{amount:.2f}".replace("-", "\u2212")


STYLE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--page);color:var(--tone-ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{max-width:1160px;margin:0 auto;padding:48px 24px 64px}
h1,h2,h3,.tile dd:first-of-type{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"Book Antiqua",Georgia,serif;
font-weight:600;font-variant-numeric:tabular-nums lining-nums;text-wrap:balance}
h1{font-size:40px;line-height:1.15;margin:6px 0 10px;letter-spacing:-.01em}
h2{font-size:24px;margin:0 0 16px;line-height:1.25}
h3{font-size:17px;margin:0;line-height:1.3}
a{color:var(--tone-accent);text-underline-offset:3px}
a:focus-visible{outline:2px solid var(--tone-accent);outline-offset:3px;border-radius:2px}
.eyebrow{font-size:12px;letter-spacing:.09em;text-transform:uppercase;color:var(--tone-muted);margin:0}
.lede{font-size:18px;line-height:1.5;max-width:46em;margin:0 0 10px}
.changed{color:var(--tone-muted);margin:0 0 10px;max-width:60em;overflow-wrap:anywhere}
.changed code{font-size:13.5px}
.meta{color:var(--tone-muted);margin:0;display:flex;flex-wrap:wrap;gap:4px 18px}
.state{font-weight:600;color:var(--tone-ink)}
nav{display:flex;flex-wrap:wrap;gap:4px 22px;border-block:1px solid var(--tone-line);padding:10px 0;margin:28px 0 8px;
font-size:14px}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
section{padding:36px 0 0}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:1px;background:var(--tone-line);
border:1px solid var(--tone-line);border-radius:8px;overflow:hidden;margin:28px 0 0}
.tile{background:var(--tone-ground);padding:14px 18px 12px}
.tile dt{font-size:12px;letter-spacing:.05em;text-transform:uppercase;color:var(--tone-muted)}
.tile dd{margin:0}.tile dd:first-of-type{font-size:27px;line-height:1.3}
.tile .note{font-size:13.5px;color:var(--tone-muted)}
.grid{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px}
figure{margin:0;background:var(--tone-ground);border:1px solid var(--tone-line);border-radius:8px;
padding:16px 18px 12px;
min-width:0}
figure.whole{grid-column:1/-1}
figure p{font-size:13.5px;color:var(--tone-muted);margin:6px 0 2px;max-width:72em}
figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:2px 20px;
margin-bottom:8px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:0 16px;margin:0;padding:0;font-size:13px;
color:var(--tone-muted)}
.key{display:inline-block;width:16px;height:0;border-top:2.5px solid var(--key);vertical-align:middle;margin-right:6px}
.key.dashed{border-top-style:dashed}
.key.dots{width:7px;height:7px;border:1.6px solid var(--key);border-radius:50%;background:none}
.key.full{background:var(--key)}
.key.bars,.key.hollow{width:9px;height:11px;border:1.5px solid var(--key);background:var(--key)}
.key.hollow{background:none}
.key.stems{width:3px;height:12px;border:0;background:var(--key)}
.key.band{height:10px;border:0;background:var(--key);opacity:.22}
.plot svg{display:block;width:100%;height:auto;font-family:inherit;stroke-linejoin:round;stroke-linecap:butt}
.plot.narrow{display:none}
.scroll{overflow-x:auto;background:var(--tone-ground);border:1px solid var(--tone-line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{font-size:12px;letter-spacing:.03em;color:var(--tone-muted);font-weight:600;vertical-align:bottom}
th,td{padding:7px 14px;border-bottom:1px solid var(--tone-line);text-align:left}
td{vertical-align:top}tbody tr:last-child td{border-bottom:0}
th.n,td.n{text-align:right;white-space:nowrap}
small{font-size:12.5px;color:var(--tone-muted);display:block;line-height:1.4}
.verdict{white-space:nowrap;font-weight:600}.pass{color:var(--tone-up)}.miss{color:var(--tone-down)}
.few{color:var(--tone-muted);font-weight:400}
pre{background:var(--tone-ground);border:1px solid var(--tone-line);border-radius:8px;padding:12px 16px;overflow-x:auto;
margin:10px 0;font:13.5px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.hash,td code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.hash{overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:5px 22px;margin:14px 0 0}
.facts dt{color:var(--tone-muted)}.facts dd{margin:0}
.aside{color:var(--tone-muted);border-left:3px solid var(--tone-line);padding:2px 0 2px 14px;margin:0 0 16px}
.intro{max-width:52em;margin:0 0 16px}
.stack>*+*{margin-top:16px}
footer{margin-top:48px;padding-top:14px;border-top:1px solid var(--tone-line);font-size:13px;color:var(--tone-muted)}
@media(max-width:860px){.grid{grid-template-columns:minmax(0,1fr)}.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media(max-width:640px){main{padding:28px 14px 48px}h1{font-size:32px}h2{font-size:21px}.lede{font-size:16.5px}
.plot.wide{display:none}.plot.narrow{display:block}figure{padding:14px 10px 8px}.tile{padding:11px 12px 9px}
.tile dd:first-of-type{font-size:21px}th,td{padding:6px 10px}.facts{grid-template-columns:minmax(0,1fr);gap:0}

.facts dd{margin-bottom:8px}.grid{gap:12px}}
@media print{body{background:#fff}nav{display:none}figure,.scroll,.tile{break-inside:avoid}}
"""
