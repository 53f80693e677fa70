"""A checkpoint gives back exactly what was saved, or says what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from catallaxy.core.errors import CorruptTable, RunFolderUnwritable, VersionMismatch
from catallaxy.ledger import checkpoint
from catallaxy.ledger.checkpoint import drop_after, load, newest, path_for, prune, save
from catallaxy.ledger.files import canonical_json

DTYPES = ["uint64", "int64", "int32", "int8", "bool", "float64", "float32", "complex128", "<U3", "M8[D]", ">i4"]


def repack(path: Path, change: dict[str, bytes | None]) -> None:
    """Replace, add or (None) leave out members of a checkpoint."""
    with zipfile.ZipFile(path) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in {**members, **change}.items():
            if body is not None:
                archive.writestr(name, body)


def edit_head(path: Path, **change: Any) -> None:
    """Change the manifest of a checkpoint and give it a digest that fits."""
    with zipfile.ZipFile(path) as archive:
        head = json.loads(archive.read("manifest.json"))
    head.pop("sha256")
    head |= change
    head["sha256"] = hashlib.sha256(canonical_json(head)).hexdigest()
    repack(path, {"manifest.json": canonical_json(head)})


@given(st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0))))
def test_any_plain_array_comes_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    """Shape, type and every bit, NaN and minus zero included; and it may be written to."""
    path = tmp_path_factory.mktemp("checkpoint") / "0.zip"
    save(path, {"a": np.asarray(array)}, {})

    back = load(path)[0]["a"]

    assert back.shape == np.shape(array)
    assert back.dtype == array.dtype.newbyteorder("=")
    assert back.tobytes() == np.asarray(array).astype(back.dtype).tobytes()
    assert back.flags.writeable


def test_random_streams_and_big_integers_continue(tmp_path: Path) -> None:
    """The 128-bit state of PCG64 goes through JSON unharmed."""
    stream = np.random.default_rng(3)
    save(tmp_path / "0.zip", {}, {"stream": stream.bit_generator.state, "big": 2**200, "none": None})

    values = load(tmp_path / "0.zip")[1]
    resumed = np.random.default_rng()
    resumed.bit_generator.state = values["stream"]

    assert resumed.random(5).tolist() == stream.random(5).tolist()
    assert values["big"] == 2**200
    assert values["none"] is None


def test_the_same_state_has_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the clock or the machine goes in."""
    for name in ("a", "b"):
        save(tmp_path / f"{name}.zip", {"x": np.arange(1000)}, {"y": 1})

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_another_process_reads_the_same(tmp_path: Path) -> None:
    """What is needed is in the file."""
    save(tmp_path / "0.zip", {"x": np.arange(5) * 1.5}, {"tick": 4})
    code = (
        "import sys; from pathlib import Path; from catallaxy.ledger.checkpoint import load\n"
        "arrays, values = load(Path(sys.argv[1])); print(arrays['x'].tolist(), values)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "0.zip")], capture_output=True, text=True, check=True
    )

    assert out.stdout.strip() == "[0.0, 1.5, 3.0, 4.5, 6.0] {'tick': 4}"


@pytest.mark.parametrize(
    ("arrays", "values", "error"),
    [
        ({"a": np.array([object()])}, {}, TypeError),
        ({"a": np.zeros(2, [("x", "i4")])}, {}, TypeError),
        ({}, {"rate": float("nan")}, ValueError),
        ({}, {"rate": float("inf")}, ValueError),
        ({}, {"inner": [{3: "three"}]}, TypeError),
        ({}, {"inner": {1, 2}}, TypeError),
    ],
)
def test_what_cannot_come_back_is_refused_when_it_is_saved(
    tmp_path: Path, arrays: dict[str, np.ndarray], values: dict[str, Any], error: type[Exception]
) -> None:
    """And the checkpoint that was there stays."""
    path = tmp_path / "0.zip"
    save(path, {}, {"old": 1})
    with pytest.raises(error):
        save(path, arrays, values)

    assert load(path)[1] == {"old": 1}
    assert [file.name for file in tmp_path.iterdir()] == ["0.zip"]


def test_no_flipped_byte_goes_unnoticed(tmp_path: Path) -> None:
    """Every byte is covered by a digest, or does not matter: never another value."""
    path = tmp_path / "0.zip"
    save(path, {"x": np.arange(20), "y": np.array([True])}, {"tick": 4})
    whole = path.read_bytes()
    unnoticed = 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        try:
            arrays, values = load(path)
        except CorruptTable:
            continue
        unnoticed += 1
        assert arrays["x"].tolist() == list(range(20))
        assert arrays["y"].tolist() == [True]
        assert values == {"tick": 4}
    assert unnoticed < len(whole) // 4  # dates and attributes that zip keeps beside the members


@pytest.mark.parametrize("keep", [0, 10, -1, -30])
def test_a_truncated_checkpoint_is_named(tmp_path: Path, keep: int) -> None:
    """Wherever it ends."""
    path = tmp_path / "0.zip"
    save(path, {"x": np.arange(20)}, {})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CorruptTable):
        load(path)


