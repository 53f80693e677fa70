"""What the prose says is true: examples run, commands exist, links lead somewhere, generated pages are current."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house.house import ROOT, sources

PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md")]
PAGES = [page for page in [*PAGES, *sorted((ROOT / "docs").rglob("*.md"))] if page.is_file()]
BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
NOT_RUN = re.compile(r"<!-- not run: .{10,} -->")
MODULES = [name for name in sources() if not name.endswith("__main__")]


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


def blocks(page: Path, kind: str) -> list[tuple[str, str]]:
    """Return (line before, text) of each fenced block of a kind."""
    text = "\n" + page.read_text(encoding="utf-8")
    return [(found["before"], found["text"]) for found in BLOCK.finditer(text) if found["kind"] == kind]


def commands() -> Iterator[tuple[str, str]]:
    """Yield (page, command) for every line of a console block that starts with a dollar."""
    for page in PAGES:
        for _, text in blocks(page, "console"):
            for line in text.replace("\\\n", " ").splitlines():
                if line.startswith("$ "):
                    yield str(page.relative_to(ROOT)), line[2:]


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_run(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")

    result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)

    assert result.failed == 0, f"{result.failed} of {result.attempted} examples, printed above"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_examples_in_prose_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page run in order in one namespace, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    namespace: dict[str, Any] = {"__name__": page.stem.lower()}
    ran = 0

    for before, text in blocks(page, "python"):
        if NOT_RUN.fullmatch(before.strip()):
            continue
        ran += 1
        if text.lstrip().startswith(">>>"):
            example = doctest.DocTestParser().get_doctest(text, namespace, page.name, str(page), 0)
            assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, clear_globs=False).failed == 0
            namespace.update(example.globs)
        else:
            exec(compile(text, f"{page.name}, example {ran}", "exec"), namespace)

    assert ran > 0


def test_commands_in_prose_exist_with_the_options_they_are_given() -> None:
    from typer.main import get_command

    from catallaxy.cli import app

    wrong = []
    for page, line in commands():
        words = shlex.split(line, comments=True)
        if not words or words[0] != "catallaxy":
            continue
        command: Any = get_command(app)
        rest = words[1:]
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        given = {word.split("=")[0] for word in rest if re.match(r"--?[a-zA-Z]", word)} - {"--help", "--version"}
        if getattr(command, "commands", None) and not command.invoke_without_command and "--help" not in rest:
            wrong.append(f"{page}: `{line}` names no command")
        wrong += [f"{page}: `{line}` has no option {option}" for option in sorted(given - known)]

    assert wrong == []


def test_make_targets_in_prose_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {word for _, line in commands() for word in re.findall(r"\bmake ([a-z]+)", line)}

    assert named <= targets


def test_links_to_files_lead_somewhere() -> None:
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]

    assert dead == []


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT / "docs",
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed; pip works without it")
@pytest.mark.parametrize(
    ("lacks", "message"),
    [
        ("version_info", "catallaxy needs Python 3.11 or newer; {python} is not."),
        ("ensurepip", "On Debian and Ubuntu: apt install python3-venv"),
    ],
)
def test_make_says_what_is_missing_before_it_does_anything(lacks: str, message: str, tmp_path: Path) -> None:
    """A stand-in for an interpreter fails at what it lacks and answers everything else."""
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{lacks}*) exit 1;; esac\n')
    python.chmod(0o755)

    done = subprocess.run(
        ["make", "run", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}", "UV="],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert message.format(python=python) in done.stdout
    assert not (tmp_path / "venv").exists()
