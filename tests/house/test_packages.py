"""What is in the checkout is in the wheel, and what the tests import is what was installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import catallaxy
from tests.house.house import FRONT_DOOR, ROOMS, ROOT, sources

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def packages_in_checkout() -> set[str]:
    return {module for module, path in sources().items() if path.name == "__init__.py"}


def test_every_folder_with_an_init_is_a_listed_package() -> None:
    assert packages_in_checkout() == set(SETUPTOOLS["packages"])


def test_every_folder_with_modules_has_an_init() -> None:
    folders = {path.parent for path in sources().values()}

    assert [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_room_is_mapped_to_its_top_level_folder() -> None:
    expected = {"catallaxy": FRONT_DOOR} | {f"catallaxy.{room}": room for room in ROOMS}

    assert SETUPTOOLS["package-dir"] == expected


def test_every_room_has_tests() -> None:
    """Rooms still to be furnished (an `__init__` alone) need none."""
    furnished = {room for room in ROOMS if len([p for p in (ROOT / room).rglob("*.py") if p.name != "__init__.py"])}

    assert [room for room in sorted(furnished) if not list((ROOT / "tests" / room).glob("test_*.py"))] == []


@pytest.mark.skipif("CATALLAXY_INSTALLED" not in os.environ, reason="a checkout may be tested as well; .ci/run sets it")
def test_the_tests_import_the_installed_package() -> None:
    assert catallaxy.__file__ is not None
    assert "site-packages" in Path(catallaxy.__file__).parts


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from a copy of the checkout; slow, and setuptools comes from the package index."""
    copy, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for room in (*ROOMS, "src"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    build = [sys.executable, "-P", "-m", "build", "--wheel", "--outdir", str(out), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return set(zipfile.ZipFile(next(out.glob("*.whl"))).namelist())


@pytest.mark.slow
def test_the_wheel_holds_every_module_and_nothing_outside_the_package(wheel: set[str]) -> None:
    modules = {name for name in wheel if name.endswith(".py")}
    expected = {
        f"{module.replace('.', '/')}/__init__.py" if path.name == "__init__.py" else f"{module.replace('.', '/')}.py"
        for module, path in sources().items()
    }

    assert modules == expected
    assert {name.split("/")[0] for name in wheel} == {
        "catallaxy",
        f"catallaxy-{PROJECT['project']['version']}.dist-info",
    }


@pytest.mark.slow
def test_the_wheel_holds_the_scenarios_the_type_marker_and_the_licence(wheel: set[str]) -> None:
    scenarios = {f"catallaxy/scenarios/{path.name}" for path in (ROOT / "scenarios").glob("*.toml")}

    assert scenarios | {"catallaxy/py.typed"} <= wheel
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
