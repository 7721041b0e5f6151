"""Files whose size is limited: never a device, never a pipe, and never more than allowed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cli_caller import QaSync

from qa_sync.dataflow.load import MAX_SPEC_BYTES, load_dataflow
from qa_sync.errors import QaSyncError, RecordingError, SpecError, UsageError
from qa_sync.files import UnsuitableFile, read_limited
from qa_sync.settings.read import MAX_SETTINGS_BYTES, load_settings
from qa_sync.systems.recording.cassette_file import CassetteFile


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_limited(path, 5) == b"12345"
    with pytest.raises(UnsuitableFile, match="larger than 4 bytes"):
        read_limited(path, 4)


def test_the_null_device_is_an_empty_file() -> None:
    assert read_limited(Path(os.devnull), 5) == b""
    assert load_settings(Path(os.devnull)).systems == {}


def test_a_folder_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_limited(tmp_path, 5)


def read_spec(path: Path) -> object:
    return load_dataflow(str(path))


def read_recording(path: Path) -> object:
    return CassetteFile(path, "qa-sync check").load()


READERS = {
    "spec": (read_spec, SpecError),
    "settings": (load_settings, UsageError),
    "recording": (read_recording, RecordingError),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device"])
def test_neither_a_pipe_nor_a_device_is_read(tmp_path: Path, reader: str, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "a.json"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    read, error = READERS[reader]
    with pytest.raises(error, match="expected a regular file"):
        read(path)


@pytest.mark.parametrize(("reader", "limit"), [("spec", MAX_SPEC_BYTES), ("settings", MAX_SETTINGS_BYTES)])
def test_a_larger_file_is_told_with_the_limit(tmp_path: Path, reader: str, limit: int) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(limit + 1)  # takes no room on the disk
    read, error = READERS[reader]
    with pytest.raises(error, match=f"larger than {limit:,} bytes") as caught:
        read(path)
    assert isinstance(caught.value, QaSyncError)
    assert caught.value.exit_code == 2


def test_lint_ends_with_2_for_a_spec_that_is_too_large(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_SPEC_BYTES + 1)
    got = qa_sync("lint", str(path))
    assert got.code == 2
    assert "larger than 16,000,000 bytes" in got.err + got.out
