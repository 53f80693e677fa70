"""The page of help: it names what there is, and its examples run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.visualization import help_text as says

ROOT = Path(__file__).parents[2]


def test_the_strategy_runs_and_trades() -> None:
    found: dict[str, Any] = {"__name__": "example"}
    exec(says.STRATEGY, found)
    agents = found["economy"].table("agents")
    assert agents.query("group == 'contrarian'")["volume"].sum() > 0
    assert "print" in says.STRATEGY.splitlines()[-1]


def test_the_order_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = {"__name__": "example"}
    exec(says.ORDER, found)
    result = found["economy"].results[found["number"]]
    assert result.success, result.message
    assert result.filled > 0
    assert str(result) in capsys.readouterr().out


def test_it_names_files_that_are_there_and_no_address() -> None:
    for name, _ in says.DOCUMENTS:
        assert (ROOT / name).is_file(), name
    texts = (*says.READING, *says.REPEATING, *says.PAGES_SHOW.values(), says.STRATEGY, says.ORDER)
    assert not [text for text in texts if "http" in text or "www." in text]


def test_it_names_every_page_and_key() -> None:
    pytest.importorskip("solara")
    from catallaxy.visualization.frame import PAGES
    from catallaxy.visualization.site import routes
    from catallaxy.visualization.widgets import text

    assert list(says.PAGES_SHOW) == [name for _, name in PAGES]
    assert "help" in {route.path for route in routes}
    for key in ('event.key === " "', 'event.key === "."', 'event.key === "/"', "[1-9]"):
        assert key in text("bar.js")


def test_its_commands_are_those_of_the_command_line() -> None:
    pytest.importorskip("solara")
    from catallaxy.visualization.desk import Desk
    from catallaxy.visualization.pages.help import commands, repeat

    tiny = {"traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}
    with Desk("markets", seed=7, changes=tiny) as desk:
        told = [command for command, _ in commands(desk)]
        assert "catallaxy run markets --seed 7" in told
        documented = (ROOT / "docs" / "cli.md").read_text("utf-8")
        for command in told:
            assert f"## `{' '.join(command.split()[:2])}`" in documented
        message, seen = repeat(desk, None)
        assert message is not None
        assert message["tiles"][-1]["title"] == desk.run.snapshot.chain_head
        assert repeat(desk, seen) == (None, seen)
        desk.step()
        assert repeat(desk, seen)[0] is not None


def test_a_world_from_a_file_is_run_again_from_that_file(tmp_path: Path) -> None:
    """Also after a reset; a world opened from values alone has no name to give."""
    pytest.importorskip("solara")
    from catallaxy.model.scenario import load_scenario
    from catallaxy.visualization.desk import Desk
    from catallaxy.visualization.pages.help import commands

    file = tmp_path / "mine.toml"
    file.write_text('name = "markets"\n[traders]\nnumber = 50\n[stocks]\nnumber = 2\n[anchor]\nsource = "walk"\n')
    with Desk(file, seed=7) as desk:
        assert f"catallaxy run {file} --seed 7" in [command for command, _ in commands(desk)]
        desk.reset()
        assert f"catallaxy run {file} --seed 7" in [command for command, _ in commands(desk)]
    with Desk(load_scenario(file), seed=7, given="markets --set traders.number=50") as desk:
        assert "catallaxy run markets --set traders.number=50 --seed 7" in [command for command, _ in commands(desk)]
    with Desk(load_scenario(file), seed=7) as desk:
        assert "catallaxy run FILE.toml --seed 7" in [command for command, _ in commands(desk)]


def test_terms_are_escaped() -> None:
    assert says.listed((("<b>", "a & b"),)) == "<dl><dt>&lt;b&gt;</dt><dd>a &amp; b</dd></dl>"
