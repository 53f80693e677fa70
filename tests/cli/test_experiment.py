"""`experiment` and `validate` at the command line: what they print, write, refuse, and their exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catallaxy.batch import experiment as experiments
from catallaxy.batch import validation
from catallaxy.batch.experiment_list import EXPERIMENTS
from catallaxy.batch.validation import Job
from catallaxy.batch.validation_plan import PLANS
from tests.batch.macro_months import a_run_that_halts_for_seed_two, a_sane_run
from tests.batch.paired_runs import UP, a_question, falls_but_halts_once, falls_by_five
from tests.cli.command_line import Command

NAME = "a-question"
FILES = [
    "experiment.json", "impulse-responses.png", "impulse-responses.svg", "responses.csv", "runs", "runs.csv",
    "verdict.md",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one experiment with a known answer be among those that ship, and figures be drawn in no time."""
    monkeypatch.setitem(EXPERIMENTS, NAME, a_question())
    monkeypatch.setattr("catallaxy.batch.experiment_report.draw_all", lambda figures, title: None)
    monkeypatch.setattr("catallaxy.batch.experiment_report.picture", lambda drawing, form: form.encode())


def answered_by(monkeypatch: pytest.MonkeyPatch, runner: Any) -> None:
    """Let `runner` make the runs of experiments."""
    true = experiments.run_experiment
    stand_in = lambda *words, **facts: true(*words, **{**facts, "runner": runner, "jobs": 1})  # noqa: E731
    monkeypatch.setattr("catallaxy.batch.experiment.run_experiment", stand_in)


def test_experiments_are_listed_with_what_they_ask(catallaxy: Command) -> None:
    listed = {row["name"]: row["question"] for row in catallaxy("experiment", "--list", "--json").json}

    assert listed["fundamental-jump"] == "Do prices follow a fall of fundamental values?"
    assert "fundamental-jump  Do prices" in catallaxy("experiment", "--list").out


def test_an_experiment_on_a_small_market_writes_all_it_says(catallaxy: Command) -> None:
    words = ("experiment", NAME, "--quick", "--jobs", 1, "--out", "mine", "--set", "traders.number=80")

    people = catallaxy(*words)
    programs = catallaxy(*words, "--json", "--quiet")

    assert people.code == programs.code
    assert people.out.startswith("Does it fall? The index falls, in 2 pairs of runs of 'markets' that share their seed")
    assert "files   verdict.md, responses.csv, runs.csv, experiment.json, impulse-responses.png" in people.out
    assert sorted(path.name for path in Path("mine").iterdir()) == FILES
    assert programs.json["findings"][0]["seeds"] in ("0 of 2", "1 of 2", "2 of 2")
    assert programs.json["scenario"]["traders"]["number"] == 80
    assert (programs.json["folder"], programs.json["equal_states"]) == ("mine", 2)
    written = json.loads(Path("mine/experiment.json").read_text())
    assert {**written, "finished": "", "folder": "mine"} == {**programs.json, "finished": ""}
    assert catallaxy(*words).err.splitlines()[0] == "4 of 4 runs were finished before"


def test_the_exit_code_tells_whether_expectations_held(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, falls_by_five)
    held = catallaxy("experiment", NAME, "--out", "held")
    monkeypatch.setitem(EXPERIMENTS, NAME, a_question(expected=(UP,)))
    missed = catallaxy("experiment", NAME, "--out", "missed")

    assert (held.code, missed.code) == (0, 1)
    assert held.out.splitlines()[3].split()[:2] == ["index", "down"]
    assert "10 of 10  found" in held.out
    assert "0 of 10  missed" in missed.out


def test_a_halted_seed_is_named(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, falls_but_halts_once)

    said = catallaxy("experiment", NAME, "--seeds", 4)

    assert said.code == 1
    assert "seed 3, changed: halted in tick 21, stage 'post': a cause." in said.out
    assert Path("runs/experiment-a-question/verdict.md").exists()


