"""What the page of help says: plain texts and two examples in Python that run as they stand."""

from __future__ import annotations

from html import escape

PAGES_SHOW: dict[str, str] = {
    "Overview": "key figures, price cards, one symbol with its book and trades, the newest events",
    "Markets": "all symbols in a table; one symbol with candles, depth, phases and marks of what happened",
    "Traders": "everybody, sorted and filtered; leaderboards; the portfolio, orders and loans of one trader",
    "Banks": "who lends to whom, balance sheets, what a failure would do, resolutions",
    "Macro & policy": "output, prices, jobs, money and rates; matrices that add up to zero; levers of policy",
    "Resources": "what is left, extracted and found of each resource, its price and its index of scarcity",
    "Psychology & news": "fear and greed of the market and of symbols, its regime, and the shocks that struck",
    "Rules & events": "rules in force, alerts, everything that happened, and the stages of a tick with their cost",
    "Scenarios": "open another scenario, inject a shock, branch here and compare",
    "Runs": "runs on the disk, with the same charts, and their tables to take away",
    "Help": "this page",
}
KEYS: tuple[tuple[str, str], ...] = (
    ("space", "play or pause"), (".", "one tick"), ("1 – 9", "the pages, from above"),
    ("/", "go to a symbol; Enter opens it, Escape leaves"), ("Tab, Enter", "reach and press everything else"),
)  # fmt: skip
READING: tuple[str, ...] = (
    "▲ with + is up, ▼ with − is down, a grey ■ has not moved; colour only repeats what sign and arrow say.",
    "The bar offers four pairs of colours: teal and rose; blue and orange, for eyes that take red for green; green and "
    "red; and red for up, as in East Asia. The browser remembers the choice.",
    "Amber asks to look; red has failed. – is a figure that the scenario lacks or does not know yet; it is never zero.",
    "Panels are told what is new five times a second at most, whatever the tick rate; the bar shows the true rate. A "
    "page that has lost the world fades.",
    "Scarcity, regime, clearing prices and multipliers are indices: they are worked out of what happened and move no "
    "price. Prices come from trades.",
)
REPEATING: tuple[str, ...] = (
    "A world is a function of scenario, seed and what was done to it. The same three give the same bytes, on the same "
    "versions and kind of processor.",
    "What is done here goes through one door: the run's journal has it before the tick in which it counts, so a run "
    "with visitors repeats as well. Pausing and looking leave no trace.",
    "Each sealed tick adds a block to a chain of hashes. The chain head names all that came before: two runs with one "
    "head are one run. Keep it elsewhere if it is to prove anything.",
    "Reset opens the scenario again with the same seed, in a new folder; the old one stays.",
)
COMMANDS: tuple[tuple[str, str], ...] = (
    ("catallaxy verify {folder}", "checks tables and chain, and computes nothing again"),
    ("catallaxy replay {folder}", "computes the run again, with what was done to it, and compares the chain head"),
    ("catallaxy run {scenario} --seed {seed}", "runs the scenario without a browser"),
    ("catallaxy facts {folder}", "measures returns, volatility and volume of a run"),
)
STRATEGY = """\
import numpy as np
from catallaxy import Economy, Strategy

class Contrarian(Strategy):
    def decide(self, market, traders, orders):
        stock = traders.integers(market.count)
        fell = market.tape.log_return(market.ticks_per_day)[stock] < 0
        side, price = np.where(fell, 0, 1), market.mid[stock]
        orders.limit(traders, stock, side, price, quantity=10)

economy = Economy("markets", rng=7, traders__number=200,
                  traders__extra={"contrarian": 50})
economy.run(days=2)
print(economy.table("agents").tail())
"""
ORDER = """\
from catallaxy import Economy

economy = Economy("markets", rng=7, traders__number=200)
economy.run(days=1)
trader, ask = economy.traders[-1], economy.quote("AAPL").ask
number = economy.submit(
    trader, {"type": "BUY", "symbol": "AAPL", "quantity": 5, "price": ask}
)
economy.step()
print(economy.results[number])
"""
DOCUMENTS: tuple[tuple[str, str], ...] = (
    ("README.md", "what it is, installing, a tour"), ("docs/economy.md", "the closed economy, and what it gets right"),
    ("docs/scenario.md", "how a scenario is written"), ("docs/configuration.md", "settings, and what they convert to"),
    ("docs/tables.md", "every table and column of a run, with units"), ("docs/cli.md", "the command line in full"),
    ("docs/validation.md", "how it fares against data"), ("docs/decisions.md", "what was decided, and why"),
)  # fmt: skip


def listed(pairs: tuple[tuple[str, str], ...], tag: str = "") -> str:
    """Return pairs as a list of terms; ``tag`` wraps each term.

    Examples
    --------
    >>> listed(((".", "one tick"),), "kbd")
    '<dl><dt><kbd>.</kbd></dt><dd>one tick</dd></dl>'
    """
    before, after = (f"<{tag}>", f"</{tag}>") if tag else ("", "")
    rows = (f"<dt>{before}{escape(term)}{after}</dt><dd>{escape(sentence)}</dd>" for term, sentence in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def paragraphs(texts: tuple[str, ...]) -> str:
    """Return texts as paragraphs."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def code(text: str) -> str:
    """Return an example as it is written."""
    return f"<pre><code>{escape(text.strip())}</code></pre>"
