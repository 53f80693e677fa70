"""A report opens offline, tells what happened, and is written of any run: tiny, empty, stopped or going on."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="reports are drawn with matplotlib")

from catallaxy.batch.repeat import how_to_repeat
from catallaxy.batch.report import write_report
from catallaxy.batch.run_data import RunData
from catallaxy.core.errors import MissingExtra, NotARun
from catallaxy.ledger.manifest import Manifest
from catallaxy.model.economy import Economy
from catallaxy.model.scenario import load_scenario, parse_set
from tests.batch.small_runs import SMALL, made

NOTHING = {f"recording__{table}": False for table in ("trades", "bars", "quotes")} | {"recording__depth_levels": 0}
VOID = {"meta", "link", "br", "path", "use", "i"}


class Page(HTMLParser):
    """Collects tags, ids, addresses and text, and notes tags that close out of order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.crossed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._note(attributes)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._note(attributes)

    def _note(self, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.ids += [value for name, value in attributes if name == "id" and value]
        self.addresses += [values[name] or "" for name in ("href", "src", "xlink:href", "action") if name in values]

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\u2009", " ").split())


def page_of(folder: Path) -> Page:
    path = write_report(folder)
    assert path == folder / "report.html"
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(
        tmp_path_factory.mktemp("runs") / "a", 300,
        {"kind": "fundamental_jump", "at": 50, "until": 90, "size": -0.1},
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(run: Path) -> Page:
    return page_of(run)


def test_it_asks_nothing_of_any_network(run: Path, page: Page) -> None:
    assert all(address.startswith("#") for address in page.addresses)
    html = (run / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|iframe|img|object|embed)\b", html)
    assert "@import" not in html
    assert set(re.findall(r"https?://[^\s\"'<)]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_its_tags_close_and_its_ids_are_its_own(page: Page) -> None:
    assert page.open == []
    assert page.crossed == []
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses} <= set(page.ids)


def test_it_follows_light_and_dark_and_has_no_colour_of_its_own_in_a_chart(run: Path) -> None:
    html = (run / "report.html").read_text(encoding="utf-8")

    assert "prefers-color-scheme:dark" in html
    for chart in re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL):
        assert not re.search(r"(fill|stroke): #", chart)
        assert 'role="img" aria-label="' in chart


def test_headline_figures_are_those_of_the_tables_and_the_manifest(run: Path, page: Page) -> None:
    manifest, data = Manifest.read(run), RunData(run)

    assert f"Index {data.world['index'][-1]:.2f}" in page.text
    assert f"Trades {int(data.world['trades'].sum()):,}".replace(",", " ") in page.text
    assert f"Messages {manifest.facts['messages']:,}".replace(",", " ") in page.text
    assert (
        f"Identities checked {manifest.facts['identities_checked']:,}".replace(",", " ") + " none violated" in page.text
    )
    assert manifest.head in page.text
    assert manifest.state in page.text
    assert f"numpy {np.__version__}" in page.text


def test_every_section_is_there(page: Page) -> None:
    for heading in (
        "Index and anchor", "AAPL", "Tails of returns", "Distribution of returns", "Autocorrelation of returns",
        "Autocorrelation of absolute returns", "no linear autocorrelation", "too few bars", "Spread by symbol",
        "Depth by price level", "Wealth by strategy", "shock:fundamental_jump", "CPU time by stage", "catallaxy query",
    ):  # fmt: skip
        assert heading in page.text


def test_a_scenario_made_of_changes_is_repeated_by_one_command(run: Path) -> None:
    """What the command says leads to the very scenario of the manifest."""
    manifest = Manifest.read(run)

    words = how_to_repeat(manifest, run, 300).command.split()

    assert words[:5] == ["catallaxy", "run", "markets", "--seed", "7"]
    assert words[5:7] == ["--ticks", "300"]
    changes = [words[i + 1].strip("'") for i, word in enumerate(words) if word == "--set"]
    assert load_scenario("markets", parse_set(changes)).effective() == manifest.scenario
    assert 'anchor.source="walk"' in changes


def test_changes_to_the_scenario_are_told_beside_its_description(page: Page) -> None:
    assert 'with anchor.source="walk" , clock.ticks_per_day=10 , stocks.number=2 , traders.number=60' in page.text


def test_a_run_of_a_scenario_that_ships_is_repeated_by_its_name() -> None:
    manifest = Manifest(load_scenario("markets").effective(), 7)

    assert how_to_repeat(manifest, Path("runs/a"), 7_560).command == "catallaxy run markets --seed 7"


def test_a_scenario_of_ones_own_is_repeated_in_python() -> None:
    manifest = Manifest(load_scenario({"name": "mine"}).effective(), 7)

    recipe = how_to_repeat(manifest, Path("runs/a"), 10)

    assert recipe.command.splitlines() == [
        "import json, catallaxy",
        "scenario = json.load(open('runs/a/manifest.json'))['scenario']",
        "catallaxy.Economy(scenario, rng=7, out='again').run(ticks=10)",
    ]


def test_a_run_with_visitors_is_repeated_from_its_journal(page: Page) -> None:
    assert "Actions or shocks came in while it ran; replay takes them from the journal." in page.text


@pytest.mark.parametrize(
    ("ticks", "settings"),
    [
        (1, {}),
        (30, {"stocks__number": 1}),
        (35, {"anchor__source": "none"}),
        (35, {"anchor__source": "ticker"}),
        (25, {"traders__number": 0}),
        (40, {"clock__ticks_per_day": 1}),
        (25, NOTHING),
        (0, {}),
    ],
    ids=["one tick", "one stock", "anchor none", "ticker", "nobody", "a tick a day", "nothing recorded", "no tick"],
)  # fmt: skip
def test_it_is_written_of_any_run(tmp_path: Path, ticks: int, settings: dict[str, Any]) -> None:
    page = page_of(made(tmp_path / "run", ticks, **settings))

    assert page.crossed == []
    assert "How to repeat it" in page.text
    assert "nan" not in page.text.lower().replace("finance", "").split()


def test_a_run_that_goes_on_is_told_up_to_what_is_stored(tmp_path: Path) -> None:
    economy = Economy(
        "markets", rng=7, out=tmp_path / "run", **SMALL, recording__part_days=1, recording__checkpoint_days=2
    )
    economy.run(ticks=35)

    page = page_of(tmp_path / "run")

    assert "tick 30, day 3" in page.text
    assert "not closed: it goes on, or was killed" in page.text
    assert "Identities checked –" in page.text
    economy.close()
    assert "tick 35, day 3" in page_of(tmp_path / "run").text


def test_a_run_killed_before_its_first_part_has_a_report_as_well(tmp_path: Path) -> None:
    economy = Economy("markets", rng=7, out=tmp_path / "run", **SMALL)
    economy.run(ticks=3)
    economy.memory.store.abandon()

    assert "tick 0" in page_of(tmp_path / "run").text


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARun):
        write_report(tmp_path)


def test_without_matplotlib_the_remedy_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catallaxy.batch.drawing.find_spec", lambda name: None)

    with pytest.raises(MissingExtra) as caught:
        write_report(run)

    assert (
        str(caught.value) == "the report needs the package 'matplotlib'; install it with: pip install 'catallaxy[data]'"
    )


def test_without_the_real_series_the_report_says_where_it_comes_from(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catallaxy.batch.report.sp500_sample", lambda: None)

    assert "The S&P 500 is not shown: its series comes with the package arch" in page_of(run).text