def test_what_was_stopped_by_hand_is_kept(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(recipe: Any) -> Any:
        if recipe.seed == 2:
            raise KeyboardInterrupt
        return falls_by_five(recipe)

    answered_by(monkeypatch, stopped)

    said = catallaxy("experiment", NAME, "--quick")

    assert (said.code, said.out) == (130, "")
    assert said.err.splitlines()[-1] == (
        "stopped with 2 of 4 runs finished; the same command goes on in runs/experiment-a-question-quick"
    )
    assert len(list(Path("runs/experiment-a-question-quick/runs").iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (
            ["fundamental-jmp"],
            "error: experiment is 'fundamental-jmp'; give a known one; did you mean 'fundamental-jump'?",
        ),
        (
            [NAME, "--seeds", "1"],
            "error: --seeds is 1; give a whole number, 2 or more: a band needs several pairs of runs",
        ),
        ([NAME, "--seeds", "two"], "error: --seeds is 'two'; give a whole number"),
        ([NAME, "--jobs", "0"], "error: --jobs is 0; give a whole number of processes, 1 or more"),
        ([NAME, "--set", "traders.nmber=5"], "error: unknown key 'traders.nmber'; did you mean 'traders.number'?"),
        ([NAME, "--out", "taken"], "error: taken holds files, but no experiment; choose another --out"),
        (
            [NAME, "--out", "taken/file/deeper"],
            "error: cannot write to taken/file/deeper: Not a directory; nothing is half-written, "
            "what was sealed stays whole",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(catallaxy: Command, words: list[str], mistake: str) -> None:
    Path("taken").mkdir()
    Path("taken/file").write_text("")

    assert catallaxy("experiment", *words).mistake == mistake
    assert not Path("runs").exists()


def test_an_experiment_wants_a_name_or_list(catallaxy: Command) -> None:
    mistake = "error: give the name of an experiment or --list; known: fundamental-jump, "

    assert catallaxy("experiment").mistake.startswith(mistake)
    assert catallaxy("experiment", NAME, "--list").mistake.startswith(mistake)


# -- validate -------------------------------------------------------------------------------------


def validated_by(monkeypatch: pytest.MonkeyPatch, runner: Any) -> None:
    """Let `runner` make the runs of validations, on a scenario that is there."""
    true = validation.validate
    stand_in = lambda *words, **facts: true(*words, **{**facts, "runner": runner, "jobs": 1})  # noqa: E731
    monkeypatch.setattr("catallaxy.batch.validation.validate", stand_in)
    monkeypatch.setitem(PLANS, "quick", replace(PLANS["quick"], jobs=(Job("markets", 40, 5, burn_in=10),)))


def test_a_validation_prints_bands_facts_and_the_gate(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    validated_by(monkeypatch, a_sane_run)

    people, programs = catallaxy("validate", "--quick"), catallaxy("validate", "--quick", "--json", "--quiet")

    assert (people.code, programs.code) == (0, 0)
    assert people.out.splitlines()[0].split()[:3] == ["scenario", "name", "statistic"]
    assert "gate    passed" in people.out
    assert (programs.json["name"], programs.json["passes"]) == ("quick", True)
    assert programs.json["folder"] == "runs/validation-quick"


def test_a_validation_with_a_halted_run_fails(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    validated_by(monkeypatch, a_run_that_halts_for_seed_two)

    said = catallaxy("validate", "--quick")

    assert said.code == 1
    assert "halted  markets, seed 2: halted in tick 640, stage 'wages': a cause" in said.out


def test_mistakes_of_validate_are_told_in_one_line(catallaxy: Command) -> None:
    assert catallaxy("validate", "--full", "--quick").mistake == "error: give --full or --quick, not both"
    assert catallaxy("validate", "--jobs", "-1").mistake == (
        "error: --jobs is -1; give a whole number of processes, 1 or more"
    )
