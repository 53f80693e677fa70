"""The manifest says what a run is, and is replaced as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import CorruptTable, NotARun, VersionMismatch
from catallaxy.ledger.manifest import MANIFEST, Manifest, environment, folder_bytes, peak_rss_bytes


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Big seeds and a parent included."""
    manifest = Manifest(
        scenario={"name": "markets", "traders": {"count": 100}}, seed=2**127, last_tick=30, timing={"trade": 0.5},
        parent={"run": "a", "tick": 20, "head": "ff"}, peak_rss_bytes=peak_rss_bytes(),
    )  # fmt: skip
    manifest.write(tmp_path)

    assert Manifest.read(tmp_path) == manifest
    assert set(manifest.versions) == {"catallaxy", "mesa", "numba", "numpy", "pyarrow", "scipy", "python", "processor"}
    assert manifest.peak_rss_bytes > 1_000_000
    assert folder_bytes(tmp_path) == (tmp_path / MANIFEST).stat().st_size


def test_what_is_not_json_leaves_the_old_manifest(tmp_path: Path) -> None:
    """NaN is refused before anything is written."""
    Manifest(scenario={}, seed=1).write(tmp_path)
    with pytest.raises(ValueError, match="not JSON compliant"):
        Manifest(scenario={"rate": float("nan")}, seed=2).write(tmp_path)

    assert Manifest.read(tmp_path).seed == 1


def test_a_folder_without_a_manifest_is_no_run(tmp_path: Path) -> None:
    """Nor is a file, or nothing at all."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NotARun):
            Manifest.read(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": None}, "'seed' is None; due: int"),
        ({"scenario": []}, "'scenario' is"),
        ({"head": 5}, "'head' is 5; due: str"),
        ({"extra": 1}, "'extra' is unknown"),
        ({"schema": "1"}, "gives no schema version"),
    ],
)
def test_a_damaged_manifest_says_what_is_wrong(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """Field by field."""
    Manifest(scenario={}, seed=1).write(tmp_path)
    path = tmp_path / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CorruptTable, match=message):
        Manifest.read(tmp_path)


def test_garbage_and_missing_fields_are_corrupt_and_newer_ones_refused(tmp_path: Path) -> None:
    """Each with its own error."""
    path = tmp_path / MANIFEST
    for text in ("", "{", "[]", '{"schema": 1}', "\x00"):
        path.write_text(text)
        with pytest.raises(CorruptTable):
            Manifest.read(tmp_path)
    path.write_text('{"schema": 2}')
    with pytest.raises(VersionMismatch, match="was written as version 2, this is version 1"):
        Manifest.read(tmp_path)


def test_other_versions_or_processors_are_refused_by_name() -> None:
    """Resume and replay need the same of everything that decides over bytes."""
    Manifest(scenario={}, seed=1).check_versions()
    other = Manifest(scenario={}, seed=1, versions={**environment(), "numpy": "1.0"})
    with pytest.raises(VersionMismatch, match=r"run \(numpy\) was written as 1.0"):
        other.check_versions()