def test_members_are_those_that_the_manifest_lists(tmp_path: Path) -> None:
    """None is missing, none is added, none is exchanged."""
    path = tmp_path / "0.zip"
    for change, message in (
        ({"../evil": b"x"}, "not those that its manifest lists"),
        ({"arrays/000000.arrow": None}, "not those that its manifest lists"),
        ({"arrays/000000.arrow": b"x"}, "has 1 bytes"),
        ({"manifest.json": None}, "manifest.json"),
        ({"manifest.json": b"[]"}, "cannot be read"),
    ):
        save(path, {"x": np.arange(20)}, {})
        repack(path, change)  # type: ignore[arg-type]
        with pytest.raises(CorruptTable, match=message):
            load(path)


def test_a_deliberate_change_is_found_where_zip_s_own_checksum_fits(tmp_path: Path) -> None:
    """Two arrays in each other's place, or another value: the SHA-256 of member and manifest tell."""
    path = tmp_path / "0.zip"
    save(path, {"x": np.array([1, 2]), "y": np.array([3, 4])}, {"cash": 1})
    with zipfile.ZipFile(path) as archive:
        first, second = archive.read("arrays/000000.arrow"), archive.read("arrays/000001.arrow")
    repack(path, {"arrays/000000.arrow": second, "arrays/000001.arrow": first})
    with pytest.raises(CorruptTable, match="array 'x' does not have its SHA-256"):
        load(path)

    save(path, {}, {"cash": 1})
    with zipfile.ZipFile(path) as archive:
        head = archive.read("manifest.json")
    repack(path, {"manifest.json": head.replace(b'"cash":1', b'"cash":2')})
    with pytest.raises(CorruptTable, match="its manifest does not have its SHA-256"):
        load(path)


def test_sizes_are_checked_before_anything_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that claims to be large is not unpacked."""
    path = tmp_path / "0.zip"
    save(path, {"x": np.zeros(1_000_000, np.int64)}, {})
    assert path.stat().st_size < 100_000
    with pytest.raises(CorruptTable, match=r"would unpack to 8\d{6} bytes, over the limit of 1000000"):
        load(path, limit=1_000_000)

    with zipfile.ZipFile(path) as archive:
        entry = json.loads(archive.read("manifest.json"))["arrays"][0]
    edit_head(path, arrays=[{**entry, "shape": [10]}])
    with pytest.raises(CorruptTable, match="would unpack to 8000000 bytes; due: 80"):
        load(path)


def test_nothing_in_a_checkpoint_is_executed(tmp_path: Path) -> None:
    """A pickle in the place of an array is garbage."""

    class Evil:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "owned",))

    path = tmp_path / "0.zip"
    save(path, {"x": np.arange(20)}, {})
    repack(path, {"arrays/000000.arrow": pickle.dumps(Evil())})
    with pytest.raises(CorruptTable):
        load(path)
    assert not (tmp_path / "owned").exists()


def test_other_versions_are_refused(tmp_path: Path) -> None:
    """Of the package, or newer ones of the format."""
    path = tmp_path / "0.zip"
    save(path, {"x": np.arange(20)}, {})
    edit_head(path, package="0.0.1")
    with pytest.raises(VersionMismatch, match=r"was written as catallaxy 0\.0\.1"):
        load(path)
    edit_head(path, schema=checkpoint.CHECKPOINT_VERSION + 1)
    with pytest.raises(VersionMismatch, match="was written as version 2"):
        load(path)


def test_the_newest_whole_checkpoint_is_taken_and_a_broken_one_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says which was passed over; none at all is None."""
    assert newest(tmp_path) is None
    for tick in (0, 7, 14, 21):
        save(path_for(tmp_path, tick), {"x": np.arange(tick)}, {})
    path_for(tmp_path, 21).write_bytes(b"PK torn")

    with caplog.at_level(logging.WARNING):
        assert newest(tmp_path) == path_for(tmp_path, 14)
    assert "checkpoint of tick 21 is broken" in caplog.text
    assert str(path_for(tmp_path, 21)) in caplog.text
    assert newest(tmp_path, at_most=13) == path_for(tmp_path, 7)


def test_pruning_keeps_the_newest_and_the_opening(tmp_path: Path) -> None:
    """The opening can always be gone back to."""
    for tick in (0, 7, 14, 21):
        save(path_for(tmp_path, tick), {}, {})
    prune(tmp_path, 2)
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == [
        "000000000.zip", "000000014.zip", "000000021.zip",
    ]  # fmt: skip
    drop_after(tmp_path, 14)
    prune(tmp_path, 0)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["000000000.zip"]


def test_a_folder_that_is_not_there_is_unwritable(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(RunFolderUnwritable, match="No such file"):
        save(tmp_path / "no" / "run" / "0.zip", {}, {})
