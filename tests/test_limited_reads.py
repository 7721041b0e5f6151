"""Files whose size is limited: never a device, never a pipe, and never more than allowed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_caller import QaSync

from qa_sync.cli.results_file import read_results
from qa_sync.cli.variables import VARIABLES as KNOWN_VARIABLES
from qa_sync.dataflow.load import MAX_SPEC_BYTES, load_dataflow
from qa_sync.errors import ConnectorError, QaSyncError, RecordingError, SpecError, UsageError
from qa_sync.files import UnsuitableFile, read_limited
from qa_sync.reports.history.baseline import read_baseline
from qa_sync.settings.read import MAX_SETTINGS_BYTES, load_settings
from qa_sync.settings.sign_off import load_sign_offs
from qa_sync.systems.connectors.folder import read_text
from qa_sync.systems.recording.cassette_file import CassetteFile


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_limited(path, 5) == b"12345"
    with pytest.raises(UnsuitableFile, match="larger than 4 bytes"):
        read_limited(path, 4)


def test_a_file_that_is_longer_than_it_says_is_read_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grows"
    path.write_bytes(b"12")
    before = path.stat()
    path.write_bytes(b"12345")
    monkeypatch.setattr("os.fstat", lambda _: before)
    assert read_limited(path, 5) == b"12345"
    with pytest.raises(UnsuitableFile, match="larger than 4 bytes"):
        read_limited(path, 4)


def test_the_null_device_is_an_empty_file() -> None:
    assert read_limited(Path(os.devnull), 5) == b""
    assert load_settings(Path(os.devnull)).systems == {}


def test_a_folder_is_reported_as_one(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read_limited(tmp_path, 5)


def read_spec(path: Path) -> object:
    return load_dataflow(str(path))


def read_recording(path: Path) -> object:
    return CassetteFile(path, "qa-sync check").load()


def read_report(path: Path) -> object:
    return read_results(str(path))


READERS: dict[str, tuple[Callable[[Path], object], type[QaSyncError]]] = {
    "spec": (read_spec, SpecError),
    "settings": (load_settings, UsageError),
    "recording": (read_recording, RecordingError),
    "sign-offs": (load_sign_offs, UsageError),
    "baseline": (read_baseline, UsageError),
    "connector file": (read_text, ConnectorError),
    "results": (read_report, UsageError),
}
VARIABLES = {
    "spec": "QA_SYNC_MAX_SPEC",
    "settings": "QA_SYNC_MAX_SETTINGS",
    "recording": "QA_SYNC_MAX_RECORDING",
    "sign-offs": "QA_SYNC_MAX_SETTINGS",
    "baseline": "QA_SYNC_MAX_SETTINGS",
    "connector file": "QA_SYNC_MAX_CONNECTOR_FILE",
    "results": "QA_SYNC_MAX_RESULTS",
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
def test_a_larger_file_is_reported_with_the_limit(tmp_path: Path, reader: str, limit: int) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(limit + 1)  # takes no room on the disk
    read, error = READERS[reader]
    with pytest.raises(error, match=f"larger than {limit:,} bytes") as caught:
        read(path)
    assert isinstance(caught.value, QaSyncError)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("reader", READERS)
def test_every_limit_is_a_setting_that_its_error_names(
    tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"x" * 2001)
    read, error = READERS[reader]
    monkeypatch.setenv(VARIABLES[reader], "2kB")
    with pytest.raises(error, match=f"larger than 2,000 bytes.*{VARIABLES[reader]} sets another limit") as caught:
        read(path)
    assert caught.value.exit_code == (3 if reader == "recording" else 2)
    monkeypatch.setenv(VARIABLES[reader], "many")
    with pytest.raises(error, match=f"{VARIABLES[reader]}: expected a size such as 64MB, got 'many'"):
        read(path)


def test_every_limit_is_in_the_reference() -> None:
    assert set(VARIABLES.values()) == {name for name in KNOWN_VARIABLES if name.startswith("QA_SYNC_MAX_")}


def test_lint_ends_with_2_for_a_spec_that_is_too_large(qa_sync: QaSync, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(MAX_SPEC_BYTES + 1)
    got = qa_sync("lint", str(path))
    assert got.code == 2
    assert "larger than 16,000,000 bytes" in got.err + got.out


@pytest.mark.parametrize("command", ["lint", "show", "check", "sync", "audit"])
@pytest.mark.parametrize("place", ["a{}.txt", "{}/000.txt"])
def test_a_path_that_is_not_utf_8_is_rejected_plainly(
    qa_sync: QaSync, tmp_path: Path, place: str, command: str
) -> None:
    path = tmp_path / place.format("\udcff")
    path.parent.mkdir(exist_ok=True)
    shutil.copy("specs/000.txt", path)
    got = qa_sync(command, str(path))
    assert got.code == 2
    assert "its path is not UTF-8" in got.err + got.out
