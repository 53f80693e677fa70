"""What a run begins with: scenario and seed, shocks, the start message of a manual step. Mistakes name their place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from ..core.errors import OutOfBounds, ScenarioError, UnknownKey
from ..core.mesa_adaptor import as_seed
from ..core.parameters import Parameters
from ..model.scenario import Scenario, load_scenario, parse_set
from ..model.shocks import check_shock, parse_shock


class Submission(Parameters):
    """An action of an agent."""

    agent: int = Field(ge=0, description="owner id of who acts")
    action: dict[str, Any] = Field(description="the action, as `economy.submit` takes it")


class Trigger(Parameters):
    """The start message of a manual step."""

    ticks: int = Field(1, ge=1, le=10_000_000, description="ticks to make")
    shocks: tuple[dict[str, Any], ...] = Field((), description="shocks; one without `at` begins with the first tick")
    actions: tuple[Submission, ...] = Field((), description="actions for the first tick")


def chosen(scenario: str, changes: Sequence[str] | None, seed: int | None) -> tuple[Scenario, int]:
    """Return a scenario with what ``--set`` changes, and the seed of a run: drawn if None is given."""
    settings = load_scenario(scenario, parse_set(changes or []))
    try:
        return settings, as_seed(seed)
    except OutOfBounds:
        raise OutOfBounds("--seed", seed, "give a whole number from 0 to 2**63 - 1") from None


def read_json(path: Path, option: str) -> Any:
    """Return what a JSON file holds."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ScenarioError(f"{option} {path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{option} {path} cannot be read: {error}") from None
    except json.JSONDecodeError as error:
        raise ScenarioError(
            f"{option} {path} is not valid JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None


def read_shocks(paths: Sequence[Path] | None, scenario: Scenario, first: int) -> list[dict[str, Any]]:
    """Return the shocks of all files, checked against the scenario and the first tick to come."""
    return [shock for path in paths or () for shock in _shocks(path, scenario, first)]


def _shocks(path: Path, scenario: Scenario, first: int) -> Iterator[dict[str, Any]]:
    found = read_json(path, "--shock")
    several = isinstance(found, list)
    for number, values in enumerate(found if several else [found]):
        at = f"shock[{number}]" if several else "shock"
        yield checked_shock(values, f"--shock {path}: {at}", scenario, first)


def checked_shock(values: Any, at: str, scenario: Scenario, first: int) -> dict[str, Any]:
    """Return ``values`` if they are a shock that an economy of this scenario can still take."""
    if not isinstance(values, Mapping):
        raise OutOfBounds(at, values, 'give a JSON object such as {"kind": "fundamental_jump", "at": 5, "size": -0.1}')
    shock = parse_shock(values, at)
    check_shock(shock, scenario, at)
    if shock.at < first:
        raise OutOfBounds(f"{at}.at", shock.at, f"tick {first - 1} is over; give {first} or later")
    return dict(values)


def read_trigger(path: Path, scenario: Scenario, first: int) -> Trigger:
    """Return the start message in a file; its shocks are dated and checked."""
    values = read_json(path, "--input")
    if not isinstance(values, Mapping):
        raise OutOfBounds(f"--input {path}", values, 'give a JSON object such as {"ticks": 1}')
    try:
        trigger = Trigger.of(values)
    except UnknownKey as error:
        raise ScenarioError(f"--input {path}: {error}") from None
    except OutOfBounds as error:
        raise ScenarioError(f"--input {path}: {error}") from None
    shocks = tuple(
        checked_shock({"at": first, **shock}, f"--input {path}: shocks[{i}]", scenario, first)
        for i, shock in enumerate(trigger.shocks)
    )
    return trigger.model_copy(update={"shocks": shocks})
