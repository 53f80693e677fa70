"""The lock is a list of versions that names no index, and it knows every dependency."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.house import ROOT

LOCK = ROOT / "requirements.lock"


def locked(python: str) -> dict[str, str]:
    """Return version by name, as an installer on that Python sees the lock."""
    environment = {
        "python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux",
        "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64",
        "implementation_name": "cpython", "platform_python_implementation": "CPython",
    }  # fmt: skip
    pins = {}
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (pin,) = requirement.specifier
            assert pin.operator == "==", line
            assert canonicalize_name(requirement.name) not in pins, f"{requirement.name} is pinned twice on {python}"
            pins[canonicalize_name(requirement.name)] = pin.version
    return pins


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in project["dependencies"] + extras]


def test_no_lock_or_constraints_file_names_a_host() -> None:
    files = [*ROOT.glob("*lock*"), *ROOT.glob("*constraints*"), *ROOT.glob("*requirements*")]
    ours = [path for path in files if path.is_file() and path.name not in ("uv.lock", "pylock.toml")]

    assert LOCK in ours
    assert [path.name for path in ours if re.search(r"https?://", path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_locked_to_a_version_it_allows(python: str) -> None:
    pins = locked(python)

    missing = [str(need) for need in declared() if canonicalize_name(need.name) not in pins]
    refused = [str(need) for need in declared() if pins.get(canonicalize_name(need.name), "0") not in need.specifier]

    assert (missing, refused) == ([], [])


@pytest.mark.parametrize(("python", "mesa"), [("3.11", "3.3"), ("3.12", "3.5"), ("3.13", "3.5")])
def test_the_lock_holds_both_lines_of_mesa(python: str, mesa: str) -> None:
    assert locked(python)["mesa"].startswith(mesa + ".")
