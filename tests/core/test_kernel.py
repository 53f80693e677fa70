"""Compiled code works wherever it is started, and what was compiled before never outlives its source."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from catallaxy.core import kernel as kernel_module
from catallaxy.core.kernel import cache_folder, kernel, source_digest

DRAW = (
    "from catallaxy.core.kernel import cache_folder; from catallaxy.core.randomness import philox; import numpy as np"
)
SHOW = f"{DRAW}; print(cache_folder(), int(philox(np.uint64(7), 1, 2, 3, 4, 5)[0]))"


def python(code: str, *, without: tuple[str, ...] = (), **environment: str) -> str:
    """Run ``code`` in a fresh interpreter and return what it prints."""
    env = {name: value for name, value in os.environ.items() if name not in without} | environment
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def expected() -> int:
    from catallaxy.core.randomness import philox

    return int(philox(np.uint64(7), 1, 2, 3, 4, 5)[0])


def test_a_cache_that_cannot_be_made_is_done_without(tmp_path: Path, expected: int) -> None:
    """A file stands where the folder should be, so nobody, root included, can write there."""
    blocked = tmp_path / "blocked"
    blocked.write_text("")

    assert python(SHOW, CATALLAXY_CACHE=str(blocked / "cache")) == f"None {expected}"


@pytest.mark.skipif(os.name != "posix", reason="/proc and folder permissions are POSIX matters")
def test_a_folder_without_write_permission_is_done_without(tmp_path: Path, expected: int) -> None:
    """Root writes anywhere, so there the answer is a folder; either way the draw is the same."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)

    folder, draw = python(SHOW, CATALLAXY_CACHE=str(closed)).split()

    assert int(draw) == expected
    assert (folder == "None") == (os.geteuid() != 0)


def test_without_any_home_compiled_code_still_runs(tmp_path: Path, expected: int) -> None:
    homeless = ("HOME", "XDG_CACHE_HOME", "CATALLAXY_CACHE", "USERPROFILE")
    blocked = tmp_path / "file"
    blocked.write_text("")

    assert int(python(SHOW, without=homeless).split()[1]) == expected
    assert python(SHOW, without=homeless, HOME=str(blocked)) == f"None {expected}"


FOLDER = "from catallaxy.core.kernel import cache_folder, source_digest; print(source_digest(), cache_folder())"


def test_the_cache_lies_where_it_was_asked_to_lie_under_the_digest_of_the_sources(tmp_path: Path) -> None:
    digest, folder = python(FOLDER, CATALLAXY_CACHE=str(tmp_path)).split()

    assert Path(folder) == tmp_path / digest


def test_the_users_cache_is_used_when_nothing_is_said(tmp_path: Path) -> None:
    digest, folder = python(FOLDER, without=("CATALLAXY_CACHE",), XDG_CACHE_HOME=str(tmp_path)).split()

    assert Path(folder) == tmp_path / "catallaxy" / digest


@pytest.mark.compiled
def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    count = f"{DRAW}; philox(np.uint64(7), 1, 2, 3, 4, 5); print(sum(philox.stats.cache_misses.values()))"

    assert [python(count, CATALLAXY_CACHE=str(tmp_path)) for _ in range(2)] == ["1", "0"]


def test_an_edited_helper_in_another_file_is_never_answered_by_stale_code(tmp_path: Path) -> None:
    """Numba stamps only the file of the kernel itself; the digest of what it imports covers the rest."""
    package = tmp_path / "catallaxy"
    for folder in (package, package / "core", package / "markets"):
        folder.mkdir()
        (folder / "__init__.py").write_text("")
    (package / "core" / "kernel.py").write_bytes(Path(kernel_module.__file__).read_bytes())
    helper = package / "markets" / "helper.py"
    header = "from __future__ import annotations\nfrom ..core.kernel import kernel\n"
    (package / "markets" / "caller.py").write_text(
        f"{header}from .helper import step\n@kernel\ndef twice(x: int) -> int:\n    return 2 * step(x)\n"
    )
    answers = []
    for added in (1, 10):
        helper.write_text(f"{header}@kernel\ndef step(x: int) -> int:\n    return x + {added}\n")
        os.utime(helper, (0, 0))  # not even the time of the edit may matter
        code = "from catallaxy.markets.caller import twice; print(twice(1))"
        answers.append(python(code, PYTHONPATH=str(tmp_path), CATALLAXY_CACHE=str(tmp_path / "cache")))

    assert answers == ["4", "22"]


def test_without_compilation_the_same_functions_run(expected: int, tmp_path: Path) -> None:
    assert int(python(SHOW, NUMBA_DISABLE_JIT="1", CATALLAXY_CACHE=str(tmp_path)).split()[1]) == expected


def test_a_kernel_keeps_its_name_and_its_sentence() -> None:
    @kernel
    def double(x: int) -> int:
        """Return twice x."""
        return 2 * x

    assert double(21) == 42
    assert (double.__name__, double.__doc__) == ("double", "Return twice x.")


@pytest.mark.compiled
def test_numbas_own_cache_setting_is_left_as_it_was() -> None:
    import numba

    before = numba.config.CACHE_DIR

    @kernel
    def same(x: int) -> int:
        return x

    assert same(1) == 1
    assert before == numba.config.CACHE_DIR


def test_the_digest_is_short_and_stable_within_a_process() -> None:
    assert len(source_digest().removeprefix("kernel-")) == 16
    assert source_digest() == source_digest()
    assert cache_folder() is None or cache_folder().endswith(source_digest())  # type: ignore[union-attr]
